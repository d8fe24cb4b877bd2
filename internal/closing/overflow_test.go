package closing_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/moneytest"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// hugeOrders is how many orders of the largest amount come to more than an
// amount holds.
const hugeOrders = 9400

// huge books that many orders of a customer in March, and their refunds a day
// later, in part: the first n.
func (w *world) huge(customer channel.CustomerID, refunded int) {
	w.T.Helper()
	const amount = 999_999_999_999_999
	b := &store.Batch{}
	put := func(e history.Entry) {
		e.Booked, e.Source, e.EventID = "2026-03", "shop", channel.EventID(e.ID)
		b.PutEntry(customer, &e, "2026-03")
		if b.Len() == 100 {
			w.Must(w.Store.Commit(w.Ctx, b))
			b = &store.Batch{}
		}
	}
	for i := range hugeOrders {
		id := channel.OrderID(fmt.Sprintf("huge-%05d", i))
		put(history.Entry{Kind: history.KindOrder, ID: string(id), Occurred: moneytest.Instant(w.T, "2026-03-10T10:00:00Z"),
			Order: &channel.Order{ID: id, Customer: customer, Amount: amount, Currency: "EUR"}})
		if i < refunded {
			put(history.Entry{Kind: history.KindRefund, ID: "r-" + string(id), Occurred: moneytest.Instant(w.T, "2026-03-11T10:00:00Z"),
				Refund: &history.RefundEntry{Order: id, Amount: amount}})
		}
	}
	w.Must(w.Store.Commit(w.Ctx, b))
}

func TestClose_OfOrdersBeyondAnyAmount_OnceRefunded_GivesAStatement(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.huge("c1", hugeOrders)
	w.huge("c5", hugeOrders) // nobody's
	w.Close("2026-03")
	d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-03"})
	w.Must(err)
	if d.Earned != "4500.00" { // as in a march without them
		t.Errorf("earned %s", d.Earned)
	}
	var z store.SealItem
	_, err = w.Store.Load(w.Ctx, store.SealKey("partner:p1", "2026-03"), &z)
	w.Must(err)
	head, _, err := w.Store.PeriodHead(w.Ctx, "2026-03")
	w.Must(err)
	for what, sums := range map[string][2]store.Tally{"the seal": {z.Sums["o"], z.Sums["r"]}, "nobody": {head.Unattributed["o"], head.Unattributed["r"]}} {
		of := map[string]string{"the seal": "94000000000059906.00", "nobody": "93999999999999911.00"}[what]
		if got, back := sums[0].Sums["EUR"].Format("EUR"), sums[1].Sums["EUR"].Format("EUR"); got != of || back != "93999999999999906.00" {
			t.Errorf("%s: orders of %s, refunds of %s", what, got, back)
		}
	}
	w.At("2026-04-07T09:00:00Z")
	w.Order("c1", "april", "2026-04-07T09:00:00Z", "100.00")
	w.Close("2026-04") // chained to those seals
}

func TestClose_OfPayBeyondAnyAmount_NamesThePartnerAndTheReason(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.huge("c1", 0)
	w.At("2026-04-06T09:00:00Z")
	w.Publish("plan", "standard", `{"id":"standard","effectiveFrom":"2026-01-01","currency":"EUR","components":[
	{"type":"commission","name":"commission","tiers":[{"from":"0.00","rate":"1.00"}]}]}`)
	_, err := w.Uses.Closing.Close(w.Ctx, closing.CloseRequest{Period: "2026-03", User: "ana"})
	f := fault.Of(err)
	if err == nil || f.Kind == fault.Internal || f.Slug != "amount_out_of_range" || !strings.Contains(f.Msg, "p1") {
		t.Fatalf("got %v", err)
	}
	if c, err := w.Store.LatestControl(w.Ctx, w.Now); err != nil || c.State("2026-03") != wire.PeriodOpen {
		t.Errorf("the period is not open any more: %v", err)
	}
}
