package tabletest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fairlead/fairlead/internal/table"
)

// oneWinner lets workers claim the same keys: of each, one transaction wins
// and all its items are its own, and every loser is shown the winner's claim.
func oneWinner(t *testing.T, tb table.Table) {
	const workers, claims = 8, 12
	var wins [claims]atomic.Int32
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			me := fmt.Sprintf("worker %d", w)
			for c := range claims {
				key := ledger(fmt.Sprintf("E#%d", c), "fact")
				_, err := transact(tb, put(key, me), put(ledger("C", fmt.Sprint(c, "-", w)), me), put(state("O", fmt.Sprint(c)), me))
				var refused *table.Refused
				switch {
				case err == nil:
					wins[c].Add(1)
				case !errors.As(err, &refused):
					t.Errorf("claim %d: %v", c, err)
				case len(refused.Refusals) != 1 || refused.Refusals[0].Standing.Version != 1:
					t.Errorf("claim %d: the loser was shown %+v", c, refused.Refusals)
				}
			}
		})
	}
	wg.Wait()
	for c := range claims {
		got := mustGet(t, tb, ledger(fmt.Sprintf("E#%d", c), "fact"), state("O", fmt.Sprint(c)))
		if wins[c].Load() != 1 || string(got[0].Body) != string(got[1].Body) || got[1].Version != 1 {
			t.Errorf("claim %d has %d winners; claim by %q, order by %q", c, wins[c].Load(), got[0].Body, got[1].Body)
		}
	}
	if items := mustWalk(t, tb, table.Range{Table: table.Ledger, PK: "C"}); len(items) != claims {
		t.Errorf("%d entries of %d winners: a loser left a part behind", len(items), claims)
	}
}

// neverPastLimit fills owners with room for 20: the counter never passes it
// and counts exactly the customers that were let in.
func neverPastLimit(t *testing.T, tb table.Table) {
	const workers, each, room = 8, 6, 20
	counter := state("N#owner", "N")
	var in, out atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				op := add(counter, 1)
				op.If = table.Cond{Kind: table.NAtMost, Want: room - 1}
				_, err := transact(tb, absent(put(state("P#owner", fmt.Sprint(w, "-", i)), "")), op)
				var refused *table.Refused
				switch {
				case err == nil:
					in.Add(1)
				case !errors.As(err, &refused):
					t.Errorf("worker %d: %v", w, err)
				default:
					out.Add(1)
					if n := refused.Refusals[0].Standing.N; n != room {
						t.Errorf("refused with %d held of %d", n, room)
					}
				}
			}
		})
	}
	wg.Wait()
	held := mustWalk(t, tb, table.Range{Table: table.State, PK: "P#owner"})
	n := mustGet(t, tb, counter)[0]
	if in.Load() != room || out.Load() != workers*each-room || len(held) != room || n.N != room || n.Version != room {
		t.Errorf("%d let in, %d refused, %d held, counter %d at version %d", in.Load(), out.Load(), len(held), n.N, n.Version)
	}
}

func linearizable(t *testing.T, tb table.Table) { Linearizable(t, tb, 4, 60) }

// units asserts the figures of calls against the formula, written out in
// numbers: names 7 bytes, keys, number sizes and body.
func units(t *testing.T, tb table.Table) {
	body := func(n int) string { return string(make([]byte, n)) }
	// 7 + "p" + "s" + version 1 (2) + number 0 (1) = 12 bytes and the body.
	for _, c := range []struct {
		name string
		ops  []table.Op
		want int64
	}{
		{"one state item of 1,024 bytes", []table.Op{put(state("p", "s"), body(1012))}, 1},
		{"one state item of 1,025 bytes", []table.Op{put(state("p", "s"), body(1013))}, 2},
		{"the same in a transaction", []table.Op{put(state("p", "s"), body(1013)), put(state("p", "t"), "")}, 6},
		{"an order", []table.Op{put(ledger("E", "1"), body(195)), put(ledger("C", "1"), body(258)), put(state("O", "1"), body(136))}, 6},
		{"an add alone", []table.Op{add(state("p", "n"), 1)}, 1},
		{"a check alone", []table.Op{{Kind: table.Check, Key: state("p", "n")}}, 2},
		{"a delete and an add", []table.Op{{Kind: table.Delete, Key: state("p", "n")}, add(state("p", "m"), -1)}, 4},
	} {
		if res := mustTransact(t, tb, c.ops...); res.Units != (table.Units{Write: c.want}) {
			t.Errorf("%s costs %+v, want %d write units", c.name, res.Units, c.want)
		}
	}
	mustTransact(t, tb, put(state("r", "a"), body(4084)), put(state("r", "b"), body(4085)), put(state("r", "c"), ""))
	_, u, err := read(tb, state("r", "a"), state("r", "b"), state("r", "absent"), ledger("E", "1"))
	if err != nil || u != (table.Units{Read: 1 + 2 + 1 + 1}) {
		t.Errorf("Get costs %+v (%v), want 5 read units", u, err)
	}
	mustWalk(t, tb, table.Range{Table: table.State, PK: "r"}) // checks each page's units
	p, err := page(tb, table.Range{Table: table.State, PK: "nothing"})
	if err != nil || p.Units != (table.Units{Read: 1}) {
		t.Errorf("an empty page costs %+v (%v), want 1 read unit", p.Units, err)
	}
}

// changes: a table that offers Changes lists every ledger insert once, in
// commit order, as stored, and nothing else.
func changes(t *testing.T, tb table.Table) {
	ch, ok := tb.(table.Changes)
	if !ok {
		t.Skip("this table does not offer Changes")
	}
	if got, err := ch.Changes(bg, 0, 10); err != nil || len(got) != 0 {
		t.Fatalf("an empty table has changes %v, %v", got, err)
	}
	mustTransact(t, tb, put(ledger("p", "9"), "first"), put(state("p", "s"), "no change"))
	_, _ = transact(tb, put(ledger("p", "9"), "again"), put(ledger("p", "8"), "refused"))
	for i := range 30 {
		mustTransact(t, tb, put(ledger("p", fmt.Sprintf("z%02d", i)), fmt.Sprint(i)), put(ledger("a", fmt.Sprintf("z%02d", i)), "pair"))
	}
	var after uint64
	var got []table.Item
	for {
		page, err := ch.Changes(bg, after, 7)
		if err != nil || len(page) > 7 {
			t.Fatalf("%d changes after %d: %v", len(page), after, err)
		}
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			if c.Seq <= after {
				t.Fatalf("sequence %d comes after %d", c.Seq, after)
			}
			after = c.Seq
			got = append(got, c.Item)
		}
	}
	mustListInserts(t, got)
	mustTransact(t, tb, put(ledger("p", "later"), ""))
	if page, err := ch.Changes(bg, after, 0); err != nil || len(page) != 1 || page[0].Item.SK != "later" {
		t.Errorf("after one more insert: %v, %v", page, err)
	}
}

func mustListInserts(t *testing.T, got []table.Item) {
	t.Helper()
	if len(got) != 61 {
		t.Fatalf("%d changes, want 61", len(got))
	}
	mustBe(t, got[0], table.Item{Key: ledger("p", "9"), Version: 1, Body: []byte("first")})
	for i := range 30 {
		// The two of one transaction may come in either order, but together.
		pair := map[string]string{got[1+2*i].PK: got[1+2*i].SK, got[2+2*i].PK: got[2+2*i].SK}
		if want := fmt.Sprintf("z%02d", i); len(pair) != 2 || pair["p"] != want || pair["a"] != want {
			t.Errorf("transaction %d appears as %v", i, pair)
		}
	}
}
