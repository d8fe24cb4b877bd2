package tabletest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/table"
)

func limits(t *testing.T, tb table.Table) {
	for name, k := range map[string]table.Key{
		"an empty pk": state("", "s"), "an empty sk": state("p", ""),
		"a long pk": state(strings.Repeat("p", table.MaxKey+1), "s"),
		"a long sk": state("p", strings.Repeat("s", table.MaxKey+1)),
		"a NUL":     state("p", "a\x00b"), "bytes that are not UTF-8": state("p\xff", "s"),
	} {
		_, _, err := read(tb, k)
		mustBeFault(t, err, "invalid_key")
		_, err = transact(tb, put(k, "x"))
		mustBeFault(t, err, "invalid_key")
		if k.SK == "s" {
			_, err = page(tb, table.Range{Table: table.State, PK: k.PK})
			mustBeFault(t, err, "invalid_key")
		}
		if t.Failed() {
			t.Fatalf("with %s", name)
		}
	}
	_, err := page(tb, table.Range{Table: table.State, PK: "p", Cursor: "a\x00b"})
	mustBeFault(t, err, "invalid_cursor")
	_, err = page(tb, table.Range{Table: table.State, PK: "p", From: strings.Repeat("s", table.MaxKey+1)})
	mustBeFault(t, err, "invalid_key")

	_, _, err = read(tb, many(table.MaxGet+1)...)
	mustBeFault(t, err, "too_many_keys")
	_, err = transact(tb, puts(table.MaxOps+1, "x")...)
	mustBeFault(t, err, "too_many_ops")
	_, err = transact(tb, put(state("p", "s"), strings.Repeat("x", table.MaxBody+1)))
	mustBeFault(t, err, "item_too_large")
	_, err = transact(tb, puts(13, strings.Repeat("x", table.MaxBody))...)
	mustBeFault(t, err, "transaction_too_large")
	if items := mustWalk(t, tb, table.Range{Table: table.State, PK: "many"}); len(items) != 0 {
		t.Errorf("%d items of a transaction over the limits were written", len(items))
	}
}

func many(n int) []table.Key {
	keys := make([]table.Key, n)
	for i := range keys {
		keys[i] = state("many", fmt.Sprintf("%03d", i))
	}
	return keys
}

func puts(n int, body string) []table.Op {
	ops := make([]table.Op, n)
	for i, k := range many(n) {
		ops[i] = put(k, body)
	}
	return ops
}

func largest(t *testing.T, tb table.Table) {
	long := state(strings.Repeat("p", table.MaxKey), strings.Repeat("é", table.MaxKey/2))
	body := strings.Repeat("x", table.MaxBody)
	mustTransact(t, tb, put(long, body))
	if got := mustGet(t, tb, long)[0]; string(got.Body) != body {
		t.Errorf("the largest body came back with %d bytes", len(got.Body))
	}
	mustTransact(t, tb, puts(11, body)...)
	mustTransact(t, tb, puts(table.MaxOps, "small")...)
	items := mustGet(t, tb, many(table.MaxGet)...)
	for i, it := range items {
		want := uint64(1)
		if i < 11 {
			want = 2
		}
		if it.Version != want || string(it.Body) != "small" {
			t.Fatalf("item %d is version %d, want %d", i, it.Version, want)
		}
	}
}

func bugsPanic(t *testing.T, tb table.Table) {
	l, s := ledger("p", "s"), state("p", "s")
	bad := func(ops ...table.Op) func() { return func() { _, _ = tb.Transact(bg, table.Tx{Ops: ops}) } }
	mustPanic(t, "a ledger put without Absent", bad(table.Op{Kind: table.Put, Key: l}))
	mustPanic(t, "a ledger put over version 0", bad(version(put(l, "x"), 0)))
	mustPanic(t, "a ledger add", bad(absent(add(l, 1))))
	mustPanic(t, "a ledger delete", bad(table.Op{Kind: table.Delete, Key: l, If: table.Cond{Kind: table.Absent}}))
	mustPanic(t, "a ledger check", bad(table.Op{Kind: table.Check, Key: l, If: table.Cond{Kind: table.Absent}}))
	mustPanic(t, "a key twice", bad(put(s, "a"), put(state("p", "t"), "b"), add(s, 1)))
	mustPanic(t, "a key twice among many", bad(append(puts(40, "x"), put(many(40)[7], "y"))...))
	mustPanic(t, "an op without kind", bad(table.Op{Key: s}))
	mustPanic(t, "an unknown condition", bad(table.Op{Kind: table.Put, Key: s, If: table.Cond{Kind: table.NAtLeast + 1}}))
	mustPanic(t, "an unknown table", bad(table.Op{Kind: table.Put, Key: table.Key{Table: "other", PK: "p", SK: "s"}}))
	mustPanic(t, "a body on an add", bad(table.Op{Kind: table.Add, Key: s, Body: []byte("x")}))
	mustPanic(t, "an unknown table in Query", func() { _, _ = tb.Query(bg, table.Range{Table: "other", PK: "p"}) })
	mustPanic(t, "a negative limit", func() { _, _ = tb.Query(bg, table.Range{Table: table.State, PK: "p", Limit: -1}) })
	// And the table lives on.
	mustTransact(t, tb, put(l, "x"), put(s, "y"))
}

func notAfter(t *testing.T, tb table.Table) {
	k := state("p", "s")
	send := func(at time.Time) error {
		for {
			_, err := tb.Transact(bg, table.Tx{Ops: []table.Op{add(k, 1)}, NotAfter: at})
			if !errors.Is(err, table.ErrConflict) && !errors.Is(err, table.ErrThrottled) {
				return err
			}
		}
	}
	if err := send(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)); !errors.Is(err, table.ErrExpired) {
		t.Errorf("a deadline long past: %v, want ErrExpired", err)
	}
	mustBe(t, mustGet(t, tb, k)[0], table.Item{Key: k})
	if err := send(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Errorf("a deadline far ahead: %v", err)
	}
	if err := send(time.Time{}); err != nil {
		t.Errorf("no deadline: %v", err)
	}
	mustBe(t, mustGet(t, tb, k)[0], table.Item{Key: k, Version: 2, N: 2})
}

func endedContext(t *testing.T, tb table.Table) {
	ctx, cancel := context.WithCancel(bg)
	cancel()
	k := state("p", "s")
	_, err := tb.Transact(ctx, table.Tx{Ops: []table.Op{put(k, "x")}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Transact: %v", err)
	}
	if errors.Is(err, table.ErrAmbiguous) {
		t.Error("nothing was sent, so nothing is ambiguous")
	}
	if _, _, err := tb.Get(ctx, k); !errors.Is(err, context.Canceled) {
		t.Errorf("Get: %v", err)
	}
	if _, err := tb.Query(ctx, table.Range{Table: table.State, PK: "p"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Query: %v", err)
	}
	mustBe(t, mustGet(t, tb, k)[0], table.Item{Key: k})
}
