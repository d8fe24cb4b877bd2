package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/fairlead/fairlead/internal/fault"
)

// hashPrefix names the function in every printed hash, so that it can change.
const hashPrefix = "sha256:"

// Canonical is the RFC 8785 canonical JSON of v: object members sorted by the
// UTF-16 units of their names, no white space, the shortest escapes. v is made
// of strings, whole numbers, bools, null, slices, maps with string keys and
// structs with json tags.
//
// Floats are refused by type, because two processors may print two texts for
// one calculation; so is a fraction or exponent inside a json.RawMessage, a
// name that appears twice, and text that is not UTF-8. Whole numbers are
// written exactly. Up to 2^53 that is what the RFC says (section 3.2.2.3);
// beyond it the RFC, whose numbers are doubles, would round, and money must not.
func Canonical(v any) ([]byte, error) {
	if err := checkType(reflect.TypeOf(v)); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, notCanonical("%v", err)
	}
	if i := bytes.Index(b.Bytes(), []byte(`\ufffd`)); i >= 0 { // what the encoder makes of it
		return nil, notCanonical("text that is not UTF-8 near byte %d", i)
	}
	return CanonicalJSON(b.Bytes())
}

// CanonicalJSON is Canonical for JSON text that is already at hand.
func CanonicalJSON(text []byte) ([]byte, error) {
	out, err := jsontext.AppendFormat(make([]byte, 0, len(text)), text, jsontext.ReorderRawObjects(true))
	if syntax := (*jsontext.SyntacticError)(nil); errors.As(err, &syntax) {
		return nil, notCanonical("%v at byte %d", syntax.Err, syntax.ByteOffset)
	}
	if err != nil {
		return nil, notCanonical("%v", err)
	}
	if i := broken(out); i >= 0 {
		return nil, notCanonical("the number at byte %d is not whole", i)
	}
	return out, nil
}

// broken is where canonical text has a fraction, an exponent or "-0"; -1: nowhere.
func broken(text []byte) int {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++ // what is escaped ends no text
		case quoted:
		case c == '.', c == 'E', c == 'e' && '0' <= text[i-1] && text[i-1] <= '9', c == '-' && text[i+1] == '0':
			return i
		}
	}
	return -1
}

// Hash is "sha256:" and the lower-case hexadecimal SHA-256 of b.
func Hash(b []byte) string {
	sum := sha256.Sum256(b)
	return HashOf(sum)
}

// HashOf prints a digest the way Hash does.
func HashOf(sum [32]byte) string {
	var out [len(hashPrefix) + 64]byte
	copy(out[:], hashPrefix)
	hex.Encode(out[len(hashPrefix):], sum[:])
	return string(out[:])
}

// HashOfValue is Hash of Canonical(v).
func HashOfValue(v any) (string, error) {
	b, err := Canonical(v)
	if err != nil {
		return "", err
	}
	return Hash(b), nil
}

func notCanonical(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "not_canonical",
		"cannot be written as canonical JSON: %s", fmt.Sprintf(format, args...))
}

// checked remembers the verdict on a type (nil: no float inside), so that a
// type is walked once per process and not once per value.
var checked sync.Map

func checkType(t reflect.Type) error {
	if t == nil {
		return nil
	}
	if verdict, ok := checked.Load(t); ok {
		err, _ := verdict.(error)
		return err
	}
	var err error
	if path := floatIn(t, map[reflect.Type]bool{}); path != "" {
		err = notCanonical("%s holds a float; write a whole number of a small unit, or a decimal string", t.String()+path)
	}
	checked.Store(t, err)
	return err
}

var marshaler = reflect.TypeFor[json.Marshaler]()

// floatIn is the path to the first float below t, "" if there is none. What an
// interface or a Marshaler hides is judged by its text.
func floatIn(t reflect.Type, seen map[reflect.Type]bool) string {
	if seen[t] || t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler) {
		return ""
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return " (" + t.Kind().String() + ")"
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return floatIn(t.Elem(), seen)
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Tag.Get("json") == "-" || !f.IsExported() && !f.Anonymous {
				continue
			}
			if path := floatIn(f.Type, seen); path != "" {
				return "." + f.Name + path
			}
		}
	}
	return ""
}
