package strictjson

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Kind is why a text cannot be read.
type Kind int

// The kinds of a Broken.
const (
	Malformed Kind = iota // it is not JSON in UTF-8, or more than one value
	Empty                 // there is nothing in it
	TooLarge
	TooDeep
)

// Broken says that a text cannot be read, and where the reading ended.
type Broken struct {
	Kind         Kind
	Line, Column int    // from 1, in characters; 0 where it is about the whole text
	At           []any  // of TooDeep: the place of the value, as in Problem
	Why          string // "the text ends in the middle"; what is broken, in words for people
}

// Error is Where and Why.
func (b *Broken) Error() string {
	if b.Line == 0 {
		return "the text " + b.Why
	}
	return b.Where() + ": " + b.Why
}

// Where is "line 2, column 13".
func (b *Broken) Where() string { return fmt.Sprintf("line %d, column %d", b.Line, b.Column) }

func brokenAt(data []byte, offset int, why string) *Broken {
	before := data[:min(max(offset, 0), len(data))]
	return &Broken{
		Line:   1 + bytes.Count(before, []byte("\n")),
		Column: 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]),
		Why:    why,
	}
}
