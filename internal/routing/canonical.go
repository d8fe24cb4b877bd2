package routing

import (
	"maps"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// object writes one object of canonical JSON (RFC 8785). seal.Canonical is the
// authority and a test holds the two together; this one exists because a
// decision is written for every route, and knows the order of its keys. Keys
// must be added in order.
type object struct {
	b     []byte // all that was written so far
	wrote bool   // a member: the next one needs a comma
}

// begin appends the opening brace to b; end returns what was appended to.
func begin(b []byte) object { return object{b: append(b, '{')} }

func (o *object) end() []byte { return append(o.b, '}') }

// key begins a member; the value is the caller's to write. The name is ours
// and needs no escapes.
func (o *object) key(name string) {
	if o.wrote {
		o.b = append(o.b, ',')
	}
	o.wrote = true
	o.b = append(o.b, '"')
	o.b = append(o.b, name...)
	o.b = append(o.b, '"', ':')
}

// plain writes a text that needs no escapes (a number, a code, a time, a hash);
// an empty one is left out.
func (o *object) plain(name, value string) {
	if value == "" {
		return
	}
	o.key(name)
	o.b = append(o.b, '"')
	o.b = append(o.b, value...)
	o.b = append(o.b, '"')
}

// must writes a text, even if empty; text leaves out an empty one.
func (o *object) must(name, value string) {
	o.key(name)
	o.b = appendText(o.b, value)
}

// text writes a text unless it is empty: absent and empty are the same in a
// record.
func (o *object) text(name, value string) {
	if value != "" {
		o.must(name, value)
	}
}

// number writes a whole number: counts and ppm, never amounts.
func (o *object) number(name string, value int64) {
	o.key(name)
	o.b = strconv.AppendInt(o.b, value, 10)
}

// count leaves out a zero.
func (o *object) count(name string, value int64) {
	if value != 0 {
		o.number(name, value)
	}
}

// bool writes true or false, even if false.
func (o *object) bool(name string, value bool) {
	o.key(name)
	o.b = strconv.AppendBool(o.b, value)
}

// flag leaves out a false.
func (o *object) flag(name string, value bool) {
	if value {
		o.bool(name, true)
	}
}

// texts writes a list of texts; an empty one only where it must be there.
func texts[T ~string](o *object, name string, list []T, must bool) {
	if len(list) == 0 && !must {
		return
	}
	o.key(name)
	o.b = append(o.b, '[')
	for i, s := range list {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = appendText(o.b, string(s))
	}
	o.b = append(o.b, ']')
}

// table writes a map of texts, its keys sorted by their UTF-16 units.
func (o *object) table(name string, m map[string]string) {
	if len(m) == 0 {
		return
	}
	o.key(name)
	in := begin(o.b)
	for _, k := range slices.SortedFunc(maps.Keys(m), byUnits) {
		if in.wrote {
			in.b = append(in.b, ',')
		}
		in.wrote = true
		in.b = append(appendText(in.b, k), ':')
		in.b = appendText(in.b, m[k])
	}
	o.b = in.end()
}

// byUnits compares names as RFC 8785 does; below U+E000 that is as bytes.
func byUnits(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

// isPlain are the characters that need no escape.
var isPlain = func() (plain [utf8.RuneSelf]bool) {
	for c := range plain {
		plain[c] = c >= ' ' && c != '"' && c != '\\'
	}
	return plain
}()

// hexDigits are lower case, as RFC 8785 has them.
const hexDigits = "0123456789abcdef"

// appendText writes a string with the escapes of RFC 8785. Bytes that are not
// UTF-8 become U+FFFD, as reading them back would make them.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf && isPlain[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(append(b, s[start:i]...), "\ufffd"...)
				start = i + 1
			}
			i += n
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, '\\', 'b')
		case '\t':
			b = append(b, '\\', 't')
		case '\n':
			b = append(b, '\\', 'n')
		case '\f':
			b = append(b, '\\', 'f')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}
