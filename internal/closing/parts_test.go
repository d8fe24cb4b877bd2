package closing_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/moneytest"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

// many adds n customers of p1 who ordered on four days of March, so that each
// of them is observed and valued.
func (w *world) many(n int) {
	w.T.Helper()
	for i := range n {
		id := channel.CustomerID(fmt.Sprintf("many-%05d", i))
		w.Customer(id, "partner:p1", "2026-03-01T08:00:00Z")
		b := &store.Batch{}
		for k, day := range []string{"02", "09", "16", "23"} {
			order := channel.OrderID(fmt.Sprintf("%s-%d", id, k))
			b.PutEntry(id, &history.Entry{Kind: history.KindOrder, ID: string(order), Booked: "2026-03", Source: "shop", EventID: channel.EventID(order),
				Occurred: moneytest.Instant(w.T, "2026-03-"+day+"T10:00:00Z"),
				Order:    &channel.Order{ID: order, Customer: id, Amount: int64(9000 + 7*i%5000), Currency: "EUR"}}, "2026-03")
		}
		w.Must(w.Store.Commit(w.Ctx, b))
	}
}

// stored keeps the bodies of a position as a close would.
func (w *world) stored(o channel.Owner, p channel.Period, bodies [][]byte) {
	w.T.Helper()
	for n, body := range bodies {
		b := &store.Batch{}
		b.Body(store.PositionKey(o, p, n), body)
		w.Must(w.Store.Commit(w.Ctx, b))
	}
}

// readBack is a stored position as the input of encodePosition.
func (w *world) readBack(partner channel.PartnerID, p channel.Period, orders []channel.OrderID) (*incentive.Result, *closing.ValueBook) {
	w.T.Helper()
	head, err := w.Uses.Library.LoadPosition(w.Ctx, partner, p)
	w.Must(err)
	shares, err := w.Uses.Library.SharesOf(w.Ctx, partner, p, orders)
	w.Must(err)
	book, err := w.Uses.Library.Values(w.Ctx, partner, p, head)
	w.Must(err)
	return &incentive.Result{Position: head.Position, Shares: shares}, book
}

// around are the numbers next to the first n at which a condition holds, and
// next to that of three times as many.
func around(holds func(n int) bool) []int {
	from, to := 0, 1
	for ; !holds(to); to *= 2 {
		from = to
	}
	for from+1 < to {
		if half := (from + to) / 2; holds(half) {
			to = half
		} else {
			from = half
		}
	}
	return []int{to - 1, to, to + 1, 3*to - 1, 3 * to, 3*to + 1}
}

func manyWorths(n int) closing.BookedWorth {
	if n == 0 {
		return nil
	}
	out := closing.BookedWorth{}
	for i := range n {
		out[channel.CustomerID(fmt.Sprintf("customer-%06d", i))] = closing.Worth{int64(i), 1, int64(2 * i), 1}
	}
	return out
}

func partsOf(t *testing.T, r *incentive.Result, book *closing.ValueBook) [][]byte {
	t.Helper()
	bodies, err := closing.EncodePosition(r, book)
	if err != nil {
		t.Fatal(err)
	}
	return bodies
}

func TestPosition_ReadBackIsWrittenAsItWas_AroundEveryPartBoundary(t *testing.T) {
	cut := func(n int) int { return len(manyWorths(n).Split(closing.MaxPart)) }
	worths := slices.Concat([]int{0, 1},
		around(func(n int) bool { return !manyWorths(n).Inline() }),
		around(func(n int) bool { return cut(n) > 1 }))
	shares := slices.Concat([]int{0, 1}, around(func(n int) bool { return len(closing.Split(manyShares(n), closing.MaxPart)) > 1 }))
	for i, customers := range worths {
		for k, orders := range shares {
			if i != 3 && i != len(worths)-1 && k != i%len(shares) {
				continue // every boundary of one with some of the other
			}
			w := newWorld(t)
			r := &incentive.Result{Shares: manyShares(orders), Position: incentive.Position{Currency: "EUR", Balance: 7}}
			book := &closing.ValueBook{Next: closing.Basis{Model: "sha256:m", Policy: "sha256:p"}, Customers: manyWorths(customers)}
			want := partsOf(t, r, book)
			w.stored("partner:p1", "2026-03", want)
			ids := make([]channel.OrderID, orders)
			for n := range ids {
				ids[n] = channel.OrderID(fmt.Sprintf("order-%06d", n))
			}
			again, read := w.readBack("p1", "2026-03", ids)
			got := partsOf(t, again, read)
			if !slices.EqualFunc(want, got, bytes.Equal) {
				t.Errorf("%d customers, %d orders: %d parts of %q became %d of %q", customers, orders, len(want), clip(want[0]), len(got), clip(got[0]))
			}
		}
	}
}

// clip is the end of a text, where the book of values stands.
func clip(b []byte) []byte { return b[max(0, len(b)-120):] }

func TestClose_WithManyValuedCustomersOfOnePartner_EndsAndIsRepeated(t *testing.T) {
	for _, n := range []int{640, 1000, 5000} {
		if n > 1000 && testing.Short() {
			continue
		}
		w := valued(t)
		w.many(n)
		w.At("2026-04-06T09:00:00Z")
		plan, err := w.Uses.Closing.PlanClose(w.Ctx, "2026-03")
		w.Must(err)
		for range 2 { // the second time as after a crash
			if _, err := w.Uses.Closing.CloseOwners(w.Ctx, "2026-03", plan.Owners); err != nil {
				t.Fatalf("%d customers: %v", n, err)
			}
		}
		if s := w.Close("2026-03"); s.State != wire.PeriodClosed || s.Already {
			t.Errorf("%d customers: %+v", n, s)
		}
		if s := w.Close("2026-03"); !s.Already {
			t.Errorf("%d customers, again: %+v", n, s)
		}
		book, found, err := w.Uses.Library.StoredValues(w.Ctx, "p1", "2026-03")
		if err != nil || !found || len(book.Customers) != n+1 { // and c1
			t.Errorf("%d customers: %v, %v", n, book, err)
		}
		if n == 640 { // the month that opens with parts, and its statement
			w.Close("2026-04")
			d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-04"})
			w.Must(err)
			var values []incentive.Value
			if w.Decode(d.Inputs.Values, &values); len(values) != n+1 {
				t.Errorf("the month after opens with the values of %d customers", len(values))
			}
		}
	}
}

// keepBefore is how versions before wrote a book of values: they went on
// counting from the parts that the book was read from, and so stopped between the
// readers with readers_disagree.
func keepBefore(t *testing.T, r *incentive.Result, values *closing.ValueBook) [][]byte {
	t.Helper()
	head, book := closing.PositionPart{Position: r.Position, Shares: closing.Split(r.Shares, closing.MaxPart)[0]}, *values
	head.Values = &book
	bodies := [][]byte{nil}
	for _, some := range book.Customers.Split(closing.MaxPart) {
		body, err := seal.Canonical(closing.ValuePart{Values: some})
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, body)
		book.Parts++
	}
	book.Customers = nil
	var err error
	if bodies[0], err = seal.Canonical(head); err != nil {
		t.Fatal(err)
	}
	return bodies
}

func TestClose_OfAMonthThatStoppedBetweenTheReaders_GoesOn(t *testing.T) {
	w := valued(t)
	w.many(640)
	w.At("2026-04-06T09:00:00Z")
	plan, err := w.Uses.Closing.PlanClose(w.Ctx, "2026-03")
	w.Must(err)
	_, err = w.Uses.Closing.CloseOwners(w.Ctx, "2026-03", plan.Owners)
	w.Must(err)
	before := w.Everything("2026-03")
	w.stuck("partner:p1", "2026-03")
	again := w.through(w.Store.Table())
	if s := again.Close("2026-03"); s.State != wire.PeriodClosed {
		t.Fatalf("%+v", s)
	}
	after := w.Everything("2026-03")
	delete(after, "head")
	if !maps.Equal(before, after) {
		t.Error("what was stored before has changed")
	}
}

// position is the parts of an owner's position as they stand.
func (w *world) position(o channel.Owner, p channel.Period) []table.Item {
	w.T.Helper()
	first := store.PositionKey(o, p, 0)
	var out []table.Item
	for it, err := range w.Store.Items(w.Ctx, table.Range{Table: table.Ledger, PK: first.PK, From: first.SK, To: string(p) + "#P$"}) {
		w.Must(err)
		out = append(out, it)
	}
	return out
}

// stuck demands that the first reader's position stands as versions before wrote
// it, and that they would have written another one behind it.
func (w *world) stuck(o channel.Owner, p channel.Period) {
	w.T.Helper()
	items := w.position(o, p)
	var head closing.PositionPart
	w.Must(store.Decode(items[0], &head))
	var orders []channel.OrderID
	for id := range head.Shares {
		orders = append(orders, id)
	}
	slices.Sort(orders)
	id, _ := o.Partner()
	r, book := w.readBack(id, p, orders)
	for n, body := range keepBefore(w.T, r, book) {
		if !bytes.Equal(body, items[n].Body) {
			w.T.Errorf("part %d stands as %s, the version before wrote %s", n, clip(items[n].Body), clip(body))
		}
	}
	book.Parts = head.Values.Parts
	if bytes.Equal(keepBefore(w.T, r, book)[0], items[0].Body) || book.Parts == 0 {
		w.T.Error("the version before would not have stopped here")
	}
}

// TestClose_EachItemReadBackIsWrittenAsItWas holds what a close stores by the
// property on which a second reader and a repeated close rely.
func TestClose_EachItemReadBackIsWrittenAsItWas(t *testing.T) {
	w := valued(t)
	w.many(640)
	w.Close("2026-03")
	head, _, err := w.Store.PeriodHead(w.Ctx, "2026-03")
	w.Must(err)
	items, err := w.Store.Get(w.Ctx, store.PeriodHeadKey("2026-03"))
	w.Must(err)
	same := func(it table.Item, v any) {
		t.Helper()
		w.Must(store.Decode(it, v))
		if body, err := seal.Canonical(v); err != nil || !bytes.Equal(body, it.Body) {
			t.Errorf("%s %s: %v\n%s\n%s", it.PK, it.SK, err, clip(it.Body), clip(body))
		}
	}
	same(items[0], &head)
	for _, o := range []channel.Owner{"partner:p1", "partner:p2", "pod:field"} {
		items, err := w.Store.Get(w.Ctx, store.SealKey(o, "2026-03"), store.StatementKey(o, "2026-03"), store.PositionKey(o, "2026-03", 0))
		w.Must(err)
		for i, v := range []any{&store.SealItem{}, &store.StatementItem{}, &closing.PositionPart{}} {
			if items[i].Version != 0 {
				same(items[i], v)
			}
		}
	}
}
