package channel

import (
	"encoding/base64"
	"strings"

	"github.com/fairlead/fairlead/internal/fault"
)

// maxPlace is how long a part of a cursor may be, in bytes; the longest is a
// decision's id.
const maxPlace = 128

// Cursor hides the place where a page of a list ended: ids, numbers and times,
// only what the caller may see anyway. The list is named in it, so that a cursor
// of one list is none of another.
func Cursor(list string, place ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(list + "\n" + strings.Join(place, "\n")))
}

// ParseCursor reads the place back, n parts of it; all empty where s is, for the
// first page. The parts have the characters of ids, so no storage can choke on
// them. The error is BadCursor.
func ParseCursor(list, s string, n int) ([]string, error) {
	if s == "" {
		return make([]string, n), nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	parts := strings.Split(string(raw), "\n")
	if err != nil || len(parts) != n+1 || parts[0] != list {
		return nil, BadCursor()
	}
	for _, part := range parts[1:] {
		if part == "" || len(part) > maxPlace || strings.ContainsFunc(part, notOfIDs) {
			return nil, BadCursor()
		}
	}
	return parts[1:], nil
}

// notOfIDs reports a character that no id, number or time has; '~' is in those of
// decisions.
func notOfIDs(r rune) bool { return r != '~' && (r > 127 || !idByte(byte(r))) }

// BadCursor is fault.Invalid "invalid_cursor": what was sent is no cursor, or one
// of another list. It says nothing of where lists are kept.
func BadCursor() error {
	return fault.New(fault.Invalid, "invalid_cursor", "not a cursor of this list").
		At("cursor", "ask for the first page again")
}
