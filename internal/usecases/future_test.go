package usecases_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

// oneOfEach is a fact of every type, each under ids of its own, about a known
// customer and a known order.
func (w *world) oneOfEach() []channel.Fact {
	w.Helper()
	w.want(w.upsert("c1", worth("100.00")), channel.Applied)
	w.want(w.order("known", "c1", 10_000), channel.Applied)
	feedback := w.fact(channel.FeedbackRecorded)
	feedback.Feedback = &channel.Feedback{Customer: "c1", Score: 4}
	facts := []channel.Fact{
		w.upsert("c2"), w.order("o1", "c1", 10_000), w.refund("r1", "known", "10.00"), feedback, w.churn("c1"),
	}
	if len(facts) != len(channel.FactTypes()) {
		w.Fatalf("%d facts of %d types", len(facts), len(channel.FactTypes()))
	}
	return facts
}

func TestFact_FromTheFuture_IsRejectedAndClaimsNothing_ItsIdsAreTakenWithTheRightTime(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	for _, f := range w.oneOfEach() {
		right := f.Time
		f.Time = w.now.Add(15*time.Minute + time.Second)
		w.meter.reset()
		got := w.want(f, channel.Rejected)
		if got.Slug != "in_the_future" || got.Field != "time" ||
			got.Message != "2026-03-02T09:15:01Z is more than 15 minutes ahead of the clock (2026-03-02T09:00:00Z)" {
			t.Errorf("%s: %+v", f.Type, got)
		}
		if w.meter.writes != 0 {
			t.Errorf("%s: %d writes", f.Type, w.meter.writes)
		}
		_, err := w.s.Intake.Fact(w.ctx, manager, f.Source, f.ID)
		w.wantFault(err, "fact_not_found")
		f.Time = right
		w.want(f, channel.Applied)
	}
}

func TestFact_UpToAQuarterOfAnHourAhead_IsTakenWithItsTime(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	for _, f := range w.oneOfEach() {
		f.Time = w.now.Add(15 * time.Minute)
		w.want(f, channel.Applied)
	}
	if o := w.history("c1").Orders; len(o) != 2 || !o[1].Occurred.Equal(start.Add(15*time.Minute)) {
		t.Errorf("%+v", o)
	}
}

// TestRefund_FromTheFuture_DoesNotWaitForItsOrder: nothing of it is kept where a
// refund waits, so the right one is no conflict when the order comes.
func TestRefund_FromTheFuture_DoesNotWaitForItsOrder(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c1")
	f := w.refund("r1", "o1", "10.00")
	f.Time = w.now.AddDate(36, 0, 0)
	w.want(f, channel.Rejected)
	f.Time, f.ID = w.now, "mended"
	w.want(f, channel.Pending)
	w.want(w.order("o1", "c1", 10_000), channel.Applied)
	o, err := w.store.Order(w.ctx, "o1")
	w.must(err)
	if got := o.Value.Refunds; len(got) != 1 || got[0].Amount != 1_000 {
		t.Errorf("%+v", got)
	}
}

func TestImport_RowsFromTheFuture_AreRejectedAloneAndTakenOnceMended(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	facts := w.oneOfEach()
	for i, kind := range []string{wire.ImportCustomers, wire.ImportOrders, wire.ImportRefunds, wire.ImportFeedback} {
		wrong, mended := facts[i], facts[i]
		wrong.Time = w.now.AddDate(36, 0, 0)
		file := func(yield func(intake.FactRow) bool) {
			_ = yield(intake.FactRow{Line: 2, Fact: wrong}) && yield(intake.FactRow{Line: 3, Fact: mended})
		}
		sum, rejects := w.load(intake.ImportRequest{Kind: kind, Route: kind == wire.ImportCustomers, Facts: file})
		if sum.Read != 2 || sum.Rejected != 1 || sum.Applied != 1 || len(rejects) != 1 {
			t.Fatalf("%s: %+v %+v", kind, sum, rejects)
		}
		r := rejects[0]
		if r.Line != 2 || r.Field != "time" || !strings.HasPrefix(r.Message, "2062-03-02T09:00:00Z is more than 15 minutes ahead") {
			t.Errorf("%s: %+v", kind, r)
		}
	}
}

// TestFact_FromTheFuture_HoldsUpNobodyOfItsBatch: the others are taken, and the
// same id in the same batch is no conflict.
func TestFact_FromTheFuture_HoldsUpNobodyOfItsBatch(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c1")
	wrong, right := w.order("o1", "c1", 10_000), w.order("o1", "c1", 10_000)
	wrong.Time = w.now.AddDate(36, 0, 0)
	unreadable := intake.FactInput{ID: "x", Source: "shop", Err: errors.New("unreadable")}
	for name, take := range map[string]func([]intake.FactInput) ([]wire.FactOutcome, error){
		"request": func(in []intake.FactInput) ([]wire.FactOutcome, error) {
			return w.s.Intake.ApplyFacts(w.ctx, manager, in)
		},
		"webhook": func(in []intake.FactInput) ([]wire.FactOutcome, error) {
			return w.s.Intake.ApplyWebhook(w.ctx, "standard", in)
		},
	} {
		out, err := take([]intake.FactInput{{Fact: wrong}, unreadable, {Fact: right}})
		w.must(err)
		taken := out[2].Outcome == channel.Applied || out[2].Outcome == channel.Duplicate // by the other door before
		if out[0].Slug != "in_the_future" || out[1].Outcome != channel.Rejected || !taken {
			t.Errorf("%s: %+v", name, out)
		}
	}
}
