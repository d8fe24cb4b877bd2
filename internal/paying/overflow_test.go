package paying_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// hugeOrders is how many orders of the largest amount come to more than an
// amount holds.
const hugeOrders = 9400

// huge books that many orders of a customer in March, and their refunds a day
// later, in part: the first n.
func (w *world) huge(customer channel.CustomerID, refunded int) {
	w.t.Helper()
	const amount = 999_999_999_999_999
	b := &store.Batch{}
	put := func(e history.Entry) {
		e.Booked, e.Source, e.EventID = "2026-03", "shop", channel.EventID(e.ID)
		b.PutEntry(customer, &e, "2026-03")
		if b.Len() == 100 {
			w.must(w.s.Commit(w.ctx, b))
			b = &store.Batch{}
		}
	}
	for i := range hugeOrders {
		id := channel.OrderID(fmt.Sprintf("huge-%05d", i))
		put(history.Entry{Kind: history.KindOrder, ID: string(id), Occurred: instantOf(w.t, "2026-03-10T10:00:00Z"),
			Order: &channel.Order{ID: id, Customer: customer, Amount: amount, Currency: "EUR"}})
		if i < refunded {
			put(history.Entry{Kind: history.KindRefund, ID: "r-" + string(id), Occurred: instantOf(w.t, "2026-03-11T10:00:00Z"),
				Refund: &history.RefundEntry{Order: id, Amount: amount}})
		}
	}
	w.must(w.s.Commit(w.ctx, b))
}

func TestClose_OfOrdersBeyondAnyAmount_OnceRefunded_GivesAStatement(t *testing.T) {
	w := newWorld(t)
	w.march()
	w.huge("c1", hugeOrders)
	w.huge("c5", hugeOrders) // nobody's
	w.close("2026-03")
	d, err := w.p.Statements.Statement(w.ctx, closing.StatementRequest{Partner: "p1", Period: "2026-03"})
	w.must(err)
	if d.Earned != "4500.00" { // as in a march without them
		t.Errorf("earned %s", d.Earned)
	}
	var z store.SealItem
	_, err = w.s.Load(w.ctx, store.SealKey("partner:p1", "2026-03"), &z)
	w.must(err)
	head, _, err := w.s.PeriodHead(w.ctx, "2026-03")
	w.must(err)
	for what, sums := range map[string][2]store.Tally{"the seal": {z.Sums["o"], z.Sums["r"]}, "nobody": {head.Unattributed["o"], head.Unattributed["r"]}} {
		of := map[string]string{"the seal": "94000000000059906.00", "nobody": "93999999999999911.00"}[what]
		if got, back := sums[0].Sums["EUR"].Format("EUR"), sums[1].Sums["EUR"].Format("EUR"); got != of || back != "93999999999999906.00" {
			t.Errorf("%s: orders of %s, refunds of %s", what, got, back)
		}
	}
	w.at("2026-04-07T09:00:00Z")
	w.order("c1", "april", "2026-04-07T09:00:00Z", "100.00")
	w.close("2026-04") // chained to those seals
}

func TestClose_OfPayBeyondAnyAmount_NamesThePartnerAndTheReason(t *testing.T) {
	w := newWorld(t)
	w.march()
	w.huge("c1", 0)
	w.at("2026-04-06T09:00:00Z")
	w.publish("plan", "standard", `{"id":"standard","effectiveFrom":"2026-01-01","currency":"EUR","components":[
	{"type":"commission","name":"commission","tiers":[{"from":"0.00","rate":"1.00"}]}]}`)
	_, err := w.p.Closing.Close(w.ctx, closing.CloseRequest{Period: "2026-03", User: "ana"})
	f := fault.Of(err)
	if err == nil || f.Kind == fault.Internal || f.Slug != "amount_out_of_range" || !strings.Contains(f.Msg, "p1") {
		t.Fatalf("got %v", err)
	}
	if c, err := w.s.LatestControl(w.ctx, w.now); err != nil || c.State("2026-03") != wire.PeriodOpen {
		t.Errorf("the period is not open any more: %v", err)
	}
}
