package paying_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/moneytest"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// approved is March, prepared and approved; p1 gets 4050.00 and p2 carries 18.00.
func approved(t *testing.T) (*world, wire.Run) {
	t.Helper()
	w, r := prepared(t)
	_, err := w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: r.ID, User: "ben"})
	w.Must(err)
	return w, r
}

// hands are ways to change a line in the data, and what is said of them.
var hands = map[string]struct {
	partner string
	how     func(*payout.Line)
	says    string
}{
	"twice the amount": {"p1", func(l *payout.Line) { l.Payable *= 2 },
		"line of p1 in EUR was approved with 4050.00 EUR to pay, 4500.00 earned and 0.00 carried forward, and stands at 8100.00 EUR to pay"},
	"nothing to pay": {"p1", func(l *payout.Line) { l.Payable, l.State = 0, payout.Carried },
		"line of p1 in EUR was approved with 4050.00 EUR to pay, 4500.00 earned and 0.00 carried forward, and stands at 0.00 EUR to pay"},
	"more carried forward": {"p2", func(l *payout.Line) { l.Carried += 100 },
		"line of p2 in EUR was approved with 0.00 EUR to pay, 20.00 earned and 18.00 carried forward, and stands at 0.00 EUR to pay, 20.00 earned and 19.00 carried forward"},
	"more earned":     {"p2", func(l *payout.Line) { l.Earned += 100 }, "line of p2 in EUR was approved with 0.00 EUR to pay, 20.00 earned"},
	"another partner": {"p1", func(l *payout.Line) { l.Partner = "p3" }, "line of p3 in EUR has no statement"},
}

func TestPay_ALineChangedAfterApprovalStopsTheRunAndIsNamed(t *testing.T) {
	for name, hand := range hands {
		w, r := approved(t)
		w.Change("2026-03", w.Dir.Partners[map[string]int{"p1": 0, "p2": 1}[hand.partner]].ID, hand.how)
		for what, call := range map[string]func() error{
			"pay":     func() error { _, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"}); return err },
			"may pay": func() error { _, err := w.Uses.Payer.MayPay(w.Ctx, r.ID); return err },
			"plan":    func() error { _, err := w.Uses.Payer.PlanPay(w.Ctx, r.ID); return err },
			"confirm": func() error {
				_, err := w.Uses.Payer.Confirm(w.Ctx, paying.ConfirmRequest{Run: r.ID, User: "ana"})
				return err
			},
			"payments": func() error { return w.Uses.Payer.Payments(w.Ctx, r.ID, &bytes.Buffer{}) },
		} {
			err := call()
			if !fault.Is(err, "run_changed") || fault.Of(err).Kind != fault.Conflict || !strings.Contains(err.Error(), hand.says) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
		if got, err := w.Uses.Runs.Show(w.Ctx, r.ID); err != nil || got.State != wire.RunApproved || len(w.Bank.Paid()) != 0 {
			t.Errorf("%s: run %s, %v, bank %v", name, got.State, err, w.Bank.Paid())
		}
	}
}

func TestPay_ALineThatIsGoneStopsTheRunAndIsNamed(t *testing.T) {
	w, r := approved(t)
	b := &store.Batch{}
	b.Delete(store.LineKey("2026-03", "p1", "EUR"))
	w.Must(w.Store.Commit(w.Ctx, b))
	if _, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"}); !fault.Is(err, "run_changed") ||
		!strings.Contains(err.Error(), "line of p1 in EUR was approved with 4050.00 EUR to pay, 4500.00 earned and 0.00 carried forward, and is gone") {
		t.Errorf("got %v", err)
	}
}

// A batch of the state machine begins after the plan looked at all lines: it
// looks at its own again.
func TestPayLines_ALineChangedAfterThePlanIsNotPaid(t *testing.T) {
	w, r := approved(t)
	plan, err := w.Uses.Payer.PlanPay(w.Ctx, r.ID)
	w.Must(err)
	w.Change("2026-03", "p1", func(l *payout.Line) { l.Payable = 810000 })
	if _, err := w.Uses.Payer.PayLines(w.Ctx, r.ID, plan.Lines); !fault.Is(err, "run_changed") || !strings.Contains(err.Error(), "line of p1") || len(w.Bank.Paid()) != 0 {
		t.Errorf("got %v, bank %v", err, w.Bank.Paid())
	}
}

// Every line that is left is as its statement, and the total is right: only the
// hash knows that there was another one.
func TestSettle_ALineThatIsGoneKeepsTheRunOpen(t *testing.T) {
	w, r := approved(t)
	plan, err := w.Uses.Payer.PlanPay(w.Ctx, r.ID)
	w.Must(err)
	_, err = w.Uses.Payer.PayLines(w.Ctx, r.ID, plan.Lines)
	w.Must(err)
	b := &store.Batch{}
	b.Delete(store.LineKey("2026-03", "p2", "EUR"))
	w.Must(w.Store.Commit(w.Ctx, b))
	if _, err := w.Uses.Payer.Settle(w.Ctx, r.ID); !fault.Is(err, "run_changed") || !strings.Contains(err.Error(), "line of p2") {
		t.Errorf("got %v", err)
	}
}

func TestSettle_ALineChangedAfterItWasPaidKeepsTheRunOpen(t *testing.T) {
	w, r := approved(t)
	plan, err := w.Uses.Payer.PlanPay(w.Ctx, r.ID)
	w.Must(err)
	_, err = w.Uses.Payer.PayLines(w.Ctx, r.ID, plan.Lines)
	w.Must(err)
	w.Change("2026-03", "p2", func(l *payout.Line) { l.Carried = 0 })
	if _, err := w.Uses.Payer.Settle(w.Ctx, r.ID); !fault.Is(err, "run_changed") || !strings.Contains(err.Error(), "line of p2") {
		t.Errorf("got %v", err)
	}
	if got, err := w.Uses.Runs.Show(w.Ctx, r.ID); err != nil || got.State != wire.RunPaying {
		t.Errorf("run %s, %v", got.State, err)
	}
	w.Change("2026-03", "p2", func(l *payout.Line) { l.Carried = 1800 })
	if got, err := w.Uses.Payer.Settle(w.Ctx, r.ID); err != nil || got.State != wire.RunSettled {
		t.Errorf("mended: %s, %v", got.State, err)
	}
}

// The hash of a run of the first edition does not cover what was earned; its
// statements do, when it is settled.
func TestPay_ARunApprovedBeforeIsCheckedByTheHashItWasApprovedUnder(t *testing.T) {
	w, r := approved(t)
	w.FirstEdition(r.ID)
	w.Change("2026-03", "p2", func(l *payout.Line) { l.Earned++ })
	if _, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"}); !fault.Is(err, "run_changed") {
		t.Errorf("got %v", err)
	}
	w.Change("2026-03", "p2", func(l *payout.Line) { l.Earned-- })
	if got, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"}); err != nil || got.State != wire.RunSettled {
		t.Errorf("run %s, %v", got.State, err)
	}
	w, r = approved(t)
	w.FirstEdition(r.ID)
	w.Change("2026-03", "p1", func(l *payout.Line) { l.Payable++ })
	if _, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"}); !fault.Is(err, "run_changed") || len(w.Bank.Paid()) != 0 {
		t.Errorf("got %v, bank %v", err, w.Bank.Paid())
	}
}

func TestPay_WithoutARailIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	w, r := approved(t)
	for name, c := range map[string]struct {
		rails rail.Rails
		text  string
		slug  string
		says  string
	}{
		"none":                      {nil, moneytest.Programme, "no_rail", "no payment rail"},
		"one that is nil":           {rail.Rails{{Name: rail.FileName}}, moneytest.Programme, "no_rail", "no payment rail"},
		"no rail of that name":      {rail.Of("bank"), moneytest.Programme, "no_rail", "no payment rail"},
		"the sandbox on the file's": {rail.Of(rail.FileName), bySandbox, "rail_differs", `names the rail "sandbox", but payments leave here by "file"`},
		"the file on the sandbox's": {rail.Of(rail.SandboxName), byFile, "rail_differs", `names the rail "file", but payments leave here by "sandbox"`},
	} {
		w.Publish("programme", "acme", c.text)
		p := usecases.New(usecases.Config{Store: w.Store, Clock: func() time.Time { return w.Now }, Rails: c.rails})
		for what, call := range map[string]func() error{
			"pay":     func() error { _, err := p.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"}); return err },
			"may pay": func() error { _, err := p.Payer.MayPay(w.Ctx, r.ID); return err },
			"plan":    func() error { _, err := p.Payer.PlanPay(w.Ctx, r.ID); return err },
			"lines":   func() error { _, err := p.Payer.PayLines(w.Ctx, r.ID, []paying.LineRef{{"p1", "EUR"}}); return err },
		} {
			if err := call(); !fault.Is(err, c.slug) || fault.Of(err).Kind != fault.Conflict || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
		if got, err := p.Runs.Show(w.Ctx, r.ID); err != nil || got.State != wire.RunApproved || got.Lines[0].State != wire.LineOpen {
			t.Errorf("%s: run %+v, %v", name, got, err)
		}
	}
}
