package paying_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/moneytest"
)

const richPlan = `{"id":"standard","effectiveFrom":"2026-01-01","currency":"EUR","components":[
	{"type":"commission","name":"commission","tiers":[{"from":"0.00","rate":"0.05"},{"from":"3000.00","rate":"0.08"}]},
	{"type":"retention","name":"kept","amount":"2.00"},
	{"type":"handover","name":"hand-over","rate":"0.02","trail":{"rate":"0.03","months":6}},
	{"type":"recognition","name":"points","perOrder":10},
	{"type":"guarantee","name":"minimum","amount":"60.00","recoverable":true},
	{"type":"cap","name":"ceiling","amount":"400.00","excess":"carry"},
	{"type":"reserve","name":"reserve","share":"0.20","days":45},
	{"type":"clawback","name":"window","days":90}]}`

// Whatever happens in a few months, statements, ledger and bank tell one story:
// what was earned is paid, held, or carried, to the cent.
func TestMonths_StatementsLedgerAndBankTellOneStory(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { story(t, rand.New(rand.NewPCG(seed, 1))) })
	}
}

func story(t *testing.T, r *rand.Rand) {
	t.Helper()
	w := newWorld(t)
	w.Publish("plan", "standard", richPlan)
	w.At("2026-01-01T08:00:00Z")
	owners := []channel.Owner{"partner:p1", "partner:p2", "pod:field"}
	for i := range 12 {
		w.Customer(channel.CustomerID(fmt.Sprint("c", i)), owners[r.IntN(2)], "2026-01-01T08:00:00Z")
	}
	var placed []channel.OrderID
	payable := map[string]int64{}
	period := channel.Period("2026-01")
	for range 6 {
		randomMonth(w, r, period, &placed)
		w.Close(period)
		for _, l := range w.Paid(period).Lines {
			minor, err := money.ParseMinor(l.Payable, "EUR")
			w.Must(err)
			if minor > 0 {
				payable[string(l.PartnerID)+" EUR"] += minor
			}
		}
		for _, id := range []channel.PartnerID{"p1", "p2"} {
			checkStory(w, id, period)
		}
		period = period.Next()
	}
	for who, minor := range payable {
		if w.Bank.Paid()[who] != minor {
			t.Errorf("the bank paid %s %d, statements order %d", who, w.Bank.Paid()[who], minor)
		}
	}
}

// randomMonth makes orders, refunds of any earlier order, late orders and moves.
func randomMonth(w *world, r *rand.Rand, period channel.Period, placed *[]channel.OrderID) {
	w.T.Helper()
	day := func() string { return fmt.Sprintf("%s-%02dT%02d:00:00Z", period, 2+r.IntN(26), r.IntN(24)) }
	customerOf := func(id channel.OrderID) channel.CustomerID {
		var n, k int
		_, err := fmt.Sscanf(string(id), "o%d-%d", &n, &k)
		w.Must(err)
		return channel.CustomerID(fmt.Sprint("c", n))
	}
	for range 15 {
		n := r.IntN(12)
		id := channel.OrderID(fmt.Sprintf("o%d-%d", n, len(*placed)))
		at := day()
		if r.IntN(5) == 0 && period > "2026-01" {
			at = string(period.Prev()) + at[7:] // known a month late
		}
		*placed = append(*placed, id)
		w.Order(customerOf(id), id, at, fmt.Sprintf("%d.%02d", r.IntN(900), r.IntN(100)))
	}
	for i := range 4 {
		of := (*placed)[r.IntN(len(*placed))]
		w.Refund(customerOf(of), moneytest.Refund{ID: fmt.Sprintf("r%s-%d", period, i), Of: of, At: string(period) + "-28T23:00:00Z",
			Amount: fmt.Sprintf("%d.%02d", r.IntN(300), r.IntN(100))})
	}
	for i := range 2 {
		id := channel.CustomerID(fmt.Sprint("c", r.IntN(12)))
		to := []channel.Owner{"partner:p1", "partner:p2", "pod:field"}[r.IntN(3)]
		if h, err := w.Store.Head(w.Ctx, id); err == nil && h.Owner != to {
			w.Move(id, to, fmt.Sprintf("%s-28T0%d:00:00Z", period, i), "4000.00")
		}
	}
}

// checkStory compares a partner's statement with the fold of its account and
// with the document's own identity.
func checkStory(w *world, id channel.PartnerID, period channel.Period) {
	w.T.Helper()
	s, ok, err := w.Store.Statement(w.Ctx, id, period)
	w.Must(err)
	if !ok || s.Closing != s.Opening+s.Earned-s.Held+s.Released-s.Payable {
		w.T.Errorf("%s %s: %+v", id, period, s)
	}
	var lines int64
	for _, l := range s.Lines {
		lines += l.Amount
	}
	if lines != s.Earned {
		w.T.Errorf("%s %s: lines sum to %d, earned is %d", id, period, lines, s.Earned)
	}
	transfers, ended, err := w.Store.Transfers(w.Ctx, id, "", period)
	w.Must(err)
	b, err := ledger.Fold(transfers, ended)
	w.Must(err)
	position, err := w.Uses.Library.LoadPosition(w.Ctx, id, period)
	w.Must(err)
	var held int64
	for _, h := range position.Position.Holds {
		held += h.Amount
	}
	if owed := b.Of(ledger.Owed(id), "EUR"); owed.Posted != s.Closing || owed.Pending != 0 {
		w.T.Errorf("%s %s: the ledger owes %+v, the statement carries %d", id, period, owed, s.Closing)
	}
	if reserve := b.Of(ledger.Reserve(id), "EUR").Posted; reserve != held {
		w.T.Errorf("%s %s: the ledger keeps %d, the position %d", id, period, reserve, held)
	}
	if _, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: id, Period: period}); err != nil {
		w.T.Errorf("%s %s: computed again: %v", id, period, err)
	}
}
