package usecases_test

import (
	"fmt"
	"testing"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

func TestRoute_FirstTime_AssignsTheCustomerAndRepeatsUnderItsKey(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c1")
	r := w.route("c1", "k1")
	if !r.Created || r.Outcome != "partner" || r.Owner == nil || *r.Owner != "partner:p1" || r.State != wire.StateAssigned {
		t.Fatalf("got %+v", r)
	}
	w.owner("c1", "partner:p1")
	again := w.route("c1", "k1")
	if !again.Replayed || again.Created || again.ID != r.ID || again.Hash != r.Hash {
		t.Fatalf("replay: got %+v", again)
	}
	replay, err := w.s.Views.Replay(w.ctx, manager, r.ID)
	w.must(err)
	if !replay.Agrees {
		t.Fatalf("replay differs: %+v", replay)
	}
	_, err = w.s.Assign.Assign(w.ctx, manager, assign.ByHandRequest{Customer: "c1", Owner: "pod:north", Reason: "r", Key: "k1"})
	w.wantFault(err, "key_reused")
	if _, err := w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: "nobody"}); err == nil {
		t.Fatal("an unknown customer was routed")
	}
}

func TestRoute_Preview_PassesOverAFullOwnerAsTheRouteDoes(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1/1", "p2/1")
	for i, want := range []string{"", "", "waiting"} {
		id := fmt.Sprintf("c%d", i)
		w.known(id)
		before, err := w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: channel.CustomerID(id), Preview: true})
		w.must(err)
		after := w.route(id, "k")
		if got, exp := fmt.Sprint(before.Outcome, before.Candidates), fmt.Sprint(after.Outcome, after.Candidates); got != exp {
			t.Fatalf("previewed %s, got %s", got, exp)
		}
		if want != "" && after.Outcome != want {
			t.Fatalf("got %s", after.Outcome)
		}
	}
}

func TestOrder_OfARoutedCustomer_IsCreditedToItsOwner(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.want(w.upsert("c1"), channel.Applied)
	w.owner("c1", "partner:p1")
	w.now = w.now.AddDate(0, 0, 1)
	w.want(w.order("o1", "c1", 10_000), channel.Applied)
	w.want(w.refund("r1", "o1", "40.00"), channel.Applied)
	h := w.history("c1")
	if len(h.Orders) != 1 || len(h.Orders[0].Refunds) != 1 || h.OwnerAt(h.Orders[0].Occurred) != "partner:p1" {
		t.Fatalf("got %+v", h)
	}
}

func TestBudgets_OrderAndRoute(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c0", "c1", "c2", "c3")
	w.route("c0", "warm")
	w.costs("route", 2, table.Units{Read: 2, Write: 6}, func() { w.route("c1", "k") })
	w.costs("replay of a route", 1, table.Units{Read: 2}, func() { w.route("c1", "k") })
	f := w.order("o1", "c1", 10_000)
	w.costs("order", 2, table.Units{Read: 1, Write: 6}, func() { w.want(f, channel.Applied) })
	w.costs("repeat of an order", 2, table.Units{Read: 1, Write: 6}, func() { w.want(f, channel.Duplicate) })
	u := w.upsert("c0")
	w.want(u, channel.Applied)
	w.costs("repeat of a profile", 2, table.Units{Read: 1, Write: 6}, func() { w.want(u, channel.Duplicate) })
	w.costs("refund", 2, table.Units{Read: 1, Write: 6}, func() { w.want(w.refund("r1", "o1", "1.00"), channel.Applied) })
}
