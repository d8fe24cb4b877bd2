package closing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/moneytest"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

func TestClose_StatesWhatTheMonthEarned(t *testing.T) {
	w := newWorld(t)
	w.March()
	s := w.Close("2026-03")
	if s.State != wire.PeriodClosed || s.Owners != 4 || s.Statements != 2 || s.Entries != 6 || s.Unattributed != 1 || s.Already {
		t.Errorf("status %+v", s)
	}
	if d := cmp.Diff([]wire.PeriodTotal{{Currency: "EUR", Earned: "4520.00", Payable: "4050.00", Carried: "18.00"}}, s.Totals); d != "" {
		t.Error(d)
	}
	d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-03"})
	w.Must(err)
	if d.Earned != "4500.00" || d.Held != "450.00" || d.Payable != "4050.00" || d.ClosingBalance != "0.00" || d.Points != 30 || d.MDF.Closing != "600.00" {
		t.Errorf("statement %+v", d)
	}
	if d.Seal == nil || d.Seal.Count != 3 || d.Plan == nil || d.Plan.Version != 1 || d.Payment.State != "scheduled" || d.Payment.ExpectedOn != "2026-04-06" {
		t.Errorf("seal %+v, plan %+v, payment %+v", d.Seal, d.Plan, d.Payment)
	}
	if got, want := d.Answer(), "You earned 4,500.00 EUR in March 2026; we pay 4,050.00 EUR on 6 April 2026."; got != want {
		t.Errorf("got %s", got)
	}
	d, err = w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p2", Period: "2026-03"})
	w.Must(err)
	if d.Earned != "20.00" || d.Payable != "0.00" || d.ClosingBalance != "18.00" || d.Carried == nil || d.Carried.Reason != "below_minimum" {
		t.Errorf("statement %+v", d)
	}
}

func TestClose_IsRefusedBeforeThePeriodAndItsGraceDaysHaveEnded(t *testing.T) {
	w := newWorld(t)
	w.March()
	for _, now := range []string{"2026-03-31T23:59:59Z", "2026-04-01", "2026-04-05T23:59:59Z"} {
		w.At(now)
		_, err := w.Uses.Closing.Close(w.Ctx, closing.CloseRequest{Period: "2026-03", User: "ana"})
		if !fault.Is(err, "period_not_over") || !strings.Contains(err.Error(), "6 April 2026") {
			t.Errorf("at %s: %v", now, err)
		}
	}
	w.At("2026-04-06")
	if _, err := w.Uses.Closing.Close(w.Ctx, closing.CloseRequest{Period: "2026-03", User: "ana"}); err != nil {
		t.Errorf("on the first day: %v", err)
	}
}

func TestClose_GoesInOrderAndNamesWhatComesFirst(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.Close("2026-03")
	w.At("2026-09-01")
	_, err := w.Uses.Closing.Close(w.Ctx, closing.CloseRequest{Period: "2026-05", User: "ana"})
	if !fault.Is(err, "period_out_of_order") || !strings.Contains(err.Error(), "2026-04 comes first") {
		t.Errorf("got %v", err)
	}
	s, err := w.Uses.Closing.Close(w.Ctx, closing.CloseRequest{Period: "2026-03", User: "cem"})
	if err != nil || !s.Already || s.Statements != 2 {
		t.Errorf("closing again: %+v, %v", s, err)
	}
	s, err = w.Uses.Closing.Close(w.Ctx, closing.CloseRequest{Period: "2026-01", User: "ana"})
	if err != nil || !s.Already || s.Statements != 0 || !strings.Contains(s.Note, "2026-03") {
		t.Errorf("closing a month before the first: %+v, %v", s, err)
	}
}

func TestClose_TheFirstMayBeAnyEndedMonthAndHoldsWhatCameBefore(t *testing.T) {
	w := newWorld(t)
	w.March()
	s := w.Close("2026-04")
	if s.Entries != 6 {
		t.Errorf("entries %d", s.Entries)
	}
	d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-04"})
	w.Must(err)
	if d.Earned != "4500.00" || d.Lines[0].Period != "2026-03" {
		t.Errorf("earned %s, lines %+v", d.Earned, d.Lines)
	}
	if _, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-03"}); !fault.Is(err, "statement_not_found") {
		t.Errorf("March has a statement: %v", err)
	}
}

func TestClose_ALateRefundIsBookedForwardAtItsOwnPrice(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.Close("2026-03")
	before := w.Everything("2026-03")
	w.At("2026-04-10")
	w.Refund("c2", moneytest.Refund{ID: "r1", Of: "b", At: "2026-04-09T10:00:00Z", Amount: "6000.00"})
	w.Order("c3", "late", "2026-03-30T10:00:00Z", "1000.00")
	w.Close("2026-04")
	d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-04"})
	w.Must(err)
	got := map[string]string{}
	for _, l := range d.Lines {
		got[string(l.Period)+" "+l.Kind] = l.Amount
	}
	want := map[string]string{"2026-03 reversal": "-425.00", "2026-03 tier adjustment": "-175.00"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if d.Earned != "-600.00" || d.Payable != "0.00" || d.Released != "450.00" || d.ClosingBalance != "-150.00" || d.Carried.Reason != "negative" {
		t.Errorf("earned %s, payable %s, closing %s", d.Earned, d.Payable, d.ClosingBalance)
	}
	d, err = w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p2", Period: "2026-04"})
	w.Must(err)
	if d.Earned != "50.00" || d.OpeningBalance != "18.00" || d.Released != "2.00" || d.Payable != "65.00" {
		t.Errorf("earned %s, opening %s, payable %s", d.Earned, d.OpeningBalance, d.Payable)
	}
	if diff := cmp.Diff(before, w.Everything("2026-03")); diff != "" {
		t.Errorf("March changed: %s", diff)
	}
}

func TestClose_SealsAreChained(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.Close("2026-03")
	w.Close("2026-04")
	var march, april store.SealItem
	for p, s := range map[channel.Period]*store.SealItem{"2026-03": &march, "2026-04": &april} {
		_, err := w.Store.Load(w.Ctx, store.SealKey("partner:p1", p), s)
		w.Must(err)
	}
	if march.Count != 3 || march.Previous != "" || march.Statement == "" || len(march.Position) != 1 || march.Sums["o"].Sums["EUR"].Cmp(6000000) != 0 {
		t.Errorf("March %+v", march)
	}
	if april.Count != 0 || april.Previous == "" || april.Root != "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Errorf("April %+v", april)
	}
	head, _, err := w.Store.PeriodHead(w.Ctx, "2026-04")
	w.Must(err)
	if head.Previous == "" || head.Documents == 0 {
		t.Errorf("head %+v", head)
	}
}

func TestClose_ALostPortfolioEntryStopsIt(t *testing.T) {
	w := newWorld(t)
	w.March()
	b := &store.Batch{}
	b.Delete(store.PortfolioKey("partner:p1", "c2"))
	w.Must(w.Store.Commit(w.Ctx, b))
	w.At("2026-04-06")
	_, err := w.Uses.Closing.Close(w.Ctx, closing.CloseRequest{Period: "2026-03", User: "ana"})
	if !fault.Is(err, "readers_disagree") || !strings.Contains(err.Error(), "partner:p1") {
		t.Errorf("got %v", err)
	}
	s, err := w.Uses.Closing.Period(w.Ctx, "2026-03")
	w.Must(err)
	if s.State != wire.PeriodClosing {
		t.Errorf("state %s", s.State)
	}
	if _, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: "2026-03", User: "ana"}); !fault.Is(err, "period_not_closed") {
		t.Errorf("a run of it: %v", err)
	}
}

func TestClose_ADocumentPublishedMeanwhileDoesNotTouchIt(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.At("2026-04-06")
	_, err := w.Uses.Closing.Shut(w.Ctx, "2026-03", w.Now) // and then it crashed
	w.Must(err)
	w.Dir.Partners[0].Name = "One renamed"
	w.Dir.Partners = append(w.Dir.Partners, channel.Partner{ID: "p9", Name: "Nine", Currency: "EUR", Status: channel.Active, Plans: w.Dir.Partners[0].Plans})
	w.PutDirectory()
	w.Publish("plan", "standard", strings.Replace(moneytest.Plan, `"0.05"`, `"0.06"`, 1))
	s := w.Close("2026-03")
	if s.Owners != 4 || s.Totals[0].Earned != "4520.00" {
		t.Errorf("status %+v", s)
	}
	d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-03"})
	w.Must(err)
	if d.PartnerName != "One" || d.Plan.Version != 1 {
		t.Errorf("name %q, plan %+v", d.PartnerName, d.Plan)
	}
	if _, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p9", Period: "2026-03"}); !fault.Is(err, "statement_not_found") {
		t.Errorf("a partner that came later: %v", err)
	}
	if _, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "nobody", Period: "2026-03"}); !fault.Is(err, "partner_not_found") {
		t.Errorf("a partner that is none: %v", err)
	}
}

func TestStatement_PreviewIsTheCloseWithoutTheCommit(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.At("2026-04-06T09:00:00Z")
	for _, period := range []channel.Period{"2026-03", "2026-04"} {
		if period == "2026-04" {
			w.Refund("c1", moneytest.Refund{ID: "r1", Of: "c", At: "2026-04-07T10:00:00Z", Amount: "40000.00"})
			w.Order("c2", "g", "2026-04-08T10:00:00Z", "99.99")
			w.Move("c2", "pod:field", "2026-04-09T10:00:00Z", "5000.00")
		}
		w.At(string(period.Next()) + "-06T08:00:00Z")
		open, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: period, Preview: true})
		w.Must(err)
		if open.State != "preview" || open.Seal != nil || open.AsOf == nil {
			t.Errorf("%s: %s, %+v", period, open.State, open.Seal)
		}
		w.Close(period)
		closed, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: period})
		w.Must(err)
		open.State, open.AsOf, open.Seal, open.Payment = closed.State, nil, closed.Seal, closed.Payment
		if d := cmp.Diff(closed, open); d != "" {
			t.Errorf("%s: the preview differs (-closed +preview): %s", period, d)
		}
	}
}

func TestStatement_APreviewAcrossOpenMonthsEqualsClosingThemInOrder(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.Close("2026-03")
	w.At("2026-05-20")
	w.Order("c1", "g", "2026-04-08T10:00:00Z", "20000.00")
	w.Order("c1", "h", "2026-05-08T10:00:00Z", "20000.00")
	w.Refund("c1", moneytest.Refund{ID: "r1", Of: "g", At: "2026-05-09T10:00:00Z", Amount: "5000.00"})
	w.At("2026-06-06T08:00:00Z")
	open, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-05", Preview: true})
	w.Must(err)
	w.Close("2026-04")
	w.Close("2026-05")
	closed, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-05"})
	w.Must(err)
	if d := cmp.Diff(closed.Lines, open.Lines); d != "" || open.Payable != closed.Payable || open.OpeningBalance != closed.OpeningBalance {
		t.Errorf("payable %s and %s: %s", open.Payable, closed.Payable, d)
	}
	if _, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-07", Preview: true}); !fault.Is(err, "statement_not_found") {
		t.Errorf("a month that has not begun: %v", err)
	}
}

func TestClose_FactsBetweenTwoClosesInAnyOrderGiveTheSameBytes(t *testing.T) {
	facts := []func(*world){
		func(w *world) { w.Order("c1", "g", "2026-04-08T10:00:00Z", "20000.00") },
		func(w *world) {
			w.Refund("c2", moneytest.Refund{ID: "r1", Of: "b", At: "2026-04-09T10:00:00Z", Amount: "6000.00"})
		},
		func(w *world) { w.Order("c3", "h", "2026-03-30T10:00:00Z", "70.00") },
		func(w *world) {
			w.Refund("c1", moneytest.Refund{ID: "r2", Of: "c", At: "2026-04-02T10:00:00Z", Amount: "1.00"})
		},
		func(w *world) { w.Order("c2", "i", "2026-04-08T10:00:00Z", "20000.00") },
	}
	var first map[string]string
	for turn := range facts {
		w := newWorld(t)
		w.March()
		w.Close("2026-03")
		w.At("2026-04-10")
		for i := range facts {
			facts[(i*(turn%2*2-1)+turn+len(facts))%len(facts)](w)
		}
		w.Close("2026-04")
		got := w.Everything("2026-04")
		if first == nil {
			first = got
		}
		if d := cmp.Diff(first, got); d != "" {
			t.Fatalf("order %d: %s", turn, d)
		}
	}
}

func TestClose_OfAnEmptyInstallationIsAClose(t *testing.T) {
	s := store.New(table.NewMemory(), store.Options{})
	p := usecases.New(usecases.Config{Store: s, Clock: func() time.Time { return moneytest.Instant(t, "2026-04-01") }})
	got, err := p.Closing.Close(t.Context(), closing.CloseRequest{Period: "2026-03", User: "ana"})
	if err != nil || got.State != wire.PeriodClosed || got.Owners != 0 || got.Root == "" {
		t.Errorf("%+v, %v", got, err)
	}
	run, err := p.Runs.Prepare(t.Context(), paying.PrepareRequest{Period: "2026-03", User: "ana"})
	if err != nil || len(run.Lines) != 0 || run.State != wire.RunPrepared {
		t.Errorf("%+v, %v", run, err)
	}
}

func TestStatement_EveryAssignedPartnerHasOneAndNobodyElse(t *testing.T) {
	w := newWorld(t) // nothing happened at all
	w.Close("2026-03")
	d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-03"})
	if err != nil || d.Earned != "0.00" || len(d.Lines) != 0 || d.Plan == nil || d.Payment.State != "nothing_due" {
		t.Errorf("p1: %+v, %v", d, err)
	}
	if _, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p3", Period: "2026-03"}); !fault.Is(err, "statement_not_found") {
		t.Errorf("p3, on no plan: %v", err)
	}
	if _, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-04"}); !fault.Is(err, "statement_not_found") || !strings.Contains(err.Error(), "preview") {
		t.Errorf("an open month: %v", err)
	}
	w.At("2026-04-20")
	d, err = w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p3", Period: "2026-04", Preview: true})
	if err != nil || d.Plan != nil || d.Earned != "0.00" {
		t.Errorf("a preview of p3: %+v, %v", d, err)
	}
}
