package closing_test

import (
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/moneytest"
	"github.com/fairlead/fairlead/internal/store"
)

// stray writes an order into a period whatever its state, as a writer does that
// was held up beyond every limit.
func (w *world) stray(customer channel.CustomerID, id channel.OrderID, at string, minor int64) string {
	w.T.Helper()
	e := history.Entry{Kind: history.KindOrder, ID: string(id), Source: "shop", EventID: channel.EventID("e-" + id), Occurred: moneytest.Instant(w.T, at), Booked: "2026-03",
		Order: &channel.Order{ID: id, Customer: customer, Amount: minor, Currency: "EUR"}}
	b := &store.Batch{}
	b.PutEntry(customer, &e, e.Booked)
	w.Must(w.Store.Commit(w.Ctx, b))
	return e.SK()
}

func (w *world) orders(id channel.CustomerID, upTo channel.Period) map[channel.OrderID]channel.Period {
	w.T.Helper()
	k, err := w.Uses.Library.ReadCustomer(w.Ctx, id, upTo)
	w.Must(err)
	out := map[channel.OrderID]channel.Period{}
	for _, o := range k.Past.Orders {
		out[o.ID] = o.Booked
	}
	return out
}

// earned is what p1's statement of a period says, computed again.
func (w *world) earned(p channel.Period) string {
	w.T.Helper()
	d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: p})
	w.Must(err)
	return d.Earned
}

func TestStray_IsFoundByTheNextCloseAndPaidOnceForward(t *testing.T) {
	w := newWorld(t)
	w.March()
	if s := w.Close("2026-03"); s.Late != 0 {
		t.Fatalf("%d late", s.Late)
	}
	w.stray("c1", "late", "2026-03-25T10:00:00Z", 100_000)
	w.Refund("c1", moneytest.Refund{ID: "r1", Of: "late", At: "2026-04-02T10:00:00Z", Amount: "200.00"})
	w.Order("c1", "g", "2026-04-03T10:00:00Z", "100.00")
	if s := w.Close("2026-04"); s.Late != 2 || s.Entries != 1 {
		t.Errorf("April: %+v", s)
	}
	for p, want := range map[channel.Period]channel.Period{"2026-03": "", "2026-04": "", "2026-05": "2026-05"} {
		if got := w.orders("c1", p)["late"]; got != want {
			t.Errorf("as of %s the stray is booked in %q, want %q", p, got, want)
		}
	}
	if s := w.Close("2026-05"); s.Late != 0 || s.Entries != 2 {
		t.Errorf("May: %+v", s)
	}
	// The late order earns what it would have in March, at the top rate, less its refund.
	for p, want := range map[channel.Period]string{"2026-03": "4500.00", "2026-04": "5.00", "2026-05": "80.00"} {
		if got := w.earned(p); got != want {
			t.Errorf("%s earned %s, want %s", p, got, want)
		}
	}
	if s := w.Close("2026-06"); s.Late != 0 {
		t.Errorf("June found it again: %+v", s)
	}
}

func TestStray_SeenByTheStream_IsBookedInTheOpenMonthOnce(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.Close("2026-03")
	sk := w.stray("c1", "late", "2026-03-25T10:00:00Z", 100_000)
	for try, want := range []bool{true, false} { // the record is replayed
		got, err := w.Uses.Strays.Stray(w.Ctx, "c1", sk)
		w.Must(err)
		if got != want {
			t.Errorf("try %d: %v", try, got)
		}
	}
	for _, sealed := range []string{"F#2026-03#o#a", "F#2026-03#o#c"} {
		if got, err := w.Uses.Strays.Stray(w.Ctx, "c1", sealed); got || err != nil {
			t.Errorf("%s: %v %v", sealed, got, err)
		}
	}
	if s := w.Close("2026-04"); s.Late != 0 || s.Entries != 1 {
		t.Errorf("April: %+v", s)
	}
	if a, b := w.earned("2026-03"), w.earned("2026-04"); a != "4500.00" || b != "100.00" {
		t.Errorf("March %s, April %s", a, b)
	}
}

// TestStray_ADecisionThatSlippedIn changes whose entries they were: what was
// sealed and paid to one owner is not paid again to another.
func TestStray_ADecisionThatSlippedIn_PaysNothingTwice(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.Close("2026-03")
	w.Move("c3", "partner:p1", "2026-03-21T00:00:00Z", "100.00")
	if s := w.Close("2026-04"); s.Late != 0 {
		t.Errorf("an order sealed for p2 was booked anew: %+v", s)
	}
}
