package bolt

import (
	"testing"

	"github.com/fairlead/fairlead/internal/table"
)

// TestKill9_LosesNothingAndLeavesNoPart kills a process that writes orders, in
// the middle of it, several times over on one folder: everything it was told
// is there, whole, and nothing is there in part.
func TestKill9_LosesNothingAndLeavesNoPart(t *testing.T) {
	dir := t.TempDir()
	acknowledged := map[int]bool{}
	for round := range 4 {
		for _, i := range ordersUntil(t, childCommand(t, "orders", dir), 150+100*round) {
			if acknowledged[i] {
				t.Fatalf("order %d was acknowledged twice", i)
			}
			acknowledged[i] = true
		}
		b := mustOpen(t, dir)
		whole := mustBeWhole(t, b, acknowledged)
		mustBeSound(t, b)
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		t.Logf("round %d: %d acknowledged, %d whole, 0 in part", round, len(acknowledged), whole)
		if t.Failed() {
			return
		}
	}
}

// mustBeWhole checks every order that left any trace, and every acknowledged
// one, and returns how many there are.
func mustBeWhole(t *testing.T, b *Table, acknowledged map[int]bool) int {
	t.Helper()
	last := 0
	for i := range acknowledged {
		last = max(last, i)
	}
	whole, inserts := 0, 0
	for i := 1; i <= last+1000; i++ {
		var keys []table.Key
		for _, op := range orderTx(i).Ops {
			keys = append(keys, op.Key)
		}
		items, _, err := b.Get(bg, keys...)
		if err != nil {
			t.Fatal(err)
		}
		parts := 0
		for _, it := range items {
			parts += int(it.Version)
		}
		switch {
		case parts == 3:
			whole++
			inserts += 2
		case parts != 0:
			t.Errorf("order %d is there in part: %d of 3", i, parts)
		case acknowledged[i]:
			t.Errorf("order %d was acknowledged and is lost", i)
		}
	}
	if got := countChanges(t, b); got != inserts {
		t.Errorf("%d changes for %d inserts", got, inserts)
	}
	return whole
}

func countChanges(t *testing.T, b *Table) int {
	t.Helper()
	n, after := 0, uint64(0)
	for {
		page, err := b.Changes(bg, after, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return n
		}
		n += len(page)
		after = page[len(page)-1].Seq
	}
}
