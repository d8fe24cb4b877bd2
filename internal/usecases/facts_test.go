package usecases_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

func TestFact_SameIdSameBody_IsADuplicate_OtherBodyAConflict(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c1")
	f := w.order("o1", "c1", 10_000)
	first := w.want(f, channel.Applied)
	again := w.want(f, channel.Duplicate)
	if again.Customer != first.Customer || again.Period != first.Period {
		t.Fatalf("the stored answer differs: %+v, %+v", first, again)
	}
	other := f
	other.Order = &channel.Order{ID: "o2", Customer: "c1", Amount: 1, Currency: "EUR"}
	w.want(other, channel.Conflict)
	w.want(other, channel.Conflict)

	elsewhere := w.order("o1", "c1", 10_000) // the same order under another event
	w.want(elsewhere, channel.Duplicate)
	changed := w.order("o1", "c1", 9_000)
	w.want(changed, channel.Conflict)
	if h := w.history("c1"); len(h.Orders) != 1 || h.Orders[0].Amount != 10_000 {
		t.Fatalf("got %+v", h.Orders)
	}
	got, err := w.s.Intake.Fact(w.ctx, manager, "crm", f.ID)
	w.must(err)
	if got.Outcome != channel.Applied {
		t.Fatalf("got %+v", got)
	}
	_, err = w.s.Intake.Fact(w.ctx, manager, "crm", changed.ID)
	w.wantFault(err, "fact_not_found")
}

func TestRefund_AboveItsOrderIsRejected_AboveItInSumIsRecorded(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c1")
	w.want(w.order("o1", "c1", 10_000), channel.Applied)
	if got := w.want(w.refund("r0", "o1", "100.01"), channel.Rejected); got.Field != "data.amount" || got.Message == "" {
		t.Fatalf("got %+v", got)
	}
	w.want(w.refund("r0", "o1", "1.001"), channel.Rejected)
	w.want(w.refund("r1", "o1", "60.00"), channel.Applied)
	w.want(w.refund("r2", "o1", "60.00"), channel.Applied)
	w.want(w.refund("r2", "o1", "60.00"), channel.Duplicate)
	w.want(w.refund("r2", "o1", "61.00"), channel.Conflict)
	o := w.history("c1").Orders[0]
	if len(o.Refunds) != 2 || o.Refunded(time.Time{}) != 10_000 {
		t.Fatalf("got %+v", o)
	}
}

func TestRefund_BeforeItsOrder_WaitsAndIsAppliedWithIt(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c1")
	early, late := w.refund("r1", "o1", "40.00"), w.refund("r2", "o1", "500.00")
	w.want(early, channel.Pending)
	w.want(late, channel.Pending)
	w.want(early, channel.Duplicate)
	w.want(w.refund("r1", "o1", "41.00"), channel.Conflict)
	pending, err := w.s.Intake.Fact(w.ctx, manager, "crm", early.ID)
	w.must(err)
	w.want(w.order("o1", "c1", 10_000), channel.Applied)
	done, err := w.s.Intake.Fact(w.ctx, manager, "crm", early.ID)
	w.must(err)
	never, err := w.s.Intake.Fact(w.ctx, manager, "crm", late.ID)
	w.must(err)
	if pending.Outcome != channel.Pending || done.Outcome != channel.Applied || never.Outcome != channel.Rejected {
		t.Fatalf("%v, %v, %v", pending.Outcome, done.Outcome, never.Outcome)
	}
	if o := w.history("c1").Orders[0]; len(o.Refunds) != 1 || o.Refunds[0].Amount != 4_000 {
		t.Fatalf("got %+v", o)
	}
}

func TestRefund_MoreThanFiftyBeforeTheirOrder_AreRejected(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	for i := range store.MaxPendingRefunds {
		w.want(w.refund(fmt.Sprint("r", i), "o1", "1.00"), channel.Pending)
	}
	w.want(w.refund("more", "o1", "1.00"), channel.Rejected)
	w.want(w.order("o1", "c1", 10_000), channel.Pending)
	if o := w.history("c1").Orders[0]; len(o.Refunds) != store.MaxPendingRefunds {
		t.Fatalf("%d refunds", len(o.Refunds))
	}
}

func TestOrder_OfAnUnknownCustomer_CountsOnceARouteCoversIt(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	f := w.order("o1", "c1", 10_000)
	w.want(f, channel.Pending)
	w.now = w.now.Add(time.Hour)
	u := w.upsert("c1")
	u.Time = start.Add(-time.Hour)
	w.want(u, channel.Applied)
	w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: "c1", Key: "k"})
	h := w.history("c1")
	if h.OwnerAt(h.Orders[0].Occurred) != channel.Nobody {
		t.Fatal("first sight backdated the ownership")
	}
	got, err := w.s.Intake.Fact(w.ctx, manager, "crm", f.ID)
	w.must(err)
	if got.Outcome != channel.Applied {
		t.Fatalf("got %+v", got)
	}
	w.want(w.order("o2", "c2", 10_000), channel.Pending)
	w.known("c2")
	_, err = w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: "c2", Key: "k", At: start.Add(-time.Hour)})
	w.must(err)
	h = w.history("c2")
	if h.OwnerAt(h.Orders[0].Occurred) != "partner:p1" {
		t.Fatal("a backfilled route does not cover the order")
	}
}

func TestChurn_EndsTheOwnershipWhenAppliedAndGivesTheRoomBack(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1/1")
	w.known("c1", "c2")
	w.route("c1", "k")
	w.now = w.now.Add(24 * time.Hour)
	f := w.churn("c1")
	f.Time = start.Add(time.Hour)
	w.want(f, channel.Applied)
	w.owner("c1", channel.Nobody)
	h := w.history("c1")
	if h.OwnerAt(start.Add(2*time.Hour)) != "partner:p1" || h.OwnerAt(w.now) != channel.Nobody {
		t.Fatalf("got %+v", h.Spans)
	}
	if r := w.route("c2", "k"); r.Owner == nil {
		t.Fatalf("p1 has room again: %+v", r)
	}
	if r := w.route("c1", "k2"); r.Outcome != "waiting" {
		t.Fatalf("got %+v", r)
	}
}

func TestChurn_WithdrawsTheOffer(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1/1")
	w.known("c1")
	r := w.route("c1", "k")
	w.want(w.churn("c1"), channel.Applied)
	_, err := w.answer(r, true)
	w.wantFault(err, "offer_withdrawn")
	if held, _ := w.store.Held(w.ctx, "partner:p1"); held[0] != 0 {
		t.Fatalf("p1 holds %d", held[0])
	}
	if r := w.route("c1", "k2"); !r.Created {
		t.Fatal("a later route decides afresh")
	}
}

func TestUpsert_RoutesAtFirstSightAndWhenTheTierChanges(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	first := w.want(w.upsert("c1"), channel.Applied)
	w.owner("c1", "partner:p1")
	if got := w.want(w.upsert("c1"), channel.Applied); got.Decision != "" || first.Decision == "" {
		t.Fatalf("routed again without a reason: %+v", got)
	}
	grown := w.upsert("c1", worth("60000.00"))
	w.want(grown, channel.Applied)
	w.owner("c1", "pod:north")
	w.want(grown, channel.Duplicate)
	w.want(w.upsert("c1", worth("45000.00")), channel.Applied) // inside the band
	w.owner("c1", "pod:north")
	if d, _ := w.store.Decisions(w.ctx, "c1"); len(d.Decisions) != 2 {
		t.Fatalf("%d decisions", len(d.Decisions))
	}
	w.publish(wire.KindProgramme, `{"id":"acme","timeZone":"Europe/Berlin","routeOn":"call"}`)
	w.want(w.upsert("c9"), channel.Applied)
	w.owner("c9", channel.Nobody)
}

func TestUpsert_WithoutAPolicy_IsAppliedAndSaysWhyNotRouted(t *testing.T) {
	w := bare(t, table.NewMemory())
	if got := w.want(w.upsert("c1"), channel.Applied); got.Message == "" {
		t.Fatalf("got %+v", got)
	}
	_, err := w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: "c1"})
	w.wantFault(err, "no_policy_in_force")
}

func TestReferral_AddsAShareAndRoutesTheReferrerWhereThatGivesAnotherTier(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.want(w.upsert("a", worth("40000.00")), channel.Applied)
	w.owner("a", "partner:p1")
	for i := range 2 {
		w.want(w.upsert(fmt.Sprint("b", i), worth("45000.00"), func(u *channel.Upsert) { u.ReferredBy = channel.Put(channel.CustomerID("a")) }), channel.Applied)
	}
	h := w.head("a")
	if h.Value.Referral != 2_250_000 || h.Value.Amount != 6_250_000 || h.Owner != "pod:north" {
		t.Fatalf("got %+v, %s", h.Value, h.Owner)
	}
}

func TestReferral_OfAFriendThatLeftIsWorthNothingUntilItComesBack(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.want(w.upsert("a", worth("35000.00")), channel.Applied)
	w.want(w.upsert("b", worth("90000.00"), func(u *channel.Upsert) { u.ReferredBy = channel.Put(channel.CustomerID("a")) }), channel.Applied)
	for i := range 3 {
		w.owner("a", "pod:north")
		w.want(w.churn("b"), channel.Applied)
		if h := w.head("a"); h.Value.Amount != 3_500_000 || h.Owner != "partner:p1" {
			t.Fatalf("after departure %d: %+v, %s", i, h.Value, h.Owner)
		}
		w.route("b", fmt.Sprint("back", i))
	}
}

// TestFacts_InAnyOrder_FoldToTheSamePast applies the same facts in many orders.
func TestFacts_InAnyOrder_FoldToTheSamePast(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var want any
	for round := range 40 {
		w := newWorld(t, table.NewMemory(), atOnce, "p1")
		w.publish(wire.KindProgramme, `{"id":"acme","timeZone":"Europe/Berlin","routeOn":"call"}`)
		facts := scatteredFacts(w)
		rng.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		for _, f := range facts {
			w.send(f)
			if rng.IntN(3) == 0 {
				w.want(f, channel.Duplicate)
			}
		}
		h := w.history("c1")
		got := []any{h.Orders, h.Answers, h.Profile(), w.head("c1").Profile}
		if round == 0 {
			want = got
		} else if !reflect.DeepEqual(got, want) {
			t.Fatalf("round %d:\n got %+v\nwant %+v", round, got, want)
		}
		if !reflect.DeepEqual(h.Profile(), w.head("c1").Profile) {
			t.Fatalf("head and fold differ:\n%+v\n%+v", h.Profile(), w.head("c1").Profile)
		}
	}
}

func scatteredFacts(w *world) []channel.Fact {
	facts := []channel.Fact{
		w.upsert("c1", worth("100.00")),
		w.upsert("c1", worth("200.00"), func(u *channel.Upsert) { u.SourcedBy = channel.Put(channel.PartnerID("p1")) }),
		w.upsert("c1", func(u *channel.Upsert) { u.Region, u.DeclaredValue = channel.Put("FR"), channel.Put(channel.Figure{}) }),
		w.upsert("c1", func(u *channel.Upsert) { u.SourcedBy = channel.Put(channel.PartnerID("p2")) }),
		w.order("o1", "c1", 10_000), w.order("o2", "c1", 5_000),
		w.refund("r1", "o1", "10.00"), w.refund("r2", "o1", "99.00"), w.refund("r3", "o2", "50.00"),
	}
	for i := range facts {
		facts[i].Time = start.Add(time.Duration(i-len(facts)) * time.Hour)
	}
	feedback := w.fact(channel.FeedbackRecorded)
	feedback.Feedback = &channel.Feedback{Customer: "c1", Score: 4}
	return append(facts, feedback)
}
