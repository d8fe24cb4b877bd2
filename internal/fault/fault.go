// Package fault is the one vocabulary of failure: what kind of thing went
// wrong, a stable slug for machines, a message for the caller and a cause for
// the log. It owns no status codes (only httpapi names those) and writes no
// keys.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says who has to act on an error. The zero Kind is Internal, so an error
// that nobody classified is never blamed on the caller.
type Kind uint8

// The kinds, each with who can mend it.
const (
	Internal        Kind = iota // us: a bug or a broken store; the caller learns nothing but that
	Invalid                     // the caller: the input is wrong, Fields says where
	Unauthenticated             // the caller: no token, or not a valid one
	Forbidden                   // the caller: known, but not allowed
	NotFound                    // the caller: no such thing, or not theirs to see
	Conflict                    // the caller: true input, but the state says otherwise
	Exhausted                   // the caller: too much or too fast
	Unavailable                 // nobody: try the very same request again, that is safe
)

var kindNames = [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not_found",
	"conflict", "exhausted", "unavailable"}

// Kinds lists every kind, for tests that must walk them all.
func Kinds() []Kind {
	return []Kind{Internal, Invalid, Unauthenticated, Forbidden, NotFound, Conflict, Exhausted, Unavailable}
}

// String is the lower_snake name of the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Field is one thing that is wrong with an input. Field is a JSON path from
// the document's root without the leading "$." (tiers[1].minValue), a column
// name, or "line 12, amount" in a file.
type Field struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error is what every room returns for a failure that somebody can act on.
// Msg is for the caller, Err for the log; Slug is lower_snake and part of the API.
type Error struct {
	Kind   Kind
	Slug   string
	Msg    string
	Fields []Field
	Err    error
}

// New makes an error of a kind; the message is formatted as by fmt.Sprintf.
func New(kind Kind, slug, format string, args ...any) *Error {
	return &Error{Kind: kind, Slug: slug, Msg: fmt.Sprintf(format, args...)}
}

// Because attaches the cause for the log and returns the same error.
func (e *Error) Because(err error) *Error {
	e.Err = err
	return e
}

// At adds one field to the error and returns it.
func (e *Error) At(field, format string, args ...any) *Error {
	e.Fields = append(e.Fields, Field{Field: field, Message: fmt.Sprintf(format, args...)})
	return e
}

// Error is the message for people, with the fields; the cause is not part of it.
func (e *Error) Error() string {
	if len(e.Fields) == 0 {
		return e.Msg
	}
	var b strings.Builder
	b.WriteString(e.Msg)
	for i, f := range e.Fields {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(f.Field)
		b.WriteString(": ")
		b.WriteString(f.Message)
	}
	return b.String()
}

// Unwrap gives the cause, so that errors.Is finds it.
func (e *Error) Unwrap() error { return e.Err }

// Of returns the fault in err's chain. An error that has none becomes
// Internal with the cause kept for the log; nil stays nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Slug: "internal", Msg: "internal error", Err: err}
}

// Is reports whether err is a fault with this slug.
func Is(err error, slug string) bool {
	var e *Error
	return errors.As(err, &e) && e.Slug == slug
}
