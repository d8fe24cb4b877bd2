package seal

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"
)

// A Writer appends canonical JSON (RFC 8785) to bytes, member by member: for
// what is written too often for Canonical to look for its members each time.
// Both write the same bytes.
//
// Begin with Object or List, write, end everything that was begun, and take
// Bytes. Ask Err where text may come that nobody has read yet.
type Writer struct {
	out []byte
	err error
}

// NewWriter is a Writer that appends to b.
func NewWriter(b []byte) Writer { return Writer{out: b} }

// Bytes is what was written. Text that is not UTF-8 has U+FFFD in it.
func (w *Writer) Bytes() []byte { return w.out }

// Err is not_canonical where something was written that Canonical refuses: text
// that is not UTF-8, a name that appears twice, a year beyond 9999.
func (w *Writer) Err() error { return w.err }

// Object begins the object that is the whole value.
func (w *Writer) Object() Object {
	w.out = append(w.out, '{')
	return Object{w: w}
}

// List begins the list that is the whole value.
func (w *Writer) List() List {
	w.out = append(w.out, '[')
	return List{w}
}

// text writes a string.
func (w *Writer) text(s string) { w.out = w.quote(w.out, s, isPlain(s)) }

// quote appends a string with the escapes of RFC 8785 section 3.2.2.2.
func (w *Writer) quote(out []byte, s string, plain bool) []byte {
	if !plain {
		return w.escape(out, s)
	}
	out = append(out, '"')
	out = append(out, s...)
	return append(out, '"')
}

func (w *Writer) escape(out []byte, s string) []byte {
	out, err := jsontext.AppendQuote(out, s)
	if err != nil {
		w.fail(notCanonical("%v", err))
	}
	return out
}

// plain are the bytes that stand for themselves in a text.
var plain = func() (plain [256]bool) {
	for c := byte(' '); c <= '~'; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

// isPlain reports whether a string is written as it stands: the library, which
// looks for more, takes twice as long to say so.
func isPlain(s string) bool {
	for i := range len(s) {
		if !plain[s[i]] {
			return false
		}
	}
	return true
}

// fail keeps the first failure.
func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// An Object is one object that is being written. Its members must come in the
// order of their names (RFC 8785 section 3.2.3): another order is a mistake of
// the program and panics.
type Object struct {
	w    *Writer
	last string // the name before
	some bool   // there is one
}

// End ends the object.
func (o *Object) End() { o.w.out = append(o.w.out, '}') }

// name begins a member.
func (o *Object) name(name string) {
	out, plain := o.w.out, isPlain(name)
	if o.some {
		out = append(out, ',')
		if !plain || o.last >= name {
			o.follow(name)
		}
	}
	o.last, o.some = name, true
	o.w.out = append(o.w.quote(out, name, plain), ':')
}

// follow looks whether a name may stand after the one before.
func (o *Object) follow(name string) {
	switch order := byUnits(o.last, name); {
	case order > 0:
		panic("seal: the member " + name + " is written after " + o.last)
	case order == 0:
		o.w.fail(notCanonical("the name %q appears twice", name))
	}
}

// Text writes a text, an empty one too; SomeText leaves out an empty one.
func (o *Object) Text(name, value string) {
	o.name(name)
	o.w.text(value)
}

// SomeText writes a text that is not empty.
func (o *Object) SomeText(name, value string) {
	if value != "" {
		o.Text(name, value)
	}
}

// Int writes a whole number exactly, beyond 2^53 too.
func (o *Object) Int(name string, value int64) {
	o.name(name)
	o.w.out = strconv.AppendInt(o.w.out, value, 10)
}

// SomeInt writes a number that is not 0.
func (o *Object) SomeInt(name string, value int64) {
	if value != 0 {
		o.Int(name, value)
	}
}

// Bool writes true or false; SomeBool leaves out false.
func (o *Object) Bool(name string, value bool) {
	o.name(name)
	o.w.out = strconv.AppendBool(o.w.out, value)
}

// SomeBool writes true.
func (o *Object) SomeBool(name string, value bool) {
	if value {
		o.Bool(name, true)
	}
}

// Null writes null.
func (o *Object) Null(name string) {
	o.name(name)
	o.w.out = append(o.w.out, "null"...)
}

// Time writes an instant as encoding/json does (RFC 3339, with its zone and
// fraction).
func (o *Object) Time(name string, t time.Time) {
	o.name(name)
	o.w.out = append(o.w.out, '"')
	out, err := t.AppendText(o.w.out)
	o.w.out = out
	o.w.out = append(o.w.out, '"')
	if err != nil {
		o.w.fail(notCanonical("%v", err))
	}
}

// Raw writes a value that is canonical JSON already.
func (o *Object) Raw(name string, canonical []byte) {
	o.name(name)
	o.w.out = append(o.w.out, canonical...)
}

// Value writes what Canonical makes of v: for what is rare.
func (o *Object) Value(name string, v any) {
	canonical, err := Canonical(v)
	if err != nil {
		o.w.fail(err)
	}
	o.Raw(name, canonical)
}

// Map writes an object of texts, if there are any.
func (o *Object) Map(name string, m map[string]string) {
	if len(m) == 0 {
		return
	}
	in := o.Object(name)
	for _, k := range Sorted(m) {
		in.Text(k, m[k])
	}
	in.End()
}

// Object begins an object inside; it must end before the next member.
func (o *Object) Object(name string) Object {
	o.name(name)
	return o.w.Object()
}

// List begins a list inside; it must end before the next member.
func (o *Object) List(name string) List {
	o.name(name)
	return o.w.List()
}

// Texts writes a list of texts, an empty one too.
func Texts[T ~string](o *Object, name string, values []T) {
	l := o.List(name)
	for _, v := range values {
		l.next()
		l.w.text(string(v))
	}
	l.End()
}

// SomeTexts writes a list that is not empty.
func SomeTexts[T ~string](o *Object, name string, values []T) {
	if len(values) > 0 {
		Texts(o, name, values)
	}
}

// A List is one list that is being written.
type List struct{ w *Writer }

// Object begins the list's next element.
func (l List) Object() Object {
	l.next()
	return l.w.Object()
}

// next separates an element from the one before. None ends in a bracket that
// opens.
func (l List) next() {
	if l.w.out[len(l.w.out)-1] != '[' {
		l.w.out = append(l.w.out, ',')
	}
}

// End ends the list.
func (l List) End() { l.w.out = append(l.w.out, ']') }

// Sorted is the names of a map in the order in which they are written.
func Sorted[V any](m map[string]V) []string { return slices.SortedFunc(maps.Keys(m), byUnits) }

// byUnits compares names by their UTF-16 units, as RFC 8785 section 3.2.3 has it.
// That is the order of bytes but for runes beyond the basic plane.
func byUnits(a, b string) int {
	if isPlain(a) || isPlain(b) {
		return cmp.Compare(a, b)
	}
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}
