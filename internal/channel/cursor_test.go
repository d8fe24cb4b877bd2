package channel

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/fault"
)

func TestCursor_IsReadByItsOwnListOnly(t *testing.T) {
	cursor := Cursor("decisions", "c1~0a1b", "12")
	if got, err := ParseCursor("decisions", cursor, 2); err != nil || !slices.Equal(got, []string{"c1~0a1b", "12"}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := ParseCursor("decisions", "", 2); err != nil || !slices.Equal(got, []string{"", ""}) {
		t.Errorf("the first page: %v, %v", got, err)
	}
	raw := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for name, bad := range map[string]string{
		"another list": Cursor("offers", "c1~0a1b", "12"), "too few": Cursor("decisions", "c1"), "too many": Cursor("decisions", "c1", "2", "3"),
		"not base64": "!", "a word": "garbage", "padded": cursor + "=", "a name alone": raw("decisions"),
		"an empty part": Cursor("decisions", "c1", ""), "a byte of keys": Cursor("decisions", "c#1", "2"), "a zero": Cursor("decisions", "c\x00", "2"),
		"not ASCII": Cursor("decisions", "é", "2"), "long": Cursor("decisions", strings.Repeat("x", 129), "2"),
	} {
		if got, err := ParseCursor("decisions", bad, 2); !fault.Is(err, "invalid_cursor") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
