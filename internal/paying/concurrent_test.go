package paying_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// together calls do in several goroutines at once.
func together(n int, do func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { do(i) })
	}
	wg.Wait()
}

func TestPay_BySeveralProcessesAtOncePaysOnce(t *testing.T) {
	tb := table.NewMemory()
	w := open(t, tb)
	w.at("2026-03-01")
	for i := range 40 {
		id := channel.CustomerID(fmt.Sprintf("c%d", i))
		partner := channel.PartnerID(fmt.Sprintf("q%02d", i))
		w.dir.Partners = append(w.dir.Partners, channel.Partner{ID: partner, Name: "Q", Currency: "EUR", Capacity: channel.Unlimited, Status: channel.Active, Plans: w.dir.Partners[0].Plans})
		w.customer(id, channel.PartnerOwner(partner), "2026-03-01")
		w.order(id, channel.OrderID("o-"+id), "2026-03-05", "1000.00")
	}
	w.directory()
	w.close("2026-03")
	_, err := w.p.Runs.Prepare(w.ctx, paying.PrepareRequest{Period: "2026-03", User: "ana"})
	w.must(err)
	_, err = w.p.Runs.Approve(w.ctx, paying.ApproveRequest{Run: "2026-03.1", User: "ben"})
	w.must(err)
	w.bank.Script = func(_ payout.Attempt, call int) (bool, payout.Answer) {
		if call%3 == 0 { // taken, and nobody is told
			return true, payout.Answer{Outcome: payout.Lost}
		}
		return true, payout.Answer{Outcome: payout.Accepted}
	}
	together(4, func(int) {
		process := w.through(tb)
		for range 50 {
			r, err := process.p.Payer.Pay(w.ctx, paying.PayRequest{Run: "2026-03.1", User: "ana"})
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
	paid := w.bank.Paid()
	for who, minor := range paid {
		if minor != 4500 {
			t.Errorf("%s was paid %d", who, minor)
		}
	}
	if len(paid) != 40 {
		t.Errorf("%d were paid", len(paid))
	}
}

func TestClose_BySeveralProcessesAtOnceGivesOneClose(t *testing.T) {
	tb := table.NewMemory()
	w := open(t, tb)
	w.march()
	w.at("2026-04-06T09:00:00Z")
	together(3, func(i int) {
		s, err := w.through(tb).p.Closing.Close(w.ctx, closing.CloseRequest{Period: "2026-03", User: fmt.Sprint("user ", i)})
		if err != nil || s.State != wire.PeriodClosed || s.Entries != 6 {
			t.Errorf("closer %d: %+v, %v", i, s, err)
		}
	})
}

func TestClose_WaitsForLeaseWriteAndGrace(t *testing.T) {
	tb := table.NewMemory()
	w := open(t, tb)
	w.march()
	tb.Clock = func() time.Time { return w.now }
	var slept time.Duration
	w.s = store.New(tb, store.Options{Lease: 30 * time.Second, Write: 10 * time.Second, Grace: 16 * time.Minute, Sleep: func(d time.Duration) { slept += d }})
	w.p = usecases.New(usecases.Config{Store: w.s, Clock: func() time.Time { return w.now }})
	w.close("2026-03")
	if slept != 16*time.Minute+40*time.Second {
		t.Errorf("it waited %s", slept)
	}
}

func TestClose_ShutsOutAWriterThatReadTheClockBefore(t *testing.T) {
	w := newWorld(t)
	w.march()
	w.at("2026-04-06T09:00:00Z")
	w.s.Gate.RLock()
	done := make(chan error)
	go func() {
		_, err := w.p.Closing.Close(w.ctx, closing.CloseRequest{Period: "2026-03", User: "ana"})
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("it closed while a writer was between reading the block and its answer: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	w.order("c1", "g", "2026-03-31T23:59:59Z", "1.00")
	w.s.Gate.RUnlock()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if s, err := w.p.Closing.Period(w.ctx, "2026-03"); err != nil || s.Entries != 7 {
		t.Errorf("%+v, %v", s, err)
	}
}
