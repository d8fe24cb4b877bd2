// Package document reads what people write: programmes, policies, plans and
// the requests that carry them. A document is one JSON value, checked against
// a JSON Schema, and every problem in it is reported at once with the path of
// the value that is wrong and, for a key nobody knows, the nearest known one.
// It owns strictness and the words of those reports; it does not own any
// document's keys or meaning (those stand beside the Go type of each document)
// and writes no keys.
package document

import (
	"github.com/fairlead/fairlead/internal/fault"
)

// Limits of a document. They bound what a caller can make us hold or walk
// before anything is known to be sensible about it.
const (
	MaxBytes    = 1 << 20 // bytes of a whole document
	MaxDepth    = 32      // objects and lists inside one another
	MaxProblems = 20      // reported at once; the rest is counted
)

// Slug is the slug of every error of this package.
const Slug = "invalid_document"

// Problems collects what is wrong with a document beyond its schema, so that
// one answer can name everything. The zero value is ready to use.
type Problems struct {
	fields []fault.Field
	more   int
}

// Add notes that the value at path is wrong, and why: Add("tiers[1].minValue",
// "must be below %s", "50000.00"). Only the first MaxProblems are kept.
func (p *Problems) Add(path, format string, args ...any) {
	if len(p.fields) >= MaxProblems {
		p.more++
		return
	}
	p.fields = append(p.fields, fault.New(fault.Invalid, Slug, "").At(path, format, args...).Fields[0])
}

// add notes a problem at the value that these steps lead to. What would not be
// kept is not worded: a place can be long.
func (p *Problems) add(steps []any, message string) {
	if len(p.fields) >= MaxProblems {
		p.more++
		return
	}
	p.Add(Place(steps), "%s", message)
}

// Merge notes every field of a fault that another room returned, each moved
// below prefix ("" leaves the paths as they are). An error without fields is
// noted at prefix itself. A nil error is nothing.
func (p *Problems) Merge(prefix string, err error) {
	if err == nil {
		return
	}
	f := fault.Of(err)
	if len(f.Fields) == 0 {
		p.Add(prefix, "%s", f.Msg)
		return
	}
	for _, field := range f.Fields {
		p.Add(Path(prefix, field.Field), "%s", field.Message)
	}
}

// Fields lists the problems noted, at most MaxProblems.
func (p *Problems) Fields() []fault.Field { return p.fields }

// Len is the number of problems noted.
func (p *Problems) Len() int { return len(p.fields) + p.more }

// Err is nil when nothing is wrong, else one fault.Invalid with slug
// invalid_document that lists every problem in the order noted. name is the
// document's name for the message ("policy").
func (p *Problems) Err(name string) error {
	switch {
	case len(p.fields) == 0:
		return nil
	case p.more > 0:
		return p.fault("the %s is not valid (%d more problems)", name, p.more)
	}
	return p.fault("the %s is not valid", name)
}

func (p *Problems) fault(format string, args ...any) *fault.Error {
	e := fault.New(fault.Invalid, Slug, format, args...)
	e.Fields = p.fields
	return e
}
