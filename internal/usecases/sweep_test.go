package usecases_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

func TestSweep_RoutesCustomersWhoseOwnerLeft_TheOldOwnerStaysUntilThen(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1")
	w.known("c1")
	r := w.route("c1", "k")
	_, err := w.answer(r, true)
	w.must(err)
	_, err = w.s.Registrar.PutPartner(w.ctx, manager, "p1", wire.PartnerBody{Name: "p1", Currency: "EUR", Status: "left"})
	w.must(err)
	sum, err := w.s.Sweeper.Sweep(w.ctx, manager)
	w.must(err)
	if sum.Orphaned != 0 { // nobody else is there
		t.Fatalf("got %+v", sum)
	}
	w.owner("c1", "partner:p1")
	before := len(w.decisions("c1"))
	w.partners("p2")
	sum, err = w.s.Sweeper.Sweep(w.ctx, manager)
	w.must(err)
	w.owner("c1", "partner:p1")
	if sum.Orphaned != 1 || w.head("c1").Offer == nil || len(w.decisions("c1")) != before+1 {
		t.Fatalf("got %+v, %+v", sum, w.head("c1"))
	}
	d, err := w.s.Views.Decision(w.ctx, manager, w.head("c1").Decision)
	w.must(err)
	_, err = w.answer(wire.RouteResponse{Decision: d}, true)
	w.must(err)
	w.owner("c1", "partner:p2")
}

func (w *world) decisions(id string) []wire.Decision {
	w.Helper()
	l, err := w.s.Views.Decisions(w.ctx, manager, wire.DecisionsQuery{Customer: channel.CustomerID(id)})
	w.must(err)
	return l.Items
}

func TestSweep_FallsBackAfterTheWaitAndRecordsNothingThatChangesNothing(t *testing.T) {
	w := newWorld(t, table.NewMemory(), `"fallback":{"podKind":"inside","afterHours":72},`, "p1/0")
	_, err := w.s.Registrar.PutPod(w.ctx, manager, "inside", wire.PodBody{Name: "inside", Kind: "inside"})
	w.must(err)
	w.known("c1")
	if r := w.route("c1", "k"); r.Outcome != "waiting" || r.Reasons[len(r.Reasons)-1].Code == "" {
		t.Fatalf("got %+v", r.Decision)
	}
	for range 3 {
		w.now = w.now.Add(time.Hour)
		_, err := w.s.Sweeper.Sweep(w.ctx, manager)
		w.must(err)
	}
	if n := len(w.decisions("c1")); n != 1 {
		t.Fatalf("%d decisions", n)
	}
	w.now = w.now.Add(72 * time.Hour)
	sum, err := w.s.Sweeper.Sweep(w.ctx, manager)
	w.must(err)
	w.owner("c1", "pod:inside")
	if sum.Fallback != 1 || len(w.decisions("c1")) != 2 {
		t.Fatalf("got %+v", sum)
	}
	list, err := w.s.Views.Customers(w.ctx, manager, wire.CustomersQuery{State: wire.StateWaiting})
	w.must(err)
	if len(list.Items) != 0 {
		t.Fatalf("still listed: %+v", list.Items)
	}
}

func TestSweep_FallbackWithoutRoom_StillRoutesWhoWaits(t *testing.T) {
	w := newWorld(t, table.NewMemory(), `"fallback":{"podKind":"inside","afterHours":72},`, "p1/0")
	none := int64(0)
	_, err := w.s.Registrar.PutPod(w.ctx, manager, "inside", wire.PodBody{Name: "inside", Kind: "inside", Capacity: &none})
	w.must(err)
	w.known("c1")
	w.route("c1", "k")
	w.now = w.now.Add(73 * time.Hour)
	sum, err := w.s.Sweeper.Sweep(w.ctx, manager)
	w.must(err)
	if sum.Fallback != 0 || sum.Waiting != 1 || len(w.decisions("c1")) != 1 {
		t.Fatalf("got %+v and %d decisions", sum, len(w.decisions("c1")))
	}
	w.partners("p2")
	sum, err = w.s.Sweeper.Sweep(w.ctx, manager)
	w.must(err)
	w.owner("c1", "partner:p2")
	if sum.Fallback != 0 || sum.Placed != 1 {
		t.Fatalf("got %+v", sum)
	}
}

func TestSweep_ARoundThatEndsInIt_WaitsForTheNextOne(t *testing.T) {
	w := newWorld(t, table.NewMemory(), `"offer":{"required":true,"expiresHours":24,"maxOffers":1},`, "p1")
	w.known("c1")
	w.route("c1", "k")
	w.now = w.now.Add(24 * time.Hour)
	sum, err := w.s.Sweeper.Sweep(w.ctx, manager)
	w.must(err)
	d, err := w.s.Views.Decision(w.ctx, manager, w.head("c1").Decision)
	w.must(err)
	if sum.Expired != 1 || sum.Waiting != 0 || d.Outcome != "waiting" || d.Reasons[0].Code != "offers_exhausted" {
		t.Fatalf("got %+v, %+v", sum, d)
	}
	sum, err = w.s.Sweeper.Sweep(w.ctx, manager)
	w.must(err)
	if sum.Waiting != 1 || w.head("c1").Offer == nil {
		t.Fatalf("no new round: %+v", sum)
	}
}

func TestSweep_WaitingCustomers_GetRoomMostValuableFirst(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1/0")
	for i := range 5 {
		w.want(w.upsert(fmt.Sprint("c", i), worth(fmt.Sprintf("%d.00", 1000*(1+i*3%5)))), channel.Applied)
	}
	w.partners("p1/2")
	sum, err := w.s.Sweeper.Sweep(w.ctx, manager)
	w.must(err)
	if sum.Waiting != 5 || sum.Placed != 2 {
		t.Fatalf("got %+v", sum)
	}
	w.owner("c3", "partner:p1") // 1000*(1+9%5) = 5000
	w.owner("c1", "partner:p1") // 4000
}

func TestRoute_MovingRegion_TakesTheCustomerFromWhoDoesNotServeIt(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce)
	for _, p := range []struct{ id, region string }{{"p1", "DE"}, {"p2", "FR"}} {
		_, err := w.s.Registrar.PutPartner(w.ctx, manager, channel.PartnerID(p.id), wire.PartnerBody{Name: p.id, Currency: "EUR", Regions: []string{p.region}})
		w.must(err)
	}
	w.want(w.upsert("c1"), channel.Applied)
	w.owner("c1", "partner:p1")
	w.want(w.upsert("c1", func(u *channel.Upsert) { u.Region = channel.Put("FR") }), channel.Applied)
	w.owner("c1", "partner:p2")
	e, err := w.s.Views.Why(w.ctx, manager, "c1")
	w.must(err)
	if !e.Agrees || len(e.Text) == 0 {
		t.Fatalf("got %+v", e)
	}
	detail, err := w.s.Views.Customer(w.ctx, manager, "c1")
	w.must(err)
	if len(detail.Spans) != 2 || len(detail.Decisions) != 2 || len(detail.History) != 2 {
		t.Fatalf("got %+v", detail)
	}
	mine, err := w.s.Views.Decisions(w.ctx, asPartner("p1"), wire.DecisionsQuery{})
	w.must(err)
	if len(mine.Items) != 2 { // given and taken away
		t.Fatalf("p1 sees %d decisions", len(mine.Items))
	}
	p, err := w.s.Values.Portfolio(w.ctx, manager, "partner:p2")
	w.must(err)
	if p.Customers != 1 || len(p.Top) != 1 {
		t.Fatalf("got %+v", p)
	}
}

func TestLists_ComeInPagesThatMissNobody(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1", "p2")
	var ids []string
	for i := range 23 {
		ids = append(ids, fmt.Sprint("c", i))
	}
	w.known(ids...)
	_, err := w.s.Assign.RouteAll(w.ctx, manager, assign.RouteAllRequest{})
	w.must(err)
	walk := func(what string, next func(wire.Page) (int, string)) {
		t.Helper()
		total, cursor := 0, ""
		for {
			n, c := next(wire.Page{Limit: 5, Cursor: cursor})
			total += n
			if cursor = c; c == "" {
				break
			}
		}
		if total != 23 {
			t.Fatalf("%s: %d", what, total)
		}
	}
	walk("customers", func(p wire.Page) (int, string) {
		l, err := w.s.Views.Customers(w.ctx, manager, wire.CustomersQuery{Page: p})
		w.must(err)
		return len(l.Items), l.NextCursor
	})
	walk("decisions", func(p wire.Page) (int, string) {
		l, err := w.s.Views.Decisions(w.ctx, manager, wire.DecisionsQuery{Page: p})
		w.must(err)
		return len(l.Items), l.NextCursor
	})
	walk("offers", func(p wire.Page) (int, string) {
		l, err := w.s.Views.Offers(w.ctx, manager, wire.OffersQuery{Page: p})
		w.must(err)
		return len(l.Items), l.NextCursor
	})
	w.now = w.now.Add(100 * time.Hour)
	walk("expired offers", func(p wire.Page) (int, string) {
		l, err := w.s.Views.Offers(w.ctx, manager, wire.OffersQuery{State: "expired", Page: p})
		w.must(err)
		return len(l.Items), l.NextCursor
	})
	_, err = w.s.Views.Customers(w.ctx, manager, wire.CustomersQuery{Page: wire.Page{Cursor: "!"}})
	w.wantFault(err, "invalid_cursor")
	_, err = w.s.Registrar.Partners(w.ctx, manager, wire.Page{Limit: 5000})
	w.wantFault(err, "invalid_limit")
}

func TestSweep_RecordsThatWhoWaitsHasAnotherTier(t *testing.T) {
	head := &store.Head{State: wire.StateWaiting, Tier: "base", Waiting: &store.Waiting{Why: string(routing.ReasonNoPartner)}}
	v := &assign.Verdict{}
	v.Record.Reasons, v.Commit.State = []routing.Code{routing.ReasonNoPartner}, routing.StateWaiting
	for tier, want := range map[string]bool{"base": false, "growth": true} {
		if v.Record.Tier = tier; assign.Changes(head, v) != want {
			t.Errorf("%s: recorded is %v", tier, !want)
		}
	}
}
