package faulty

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/tabletest"
)

var bg = context.Background()

func noon() time.Time { return time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC) }

func memory() *table.Memory {
	m := table.NewMemory()
	m.Clock = noon
	return m
}

func key(sk string) table.Key { return table.Key{Table: table.State, PK: "p", SK: sk} }

func puts(body string, sks ...string) table.Tx {
	var tx table.Tx
	for _, sk := range sks {
		tx.Ops = append(tx.Ops, table.Op{Kind: table.Put, Key: key(sk), Body: []byte(body)})
	}
	return tx
}

// bodies are the items of the partition as "sk=body".
func bodies(t *testing.T, tb table.Table) []string {
	t.Helper()
	return walk(t, tb, table.Range{Table: table.State, PK: "p"})
}

func walk(t *testing.T, tb table.Table, r table.Range) (out []string) {
	t.Helper()
	for {
		p, err := tb.Query(bg, r)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range p.Items {
			out = append(out, it.SK+"="+string(it.Body))
		}
		if r.Cursor = p.Cursor; p.Cursor == "" {
			return out
		}
	}
}

func mustBe(t *testing.T, tb table.Table, want ...string) {
	t.Helper()
	if got := bodies(t, tb); !slices.Equal(got, want) {
		t.Errorf("the table holds %q, want %q", got, want)
	}
}

func TestContract_HoldsWithoutFaults(t *testing.T) {
	tabletest.Run(t, func(*testing.T) table.Table { return Wrap(memory(), Options{}) })
}

// The contract allows torn reads, short pages, conflicts and throttles, so the
// suite passes however often they come.
func TestContract_HoldsAtItsWeakest(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			tabletest.Run(t, func(*testing.T) table.Table {
				return Wrap(memory(), Options{Seed: seed, Clock: noon,
					Writes: map[Fault]int{Torn: 700, Conflict: 100, Throttled: 100},
					Reads:  map[Fault]int{Short: 400, Throttled: 100}})
			})
		})
	}
}

// With lost and late writes on top every history still has an explanation.
func TestContract_AmbiguousWritesStayLinearizable(t *testing.T) {
	for seed := range uint64(5) {
		tb := Wrap(memory(), Options{Seed: seed,
			Writes: map[Fault]int{Torn: 400, Conflict: 50, Throttled: 50, Failed: 30, Persisted: 30, Late: 30},
			Reads:  map[Fault]int{Short: 300, Throttled: 50}})
		tabletest.Linearizable(t, tb, 4, 50)
	}
}

func TestFaults_DoWhatTheySayToTheNthWrite(t *testing.T) {
	for _, c := range []struct {
		fault   Fault
		err     error
		written bool
	}{
		{None, nil, true}, {Torn, nil, true}, {Failed, table.ErrAmbiguous, false}, {Persisted, table.ErrAmbiguous, true},
		{Late, table.ErrAmbiguous, false}, {Conflict, table.ErrConflict, false}, {Throttled, table.ErrThrottled, false},
	} {
		tb := Wrap(memory(), Options{})
		tb.FaultWrite(2, c.fault)
		if _, err := tb.Transact(bg, puts("1", "a", "b")); err != nil {
			t.Fatal(err)
		}
		if _, err := tb.Transact(bg, puts("2", "b", "c")); !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.fault, err, c.err)
		}
		want := []string{"a=1", "b=1"}
		if c.written {
			want = []string{"a=1", "b=2", "c=2"}
		}
		mustBe(t, tb, want...)
		if _, err := tb.Transact(bg, puts("3", "d")); err != nil || tb.Writes() != 3 {
			t.Errorf("%s: the third write: %v", c.fault, err)
		}
	}
	tb := Wrap(memory(), Options{})
	tb.FaultWrite(1, Down)
	if _, err := tb.Transact(bg, puts("1", "a")); !fault.Is(err, "storage_failed") {
		t.Errorf("down: %v", err)
	}
	mustBe(t, tb)
}

func TestFaults_OnReads(t *testing.T) {
	tb := Wrap(memory(), Options{})
	if _, err := tb.Transact(bg, puts("1", "a", "b", "c", "d", "e")); err != nil {
		t.Fatal(err)
	}
	for n, f := range []Fault{Throttled, Throttled, Down, Down, Short} {
		tb.FaultRead(n+1, f)
	}
	r := table.Range{Table: table.State, PK: "p"}
	if _, _, err := tb.Get(bg, key("a")); !errors.Is(err, table.ErrThrottled) {
		t.Error(err)
	}
	if _, err := tb.Query(bg, r); !errors.Is(err, table.ErrThrottled) {
		t.Error(err)
	}
	if _, _, err := tb.Get(bg, key("a")); !fault.Is(err, "storage_failed") {
		t.Error(err)
	}
	if _, err := tb.Query(bg, r); !fault.Is(err, "storage_failed") {
		t.Error(err)
	}
	if p, err := tb.Query(bg, r); err != nil || len(p.Items) > 3 || p.Cursor == "" {
		t.Errorf("a short page of %d items, cursor %q, %v", len(p.Items), p.Cursor, err)
	}
	mustBe(t, tb, "a=1", "b=1", "c=1", "d=1", "e=1")
}

func TestLate_LandsAfterLaterWritesAndEvenAfterItsDeadline(t *testing.T) {
	now := noon()
	inner := memory()
	inner.Clock = func() time.Time { return now }
	tb := Wrap(inner, Options{Clock: inner.Clock})
	tb.FaultWrite(1, Late)
	tx := puts("late", "a")
	tx.NotAfter = noon().Add(10 * time.Second)
	if _, err := tb.Transact(bg, tx); !errors.Is(err, table.ErrAmbiguous) {
		t.Fatal(err)
	}
	tx.Ops[0].Body[0] = 'X' // the caller may use its memory again
	now = noon().Add(time.Minute)
	if _, err := tb.Transact(bg, puts("now", "a", "b")); err != nil {
		t.Fatal(err)
	}
	if n := tb.Deliver(); n != 1 {
		t.Errorf("%d delivered", n)
	}
	mustBe(t, tb, "a=late", "b=now")
	if n := tb.Deliver(); n != 0 {
		t.Errorf("%d delivered again", n)
	}
	tb.FaultWrite(3, Late)
	if _, err := tb.Transact(bg, tx); !errors.Is(err, table.ErrExpired) {
		t.Errorf("past its deadline it was sent: %v", err)
	}
}

func TestLate_LandsByItselfWithinEightCalls(t *testing.T) {
	for seed := range uint64(20) {
		tb := Wrap(memory(), Options{Seed: seed})
		tb.FaultWrite(1, Late)
		_, _ = tb.Transact(bg, puts("1", "a"))
		for range 8 {
			_, _, _ = tb.Get(bg, key("other"))
		}
		if n := tb.Deliver(); n != 0 {
			t.Errorf("seed %d: it had not landed", seed)
		}
		mustBe(t, tb, "a=1")
	}
}

// While a torn write commits, Query and Get show the same part of it, other
// writers of its items meet a conflict, and afterwards all of it is there.
func TestTorn_ShowsAPartUntilItReturns(t *testing.T) {
	parts := map[string]bool{}
	for seed := range uint64(120) {
		tb := Wrap(memory(), Options{Seed: seed})
		if _, err := tb.Transact(bg, puts("old", "a", "b", "d", "other")); err != nil {
			t.Fatal(err)
		}
		tx := puts("new", "b", "c")
		tx.Ops = append(tx.Ops, table.Op{Kind: table.Delete, Key: key("a")}, table.Op{Kind: table.Delete, Key: key("d")})
		during := 0
		tb.During = func() {
			during++
			seen := bodies(t, tb)
			parts[strings.Join(seen, " ")] = true
			for _, limit := range []int{1, 2} {
				r := table.Range{Table: table.State, PK: "p", Limit: limit}
				paged := walk(t, tb, r)
				r.Desc = true
				back := walk(t, tb, r)
				slices.Reverse(back)
				if !slices.Equal(paged, seen) || !slices.Equal(back, seen) {
					t.Errorf("one page shows %q, pages of %d %q and backwards %q", seen, limit, paged, back)
				}
			}
			if items, _, err := tb.Get(bg, key("b")); err != nil || !slices.Contains(seen, "b="+string(items[0].Body)) {
				t.Errorf("Get sees b=%s, Query %v (%v)", items[0].Body, seen, err)
			}
			if _, err := tb.Transact(bg, puts("x", "c", "z")); !errors.Is(err, table.ErrConflict) {
				t.Errorf("another writer: %v", err)
			}
			if _, err := tb.Transact(bg, puts("free", "other")); err != nil {
				t.Errorf("a writer of other items: %v", err)
			}
		}
		tb.FaultWrite(2, Torn)
		if _, err := tb.Transact(bg, tx); err != nil || during != 1 {
			t.Fatal(err, during)
		}
		mustBe(t, tb, "b=new", "c=new", "other=free")
	}
	for _, never := range []string{"b=new c=new other=old", "a=old b=old d=old other=old"} {
		if parts[never] {
			t.Errorf("%q is no part", never)
		}
	}
	if len(parts) != 14 {
		t.Errorf("of 14 ways to tear four writes, %d were seen: %v", len(parts), parts)
	}
}

// hooked runs a hook inside each of its writes.
type hooked struct {
	table.Table
	hook func()
}

func (h *hooked) Transact(ctx context.Context, tx table.Tx) (table.Result, error) {
	if hook := h.hook; hook != nil {
		h.hook = nil
		hook()
	}
	return h.Table.Transact(ctx, tx)
}

// A write that is already under way on one of its items would be read as the
// item before the torn one: then nothing is torn.
func TestTorn_NotWhileAnotherWriteIsUnderWay(t *testing.T) {
	inner := &hooked{Table: memory()}
	tb := Wrap(inner, Options{})
	tb.FaultWrite(2, Torn)
	tb.During = func() { t.Error("torn over a write under way") }
	inner.hook = func() {
		if _, err := tb.Transact(bg, puts("inside", "a", "b")); err != nil {
			t.Error(err)
		}
	}
	if _, err := tb.Transact(bg, puts("outside", "b")); err != nil {
		t.Error(err)
	}
	mustBe(t, tb, "a=inside", "b=outside")
}

func TestSeed_GivesTheSameFaultsAgain(t *testing.T) {
	run := func(seed uint64) (log []string) {
		tb := Wrap(memory(), Options{Seed: seed, Writes: map[Fault]int{Failed: 100, Persisted: 100, Late: 100, Conflict: 100, Torn: 100}, Reads: map[Fault]int{Throttled: 200}})
		for i := range 60 {
			_, err := tb.Transact(bg, puts(fmt.Sprint(i), "a", "b"))
			items, _, readErr := tb.Get(bg, key("a"))
			log = append(log, fmt.Sprint(err, items, readErr))
		}
		return log
	}
	if !slices.Equal(run(1), run(1)) {
		t.Error("the same seed gave other faults")
	}
	if slices.Equal(run(1), run(2)) {
		t.Error("another seed gave the same faults")
	}
}

// TestEach_ARetriedClaimIsThereOnce is what a fault table is for: a caller
// that repeats until it knows ends with everything, once.
func TestEach_ARetriedClaimIsThereOnce(t *testing.T) {
	runs := 0
	Each(t, WriteFaults(), func(*testing.T) table.Table { return memory() }, func(t *testing.T, tb *Table) {
		runs++
		for i := range 3 {
			claim := table.Tx{Ops: []table.Op{
				{Kind: table.Put, Key: table.Key{Table: table.Ledger, PK: "E", SK: fmt.Sprint(i)}, If: table.Cond{Kind: table.Absent}},
				{Kind: table.Add, Key: key("n"), Delta: 1},
			}}
			for known := false; !known; {
				_, err := tb.Transact(bg, claim)
				var refused *table.Refused
				known = err == nil || errors.As(err, &refused)
			}
		}
		tb.Deliver()
		if items, _, err := tb.Get(bg, key("n")); err != nil || items[0].N != 3 {
			t.Errorf("counted %d of 3 (%v)", items[0].N, err)
		}
	})
	if want := 1 + 3*len(WriteFaults()); runs != want {
		t.Errorf("%d runs, want %d", runs, want)
	}
}
