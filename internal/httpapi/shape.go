package httpapi

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/strictjson"
)

// shape compares a JSON value with the Go type it is meant for and notes every
// difference, so that a caller learns all mistakes at once and by path.
type shape struct {
	misfits []mismatch
	at      []any // steps to the value that is looked at
}

// mismatch is one difference. It is worded only if it is told: a text can be full
// of them.
type mismatch struct {
	at   []any
	say  func() string
	rank int // in the order of the text
}

// shapeProblems is how a text differs from a type, in the order of the text; the
// first maxErrors.
func shapeProblems(text *strictjson.Text, t reflect.Type) []fault.Field {
	var s shape
	for _, twice := range text.Problems {
		s.misfits = append(s.misfits, mismatch{at: twice.At, say: func() string { return "stands twice" }})
	}
	s.value(t, text.Root)
	for i := range s.misfits {
		s.misfits[i].rank = text.Rank(s.misfits[i].at)
	}
	slices.SortStableFunc(s.misfits, func(a, b mismatch) int { return cmp.Compare(a.rank, b.rank) })
	var told []fault.Field
	for _, m := range s.misfits[:min(len(s.misfits), maxErrors)] {
		told = append(told, fault.Field{Field: document.Place(m.at), Message: m.say()})
	}
	return told
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

func (s *shape) note(say func() string) {
	s.misfits = append(s.misfits, mismatch{at: slices.Clone(s.at), say: say})
}

// value compares one value with t; a nil t takes anything.
func (s *shape) value(t reflect.Type, v any) {
	t, nullable := s.stripType(t)
	switch {
	case v == nil && !nullable:
		s.note(func() string { return "must not be null" })
	case v == nil || t == nil:
	case kindOf(t) != wordOf(v):
		s.note(func() string { return fmt.Sprintf("must be %s, not %s", kindOf(t), wordOf(v)) })
	}
	switch v := v.(type) {
	case map[string]any:
		if t != nil && kindOf(t) == anObject {
			s.object(t, v)
		}
	case []any:
		if t != nil && kindOf(t) == aList {
			s.list(t, v)
		}
	}
}

// stripType takes pointers and Opt off a type; t is nil where the type reads its
// own JSON or takes anything.
func (s *shape) stripType(t reflect.Type) (reflect.Type, bool) {
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

// The kinds of JSON values, in the words for callers.
const (
	anObject = "an object"
	aList    = "a list"
	aText    = "a text"
	aNumber  = "a number"
	aBool    = "true or false"
)

// kindOf is the kind of value that a type takes.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return anObject
	case reflect.Slice, reflect.Array:
		return aList
	case reflect.String:
		return aText
	case reflect.Bool:
		return aBool
	}
	return aNumber
}

// wordOf is the kind of a value that is not null.
func wordOf(v any) string {
	switch v.(type) {
	case map[string]any:
		return anObject
	case []any:
		return aList
	case string:
		return aText
	case bool:
		return aBool
	}
	return aNumber
}

// object compares the members of an object with the fields of a struct, or with
// what a map holds.
func (s *shape) object(t reflect.Type, object map[string]any) {
	var fields map[string]reflect.Type
	if t.Kind() == reflect.Struct {
		fields = jsonFields(t)
	}
	for name, v := range object {
		s.at = append(s.at, name)
		switch field, known := fields[name]; {
		case t.Kind() == reflect.Map:
			s.value(t.Elem(), v)
		case known:
			s.value(field, v)
		default:
			s.note(func() string { return unknownKey(slices.Sorted(maps.Keys(fields)), name) })
		}
		s.at = s.at[:len(s.at)-1]
	}
}

func (s *shape) list(t reflect.Type, list []any) {
	for i, v := range list {
		s.at = append(s.at, i)
		s.value(t.Elem(), v)
		s.at = s.at[:len(s.at)-1]
	}
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
