package service

import (
	"encoding/base64"
	"strings"

	"github.com/fairlead/fairlead/internal/fault"
)

// The limits of a page.
const (
	defaultLimit = 100
	maxLimit     = 1000
)

// limit is how many items a page may hold: 400 invalid_limit.
func (p Page) limit() (int, error) {
	switch {
	case p.Limit == 0:
		return defaultLimit, nil
	case p.Limit < 0 || p.Limit > maxLimit:
		return 0, fault.New(fault.Invalid, "invalid_limit", "not a valid limit").At("limit", "%d: want 1 to %d", p.Limit, maxLimit)
	}
	return p.Limit, nil
}

// newCursor hides the place a page ended at; only what the caller may see
// anyway goes into it, and never a partition key.
func newCursor(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\n")))
}

// cursor reads the place back, n parts of it; all empty for the first page. 400
// invalid_cursor.
func (p Page) cursor(n int) ([]string, error) {
	if p.Cursor == "" {
		return make([]string, n), nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	parts := strings.Split(string(raw), "\n")
	if err != nil || len(parts) != n || strings.ContainsFunc(string(raw), func(r rune) bool { return r < ' ' && r != '\n' }) {
		return nil, fault.New(fault.Invalid, "invalid_cursor", "not a cursor of this list").At("cursor", "ask for the first page again")
	}
	return parts, nil
}
