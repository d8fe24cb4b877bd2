package closing

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"testing"

	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

// entriesOf are n entries in no order of their hashes.
func entriesOf(n int) *entries {
	e := &entries{}
	for i := range n {
		e.leaves = append(e.leaves, seal.Leaf(fmt.Append(nil, i)))
	}
	return e
}

func TestManifest_NamesEveryEntryInTheOrderOfTheHashes(t *testing.T) {
	flat, err := base64.StdEncoding.DecodeString(entriesOf(60_000).manifest())
	if err != nil || len(flat) != 8*60_000 {
		t.Fatalf("%d bytes, %v", len(flat), err)
	}
	for i := 8; i < len(flat); i += 8 {
		if bytes.Compare(flat[i-8:i], flat[i:i+8]) > 0 {
			t.Fatalf("prefix %d is out of order", i/8)
		}
	}
}

func TestManifest_ReadBackIsWrittenAsItWas_AroundEveryPartBoundary(t *testing.T) {
	perPart := MaxPart / 4 * 3 / 8
	for _, n := range []int{0, 1, perPart - 1, perPart, perPart + 1, 2*perPart - 1, 2 * perPart, 2*perPart + 1} {
		s := store.New(table.NewMemory(), store.Options{})
		want, got := store.NewOwnerItems("partner:p1", "2026-03"), store.NewOwnerItems("partner:p1", "2026-03")
		must(t, want.AddManifest(entriesOf(n).manifest()))
		must(t, want.AddSeal())
		differs, err := s.PutOwnerItems(t.Context(), want)
		if differs != "" || err != nil {
			t.Fatal(differs, err)
		}
		names, err := s.SealedNames(t.Context(), "partner:p1", "2026-03")
		must(t, err)
		again := &entries{}
		for name := range names {
			var leaf seal.Digest
			copy(leaf[:], name[:])
			again.leaves = append(again.leaves, leaf)
		}
		must(t, got.AddManifest(again.manifest()))
		if got.Seal.Manifest != want.Seal.Manifest || !slices.Equal(got.Seal.ManifestAt, want.Seal.ManifestAt) {
			t.Errorf("%d entries: %d parts became %d", n, len(want.Seal.ManifestAt), len(got.Seal.ManifestAt))
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
