package document

import (
	"fmt"
	"strconv"
	"strings"
)

// Path joins the parts of a JSON path as people read it: Path("tiers", 1,
// "minValue") is "tiers[1].minValue". A string part may itself be a path or
// empty; an int part is an index. Keys that are not plain names are quoted:
// regions["a b"] comes from Path("regions", Key("a b")).
func Path(parts ...any) string {
	var b strings.Builder
	for _, part := range parts {
		switch p := part.(type) {
		case int:
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(p))
			b.WriteByte(']')
		case Key:
			b.WriteString(p.step(b.Len() == 0))
		case string:
			if p != "" && p[0] != '[' && b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(p)
		default:
			panic(fmt.Sprintf("document: a path is made of strings, keys and ints, not %T", part))
		}
	}
	return b.String()
}

// Place is the path of the value that steps lead to: a string is a key of any
// characters, an int an index.
func Place(steps []any) string {
	parts := make([]any, len(steps))
	for i, step := range steps {
		if key, ok := step.(string); ok {
			step = Key(key)
		}
		parts[i] = step
	}
	return Path(parts...)
}

// Key is an object key that may hold any characters, for Path.
type Key string

func (k Key) step(first bool) string {
	if !plain(string(k)) {
		return "[" + strconv.Quote(string(k)) + "]"
	}
	if first {
		return string(k)
	}
	return "." + string(k)
}

func plain(key string) bool {
	for i := range len(key) {
		c := key[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '-' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return key != ""
}
