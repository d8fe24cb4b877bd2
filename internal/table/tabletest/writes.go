package tabletest

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/table"
)

func absentItem(t *testing.T, tb table.Table) {
	keys := []table.Key{state("p", "s"), ledger("p", "s"), state("p", "s")}
	for i, it := range mustGet(t, tb, keys...) {
		mustBe(t, it, table.Item{Key: keys[i]})
	}
	if items := mustWalk(t, tb, table.Range{Table: table.State, PK: "p"}); len(items) != 0 {
		t.Errorf("an empty partition has %d items", len(items))
	}
	if items, u, err := read(tb); err != nil || len(items) != 0 || u != (table.Units{}) {
		t.Errorf("Get of nothing: %v %+v %v", items, u, err)
	}
	if res, err := transact(tb); err != nil || res.Units != (table.Units{}) {
		t.Errorf("a Tx without ops: %+v %v", res, err)
	}
}

func writeThenRead(t *testing.T, tb table.Table) {
	k, l := state("p", "s"), ledger("p", "s")
	first := put(k, `{"a":1}`)
	first.N = -7
	mustTransact(t, tb, first, put(l, `{"b":2}`))
	want := table.Item{Key: k, Version: 1, N: -7, Body: []byte(`{"a":1}`)}
	wantL := table.Item{Key: l, Version: 1, Body: []byte(`{"b":2}`)}
	// In the order asked for, and a key asked for twice is answered twice.
	got := mustGet(t, tb, l, k, state("p", "other"), l)
	mustBe(t, got[0], wantL)
	mustBe(t, got[1], want)
	mustBe(t, got[2], table.Item{Key: state("p", "other")})
	mustBe(t, got[3], wantL)
	items := mustWalk(t, tb, table.Range{Table: table.State, PK: "p"})
	if len(items) != 1 {
		t.Fatalf("the partition has %d items", len(items))
	}
	mustBe(t, items[0], want)
}

// conditions tries every condition on an absent item, on one with N 5 and
// version 3, and on one that was deleted.
func conditions(t *testing.T, tb table.Table) {
	there, gone := state("p", "there"), state("p", "gone")
	mustTransact(t, tb, put(there, "a"), put(gone, "a"))
	mustTransact(t, tb, put(there, "b"), table.Op{Kind: table.Delete, Key: gone})
	five := put(there, "c")
	five.N = 5
	mustTransact(t, tb, five)
	for _, c := range []struct {
		name             string
		cond             table.Cond
		onThere, onNever bool
	}{
		{"always", table.Cond{}, true, true},
		{"absent", table.Cond{Kind: table.Absent}, false, true},
		{"version 0", table.Cond{Kind: table.VersionIs}, false, true},
		{"version 1", table.Cond{Kind: table.VersionIs, Want: 1}, false, false},
		{"version 3", table.Cond{Kind: table.VersionIs, Want: 3}, true, false},
		{"version 4", table.Cond{Kind: table.VersionIs, Want: 4}, false, false},
		{"at most 5", table.Cond{Kind: table.NAtMost, Want: 5}, true, true},
		{"at most 4", table.Cond{Kind: table.NAtMost, Want: 4}, false, true},
		{"at most 0", table.Cond{Kind: table.NAtMost}, false, true},
		{"at most -1", table.Cond{Kind: table.NAtMost, Want: -1}, false, false},
		{"at most the most", table.Cond{Kind: table.NAtMost, Want: math.MaxInt64}, true, true},
		{"at least 5", table.Cond{Kind: table.NAtLeast, Want: 5}, true, false},
		{"at least 6", table.Cond{Kind: table.NAtLeast, Want: 6}, false, false},
		{"at least 0", table.Cond{Kind: table.NAtLeast}, true, true},
		{"at least 1", table.Cond{Kind: table.NAtLeast, Want: 1}, true, false},
		{"at least the least", table.Cond{Kind: table.NAtLeast, Want: math.MinInt64}, true, true},
	} {
		for k, want := range map[table.Key]bool{there: c.onThere, gone: c.onNever, state("p", "never"): c.onNever} {
			_, err := transact(tb, table.Op{Kind: table.Check, Key: k, If: c.cond})
			var refused *table.Refused
			if held := err == nil; held != want || (!held && !errors.As(err, &refused)) {
				t.Errorf("%s on %s: held %v (%v), want %v", c.name, k.SK, held, err, want)
			}
		}
	}
	mustBe(t, mustGet(t, tb, there)[0], table.Item{Key: there, Version: 3, N: 5, Body: []byte("c")})
}

// effects walks one item through every op: version and number are exact.
func effects(t *testing.T, tb table.Table) {
	k := state("p", "s")
	withN := func(op table.Op, n int64) table.Op { op.N = n; return op }
	for _, s := range []struct {
		name string
		op   table.Op
		want table.Item
	}{
		{"delete of nothing", table.Op{Kind: table.Delete, Key: k}, table.Item{}},
		{"check of nothing", table.Op{Kind: table.Check, Key: k}, table.Item{}},
		{"add makes the item", add(k, 3), table.Item{Version: 1, N: 3}},
		{"add goes below zero", add(k, -5), table.Item{Version: 2, N: -2}},
		{"add of zero still counts the version", add(k, 0), table.Item{Version: 3, N: -2}},
		{"put sets number and body", withN(put(k, "b"), 9), table.Item{Version: 4, N: 9, Body: []byte("b")}},
		{"add keeps the body", add(k, 1), table.Item{Version: 5, N: 10, Body: []byte("b")}},
		{"check changes nothing", table.Op{Kind: table.Check, Key: k, If: table.Cond{Kind: table.VersionIs, Want: 5}}, table.Item{Version: 5, N: 10, Body: []byte("b")}},
		{"compare and swap", version(put(k, "c"), 5), table.Item{Version: 6, Body: []byte("c")}},
		{"the largest number", withN(put(k, ""), math.MaxInt64), table.Item{Version: 7, N: math.MaxInt64}},
		{"the smallest number", withN(put(k, ""), math.MinInt64), table.Item{Version: 8, N: math.MinInt64}},
		{"delete under a condition", table.Op{Kind: table.Delete, Key: k, If: table.Cond{Kind: table.VersionIs, Want: 8}}, table.Item{}},
		{"made again, it starts at 1", absent(put(k, "d")), table.Item{Version: 1, Body: []byte("d")}},
	} {
		// Alone, and on a second key as one of two ops: the same effect.
		s.want.Key = k
		mustTransact(t, tb, s.op)
		mustBe(t, mustGet(t, tb, k)[0], s.want)
		other := s.op
		other.Key, s.want.Key = state("q", "s"), state("q", "s")
		mustTransact(t, tb, add(state("r", "s"), 1), other)
		mustBe(t, mustGet(t, tb, other.Key)[0], s.want)
		if t.Failed() {
			t.Fatalf("after %s", s.name)
		}
	}
}

func refusal(t *testing.T, tb table.Table) {
	claim, order, free := ledger("E", "1"), state("O", "1"), state("O", "2")
	first := put(order, "order")
	first.N = 4
	mustTransact(t, tb, put(claim, "claim"), first)
	_, err := transact(tb, put(claim, "again"), absent(put(free, "x")), version(put(order, "y"), 7),
		table.Op{Kind: table.Check, Key: state("O", "3"), If: table.Cond{Kind: table.NAtLeast, Want: 1}})
	var refused *table.Refused
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want Refused", err)
	}
	if len(refused.Refusals) != 3 {
		t.Fatalf("%d refusals: %+v", len(refused.Refusals), refused.Refusals)
	}
	want := []struct {
		op   int
		item table.Item
	}{
		{0, table.Item{Key: claim, Version: 1, Body: []byte("claim")}},
		{2, table.Item{Key: order, Version: 1, N: 4, Body: []byte("order")}},
		{3, table.Item{Key: state("O", "3")}},
	}
	for i, w := range want {
		if refused.Refusals[i].Op != w.op {
			t.Errorf("refusal %d is of op %d, want %d", i, refused.Refusals[i].Op, w.op)
		}
		mustBe(t, refused.Refusals[i].Standing, w.item)
	}
	if refused.Units != (table.Units{Write: 8}) {
		t.Errorf("the refused attempt is charged %+v, want 8 write units", refused.Units)
	}
	_, err = transact(tb, version(put(order, "y"), 7))
	if !errors.As(err, &refused) || refused.Units != (table.Units{Write: 1}) {
		t.Fatalf("a single refused put: %v %+v", err, refused)
	}
	mustBe(t, refused.Refusals[0].Standing, want[1].item)
}

func refusedWritesNothing(t *testing.T, tb table.Table) {
	taken, fresh, counter := state("p", "taken"), state("p", "fresh"), state("p", "counter")
	mustTransact(t, tb, put(taken, "a"), add(counter, 1))
	_, err := transact(tb, put(fresh, "b"), add(counter, 1), put(ledger("p", "l"), "c"),
		table.Op{Kind: table.Delete, Key: state("p", "gone")}, absent(put(taken, "d")))
	var refused *table.Refused
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want Refused", err)
	}
	got := mustGet(t, tb, taken, fresh, counter, ledger("p", "l"))
	mustBe(t, got[0], table.Item{Key: taken, Version: 1, Body: []byte("a")})
	mustBe(t, got[1], table.Item{Key: fresh})
	mustBe(t, got[2], table.Item{Key: counter, Version: 1, N: 1})
	mustBe(t, got[3], table.Item{Key: ledger("p", "l")})
}

func tablesApart(t *testing.T, tb table.Table) {
	// Partitions whose names are prefixes of each other do not mix either.
	mustTransact(t, tb, put(ledger("p", "s"), "l"), put(state("p", "s"), "s"), put(state("pp", "s"), "pp"), put(state("p", "ps"), "ps"))
	for pk, want := range map[string][]string{"p": {"ps", "s"}, "pp": {"s"}, "P": {}} {
		mustBeSKs(t, "state "+pk, mustWalk(t, tb, table.Range{Table: table.State, PK: pk}), want)
	}
	mustBeSKs(t, "ledger p", mustWalk(t, tb, table.Range{Table: table.Ledger, PK: "p"}), []string{"s"})
	got := mustGet(t, tb, ledger("p", "s"), state("p", "s"))
	if string(got[0].Body) != "l" || string(got[1].Body) != "s" {
		t.Errorf("got %q and %q", got[0].Body, got[1].Body)
	}
}

func bodiesAreCopies(t *testing.T, tb table.Table) {
	k := state("p", "s")
	// Enough around it that it lies where the store keeps what is large.
	mustTransact(t, tb, puts(20, strings.Repeat("x", 1000))...)
	op := put(k, "mine")
	mustTransact(t, tb, op)
	op.Body[0] = 'X'
	first := mustGet(t, tb, k)[0]
	copy(first.Body, "YYYY")
	for _, it := range mustWalk(t, tb, table.Range{Table: table.State, PK: "p"}) {
		copy(it.Body, "ZZZZ")
	}
	_, err := transact(tb, absent(put(k, "other")))
	var refused *table.Refused
	if !errors.As(err, &refused) {
		t.Fatalf("got %v", err)
	}
	copy(refused.Refusals[0].Standing.Body, "QQQQ")
	if got := string(mustGet(t, tb, k)[0].Body); got != "mine" {
		t.Errorf("the stored body became %q", got)
	}
}
