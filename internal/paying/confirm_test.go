package paying_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/moneytest"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

var (
	byFile    = strings.Replace(moneytest.Programme, `"timeZone"`, `"rail":"file","timeZone"`, 1)
	bySandbox = strings.Replace(moneytest.Programme, `"timeZone"`, `"rail":"sandbox","timeZone"`, 1)
)

// byTheFile makes a world one that pays by the file, as an embedded installation
// does whose programme says nothing.
func (w *world) byTheFile() {
	w.Rails = rail.Embedded()
	w.Uses = usecases.New(usecases.Config{Store: w.Store, Clock: w.Clock(), Rails: w.Rails})
}

// exported is March, paid into the file: 4050.00 to p1 and 108.00 to p2.
func exported(t *testing.T) (*world, wire.Run) {
	t.Helper()
	w := newWorld(t)
	w.byTheFile()
	w.March()
	w.Order("c3", "g", "2026-03-24T10:00:00Z", "2000.00")
	w.Close("2026-03")
	return w, w.Paid("2026-03")
}

func (w *world) file(run string) string {
	w.T.Helper()
	var b bytes.Buffer
	w.Must(w.Uses.Payer.Payments(w.Ctx, run, &b))
	return b.String()
}

func (w *world) owed(id, period string) wire.AccountBalance {
	w.T.Helper()
	l, err := w.Uses.Runs.Ledger(w.Ctx, w.Dir.Partners[map[string]int{"p1": 0, "p2": 1}[id]].ID, channel.Period(period))
	w.Must(err)
	for _, b := range l.Closing {
		if b.Account == "owed" {
			return b
		}
	}
	return wire.AccountBalance{}
}

func TestPay_ByTheFileLeavesLinesExportedUntilSomebodyConfirms(t *testing.T) {
	w, r := exported(t)
	if r.State != wire.RunPaying || r.Lines[0].State != wire.LineExported || r.Lines[1].State != wire.LineExported || r.Lines[0].PaidAt != nil {
		t.Errorf("run %+v", r)
	}
	const want = "payment_id,partner_id,period,amount,currency,statement\n2026-03.p1.EUR.1,p1,2026-03,4050.00,EUR,p1/2026-03\n2026-03.p2.EUR.1,p2,2026-03,108.00,EUR,p2/2026-03\n"
	if got := w.file(r.ID); got != want {
		t.Errorf("the file %q", got)
	}
	if b := w.owed("p1", "2026-03"); b.Amount != "4050.00" || b.Pending != "-4050.00" {
		t.Errorf("owed %+v", b)
	}
	if d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-03"}); err != nil || d.Payment.State != "paying" || d.Payment.Reference != "2026-03.p1.EUR.1" {
		t.Errorf("payment %+v, %v", d.Payment, err)
	}
	for range 2 {
		again, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
		if d := cmp.Diff(r, again); err != nil || d != "" {
			t.Errorf("paid again: %v %s", err, d)
		}
	}
	w.At("2026-04-09T10:00:00Z")
	one, err := w.Uses.Payer.Confirm(w.Ctx, paying.ConfirmRequest{Run: r.ID, Line: "2026-03.p1.EUR.1", User: "cem"})
	if err != nil || one.State != wire.RunPaying || one.Lines[0].State != wire.LinePaid || one.Lines[0].ConfirmedBy != "cem" || one.Lines[1].State != wire.LineExported {
		t.Errorf("one line: %+v, %v", one, err)
	}
	all, err := w.Uses.Payer.Confirm(w.Ctx, paying.ConfirmRequest{Run: r.ID, User: "dan"})
	if err != nil || all.State != wire.RunSettled || all.Lines[0].ConfirmedBy != "cem" || all.Lines[1].ConfirmedBy != "dan" || !all.Lines[1].PaidAt.Equal(w.Now) {
		t.Errorf("all of it: %+v, %v", all, err)
	}
	if b := w.owed("p1", "2026-03"); b.Amount != "0.00" || b.Pending != "0.00" {
		t.Errorf("owed %+v", b)
	}
	if got := w.file(r.ID); got != want {
		t.Errorf("the file, written again: %q", got)
	}
	w.At("2026-04-10T10:00:00Z")
	for _, line := range []string{"", "2026-03.p1.EUR.1", "2026-03.p2.EUR.1"} {
		again, err := w.Uses.Payer.Confirm(w.Ctx, paying.ConfirmRequest{Run: r.ID, Line: line, User: "eve"})
		if d := cmp.Diff(all, again); err != nil || d != "" {
			t.Errorf("confirmed again: %v %s", err, d)
		}
	}
}

func TestConfirm_OfWhatIsNotExportedIsRefused(t *testing.T) {
	w, r := approved(t)
	for name, c := range map[string]struct {
		run, line, slug string
		kind            fault.Kind
	}{
		"a run that nobody paid":  {r.ID, "", "nothing_exported", fault.Conflict},
		"a payment that is none":  {r.ID, "2026-03.p1.EUR.7", "line_not_found", fault.NotFound},
		"a run that is none":      {"2026-03.2", "", "run_not_found", fault.NotFound},
		"something that is no id": {"x", "", "invalid_run", fault.Invalid},
	} {
		if _, err := w.Uses.Payer.Confirm(w.Ctx, paying.ConfirmRequest{Run: c.run, Line: c.line, User: "cem"}); !fault.Is(err, c.slug) || fault.Of(err).Kind != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.Bank.Script = func(payout.Attempt, int) (bool, payout.Answer) {
		return false, payout.Answer{Outcome: payout.Lost}
	}
	_, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	w.Must(err)
	if _, err := w.Uses.Payer.Confirm(w.Ctx, paying.ConfirmRequest{Run: r.ID, Line: "2026-03.p1.EUR.1", User: "cem"}); !fault.Is(err, "line_state") || !strings.Contains(err.Error(), "is unknown and cannot be confirmed") {
		t.Errorf("an unknown line: %v", err)
	}
	w.Bank.Script = nil
	_, err = w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	w.Must(err)
	if _, err := w.Uses.Payer.Confirm(w.Ctx, paying.ConfirmRequest{Run: r.ID, Line: "2026-03.p1.EUR.1", User: "cem"}); !fault.Is(err, "line_state") || fault.Of(err).Kind != fault.Conflict {
		t.Errorf("a line that its rail paid: %v", err)
	}
}

func TestClose_WhileTheLastRunIsExportedOwesNothingTwice(t *testing.T) {
	w, march := exported(t)
	w.At("2026-04-10")
	w.Order("c1", "h", "2026-04-09T10:00:00Z", "1000.00")
	w.Close("2026-04")
	april := w.Paid("2026-04")
	if april.State != wire.RunPaying || april.Lines[0].Payable != "495.00" || april.Lines[0].Earned != "50.00" { // and 450.00 of March's reserve
		t.Errorf("April: %+v", april)
	}
	if b := w.owed("p1", "2026-04"); b.Amount != "4545.00" || b.Pending != "-4545.00" {
		t.Errorf("owed %+v", b)
	}
	got, err := w.Uses.Payer.Confirm(w.Ctx, paying.ConfirmRequest{Run: april.ID, User: "cem"})
	if err != nil || got.State != wire.RunSettled {
		t.Errorf("April, before March: %s, %v", got.State, err)
	}
	if b := w.owed("p1", "2026-04"); b.Amount != "4050.00" || b.Pending != "-4050.00" {
		t.Errorf("owed %+v", b)
	}
	got, err = w.Uses.Payer.Confirm(w.Ctx, paying.ConfirmRequest{Run: march.ID, User: "cem"})
	if err != nil || got.State != wire.RunSettled {
		t.Errorf("March: %s, %v", got.State, err)
	}
	if b := w.owed("p1", "2026-04"); b.Amount != "0.00" || b.Pending != "0.00" {
		t.Errorf("owed %+v", b)
	}
}

func TestPayments_BeforeAllHaveLeftThereIsNoFile(t *testing.T) {
	w, r := approved(t)
	var b bytes.Buffer
	if err := w.Uses.Payer.Payments(w.Ctx, r.ID, &b); !fault.Is(err, "payments_missing") || fault.Of(err).Kind != fault.Conflict || b.Len() > 0 {
		t.Errorf("%q, %v", b.String(), err)
	}
}

// A bank that refused an id has heard of it: neither it nor the id of an attempt
// that nobody has begun may leave in a file.
func TestPayments_WhatTheBankRefusedIsNotInTheFile(t *testing.T) {
	w, r := prepared(t)
	refuse := true
	w.Bank.Script = func(payout.Attempt, int) (bool, payout.Answer) {
		if refuse {
			return false, payout.Answer{Outcome: payout.Refused, Message: "account closed"}
		}
		return true, payout.Answer{Outcome: payout.Accepted}
	}
	if got := w.Paid("2026-03"); got.Lines[0].State != wire.LineRejected {
		t.Fatalf("run %+v", got)
	}
	if got := w.file(r.ID); strings.Contains(got, "p1") {
		t.Errorf("the file has what the bank refused: %q", got)
	}
	refuse = false
	_, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	w.Must(err)
	if got := w.file(r.ID); !strings.Contains(got, "\n2026-03.p1.EUR.2,p1,") || strings.Contains(got, ".EUR.1") {
		t.Errorf("the file after the second attempt: %q", got)
	}
}

func TestHalfway_ARunThatWaitsForAPersonIsNone(t *testing.T) {
	w, r := exported(t)
	if n, err := w.Uses.Closing.Halfway(w.Ctx); err != nil || n != 0 {
		t.Errorf("exported: %d, %v", n, err)
	}
	_, err := w.Uses.Payer.Confirm(w.Ctx, paying.ConfirmRequest{Run: r.ID, User: "cem"})
	w.Must(err)
	w, r = approved(t)
	w.Bank.Script = func(payout.Attempt, int) (bool, payout.Answer) { return false, payout.Answer{Outcome: payout.Lost} }
	_, err = w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	w.Must(err)
	if n, err := w.Uses.Closing.Halfway(w.Ctx); err != nil || n != 1 {
		t.Errorf("unknown: %d, %v", n, err)
	}
}

// every write of paying into the file and of confirming, failed in every way.
func TestConfirm_RepeatedAfterAnyCrash_PostsOnceAndSettles(t *testing.T) {
	confirm := func(w *world) {
		for range 2 { // a write that lands late may leave the line to the next one
			w.Repeat("pay", func() error {
				_, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: "2026-03", User: "ana"})
				return err
			})
		}
		w.Repeat("confirm", func() error {
			_, err := w.Uses.Payer.Confirm(w.Ctx, paying.ConfirmRequest{Run: "2026-03", User: "cem"})
			return err
		})
	}
	crash(t, func(w *world) {
		w.byTheFile()
		w.March()
		w.Close("2026-03")
		_, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: "2026-03", User: "ana"})
		w.Must(err)
		_, err = w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: "2026-03.1", User: "ben"})
		w.Must(err)
	}, confirm, func(t *testing.T, w *world) {
		confirm(w)
		if r, err := w.Uses.Runs.Show(w.Ctx, "2026-03.1"); err != nil || r.State != wire.RunSettled || r.Lines[0].State != wire.LinePaid || r.Lines[0].ConfirmedBy != "cem" {
			t.Errorf("run %+v, %v", r, err)
		}
		if b := w.owed("p1", "2026-03"); b.Amount != "0.00" || b.Pending != "0.00" {
			t.Errorf("owed %+v", b)
		}
	})
}

func TestConfirm_BySeveralProcessesAtOncePostsOnce(t *testing.T) {
	tb := table.NewMemory()
	w := open(t, tb)
	w.byTheFile()
	w.March()
	w.Close("2026-03")
	r := w.Paid("2026-03")
	moneytest.Together(4, func(int) {
		for range 20 {
			got, err := w.through(tb).Uses.Payer.Confirm(w.Ctx, paying.ConfirmRequest{Run: r.ID, User: "cem"})
			if err == nil && got.State == wire.RunSettled {
				return
			}
			if err != nil && fault.Of(err).Kind != fault.Unavailable {
				t.Error(err)
				return
			}
		}
		t.Error("it never settles")
	})
	if b := w.owed("p1", "2026-03"); b.Amount != "0.00" || b.Pending != "0.00" {
		t.Errorf("owed %+v", b)
	}
}
