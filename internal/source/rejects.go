package source

import (
	"encoding/csv"
	"io"
	"strconv"

	"github.com/fairlead/fairlead/internal/fault"
)

// Rejects writes the lines that were not taken as CSV, so that somebody can
// mend and import them: line, column, reason, and the line as it stood.
type Rejects struct {
	w *csv.Writer
	n int
}

// NewRejects writes to w; the header comes with the first line.
func NewRejects(w io.Writer) *Rejects { return &Rejects{w: csv.NewWriter(w)} }

// Add writes one line for every field of err (one without a column if it has
// none). raw may be empty where it is not at hand.
func (r *Rejects) Add(line int, err error, raw string) error {
	if r.n == 0 {
		if err := r.w.Write([]string{"line", "column", "reason", "raw"}); err != nil {
			return err
		}
	}
	r.n++
	f := fault.Of(err)
	fields := f.Fields
	if len(fields) == 0 {
		fields = []fault.Field{{Message: f.Msg}}
	}
	for _, field := range fields {
		if err := r.w.Write([]string{strconv.Itoa(line), field.Field, field.Message, raw}); err != nil {
			return err
		}
	}
	return nil
}

// Len is how many lines were added.
func (r *Rejects) Len() int { return r.n }

// Flush writes what is buffered and reports the first error of writing.
func (r *Rejects) Flush() error {
	r.w.Flush()
	return r.w.Error()
}
