package usecases_test

import (
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

func asPartner(id string) wire.Actor {
	return wire.Actor{User: id, Roles: []string{wire.RolePartner}, Partner: channel.PartnerID(id)}
}

func (w *world) answer(r wire.RouteResponse, accept bool) (wire.OfferAnswered, error) {
	w.Helper()
	if r.Offer == nil {
		w.Fatalf("no offer in %+v", r)
	}
	a, answer := asPartner(string(r.Offer.PartnerID)), assign.OfferAnswer{Offer: r.Offer.ID, Key: "a"}
	if accept {
		return w.s.Assign.AcceptOffer(w.ctx, a, answer)
	}
	return w.s.Assign.RefuseOffer(w.ctx, a, answer)
}

func TestAccept_MakesThePartnerOwnerFromThenOn(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1/1")
	w.known("c1")
	r := w.route("c1", "k1")
	if r.State != wire.StateOffered || r.Owner != nil {
		t.Fatalf("got %+v", r)
	}
	w.owner("c1", channel.Nobody)
	w.now = w.now.Add(time.Hour)
	got, err := w.answer(r, true)
	w.must(err)
	again, err := w.answer(r, true)
	w.must(err)
	if got.Offer.State != "accepted" || !again.Replayed || again.Offer != got.Offer && again.Offer.ID != got.Offer.ID {
		t.Fatalf("got %+v, again %+v", got, again)
	}
	_, err = w.answer(r, false)
	w.wantFault(err, "offer_answered")
	w.owner("c1", "partner:p1")
	h := w.history("c1")
	if h.OwnerAt(start) != channel.Nobody || h.OwnerAt(w.now) != "partner:p1" {
		t.Fatalf("ownership is backdated: %+v", h.Spans)
	}
	d, err := w.s.Views.Decision(w.ctx, manager, r.ID)
	w.must(err)
	if d.State != wire.StateAssigned {
		t.Fatalf("state of the decision: %s", d.State)
	}
	if held, _ := w.store.Held(w.ctx, "partner:p1"); held[0] != 1 {
		t.Fatalf("p1 holds %d", held[0])
	}
}

func TestRefuse_AsksTheNextAndNeverTheSameAgain(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1", "p2/5", "p3")
	w.known("c1")
	r := w.route("c1", "k1")
	got, err := w.answer(r, false)
	w.must(err)
	next, err := w.s.Views.Decision(w.ctx, manager, got.Next)
	w.must(err)
	if next.Offer == nil || next.Offer.PartnerID == r.Offer.PartnerID {
		t.Fatalf("next: %+v", next)
	}
	got, err = w.answer(wire.RouteResponse{Decision: next}, false)
	w.must(err)
	last, err := w.s.Views.Decision(w.ctx, manager, got.Next)
	w.must(err)
	if last.Outcome != "waiting" || last.Reasons[0].Code != "offers_exhausted" {
		t.Fatalf("after maxOffers: %+v", last)
	}
	if h := w.head("c1"); h.State != wire.StateWaiting || len(h.Refused) != 2 {
		t.Fatalf("got %+v", h)
	}
	waiting, err := w.s.Views.Customers(w.ctx, manager, wire.CustomersQuery{State: wire.StateWaiting})
	w.must(err)
	if len(waiting.Items) != 1 {
		t.Fatalf("waiting: %+v", waiting)
	}
	sum, err := w.s.Sweeper.Sweep(w.ctx, manager) // a new round, with who is left
	w.must(err)
	h := w.head("c1")
	if sum.Waiting != 1 || sum.Placed != 1 || h.Offer == nil || h.Offer.Partner == r.Offer.PartnerID || h.Offer.Partner == next.Offer.PartnerID {
		t.Fatalf("sweep: %+v, %+v", sum, h.Offer)
	}
	if held, _ := w.store.Held(w.ctx, "partner:p2"); held[0] > 1 {
		t.Fatalf("p2's room was not given back: %d", held[0])
	}
}

func TestOffer_EndsByTheClockSweptOrNot(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1", "p2")
	w.known("c1", "c2")
	r, r2 := w.route("c1", "k1"), w.route("c2", "k1")
	w.now = w.now.Add(48 * time.Hour)
	_, err := w.answer(r, true)
	w.wantFault(err, "offer_expired")
	d, err := w.s.Views.Decision(w.ctx, manager, r.ID)
	w.must(err)
	if d.State != store.Expired {
		t.Fatalf("state: %s", d.State)
	}
	again := w.route("c1", "k2") // ends the offer, asks the other, and answers with that
	if again.Created || again.Offer == nil || again.Offer.PartnerID == r.Offer.PartnerID {
		t.Fatalf("got %+v", again.Decision)
	}
	sum, err := w.s.Sweeper.Sweep(w.ctx, manager)
	w.must(err)
	if sum.Expired != 1 || w.head("c2").Offer.Partner == r2.Offer.PartnerID {
		t.Fatalf("sweep: %+v", sum)
	}
	_, err = w.answer(r2, true)
	w.wantFault(err, "offer_expired")
	ended, err := w.s.Views.Offers(w.ctx, manager, wire.OffersQuery{State: store.Expired})
	w.must(err)
	open, err := w.s.Views.Offers(w.ctx, asPartner(string(again.Offer.PartnerID)), wire.OffersQuery{})
	w.must(err)
	if len(ended.Items) != 2 || len(open.Items) == 0 {
		t.Fatalf("ended %d, open %d", len(ended.Items), len(open.Items))
	}
}

func TestRoute_WithAnOfferOpen_AnswersThatDecisionAndClaimsTheKey(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1", "p2")
	w.known("c1")
	r := w.route("c1", "k1")
	other := w.route("c1", "k2")
	if other.Created || other.ID != r.ID {
		t.Fatalf("got %+v", other)
	}
	_, err := w.answer(r, true)
	w.must(err)
	again := w.route("c1", "k2")
	if !again.Replayed || again.ID != r.ID {
		t.Fatalf("the key does not stand for that decision: %+v", again)
	}
	kept := w.route("c1", "k3")
	if !kept.Created || kept.Reasons[0].Code != "owner_kept" && kept.Reasons[len(kept.Reasons)-1].Code != "owner_kept" {
		t.Fatalf("got %+v", kept.Reasons)
	}
}

func TestOffer_OfAnotherPartner_IsNotFound(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1")
	w.partners("p2")
	w.known("c1")
	r := w.route("c1", "k1")
	other := "p1"
	if r.Offer.PartnerID == "p1" {
		other = "p2"
	}
	_, err := w.s.Assign.AcceptOffer(w.ctx, asPartner(other), assign.OfferAnswer{Offer: r.Offer.ID})
	w.wantFault(err, "offer_not_found")
	_, err = w.s.Views.Decision(w.ctx, asPartner(other), r.ID)
	w.wantFault(err, "decision_not_found")
	_, err = w.s.Views.Customer(w.ctx, asPartner(other), "c1")
	w.wantFault(err, "customer_not_found")
	_, err = w.s.Registrar.Partner(w.ctx, asPartner(other), r.Offer.PartnerID)
	w.wantFault(err, "partner_not_found")
	mine, err := w.s.Views.Decision(w.ctx, asPartner(string(r.Offer.PartnerID)), r.ID)
	w.must(err)
	if len(mine.Candidates) != 1 || len(mine.Rules) != 0 {
		t.Fatalf("a partner sees %+v", mine)
	}
}

func TestAssign_WithdrawsTheOpenOffer(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1/1")
	w.known("c1")
	r := w.route("c1", "k1")
	got, err := w.s.Assign.Assign(w.ctx, manager, assign.ByHandRequest{Customer: "c1", Owner: "partner:p1", Reason: "asked for it", Key: "h"})
	w.must(err)
	if got.Outcome != "partner" || got.State != wire.StateAssigned {
		t.Fatalf("got %+v", got)
	}
	w.owner("c1", "partner:p1")
	_, err = w.answer(r, true)
	w.wantFault(err, "offer_withdrawn")
	if held, _ := w.store.Held(w.ctx, "partner:p1"); held[0] != 1 {
		t.Fatalf("p1 holds %d", held[0])
	}
	moved, err := w.s.Assign.Assign(w.ctx, manager, assign.ByHandRequest{Customer: "c1", Owner: "pod:north", Reason: "grew", Key: "h2"})
	w.must(err)
	w.owner("c1", "pod:north")
	if held, _ := w.store.Held(w.ctx, "partner:p1"); held[0] != 0 || moved.Reasons[0].Code != "by_hand" {
		t.Fatalf("p1 holds %d; %+v", held[0], moved.Reasons)
	}
}

func TestAccept_NeedsAnActivePartner(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1")
	w.known("c1")
	r := w.route("c1", "k1")
	_, err := w.s.Registrar.PutPartner(w.ctx, manager, "p1", wire.PartnerBody{Name: "p1", Currency: "EUR", Status: "paused"})
	w.must(err)
	_, err = w.answer(r, true)
	w.wantFault(err, "partner_not_active")
}
