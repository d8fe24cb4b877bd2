package paying_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

func prepared(t *testing.T) (*world, wire.Run) {
	t.Helper()
	w := newWorld(t)
	w.March()
	w.Close("2026-03")
	r, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: "2026-03", User: "ana"})
	w.Must(err)
	return w, r
}

func TestPrepare_HasALineForEveryStatementAndSaysWhatIsCarried(t *testing.T) {
	_, r := prepared(t)
	want := []wire.RunLine{
		{PartnerID: "p1", Currency: "EUR", Earned: "4500.00", Payable: "4050.00", CarriedForward: "0.00", State: wire.LineOpen},
		{PartnerID: "p2", Currency: "EUR", Earned: "20.00", Payable: "0.00", CarriedForward: "18.00", State: wire.LineCarried, Reason: "below_minimum"},
	}
	if d := cmp.Diff(want, r.Lines); d != "" {
		t.Error(d)
	}
	if r.ID != "2026-03.1" || r.State != wire.RunPrepared || r.PreparedBy != "ana" || r.ApprovedBy != nil || !cmp.Equal(r.Totals, []wire.Money{{Amount: "4050.00", Currency: "EUR"}}) {
		t.Errorf("run %+v", r)
	}
}

func TestPrepare_OfAnOpenPeriodIsRefused(t *testing.T) {
	w := newWorld(t)
	w.March()
	if _, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: "2026-03", User: "ana"}); !fault.Is(err, "period_not_closed") {
		t.Errorf("got %v", err)
	}
}

func TestPrepare_AgainIsTheSameRunAndAfterADenialTheNext(t *testing.T) {
	w, r := prepared(t)
	again, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: "2026-03", User: "cem"})
	if err != nil || again.ID != r.ID || again.PreparedBy != "ana" || !again.Existing {
		t.Errorf("again: %+v, %v", again, err)
	}
	_, err = w.Uses.Runs.Deny(w.Ctx, paying.DenyRequest{Run: r.ID, User: "ben", Reason: "wrong"})
	w.Must(err)
	next, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: "2026-03", User: "cem"})
	if err != nil || next.ID != "2026-03.2" || next.PreparedBy != "cem" || next.Hash != r.Hash {
		t.Errorf("next: %+v, %v", next, err)
	}
	_, err = w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: next.ID, User: "ana"})
	w.Must(err)
	next, err = w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: next.ID, User: "ana"})
	w.Must(err)
	denied, err := w.Uses.Runs.Show(w.Ctx, r.ID)
	if err != nil || next.State != wire.RunSettled || denied.State != wire.RunDenied || denied.Lines[0].State != wire.LineOpen || w.Bank.Paid()["p1 EUR"] != 405000 {
		t.Errorf("next %s, first %+v, bank %v, %v", next.State, denied, w.Bank.Paid(), err)
	}
	last, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: "2026-03", User: "eve"})
	if err != nil || last.ID != next.ID {
		t.Errorf("after settling: %+v, %v", last, err)
	}
}

func TestApprove_NotByWhoPreparedAndOneDenialVetoes(t *testing.T) {
	w, r := prepared(t)
	if _, err := w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: r.ID, User: "ana"}); !fault.Is(err, "same_person") {
		t.Errorf("by the preparer: %v", err)
	}
	if _, err := w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: r.ID, User: "ANA"}); !fault.Is(err, "same_person") {
		t.Errorf("by the preparer in capitals: %v", err)
	}
	if _, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ben"}); !fault.Is(err, "run_not_approved") {
		t.Errorf("pay before: %v", err)
	}
	var b bytes.Buffer
	if err := w.Uses.Payer.Payments(w.Ctx, r.ID, &b); !fault.Is(err, "run_not_approved") || b.Len() > 0 {
		t.Errorf("a payments file before: %q, %v", b.String(), err)
	}
	got, err := w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: r.ID, User: "ben"})
	if err != nil || got.State != wire.RunApproved || got.ApprovedBy == nil || *got.ApprovedBy != "ben" {
		t.Errorf("approved: %+v, %v", got, err)
	}
	got, err = w.Uses.Runs.Deny(w.Ctx, paying.DenyRequest{Run: r.ID, User: "cem", Reason: "not yet"})
	if err != nil || got.State != wire.RunDenied {
		t.Errorf("denied: %+v, %v", got, err)
	}
	for name, call := range map[string]func() error{
		"approve": func() error {
			_, err := w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: r.ID, User: "dan"})
			return err
		},
		"pay": func() error { _, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "dan"}); return err },
	} {
		if err := call(); !fault.Is(err, "run_denied") || !strings.Contains(err.Error(), "not yet") {
			t.Errorf("%s after the veto: %v", name, err)
		}
	}
	given, err := w.Store.Approvals(w.Ctx, "2026-03")
	if err != nil || len(given) != 2 || given[0].Answer != "approve" || given[1].Answer != "deny" || given[0].Hash != r.Hash {
		t.Errorf("on record: %+v, %v", given, err)
	}
}

func TestApprove_OfLinesThatTheLedgerDoesNotTellIsRefused(t *testing.T) {
	w, r := prepared(t)
	w.FirstEdition(r.ID)
	w.Change("2026-03", "p1", func(l *payout.Line) { l.Earned++ }) // not part of the hash that is approved
	if _, err := w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: r.ID, User: "ben"}); !fault.Is(err, "run_mismatch") {
		t.Errorf("got %v", err)
	}
	w.Change("2026-03", "p1", func(l *payout.Line) { l.Earned, l.Payable = l.Earned-1, 2*l.Payable })
	if _, err := w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: r.ID, User: "ben"}); !fault.Is(err, "run_changed") {
		t.Errorf("got %v", err)
	}
}

func TestApprove_AgainIsAnAnswerAndNoSecondApproval(t *testing.T) {
	w, r := prepared(t)
	for range 2 {
		got, err := w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: r.ID, User: "ben"})
		if err != nil || got.State != wire.RunApproved {
			t.Errorf("run %+v, %v", got, err)
		}
	}
	if given, err := w.Store.Approvals(w.Ctx, "2026-03"); err != nil || len(given) != 1 {
		t.Errorf("on record: %+v, %v", given, err)
	}
}

func TestPay_SettlesOnceAndSaysSoInTheStatementAndTheLedger(t *testing.T) {
	w, r := prepared(t)
	w.At("2026-04-07T10:00:00Z")
	got := w.Paid("2026-03")
	if got.State != wire.RunSettled || got.Lines[0].State != wire.LinePaid || got.Lines[0].PaymentID != "2026-03.p1.EUR.1" || got.SettledAt == nil {
		t.Errorf("run %+v", got)
	}
	again, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "eve"})
	if err != nil || again.State != wire.RunSettled || w.Bank.Paid()["p1 EUR"] != 405000 || len(w.Bank.Paid()) != 1 {
		t.Errorf("again: %+v, %v, bank %v", again, err, w.Bank.Paid())
	}
	d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-03"})
	w.Must(err)
	if d.Payment.State != "paid" || d.Payment.Reference != "2026-03.p1.EUR.1" || !strings.Contains(d.Answer(), "we paid 4,050.00 EUR on 7 April 2026") {
		t.Errorf("payment %+v: %s", d.Payment, d.Answer())
	}
	l, err := w.Uses.Runs.Ledger(w.Ctx, "p1", "2026-03")
	w.Must(err)
	balance := func(account, amount string) wire.AccountBalance {
		return wire.AccountBalance{Account: account, Currency: "EUR", Amount: amount, Pending: "0.00"}
	}
	want := []wire.AccountBalance{balance("fund", "600.00"), balance("owed", "0.00"), balance("reserve", "450.00")}
	if diff := cmp.Diff(want, l.Closing); diff != "" || len(l.Transfers) != 4 || len(l.Opening) != 0 {
		t.Errorf("%s, transfers %+v", diff, l.Transfers)
	}
	var b bytes.Buffer
	w.Must(w.Uses.Payer.Payments(w.Ctx, r.ID, &b))
	if b.String() != "payment_id,partner_id,period,amount,currency,statement\n2026-03.p1.EUR.1,p1,2026-03,4050.00,EUR,p1/2026-03\n" {
		t.Errorf("payments %q", b.String())
	}
}

func TestPay_ARejectionIsTriedAgainUnderAnotherKeyByTheNextPay(t *testing.T) {
	w, r := prepared(t)
	w.Bank.Script = func(_ payout.Attempt, call int) (bool, payout.Answer) {
		if call == 1 {
			return false, payout.Answer{Outcome: payout.Refused, Message: "account closed"}
		}
		return true, payout.Answer{Outcome: payout.Accepted, Reference: "B2"}
	}
	got := w.Paid("2026-03")
	if got.State != wire.RunPaying || got.Lines[0].State != wire.LineRejected || got.Lines[0].Message != "account closed" {
		t.Errorf("run %+v", got)
	}
	got, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	if err != nil || got.State != wire.RunSettled || got.Lines[0].PaymentID != "2026-03.p1.EUR.2" || w.Bank.Paid()["p1 EUR"] != 405000 {
		t.Errorf("run %+v, %v, bank %v", got, err, w.Bank.Paid())
	}
}

func TestPay_ALostAnswerIsAskedForUnderItsOwnKey(t *testing.T) {
	for _, taken := range []bool{true, false} {
		w, r := prepared(t)
		w.Bank.Script = func(_ payout.Attempt, call int) (bool, payout.Answer) {
			if call == 1 {
				return taken, payout.Answer{Outcome: payout.Lost, Message: "timeout"}
			}
			return true, payout.Answer{Outcome: payout.Accepted}
		}
		got := w.Paid("2026-03")
		if got.State != wire.RunPaying || got.Lines[0].State != wire.LineUnknown {
			t.Errorf("taken %v: run %+v", taken, got)
		}
		if _, err := w.Uses.Runs.Deny(w.Ctx, paying.DenyRequest{Run: r.ID, User: "eve", Reason: "stop"}); !fault.Is(err, "run_paying") {
			t.Errorf("taken %v: denied while paying: %v", taken, err)
		}
		got, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
		if err != nil || got.State != wire.RunSettled || got.Lines[0].PaymentID != "2026-03.p1.EUR.1" || w.Bank.Paid()["p1 EUR"] != 405000 {
			t.Errorf("taken %v: run %+v, %v, bank %v", taken, got, err, w.Bank.Paid())
		}
	}
}

func TestPay_WhilePayoutsAreFrozenPaysNothing(t *testing.T) {
	w, r := prepared(t)
	_, err := w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: r.ID, User: "ben"})
	w.Must(err)
	_, err = w.Store.UpdateControl(w.Ctx, w.Now, func(c store.Control, _ *store.Batch) (store.Control, error) {
		c.Frozen = true
		return c, nil
	})
	w.Must(err)
	if _, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"}); !fault.Is(err, "payouts_frozen") || len(w.Bank.Paid()) != 0 {
		t.Errorf("got %v, bank %v", err, w.Bank.Paid())
	}
}

func TestDiff_NamesWhoIsNewWhoIsGoneAndWhy(t *testing.T) {
	w, _ := prepared(t)
	w.Paid("2026-03")
	w.At("2026-04-10")
	w.Order("c3", "g", "2026-04-09T10:00:00Z", "3000.00")
	w.Order("c1", "h", "2026-04-09T10:00:00Z", "10.00")
	w.Close("2026-04")
	r, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: "2026-04", User: "ana"})
	w.Must(err)
	d, err := w.Uses.Runs.Diff(w.Ctx, r.ID)
	w.Must(err)
	if d.Against != "2026-03" || d.Threshold != "0.2" || d.Limit != "0.25" || len(d.Refused) != 1 || d.Counts != (wire.DiffCounts{New: 1, Changed: 1}) {
		t.Errorf("diff %+v", d)
	}
	want := []wire.DiffItem{
		{PartnerID: "p1", Currency: "EUR", Kind: "changed", Before: "4050.00", Now: "450.45", Change: "-0.888778", Reasons: []string{"commission -4499.50", "released from reserve +450.00", "kept in reserve +449.95"}},
		{PartnerID: "p2", Currency: "EUR", Kind: "new", Before: "0.00", Now: "155.00", Reasons: []string{"commission +130.00", "carried forward +18.00", "opening balance +18.00"}},
	}
	if diff := cmp.Diff(want, d.Items); diff != "" {
		t.Error(diff)
	}
	if _, err := w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: r.ID, User: "ben"}); !fault.Is(err, "beyond_limit") {
		t.Errorf("approved beyond the limit: %v", err)
	}
	got, err := w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: r.ID, User: "ben", Override: true, Reason: "a quiet April"})
	if err != nil || got.State != wire.RunApproved || got.Reason != "a quiet April" {
		t.Errorf("with a reason: %+v, %v", got, err)
	}
}

func TestRuns_ListNewestFirstInPages(t *testing.T) {
	w, first := prepared(t)
	_, err := w.Uses.Runs.Deny(w.Ctx, paying.DenyRequest{Run: first.ID, User: "ben", Reason: "no"})
	w.Must(err)
	w.Paid("2026-03")
	w.Close("2026-04")
	w.Paid("2026-04")
	var got []string
	page := wire.Page{Limit: 2}
	for {
		list, err := w.Uses.Runs.Runs(w.Ctx, page)
		w.Must(err)
		for _, r := range list.Items {
			got = append(got, r.ID+" "+r.State)
		}
		if page.Cursor = list.NextCursor; page.Cursor == "" {
			break
		}
	}
	if d := cmp.Diff([]string{"2026-04.1 settled", "2026-03.2 settled", "2026-03.1 denied"}, got); d != "" {
		t.Error(d)
	}
	lines, err := w.Uses.Runs.Lines(w.Ctx, "2026-04.1", wire.Page{Limit: 1})
	if err != nil || len(lines.Items) != 1 || lines.NextCursor == "" {
		t.Errorf("lines %+v, %v", lines, err)
	}
	lines, err = w.Uses.Runs.Lines(w.Ctx, "2026-04.1", wire.Page{Limit: 1, Cursor: lines.NextCursor})
	if err != nil || len(lines.Items) != 1 || lines.Items[0].PartnerID != "p2" || lines.NextCursor != "" {
		t.Errorf("lines %+v, %v", lines, err)
	}
	statements, err := w.Uses.Statements.Statements(w.Ctx, "p1", wire.Page{Limit: 1})
	if err != nil || statements.Items[0].Period != "2026-04" || statements.NextCursor == "" {
		t.Errorf("statements %+v, %v", statements, err)
	}
	statements, err = w.Uses.Statements.Statements(w.Ctx, "p1", wire.Page{Limit: 1, Cursor: statements.NextCursor})
	if err != nil || statements.Items[0].Period != "2026-03" || statements.NextCursor != "" {
		t.Errorf("statements %+v, %v", statements, err)
	}
	if _, err := w.Uses.Runs.Show(w.Ctx, "2026-09.1"); !fault.Is(err, "run_not_found") {
		t.Errorf("a run that is none: %v", err)
	}
}

// TestLists_ACursorOfAnotherListIsRefused: of money as of everything else.
func TestLists_ACursorOfAnotherListIsRefused(t *testing.T) {
	w, first := prepared(t)
	_, err := w.Uses.Runs.Deny(w.Ctx, paying.DenyRequest{Run: first.ID, User: "ben", Reason: "no"})
	w.Must(err)
	w.Paid("2026-03")
	w.Close("2026-04")
	w.Paid("2026-04")
	next := map[string]func(wire.Page) (string, error){
		"runs": func(p wire.Page) (string, error) { l, err := w.Uses.Runs.Runs(w.Ctx, p); return l.NextCursor, err },
		"lines": func(p wire.Page) (string, error) {
			l, err := w.Uses.Runs.Lines(w.Ctx, "2026-04.1", p)
			return l.NextCursor, err
		},
		"lines of another run": func(p wire.Page) (string, error) {
			l, err := w.Uses.Runs.Lines(w.Ctx, "2026-03.2", p)
			return l.NextCursor, err
		},
		"statements": func(p wire.Page) (string, error) {
			l, err := w.Uses.Statements.Statements(w.Ctx, "p1", p)
			return l.NextCursor, err
		},
		"statements of another partner": func(p wire.Page) (string, error) {
			l, err := w.Uses.Statements.Statements(w.Ctx, "p2", p)
			return l.NextCursor, err
		},
	}
	cursors := map[string]string{"nothing": "garbage", "a plain period": "2026-04", "a plain run": "2026-04.1", "a plain line": "p1#EUR"}
	for name, list := range next {
		cursor, err := list(wire.Page{Limit: 1})
		if err != nil || cursor == "" {
			t.Fatalf("%s: %q, %v", name, cursor, err)
		}
		cursors[name] = cursor
	}
	for name, list := range next {
		for from, cursor := range cursors {
			_, err := list(wire.Page{Limit: 1, Cursor: cursor})
			if from == name && err != nil || from != name && !fault.Is(err, "invalid_cursor") {
				t.Errorf("%s with the cursor of %s: %v", name, from, err)
			}
		}
	}
}
