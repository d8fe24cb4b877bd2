package seal

import (
	"bytes"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// rewriter turns valid, compact JSON into its canonical form in one pass; the
// members of an object are found first and written in their order.
type rewriter struct {
	in  []byte
	out []byte
}

// member is one name and value of an object, as positions in the input. name
// is the decoded name; quoted from in[nameAt:] it would still carry escapes.
type member struct {
	name   []byte
	nameAt int
	value  int
}

func rewrite(compact []byte) ([]byte, error) {
	r := rewriter{in: compact, out: make([]byte, 0, len(compact))}
	if _, err := r.value(0); err != nil {
		return nil, err
	}
	return r.out, nil
}

// value writes the value that begins at i and returns where it ends.
func (r *rewriter) value(i int) (int, error) {
	switch r.in[i] {
	case '{':
		return r.object(i)
	case '[':
		return r.array(i)
	case '"':
		return r.text(i)
	case 't', 'n':
		r.out = append(r.out, r.in[i:i+4]...)
		return i + 4, nil
	case 'f':
		r.out = append(r.out, "false"...)
		return i + 5, nil
	}
	return r.number(i)
}

func (r *rewriter) array(i int) (int, error) {
	r.out = append(r.out, '[')
	i++
	var err error
	for r.in[i] != ']' {
		if r.in[i] == ',' {
			r.out = append(r.out, ',')
			i++
		}
		if i, err = r.value(i); err != nil {
			return 0, err
		}
	}
	r.out = append(r.out, ']')
	return i + 1, nil
}

func (r *rewriter) object(i int) (int, error) {
	var few [24]member
	members := few[:0]
	i++
	for r.in[i] != '}' {
		if r.in[i] == ',' {
			i++
		}
		end := skip(r.in, i)
		m := member{name: r.in[i+1 : end-1], nameAt: i, value: end + 1}
		if bytes.IndexByte(m.name, '\\') >= 0 {
			name, err := unescape(m.name)
			if err != nil {
				return 0, err
			}
			m.name = name
		}
		members = append(members, m)
		i = skip(r.in, m.value)
	}
	if !slices.IsSortedFunc(members, byName) {
		slices.SortFunc(members, byName)
	}
	r.out = append(r.out, '{')
	for k, m := range members {
		if k > 0 {
			if bytes.Equal(members[k-1].name, m.name) {
				return 0, notCanonical("the name %q appears twice", m.name)
			}
			r.out = append(r.out, ',')
		}
		if _, err := r.text(m.nameAt); err != nil {
			return 0, err
		}
		r.out = append(r.out, ':')
		if _, err := r.value(m.value); err != nil {
			return 0, err
		}
	}
	r.out = append(r.out, '}')
	return i + 1, nil
}

// byName orders members by the UTF-16 units of their names. That differs from
// the order of bytes only where a name has a rune beyond the basic plane
// (leading byte F0 or more) and the other one above the surrogates.
func byName(a, b member) int {
	if !wide(a.name) && !wide(b.name) {
		return bytes.Compare(a.name, b.name)
	}
	return slices.Compare(utf16.Encode([]rune(string(a.name))), utf16.Encode([]rune(string(b.name))))
}

func wide(name []byte) bool {
	for _, c := range name {
		if c >= 0xF0 {
			return true
		}
	}
	return false
}

// number copies a whole number; "-0", fractions and exponents are refused.
func (r *rewriter) number(i int) (int, error) {
	end := skip(r.in, i)
	text := r.in[i:end]
	if bytes.ContainsAny(text, ".eE") || string(text) == "-0" {
		return 0, notCanonical("the number %s is not whole", text)
	}
	r.out = append(r.out, text...)
	return end, nil
}

// text writes the string that begins at i with the escapes of the RFC.
func (r *rewriter) text(i int) (int, error) {
	end := skip(r.in, i)
	body := r.in[i+1 : end-1]
	if bytes.IndexByte(body, '\\') < 0 {
		r.out = append(r.out, r.in[i:end]...)
		return end, nil
	}
	decoded, err := unescape(body)
	if err != nil {
		return 0, err
	}
	r.out = append(r.out, '"')
	for _, c := range decoded {
		r.out = appendEscaped(r.out, c)
	}
	r.out = append(r.out, '"')
	return end, nil
}

func appendEscaped(out []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(out, '\\', c)
	case '\b':
		return append(out, `\b`...)
	case '\f':
		return append(out, `\f`...)
	case '\n':
		return append(out, `\n`...)
	case '\r':
		return append(out, `\r`...)
	case '\t':
		return append(out, `\t`...)
	}
	if c < 0x20 {
		const digits = "0123456789abcdef"
		return append(out, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
	}
	return append(out, c)
}

// skip is the position after the value (or name) that begins at i.
func skip(in []byte, i int) int {
	switch in[i] {
	case '"':
		return skipText(in, i)
	case '{', '[':
		for depth := 0; ; {
			switch in[i] {
			case '"':
				i = skipText(in, i)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
			i++
		}
	}
	for i < len(in) && in[i] != ',' && in[i] != '}' && in[i] != ']' && in[i] != ':' {
		i++
	}
	return i
}

func skipText(in []byte, i int) int {
	for i++; in[i] != '"'; i++ {
		if in[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// unescape decodes the inside of a valid JSON string; half a surrogate pair is
// refused, because it names no character.
func unescape(s []byte) ([]byte, error) {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		i++
		if s[i] != 'u' {
			out = append(out, plain(s[i]))
			continue
		}
		unit := hex4(s[i+1:])
		i += 4
		if utf16.IsSurrogate(unit) {
			if i+6 >= len(s) || s[i+1] != '\\' || s[i+2] != 'u' {
				return nil, notCanonical("half a surrogate pair in %q", s)
			}
			if unit = utf16.DecodeRune(unit, hex4(s[i+3:])); unit == utf8.RuneError {
				return nil, notCanonical("half a surrogate pair in %q", s)
			}
			i += 6
		}
		out = utf8.AppendRune(out, unit)
	}
	return out, nil
}

func plain(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

func hex4(s []byte) rune {
	n, err := strconv.ParseUint(string(s[:4]), 16, 32)
	if err != nil {
		return utf8.RuneError
	}
	return rune(n)
}
