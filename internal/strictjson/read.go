// Package strictjson reads JSON that comes from outside: requests, documents and
// facts. A text is exactly one JSON value in UTF-8, within limits, and no name
// stands twice in one object. It owns strictness and places (where in the text
// something is wrong); it does not own what a value should be, nor the words and
// slugs of errors for callers: those are their rooms'.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits bound what a text can make its reader hold. They are part of the
// program: Bytes and Depth are above 0.
type Limits struct {
	Bytes  int // of the whole text
	Depth  int // objects and lists inside one another
	Number int // bytes of a number, which then has no exponent; 0: any number
}

// Text is a JSON text that was read.
type Text struct {
	// Root is the value: map[string]any, []any, string, json.Number, bool or nil.
	// Of a name that stands twice the last value counts.
	Root any
	// Problems are what is wrong with it although it can be read, in the order of
	// the text; no more than MaxProblems.
	Problems []Problem

	data   []byte
	places *place // made when first asked for
}

// Bytes is the text without a byte order mark.
func (t *Text) Bytes() []byte { return t.data }

// MaxProblems is how many problems of one text are kept.
const MaxProblems = 1000

// Problem is a name that stands twice in its object, or a number beyond the limits.
type Problem struct {
	At     []any  // from the root: names (string) and indexes (int)
	Number string // the number; "" for a name that stands twice
}

// byteOrderMark may stand before a text.
var byteOrderMark = []byte("\xef\xbb\xbf")

// Read reads data, which must not change while the Text is used. Its error is a
// *Broken.
func Read(data []byte, limits Limits) (*Text, error) {
	data = bytes.TrimPrefix(data, byteOrderMark)
	switch {
	case len(data) > limits.Bytes:
		why := fmt.Sprintf("is too large: %d bytes, at most %d are allowed", len(data), limits.Bytes)
		return nil, &Broken{Kind: TooLarge, Why: why}
	case len(bytes.TrimSpace(data)) == 0:
		return nil, &Broken{Kind: Empty, Why: "is empty"}
	case !utf8.Valid(data):
		return nil, brokenAt(data, invalidByte(data), "the text is not UTF-8")
	}
	r := &reader{dec: newDecoder(data), limits: limits, text: &Text{data: data}}
	root, err := r.value()
	if err == nil {
		err = r.end()
	}
	if err != nil {
		return nil, asBroken(data, err)
	}
	r.text.Root = root
	return r.text, nil
}

func newDecoder(data []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true))
}

type reader struct {
	dec    *jsontext.Decoder
	limits Limits
	text   *Text
	at     []any
}

// note keeps a problem of the value that is being read.
func (r *reader) note(number string) {
	if len(r.text.Problems) < MaxProblems {
		r.text.Problems = append(r.text.Problems, Problem{At: slices.Clone(r.at), Number: number})
	}
}

// value reads the next value. An error ends the reading.
func (r *reader) value() (any, error) {
	token, err := r.dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{', '[':
		if len(r.at) >= r.limits.Depth {
			return nil, r.tooDeep()
		}
		if token.Kind() == '{' {
			return r.object()
		}
		return r.list()
	case '"':
		return token.String(), nil
	case '0':
		return r.number(token.String()), nil
	case 'n':
		return nil, nil
	}
	return token.Bool(), nil
}

// number is a number as written, or 0 in place of one beyond the limits.
func (r *reader) number(written string) json.Number {
	if r.limits.Number > 0 && (len(written) > r.limits.Number || strings.ContainsAny(written, "eE")) {
		r.note(written)
		return "0"
	}
	return json.Number(written)
}

func (r *reader) object() (any, error) {
	object := map[string]any{}
	for r.dec.PeekKind() != '}' {
		token, err := r.dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		r.at = append(r.at, name)
		if _, twice := object[name]; twice {
			r.note("")
		}
		if object[name], err = r.value(); err != nil {
			return nil, err
		}
		r.at = r.at[:len(r.at)-1]
	}
	_, err := r.dec.ReadToken()
	return object, err
}

func (r *reader) list() (any, error) {
	list := []any{}
	for r.dec.PeekKind() != ']' {
		r.at = append(r.at, len(list))
		item, err := r.value()
		if err != nil {
			return nil, err
		}
		r.at = r.at[:len(r.at)-1]
		list = append(list, item)
	}
	_, err := r.dec.ReadToken()
	return list, err
}

// end checks that nothing follows the value.
func (r *reader) end() error {
	rest := r.text.data[r.dec.InputOffset():]
	behind := bytes.TrimLeft(rest, " \t\r\n")
	if len(behind) > 0 {
		return brokenAt(r.text.data, len(r.text.data)-len(behind), "something stands behind the JSON value")
	}
	return nil
}

func (r *reader) tooDeep() error {
	why := fmt.Sprintf("more than %d objects and lists inside one another", r.limits.Depth)
	b := brokenAt(r.text.data, int(r.dec.InputOffset())-1, why)
	b.Kind, b.At = TooDeep, slices.Clone(r.at)
	return b
}

// asBroken says where the syntax is broken, and how.
func asBroken(data []byte, err error) *Broken {
	var b *Broken
	var syntax *jsontext.SyntacticError
	switch {
	case errors.As(err, &b):
		return b
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return brokenAt(data, len(data), "the text ends in the middle")
	case errors.As(err, &syntax) && syntax.Err != nil:
		why := syntax.Err.Error()
		if strings.Contains(why, "surrogate") {
			why = "half of a surrogate pair: the escape stands for no character"
		}
		return brokenAt(data, int(syntax.ByteOffset), why)
	}
	return brokenAt(data, len(data), err.Error())
}

// invalidByte is the offset of the first byte that is not UTF-8.
func invalidByte(data []byte) int {
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}
