package usecases_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/sample"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// A usual customer under the sample's policy, after three owners.
func TestSizes_AUsualDecisionAndHeadStayUnderOneKilobyte(t *testing.T) {
	w := bare(t, table.NewMemory())
	policy, err := sample.Documents.ReadFile("documents/policy.json")
	w.must(err)
	w.publish(wire.KindPolicy, string(policy))
	w.partners("p01", "p02/200")
	w.pods("field-north")
	w.want(w.upsert("cust-00001", worth("45000.00"), func(u *channel.Upsert) {
		u.Segment, u.SourcedBy = channel.Put("midsize"), channel.Put(channel.PartnerID("p01"))
		u.Attributes = map[string]*string{}
	}), channel.Applied)
	for i, o := range []channel.Owner{"partner:p01", "partner:p02"} {
		w.now = w.now.AddDate(0, 3, 0)
		_, err := w.s.Assign.Assign(w.ctx, manager, assign.ByHandRequest{Customer: "cust-00001", Owner: o, Reason: "the customer asked for it", Key: fmt.Sprint("key-", i)})
		w.must(err)
	}
	w.now = w.now.AddDate(0, 3, 0)
	w.want(w.upsert("cust-00001", worth("60000.00")), channel.Applied) // promoted
	w.want(w.order("order-0000001", "cust-00001", 123_456), channel.Applied)
	h := w.head("cust-00001")
	if len(h.Spans) != 3 {
		t.Fatalf("got %+v", h)
	}
	customer, hash, err := store.SplitDecisionID(h.Decision)
	w.must(err)
	items, err := w.store.Get(w.ctx, store.HeadKey(h.ID), store.DecisionKey(customer, hash), store.OrderKey("order-0000001"))
	w.must(err)
	for _, it := range items {
		t.Logf("%s %s: %d bytes", it.PK, it.SK, table.ItemSize(it))
		if table.ItemSize(it) > 1024 {
			t.Errorf("%s %s has %d bytes: %s", it.PK, it.SK, table.ItemSize(it), it.Body)
		}
	}
}

func TestExperiment_NamesTheArmAndNeedsItsChallenger(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	champion := fmt.Sprintf(testPolicy, `"experiment":{"name":"x","share":"0.5","challenger":{"id":"other","version":1}},`)
	_, err := w.s.Publisher.Publish(w.ctx, manager, documents.PublishRequest{Kind: wire.KindPolicy, Raw: []byte(champion)})
	w.wantFault(err, "invalid_document")
	other := strings.Replace(strings.Replace(fmt.Sprintf(testPolicy, atOnce), `"id":"worldwide"`, `"id":"other"`, 1), `"effectiveFrom":"2026-01-01"`, `"effectiveFrom":"2025-01-01"`, 1)
	w.publish(wire.KindPolicy, other)
	w.publish(wire.KindPolicy, champion)
	arms := map[string]int{}
	for i := range 40 {
		id := fmt.Sprint("c", i)
		w.known(id)
		r := w.route(id, "k")
		if want := map[string]string{"champion": "worldwide", "challenger": "other"}[r.Arm]; r.Policy.ID != want {
			t.Fatalf("arm %q decided by %q", r.Arm, r.Policy.ID)
		}
		arms[r.Arm]++
		replay, err := w.s.Views.Replay(w.ctx, manager, r.ID)
		w.must(err)
		if !replay.Agrees {
			t.Fatalf("got %+v", replay)
		}
	}
	if arms["champion"] < 10 || arms["challenger"] < 10 {
		t.Fatalf("got %v", arms)
	}
}

func TestOffer_ThatEndsWhereNoDecisionCanBeMade_LeavesTheCustomerOnAList(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1")
	w.known("c1")
	r := w.route("c1", "k")
	w.publish(wire.KindProgramme, `{"id":"acme","timeZone":"Europe/Berlin","routeOn":"call"}`)
	w.want(w.upsert("c1", func(u *channel.Upsert) {
		u.Currency, u.DeclaredValue = channel.Put("USD"), channel.Put(channel.Figure{Decimal: "5.00", Currency: "USD"})
	}), channel.Applied)
	_, err := w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: "c1", Key: "k9", Preview: true})
	w.must(err) // the offer is open: that decision
	_, err = w.answer(r, false)
	w.must(err)
	if h := w.head("c1"); h.State != wire.StateWaiting || h.Waiting.Why != "currency_not_in_policy" || h.Offer != nil {
		t.Fatalf("got %+v", h)
	}
	_, err = w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: "c1", Key: "k2"})
	w.wantFault(err, "currency_not_in_policy")
	sum, err := w.s.Assign.RouteAll(w.ctx, manager, assign.RouteAllRequest{})
	w.must(err)
	if len(sum.Failed) != 1 || sum.Failed[0].Slug != "currency_not_in_policy" {
		t.Fatalf("got %+v", sum)
	}
}

func TestWrite_PastItsTime_IsDecidedAgainAndNeverSent(t *testing.T) {
	inner, late := table.NewMemory(), start.Add(time.Hour)
	inner.Clock = func() time.Time { return late }
	w := newWorld(t, inner, atOnce, "p1")
	w.known("c1")
	st := store.New(inner, store.Options{Lease: 30 * time.Second, Write: 10 * time.Second, Sleep: func(time.Duration) {}})
	now, reads := start, 0
	s := usecases.New(usecases.Config{Store: st, Clock: func() time.Time { reads++; return now }}) // a process that was frozen for an hour
	order := w.order("o1", "c1", 5)
	_, err := s.Intake.ApplyFacts(w.ctx, manager, []intake.FactInput{{Fact: order}})
	if fault.Of(err).Kind != fault.Unavailable || len(w.history("c1").Orders) != 0 || reads != 3 {
		t.Fatalf("got %v after %d readings of the clock", err, reads)
	}
	now = late
	out, err := s.Intake.ApplyFacts(w.ctx, manager, []intake.FactInput{{Fact: order}})
	w.must(err)
	if out[0].Outcome != channel.Applied {
		t.Fatalf("got %+v", out)
	}
}

func TestPartner_SeesOnlyItselfInLists(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1", "p2")
	w.known("c1", "c2", "c3", "c4", "c5", "c6")
	_, err := w.s.Assign.RouteAll(w.ctx, manager, assign.RouteAllRequest{})
	w.must(err)
	for _, p := range []channel.PartnerID{"p1", "p2"} {
		me := asPartner(string(p))
		offers, err := w.s.Views.Offers(w.ctx, me, wire.OffersQuery{Partner: "p1"})
		w.must(err)
		for _, o := range offers.Items {
			if o.PartnerID != p {
				t.Fatalf("%s sees %+v", p, o)
			}
		}
		decisions, err := w.s.Views.Decisions(w.ctx, me, wire.DecisionsQuery{})
		w.must(err)
		if len(decisions.Items) != len(offers.Items) {
			t.Fatalf("%s: %d decisions, %d offers", p, len(decisions.Items), len(offers.Items))
		}
		partners, err := w.s.Registrar.Partners(w.ctx, me, wire.Page{})
		w.must(err)
		customers, err := w.s.Views.Customers(w.ctx, me, wire.CustomersQuery{})
		w.must(err)
		if len(partners.Items) != 1 || partners.Items[0].ID != p || len(customers.Items) != 0 {
			t.Fatalf("%s sees %d partners, %d customers", p, len(partners.Items), len(customers.Items))
		}
		_, err = w.s.Values.Portfolio(w.ctx, me, "pod:north")
		w.wantFault(err, "owner_not_found")
	}
}
