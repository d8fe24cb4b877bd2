package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/table"
)

// content is text of about so many bytes, of the runes given and mostly of the
// first of them.
func content(r *rand.Rand, size int, runes []rune) []byte {
	out := make([]byte, 0, size+utf8.UTFMax)
	for len(out) < size {
		out = utf8.AppendRune(out, runes[r.IntN(1+r.IntN(len(runes)))])
	}
	return out
}

func TestContent_FullOfEscapesComesBackWholeUnderItsHash(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, runes := range map[string]string{
		"quotes":      `"\:,{}a`,
		"backslashes": `\"`,
		"controls":    "\x01\x00\x1f\n\t\r\b\f\x7fa",
		"wide":        "€\U0001F600é\u2028\uFFFDa\"",
		"plain":       "abc",
		"all":         "a\"\\\x01\n€\U0001F600\u2029é\x7f<&>",
	} {
		for _, size := range []int{maxPart - 1, maxPart, maxPart + 1, 2*maxPart - 3, 5 * maxPart, 1<<20 + r.IntN(1<<20), 20 << 20} {
			if size >= 20<<20 && name != "all" {
				continue
			}
			s := newStore(table.NewMemory())
			want := content(r, size, []rune(runes))
			hash, err := s.PutContent(ctx, want)
			must(t, err)
			got, err := newStore(s.table).Content(ctx, hash)
			must(t, err)
			if hash != seal.Hash(want) || !bytes.Equal(got[0], want) {
				t.Errorf("%s: %d bytes came back as %d, under %s", name, len(want), len(got[0]), hash)
			}
		}
	}
}

// putContentBefore is how versions before cut content: by its own size, whatever
// the parts take as JSON text.
func putContentBefore(t *testing.T, s *Store, content []byte) string {
	t.Helper()
	var m manifest
	for rest := content; len(rest) > 0; {
		n := min(maxPart, len(rest))
		for n < len(rest) && !utf8.RuneStart(rest[n]) {
			n--
		}
		part, err := seal.Canonical(string(rest[:n]))
		must(t, err)
		must(t, s.putPart(ctx, seal.Hash(part), part, 0))
		m.Parts, rest = append(m.Parts, seal.Hash(part)), rest[n:]
	}
	list, err := seal.Canonical(m)
	must(t, err)
	must(t, s.putPart(ctx, seal.Hash(content), list, int64(len(m.Parts))))
	return seal.Hash(content)
}

func TestContent_OfTheVersionBefore_IsReadAndNotWrittenAgain(t *testing.T) {
	s := newStore(table.NewMemory())
	want, err := seal.Canonical(strings.Repeat(`Grüße "und" mehr davon `, 40_000))
	must(t, err)
	hash := putContentBefore(t, s, want)
	count := &counting{Table: s.table}
	again, err := newStore(count).PutContent(ctx, want)
	must(t, err)
	got, err := newStore(s.table).Content(ctx, hash)
	must(t, err)
	if again != hash || !bytes.Equal(got[0], want) || count.writes != 0 {
		t.Errorf("%d bytes came back as %d, after %d writes", len(want), len(got[0]), count.writes)
	}
}

func TestDirectory_OfManyPartners_IsWrittenAgainUnderItsHash(t *testing.T) {
	s := newStore(table.NewMemory())
	var d channel.Directory
	for i := range 30_000 { // parts of a directory beyond 300 KB are cut themselves
		d.Partners = append(d.Partners, channel.Partner{ID: channel.PartnerID(fmt.Sprintf("p%06d", i)), Name: strings.Repeat(`"\`, 100), Currency: "EUR",
			Regions: []string{"DE", "FR"}, Capacity: -1, Status: channel.Active})
	}
	for i := range 3000 {
		d.Pods = append(d.Pods, channel.Pod{ID: channel.PodID(fmt.Sprintf("pod%04d", i)), Name: strings.Repeat(`"€`, 60), Capacity: -1, Status: channel.Active})
	}
	hash, err := s.PutDirectory(ctx, d)
	must(t, err)
	got, err := newStore(s.table).Directory(ctx, hash)
	must(t, err)
	if diff := cmp.Diff(d, got); diff != "" {
		t.Fatal(diff)
	}
	if again, err := newStore(table.NewMemory()).PutDirectory(ctx, got); err != nil || again != hash {
		t.Errorf("written again it is %s, not %s: %v", again, hash, err)
	}
}

func TestKeepAnswer_TooLargeForAnItem_IsReplayed(t *testing.T) {
	s := newStore(table.NewMemory())
	for name, owners := range map[string]int{"small": 3, "large": 100_000} {
		want := map[string]int{}
		for i := range owners {
			want[fmt.Sprintf("partner:p%06d", i)] = i
		}
		r := Request{Call: "POST /v1/routes", Caller: "ann", Key: name, Body: struct{}{}}
		must(t, s.KeepAnswer(ctx, r, want))
		must(t, s.KeepAnswer(ctx, r, map[string]int{"another": 1}))
		var got map[string]int
		found, err := newStore(s.table).Replay(ctx, r, &got)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" || !found {
			t.Errorf("%s: found %t, %s", name, found, diff[:min(len(diff), 300)])
		}
		r.Body = "another"
		if _, err := s.Replay(ctx, r, &got); err == nil {
			t.Errorf("%s: the key is answered to another request", name)
		}
	}
}

// A part is JSON text: what textLen counts is what it takes.
func TestTextLen_IsWhatCanonicalTextTakes(t *testing.T) {
	for c := range 0x80 {
		text, err := seal.Canonical(string(rune(c)))
		must(t, err)
		if n := textLen(byte(c)); n != len(text)-2 || !json.Valid(text) {
			t.Errorf("%q takes %d bytes, counted are %d", rune(c), len(text)-2, n)
		}
	}
}
