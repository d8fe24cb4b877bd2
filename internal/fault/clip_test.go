package fault

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClip_NeverCutsInsideACharacter(t *testing.T) {
	for _, r := range []string{"a", "é", "€", "𝄞"} {
		for n := range 80 {
			s := strings.Repeat("x", n%4) + strings.Repeat(r, n)
			got := Clip(s)
			kept, cut := strings.CutSuffix(got, "...")
			if !utf8.ValidString(got) || !strings.HasPrefix(s, kept) || len(kept) > 64 || cut != (len(s) > 64) {
				t.Fatalf("%q became %q", s, got)
			}
			if cut && len(kept)+len(r) <= 64 {
				t.Fatalf("%q became %q, which is shorter than it need be", s, got)
			}
		}
	}
}
