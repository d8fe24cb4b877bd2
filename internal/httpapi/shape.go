package httpapi

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"sort"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/fault"
)

// shape walks a JSON text beside the Go type it is meant for and notes every
// difference, so that a caller learns all mistakes at once and by path.
type shape struct {
	dec      *jsontext.Decoder
	problems []fault.Field
	depth    int
}

var (
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	rawMessage      = reflect.TypeFor[json.RawMessage]()
	optionalType    = reflect.TypeFor[optional]()
)

// optional is a field of which absent, null and a value are three things, as
// wire.Opt is one.
type optional interface{ Inner() reflect.Type }

func (s *shape) note(path, format string, args ...any) {
	if len(s.problems) < maxErrors {
		s.problems = append(s.problems, fault.Field{Field: path, Message: fmt.Sprintf(format, args...)})
	}
}

func (s *shape) err() error {
	e := invalidRequest()
	e.Fields = s.problems
	return e
}

// document checks one value and that nothing follows it.
func (s *shape) document(into any) error {
	if err := s.value(reflect.TypeOf(into).Elem(), ""); err != nil {
		return err
	}
	at := s.dec.InputOffset()
	if _, err := s.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return &atOffset{offset: at, err: errTrailing}
	}
	return nil
}

// value checks the next value against t; a nil t accepts anything (but still
// no key twice). The error is a broken syntax.
func (s *shape) value(t reflect.Type, path string) error {
	kind := s.dec.PeekKind()
	t, nullable := s.strip(t)
	if kind == 'n' {
		if !nullable {
			s.note(path, "must not be null")
		}
		return s.skip()
	}
	want := kindOf(t)
	if t != nil && want != 0 && !fits(want, kind) {
		s.note(path, "must be %s, not %s", kindNames[want], kindNames[kind])
		t = nil
	}
	switch kind {
	case '{', '[':
		if s.depth++; s.depth > maxDepth {
			return &atOffset{offset: s.dec.InputOffset(), err: errTooDeep}
		}
		defer func() { s.depth-- }()
		if kind == '{' {
			return s.object(t, path)
		}
		return s.list(t, path)
	}
	return s.skip()
}

func (s *shape) skip() error {
	_, err := s.dec.ReadToken()
	return err
}

// strip takes pointers and Opt off a type; t is nil where the type reads its
// own JSON or takes anything.
func (s *shape) strip(t reflect.Type) (reflect.Type, bool) {
	nullable := t == nil
	for t != nil {
		switch {
		case t.Implements(optionalType) && t.Kind() == reflect.Struct:
			t = reflect.Zero(t).Interface().(optional).Inner()
		case t == rawMessage || t.Kind() == reflect.Interface || reflect.PointerTo(t).Implements(unmarshaler):
			return nil, true
		case reflect.PointerTo(t).Implements(textUnmarshaler):
			return reflect.TypeFor[string](), nullable
		case t.Kind() == reflect.Pointer:
			t, nullable = t.Elem(), true
		default:
			return t, nullable
		}
	}
	return nil, true
}

// kindNames are the words for jsontext kinds.
var kindNames = map[jsontext.Kind]string{'{': "an object", '[': "a list", '"': "a text", '0': "a number", 't': "true or false", 'f': "true or false", 'n': "null"}

func kindOf(t reflect.Type) jsontext.Kind {
	if t == nil {
		return 0
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return '{'
	case reflect.Slice, reflect.Array:
		return '['
	case reflect.String:
		return '"'
	case reflect.Bool:
		return 't'
	}
	return '0'
}

func fits(want, got jsontext.Kind) bool { return want == got || want == 't' && got == 'f' }

func (s *shape) object(t reflect.Type, path string) error {
	if err := s.skip(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for s.dec.PeekKind() != '}' {
		token, err := s.dec.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		at := document.Path(path, document.Key(name))
		if seen[name] {
			s.note(at, "stands twice")
		}
		seen[name] = true
		if err := s.value(s.member(t, name, at), at); err != nil {
			return err
		}
	}
	return s.skip()
}

// member is the type of one key; an unknown key is noted and accepts anything.
func (s *shape) member(t reflect.Type, name, at string) reflect.Type {
	switch {
	case t == nil:
		return nil
	case t.Kind() == reflect.Map:
		return t.Elem()
	}
	fields := jsonFields(t)
	if f, ok := fields[name]; ok {
		return f
	}
	known := make([]string, 0, len(fields))
	for k := range fields {
		known = append(known, k)
	}
	sort.Strings(known)
	s.note(at, "%s", unknownKey(known, name))
	return nil
}

func (s *shape) list(t reflect.Type, path string) error {
	if err := s.skip(); err != nil {
		return err
	}
	var elem reflect.Type
	if t != nil {
		elem = t.Elem()
	}
	for i := 0; s.dec.PeekKind() != ']'; i++ {
		if err := s.value(elem, document.Path(path, i)); err != nil {
			return err
		}
	}
	return s.skip()
}

// jsonFields are the keys of a struct with their types, embedded structs included.
func jsonFields(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			for k, v := range jsonFields(f.Type) {
				out[k] = v
			}
		case name != "" && name != "-":
			out[name] = f.Type
		}
	}
	return out
}

// unknownKey says that a key is unknown and names the nearest known one.
func unknownKey(known []string, name string) string {
	if len(known) == 0 {
		return "is not known; nothing is expected here"
	}
	return fmt.Sprintf("is not known; did you mean %q?", document.Nearest(name, known))
}
