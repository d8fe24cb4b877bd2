package table

import (
	"math"
	"strings"
	"testing"
)

func TestNumberSize_IsAByteForTwoDigitsAndOneMore(t *testing.T) {
	for _, c := range []struct {
		n    int64
		want int64
	}{
		{0, 1}, {1, 2}, {10, 2}, {99, 2}, {100, 2}, {101, 3}, {1234, 3}, {12345, 4},
		{123400, 3}, {-7, 2}, {-1200, 2}, {math.MaxInt64, 11}, {math.MinInt64, 11},
	} {
		if got := intSize(c.n); got != c.want {
			t.Errorf("size of %d: %d bytes, want %d", c.n, got, c.want)
		}
	}
}

// ofSize makes a Put whose encoded size is exactly so many bytes.
func ofSize(table Name, pk string, size int64) Op {
	op := Op{Kind: Put, Key: Key{Table: table, PK: pk, SK: "s"}, If: Cond{Kind: Absent}}
	op.Body = []byte(strings.Repeat("x", int(size-OpSize(op))))
	return op
}

func TestAnOrder_CostsSixWriteUnits(t *testing.T) {
	ops := []Op{ofSize(Ledger, "claim", 207), ofSize(Ledger, "entry", 270), ofSize(State, "order", 148)}
	if got := TxUnits(ops); got != (Units{Write: 6}) {
		t.Fatalf("an order costs %+v, want 6 write units", got)
	}
	for _, op := range ops {
		if got := TxUnits([]Op{op, op}); got.Write != 4 {
			t.Errorf("%s of %d bytes costs %d/2 in a transaction, want 2", op.Key.PK, OpSize(op), got.Write)
		}
	}
}

func TestARoute_CostsSixWriteUnitsAndEightWithALimit(t *testing.T) {
	ops := []Op{ofSize(Ledger, "decision", 856), ofSize(State, "head", 666), ofSize(State, "portfolio", 117)}
	if got := TxUnits(ops).Write; got != 6 {
		t.Errorf("a route costs %d, want 6", got)
	}
	ops = append(ops, Op{Kind: Add, Key: Key{Table: State, PK: "N#partner", SK: "N"}, Delta: 1, If: Cond{NAtMost, 20}})
	if got := TxUnits(ops).Write; got != 8 {
		t.Errorf("a route to a limited owner costs %d, want 8", got)
	}
}

func TestWriteUnits_RoundEachItemUpToTheNextKilobyte(t *testing.T) {
	for _, c := range []struct {
		name string
		ops  []Op
		want int64
	}{
		{"one state item of 1,024 bytes", []Op{ofSize(State, "a", 1024)}, 1},
		{"one state item of 1,025 bytes", []Op{ofSize(State, "a", 1025)}, 2},
		{"one ledger item, always in a transaction", []Op{ofSize(Ledger, "a", 1024)}, 2},
		{"one ledger item of 1,025 bytes", []Op{ofSize(Ledger, "a", 1025)}, 4},
		{"two of 600 bytes, not 1,200", []Op{ofSize(State, "a", 600), ofSize(State, "b", 600)}, 4},
		{"a seal of 1,330 bytes", []Op{ofSize(Ledger, "a", 1330)}, 4},
		{"a check alone needs a transaction", []Op{{Kind: Check, Key: Key{State, "a", "b"}}}, 2},
		{"a delete alone", []Op{{Kind: Delete, Key: Key{State, "a", "b"}}}, 1},
		{"nothing", nil, 0},
	} {
		if got := TxUnits(c.ops); got.Write != c.want || got.Read != 0 {
			t.Errorf("%s: %+v, want %d write units", c.name, got, c.want)
		}
	}
}

func TestReadUnits_RoundEachItemOfAGetButAPageOnce(t *testing.T) {
	item := func(size int) Item {
		it := Item{Key: Key{State, "p", "s"}, Version: 1}
		it.Body = make([]byte, size-int(ItemSize(it)))
		return it
	}
	if got := GetUnits([]Item{item(600), {}, item(4096), item(4097)}); got.Read != 1+1+1+2 {
		t.Errorf("Get costs %d, want 5: a missing item is charged like a small one", got.Read)
	}
	if got := QueryUnits(3 * 1400).Read; got != 2 {
		t.Errorf("a page of 4,200 bytes costs %d, want 2", got)
	}
	if got := QueryUnits(0).Read; got != 1 {
		t.Errorf("an empty page costs %d, want 1", got)
	}
}

func TestOpSize_IsTheSizeOfTheItemItLeaves(t *testing.T) {
	for _, op := range []Op{
		{Kind: Put, Key: Key{State, "p", "s"}, N: 1200, Body: []byte("body"), If: Cond{Kind: Absent}},
		{Kind: Put, Key: Key{State, "p", "s"}, N: -3, If: Cond{VersionIs, 12344}},
		{Kind: Put, Key: Key{State, "p", "s"}, If: Cond{VersionIs, 0}},
	} {
		next, err := op.Apply(Item{Version: uint64(op.If.Want)})
		if err != nil || ItemSize(next) != OpSize(op) {
			t.Errorf("%+v counts %d bytes and leaves %d (%v)", op, OpSize(op), ItemSize(next), err)
		}
	}
}
