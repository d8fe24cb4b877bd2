package bolt

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/fairlead/fairlead/internal/table"
)

// TestOpen_AFileOfTheVersionBefore_IsReadAndWritten: version 0.4 of the
// fairlead command made this file; cmd/fairlead/testdata/before has how.
func TestOpen_AFileOfTheVersionBefore_IsReadAndWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unpack(t, "../../../cmd/fairlead/testdata/before/"+File+".gz", filepath.Join(dir, File))

	b := mustOpen(t, dir)
	control := table.Key{Table: table.State, PK: "X", SK: "control"}
	items, _, err := b.Get(bg, control)
	if err != nil || items[0].Version == 0 || len(items[0].Body) == 0 {
		t.Fatalf("the control block reads as %+v, %v", items, err)
	}
	page, err := b.Query(bg, table.Range{Table: table.State, PK: "R#runs"})
	if err != nil || len(page.Items) != 2 {
		t.Errorf("%d payout runs (%v), want 2", len(page.Items), err)
	}
	stale := put("a", "1")
	stale.Ops[0].Key, stale.Ops[0].If = control, table.Cond{Kind: table.VersionIs, Want: int64(items[0].Version) - 1}
	var refused *table.Refused
	if _, err := b.Transact(bg, stale); !errors.As(err, &refused) {
		t.Errorf("a write under an old version: %v, want a refusal", err)
	}
	mustPut(t, b, "a", "1")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}

	again := mustOpen(t, dir)
	mustHold(t, again, "a", "1")
	if after, _, err := again.Get(bg, control); err != nil || string(after[0].Body) != string(items[0].Body) {
		t.Errorf("the control block was %s, and is %s (%v)", items[0].Body, after[0].Body, err)
	}
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	packed, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	r, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
