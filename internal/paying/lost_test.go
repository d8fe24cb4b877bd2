package paying_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// forgetful is a bank that pays whatever it is asked to, a key that it has paid
// before included; asked what became of a payment, it knows. tells, if set, is
// what the caller hears of its n-th payment.
type forgetful struct {
	tells func(n int) payout.Answer

	mu   sync.Mutex
	n    int
	paid map[string]int // by key
}

func (f *forgetful) Submit(a payout.Attempt) payout.Answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.paid == nil {
		f.paid = map[string]int{}
	}
	f.paid[a.Key]++
	f.n++
	if f.tells != nil {
		return f.tells(f.n)
	}
	return payout.Answer{Outcome: payout.Accepted}
}

func (f *forgetful) Lookup(a payout.Attempt) (payout.Answer, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return payout.Answer{Outcome: payout.Accepted}, f.paid[a.Key] > 0
}

// payBy makes a bank the only rail of a world.
func (w *world) payBy(bank rail.Rail) {
	w.by = rail.Rails{{Name: "bank", Rail: bank}}
	w.p = usecases.New(usecases.Config{Store: w.s, Clock: w.clock(), Rails: w.by})
}

func TestPay_AfterALostAnswerAsksBeforeItPaysAgain(t *testing.T) {
	w, r := approved(t)
	bank := &forgetful{tells: func(int) payout.Answer { return payout.Answer{Outcome: payout.Lost, Message: "timeout"} }}
	w.payBy(bank)
	got, err := w.p.Payer.Pay(w.ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	if err != nil || got.Lines[0].State != wire.LineUnknown {
		t.Fatalf("run %+v, %v", got, err)
	}
	got, err = w.p.Payer.Pay(w.ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	if err != nil || got.State != wire.RunSettled || bank.paid["2026-03.p1.EUR.1"] != 1 || len(bank.paid) != 1 {
		t.Errorf("run %s, %v, the bank paid %v", got.State, err, bank.paid)
	}
}

func TestPayLines_AfterALostAnswerAsksBeforeItPaysAgain(t *testing.T) {
	w, r := approved(t)
	bank := &forgetful{tells: func(int) payout.Answer { return payout.Answer{Outcome: payout.Lost} }}
	w.payBy(bank)
	for range 3 {
		plan, err := w.p.Payer.PlanPay(w.ctx, r.ID)
		w.must(err)
		_, err = w.p.Payer.PayLines(w.ctx, r.ID, plan.Lines)
		w.must(err)
	}
	if got, err := w.p.Payer.Settle(w.ctx, r.ID); err != nil || got.State != wire.RunSettled || bank.paid["2026-03.p1.EUR.1"] != 1 {
		t.Errorf("run %s, %v, the bank paid %v", got.State, err, bank.paid)
	}
}

// every write of a payment, failed in every way, by a bank that does not forgive
// asking twice.
func TestPay_ResumedAfterAnyCrash_AsksTheBankBeforeItPaysAgain(t *testing.T) {
	var bank *forgetful
	pay := func(w *world) {
		w.repeat("pay", func() error {
			_, err := w.p.Payer.Pay(w.ctx, paying.PayRequest{Run: "2026-03", User: "ana"})
			return err
		})
	}
	crash(t, func(w *world) {
		bank = &forgetful{}
		w.payBy(bank)
		w.march()
		w.close("2026-03")
		_, err := w.p.Runs.Prepare(w.ctx, paying.PrepareRequest{Period: "2026-03", User: "ana"})
		w.must(err)
		_, err = w.p.Runs.Approve(w.ctx, paying.ApproveRequest{Run: "2026-03.1", User: "ben"})
		w.must(err)
	}, pay, func(t *testing.T, w *world) {
		pay(w)
		if r, err := w.p.Runs.Show(w.ctx, "2026-03.1"); err != nil || r.State != wire.RunSettled {
			t.Errorf("run %s, %v", r.State, err)
		}
		if d := cmp.Diff(map[string]int{"2026-03.p1.EUR.1": 1}, bank.paid); d != "" {
			t.Errorf("the bank: %s", d)
		}
	})
}

// A payment that was begun on one rail is asked for there, whatever the rail of
// today is.
func TestPay_APaymentStaysWithTheRailItWasBegunOn(t *testing.T) {
	w, r := approved(t)
	old := &forgetful{tells: func(int) payout.Answer { return payout.Answer{Outcome: payout.Lost} }}
	w.payBy(old)
	_, err := w.p.Payer.Pay(w.ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	w.must(err)
	w.p = usecases.New(usecases.Config{Store: w.s, Clock: w.clock(), Rails: rail.Of(rail.FileName)})
	if _, err := w.p.Payer.Pay(w.ctx, paying.PayRequest{Run: r.ID, User: "ana"}); err == nil {
		t.Error("another rail was asked")
	}
	w.p = usecases.New(usecases.Config{Store: w.s, Clock: w.clock(), Rails: append(rail.Of(rail.FileName), rail.Named{Name: "bank", Rail: old})})
	got, err := w.p.Payer.Pay(w.ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	if err != nil || got.State != wire.RunSettled || len(old.paid) != 1 || old.n != 1 {
		t.Errorf("run %s, %v, the bank paid %v", got.State, err, old.paid)
	}
}

// A payment that was begun before rails had names goes on by the rail of today.
func TestPay_APaymentFromBeforeRailsHadNamesGoesOn(t *testing.T) {
	w, r := approved(t)
	w.p = usecases.New(usecases.Config{Store: w.s, Clock: w.clock(), Rails: rail.Rails{{Name: "", Rail: &rail.Sandbox{
		Script: func(payout.Attempt, int) (bool, payout.Answer) { return false, payout.Answer{Outcome: payout.Lost} }}}}})
	_, err := w.p.Payer.Pay(w.ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	w.must(err)
	w.byTheFile()
	got, err := w.p.Payer.Pay(w.ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	if err != nil || got.Lines[0].State != wire.LineExported || got.Lines[0].PaymentID != "2026-03.p1.EUR.1" {
		t.Errorf("run %+v, %v", got, err)
	}
}
