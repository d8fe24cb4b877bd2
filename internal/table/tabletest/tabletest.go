// Package tabletest is the contract of table.Table as one suite. Every
// implementation passes it: memory, bolt, dynamo, and faulty with any weakness
// that the contract allows. It owns no data; its keys are its own.
package tabletest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
)

// Run holds a table to its contract. open gives a new, empty table, whose
// clock says a time between the years 2001 and 2099, and sees to its end with
// t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) table.Table) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, table.Table)
	}{
		{"AnAbsentItem_ReadsAsItsKeyWithVersionZero", absentItem},
		{"AWrite_IsSeenByEveryLaterRead", writeThenRead},
		{"Conditions_HoldExactlyWhenTheySay", conditions},
		{"Ops_LeaveWhatTheySay", effects},
		{"ARefusal_NamesEveryFailedOpAndWhatStood", refusal},
		{"ARefusedTransaction_WritesNothing", refusedWritesNothing},
		{"Tables_AreApart", tablesApart},
		{"Bodies_AreCopies", bodiesAreCopies},
		{"Limits_AreKeptAndNamed", limits},
		{"TheLargestItemAndTransaction_Fit", largest},
		{"OurBugs_Panic", bugsPanic},
		{"NotAfter_StopsAWriteThatIsLate", notAfter},
		{"AnEndedContext_WritesNothing", endedContext},
		{"Query_CutsTheRangeInBytewiseOrder", queryRanges},
		{"Query_PagesShowEachItemOnce", queryPages},
		{"Query_EndsAPageAtItsBytes", queryBytes},
		{"Query_CursorOnlyNarrows", queryCursor},
		{"Query_PagesUnderWritesMissNothingThatStays", queryUnderWrites},
		{"Units_FollowTheFormula", units},
		{"ConcurrentClaims_HaveOneWinner", oneWinner},
		{"ConcurrentAdds_NeverPassTheLimit", neverPastLimit},
		{"ConcurrentTransactions_AreLinearizable", linearizable},
		{"Changes_AreTheLedgerInCommitOrder", changes},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

// bg is the context of calls that are not to be cancelled.
var bg = context.Background()

func state(pk, sk string) table.Key  { return table.Key{Table: table.State, PK: pk, SK: sk} }
func ledger(pk, sk string) table.Key { return table.Key{Table: table.Ledger, PK: pk, SK: sk} }

func put(k table.Key, body string) table.Op {
	op := table.Op{Kind: table.Put, Key: k, Body: []byte(body)}
	if k.Table == table.Ledger {
		op.If.Kind = table.Absent
	}
	return op
}

func absent(op table.Op) table.Op { op.If = table.Cond{Kind: table.Absent}; return op }

func version(op table.Op, v int64) table.Op {
	op.If = table.Cond{Kind: table.VersionIs, Want: v}
	return op
}

func add(k table.Key, delta int64) table.Op {
	return table.Op{Kind: table.Add, Key: k, Delta: delta}
}

// transact sends a transaction, again after a conflict or a throttle.
func transact(tb table.Table, ops ...table.Op) (table.Result, error) {
	for try := 0; ; try++ {
		res, err := tb.Transact(bg, table.Tx{Ops: ops})
		if try == 1000 || !(errors.Is(err, table.ErrConflict) || errors.Is(err, table.ErrThrottled)) {
			return res, err
		}
		time.Sleep(time.Duration(min(try, 20)) * 100 * time.Microsecond)
	}
}

// read gets items, again after a throttle.
func read(tb table.Table, keys ...table.Key) ([]table.Item, table.Units, error) {
	for try := 0; ; try++ {
		items, u, err := tb.Get(bg, keys...)
		if try == 1000 || !errors.Is(err, table.ErrThrottled) {
			return items, u, err
		}
	}
}

// page gets one page, again after a throttle.
func page(tb table.Table, r table.Range) (table.Page, error) {
	for try := 0; ; try++ {
		p, err := tb.Query(bg, r)
		if try == 1000 || !errors.Is(err, table.ErrThrottled) {
			return p, err
		}
	}
}

// walk reads a range to its end and checks every page's form on the way.
func walk(tb table.Table, r table.Range) ([]table.Item, error) {
	var items []table.Item
	for pages := 0; ; pages++ {
		p, err := page(tb, r)
		if err != nil {
			return nil, err
		}
		if r.Limit > 0 && len(p.Items) > r.Limit {
			return nil, fmt.Errorf("a page of %d items, the limit is %d", len(p.Items), r.Limit)
		}
		if want := pageUnits(p.Items); p.Units != want {
			return nil, fmt.Errorf("a page costs %+v, want %+v", p.Units, want)
		}
		items = append(items, p.Items...)
		if p.Cursor == "" {
			return items, nil
		}
		if pages == 100_000 {
			return nil, errors.New("the walk does not end")
		}
		r.Cursor = p.Cursor
	}
}

func pageUnits(items []table.Item) table.Units {
	var size int64
	for _, it := range items {
		size += table.ItemSize(it)
	}
	return table.QueryUnits(size)
}

func mustTransact(t *testing.T, tb table.Table, ops ...table.Op) table.Result {
	t.Helper()
	res, err := transact(tb, ops...)
	if err != nil {
		t.Fatalf("Transact: %v", err)
	}
	return res
}

func mustGet(t *testing.T, tb table.Table, keys ...table.Key) []table.Item {
	t.Helper()
	items, _, err := read(tb, keys...)
	if err != nil || len(items) != len(keys) {
		t.Fatalf("Get: %d items for %d keys, %v", len(items), len(keys), err)
	}
	return items
}

func mustWalk(t *testing.T, tb table.Table, r table.Range) []table.Item {
	t.Helper()
	items, err := walk(tb, r)
	if err != nil {
		t.Fatalf("Query %+v: %v", r, err)
	}
	return items
}

// mustBe compares items; a Body of length 0 is a Body of length 0.
func mustBe(t *testing.T, got, want table.Item) {
	t.Helper()
	if diff := cmp.Diff(normal(want), normal(got)); diff != "" {
		t.Errorf("item differs (-want +got):\n%s", diff)
	}
}

func normal(it table.Item) table.Item {
	if len(it.Body) == 0 {
		it.Body = nil
	}
	return it
}

func mustBeFault(t *testing.T, err error, slug string) {
	t.Helper()
	if !fault.Is(err, slug) {
		t.Errorf("got %v, want a fault %q", err, slug)
	}
}

func mustPanic(t *testing.T, name string, call func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s did not panic", name)
		}
	}()
	call()
}

func sks(items []table.Item) []string {
	out := make([]string, 0, len(items))
	for _, it := range items {
		out = append(out, it.SK)
	}
	return out
}

func mustBeSKs(t *testing.T, name string, got []table.Item, want []string) {
	t.Helper()
	if !slices.Equal(sks(got), want) {
		t.Errorf("%s: got %q, want %q", name, sks(got), want)
	}
}
