package paying_test

import (
	"context"
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

func (f *forgetful) Submit(_ context.Context, batch []rail.Submission) ([]payout.Answer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.paid == nil {
		f.paid = map[string]int{}
	}
	answers := make([]payout.Answer, len(batch))
	for i := range batch {
		f.paid[batch[i].Key]++
		f.n++
		answers[i] = payout.Answer{Outcome: payout.Accepted}
		if f.tells != nil {
			answers[i] = f.tells(f.n)
		}
	}
	return answers, nil
}

func (f *forgetful) Lookup(_ context.Context, batch []rail.Submission) ([]payout.Answer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	answers := make([]payout.Answer, len(batch))
	for i := range batch {
		answers[i] = payout.Answer{Outcome: rail.Unheard}
		if f.paid[batch[i].Key] > 0 {
			answers[i] = payout.Answer{Outcome: payout.Accepted}
		}
	}
	return answers, nil
}

// payBy makes a bank the only rail of a world.
func (w *world) payBy(bank rail.Rail) {
	w.Rails = rail.Rails{{Name: "bank", Rail: bank}}
	w.Uses = usecases.New(usecases.Config{Store: w.Store, Clock: w.Clock(), Rails: w.Rails})
}

func TestPay_AfterALostAnswerAsksBeforeItPaysAgain(t *testing.T) {
	w, r := approved(t)
	bank := &forgetful{tells: func(int) payout.Answer { return payout.Answer{Outcome: payout.Lost, Message: "timeout"} }}
	w.payBy(bank)
	got, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	if err != nil || got.Lines[0].State != wire.LineUnknown {
		t.Fatalf("run %+v, %v", got, err)
	}
	got, err = w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	if err != nil || got.State != wire.RunSettled || bank.paid["2026-03.p1.EUR.1"] != 1 || len(bank.paid) != 1 {
		t.Errorf("run %s, %v, the bank paid %v", got.State, err, bank.paid)
	}
}

func TestPayLines_AfterALostAnswerAsksBeforeItPaysAgain(t *testing.T) {
	w, r := approved(t)
	bank := &forgetful{tells: func(int) payout.Answer { return payout.Answer{Outcome: payout.Lost} }}
	w.payBy(bank)
	for range 3 {
		plan, err := w.Uses.Payer.PlanPay(w.Ctx, r.ID)
		w.Must(err)
		_, err = w.Uses.Payer.PayLines(w.Ctx, r.ID, plan.Lines)
		w.Must(err)
	}
	if got, err := w.Uses.Payer.Settle(w.Ctx, r.ID); err != nil || got.State != wire.RunSettled || bank.paid["2026-03.p1.EUR.1"] != 1 {
		t.Errorf("run %s, %v, the bank paid %v", got.State, err, bank.paid)
	}
}

// every write of a payment, failed in every way, by a bank that does not forgive
// asking twice.
func TestPay_ResumedAfterAnyCrash_AsksTheBankBeforeItPaysAgain(t *testing.T) {
	var bank *forgetful
	pay := func(w *world) {
		w.Repeat("pay", func() error {
			_, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: "2026-03", User: "ana"})
			return err
		})
	}
	crash(t, func(w *world) {
		bank = &forgetful{}
		w.payBy(bank)
		w.March()
		w.Close("2026-03")
		_, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: "2026-03", User: "ana"})
		w.Must(err)
		_, err = w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: "2026-03.1", User: "ben"})
		w.Must(err)
	}, pay, func(t *testing.T, w *world) {
		pay(w)
		if r, err := w.Uses.Runs.Show(w.Ctx, "2026-03.1"); err != nil || r.State != wire.RunSettled {
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
	_, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	w.Must(err)
	w.Uses = usecases.New(usecases.Config{Store: w.Store, Clock: w.Clock(), Rails: rail.Of(rail.FileName)})
	if _, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"}); err == nil {
		t.Error("another rail was asked")
	}
	w.Uses = usecases.New(usecases.Config{Store: w.Store, Clock: w.Clock(), Rails: append(rail.Of(rail.FileName), rail.Named{Name: "bank", Rail: old})})
	got, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	if err != nil || got.State != wire.RunSettled || len(old.paid) != 1 || old.n != 1 {
		t.Errorf("run %s, %v, the bank paid %v", got.State, err, old.paid)
	}
}

// A payment that was begun before rails had names goes on by the rail of today.
func TestPay_APaymentFromBeforeRailsHadNamesGoesOn(t *testing.T) {
	w, r := approved(t)
	w.Uses = usecases.New(usecases.Config{Store: w.Store, Clock: w.Clock(), Rails: rail.Rails{{Name: "", Rail: &rail.Sandbox{
		Script: func(payout.Attempt, int) (bool, payout.Answer) { return false, payout.Answer{Outcome: payout.Lost} }}}}})
	_, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	w.Must(err)
	w.byTheFile()
	got, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	if err != nil || got.Lines[0].State != wire.LineExported || got.Lines[0].PaymentID != "2026-03.p1.EUR.1" {
		t.Errorf("run %+v, %v", got, err)
	}
}
