package wire

import (
	"strconv"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

// Page asks for one page of a list. Limit 0 means 100, at most 1,000. Cursor is
// what the last page's NextCursor said, opaque to the caller.
type Page struct {
	Limit  int    `query:"limit" validate:"omitempty,min=1,max=1000"`
	Cursor string `query:"cursor" validate:"max=2048"`
}

// List is one page. An empty NextCursor is the end; a short page is not.
type List[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"nextCursor,omitempty"`
}

// The limits of a page.
const (
	defaultLimit = 100
	maxLimit     = 1000
)

// Size is how many items a page may hold: 400 invalid_limit.
func (p Page) Size() (int, error) {
	switch {
	case p.Limit == 0:
		return defaultLimit, nil
	case p.Limit < 0 || p.Limit > maxLimit:
		return 0, fault.New(fault.Invalid, "invalid_limit", "not a valid limit").
			At("limit", "%d: want 1 to %d", p.Limit, maxLimit)
	}
	return p.Limit, nil
}

// Place is where the page before ended in a list, n parts; all empty for the
// first page. 422 invalid_cursor.
func (p Page) Place(list string, n int) ([]string, error) {
	return channel.ParseCursor(list, p.Cursor, n)
}

// ParseNumber reads a number of a place, 0 of the first page's: 422 invalid_cursor.
func ParseNumber(part string) (int, error) {
	if part == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(part)
	if err != nil || n < 0 {
		return 0, channel.BadCursor()
	}
	return n, nil
}
