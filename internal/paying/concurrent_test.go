package paying_test

import (
	"fmt"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/moneytest"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

func TestPay_BySeveralProcessesAtOncePaysOnce(t *testing.T) {
	tb := table.NewMemory()
	w := open(t, tb)
	w.At("2026-03-01")
	for i := range 40 {
		id := channel.CustomerID(fmt.Sprintf("c%d", i))
		partner := channel.PartnerID(fmt.Sprintf("q%02d", i))
		w.Dir.Partners = append(w.Dir.Partners, channel.Partner{ID: partner, Name: "Q", Currency: "EUR", Capacity: channel.Unlimited, Status: channel.Active, Plans: w.Dir.Partners[0].Plans})
		w.Customer(id, channel.PartnerOwner(partner), "2026-03-01")
		w.Order(id, channel.OrderID("o-"+id), "2026-03-05", "1000.00")
	}
	w.PutDirectory()
	w.Close("2026-03")
	_, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: "2026-03", User: "ana"})
	w.Must(err)
	_, err = w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: "2026-03.1", User: "ben"})
	w.Must(err)
	w.Bank.Script = func(_ payout.Attempt, call int) (bool, payout.Answer) {
		if call%3 == 0 { // taken, and nobody is told
			return true, payout.Answer{Outcome: payout.Lost}
		}
		return true, payout.Answer{Outcome: payout.Accepted}
	}
	moneytest.Together(4, func(int) {
		process := w.through(tb)
		for range 50 {
			r, err := process.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: "2026-03.1", User: "ana"})
			if err != nil && fault.Of(err).Kind != fault.Unavailable {
				t.Error(err)
				return
			}
			if r.State == wire.RunSettled {
				return
			}
		}
		t.Error("it never settles")
	})
	paid := w.Bank.Paid()
	for who, minor := range paid {
		if minor != 4500 {
			t.Errorf("%s was paid %d", who, minor)
		}
	}
	if len(paid) != 40 {
		t.Errorf("%d were paid", len(paid))
	}
}
