package usecases_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/bolt"
	"github.com/fairlead/fairlead/internal/table/faulty"
	"github.com/fairlead/fairlead/internal/wire"
)

// onBoth runs a test on the memory table and on the embedded store.
func onBoth(t *testing.T, run func(*testing.T, table.Table)) {
	t.Run("memory", func(t *testing.T) { run(t, table.NewMemory()) })
	t.Run("bolt", func(t *testing.T) {
		b, err := bolt.Open(t.TempDir(), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.Close() })
		run(t, b)
	})
}

func TestRoute_ManyAtOnceForOneCustomer_LeaveOneOwner(t *testing.T) {
	onBoth(t, func(t *testing.T, inner table.Table) {
		w := newWorld(t, inner, atOnce, "p1/9", "p2/9", "p3/9")
		w.known("c1")
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if _, err := w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: "c1", Key: fmt.Sprint("k", i)}); err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		h := w.history("c1")
		if len(h.Spans) != 1 || h.Spans[0].Owner != w.head("c1").Owner {
			t.Fatalf("got %+v", h.Spans)
		}
		held, err := w.store.Held(w.ctx, "partner:p1", "partner:p2", "partner:p3")
		w.must(err)
		if held[0]+held[1]+held[2] != 1 {
			t.Fatalf("held: %v", held)
		}
	})
}

func TestCapacity_UnderConcurrency_IsNeverExceeded(t *testing.T) {
	onBoth(t, func(t *testing.T, inner table.Table) {
		w := newWorld(t, inner, atOnce, "p1/3", "p2/4")
		var ids []string
		for i := range 20 {
			ids = append(ids, fmt.Sprint("c", i))
		}
		w.known(ids...)
		var wg sync.WaitGroup
		for _, id := range ids {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if _, err := w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: channel.CustomerID(id), Key: "k"}); err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		owned := map[channel.Owner]int{}
		for _, id := range ids {
			owned[w.head(id).Owner]++
		}
		if owned["partner:p1"] != 3 || owned["partner:p2"] != 4 || owned[channel.Nobody] != 13 {
			t.Fatalf("got %v", owned)
		}
	})
}

func TestBudgets_EachRefusalCostsOneRoundTripAndIsRemembered(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1/1")
	w.known("c0", "c1", "c2")
	w.route("c0", "k")
	w.costs("route to an owner with a limit, refused once, then waiting", 3, table.Units{Read: 2, Write: 8 + 6}, func() { w.route("c1", "k") })
	w.costs("the next route reads the counter", 2, table.Units{Read: 3, Write: 6}, func() { w.route("c2", "k") })

	w = newWorld(t, table.NewMemory(), atOnce, "p1/9")
	w.known("c0", "c1")
	w.route("c0", "k")
	w.costs("route to an owner with a limit", 2, table.Units{Read: 2, Write: 8}, func() { w.route("c1", "k") })
	w.costs("move to another owner", 2, table.Units{Read: 2, Write: 10}, func() {
		_, err := w.s.Assign.Assign(w.ctx, manager, assign.ByHandRequest{Customer: "c1", Owner: "pod:north", Reason: "r", Key: "h"})
		w.must(err)
	})
}

// TestRoute_EveryWriteLost_NothingLostNothingTwice routes under every fault at
// every write and repeats as a caller does.
func TestRoute_EveryWriteLost_NothingLostNothingTwice(t *testing.T) {
	fresh := func(*testing.T) table.Table { return table.NewMemory() }
	faulty.Each(t, faulty.WriteFaults(), fresh, func(t *testing.T, f *faulty.Table) {
		w := bare(t, f)
		try := func(run func() error) { t.Helper(); repeated(t, run) }
		try(func() error {
			_, err := w.s.Publisher.Publish(w.ctx, manager, documents.PublishRequest{Kind: wire.KindPolicy, Raw: []byte(fmt.Sprintf(testPolicy, offers))})
			return err
		})
		two := int64(2)
		for _, id := range []channel.PartnerID{"p1", "p2"} {
			try(func() error {
				_, err := w.s.Registrar.PutPartner(w.ctx, manager, id, wire.PartnerBody{Name: "p", Currency: "EUR", Capacity: &two})
				return err
			})
		}
		u := w.upsert("c1")
		try(func() error {
			_, err := w.s.Intake.ApplyFacts(w.ctx, manager, []intake.FactInput{{Fact: u}})
			return err
		})
		var r wire.RouteResponse
		try(func() (err error) {
			r, err = w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: "c1", Key: "k"})
			return err
		})
		try(func() error { _, err := w.answer(r, false); return err })
		next := w.head("c1").Offer
		if next == nil {
			t.Fatal("no second offer")
		}
		r = wire.RouteResponse{Decision: wire.Decision{Offer: &wire.OfferRef{ID: "c1~" + channel.OfferID(next.Decision[3:]) + "~o", PartnerID: next.Partner}}}
		try(func() error { _, err := w.answer(r, true); return err })
		f.Deliver()
		h := w.history("c1")
		if len(h.Spans) != 1 || w.head("c1").Owner != h.Spans[0].Owner || h.Spans[0].Owner != channel.PartnerOwner(next.Partner) {
			t.Fatalf("got %+v", h.Spans)
		}
		held, err := w.store.Held(w.ctx, "partner:p1", "partner:p2")
		w.must(err)
		if held[0]+held[1] != 1 {
			t.Fatalf("held: %v", held)
		}
	})
}

func TestOrder_EveryWriteLost_NothingLostNothingTwice(t *testing.T) {
	fresh := func(*testing.T) table.Table { return table.NewMemory() }
	faulty.Each(t, faulty.WriteFaults(), fresh, func(t *testing.T, f *faulty.Table) {
		w := bare(t, f)
		facts := []channel.Fact{w.refund("r1", "o1", "5.00"), w.order("o1", "c1", 10_000), w.refund("r2", "o1", "6.00"), w.order("o2", "c1", 1_000)}
		send := func(fact channel.Fact) (o []wire.FactOutcome) {
			var err error
			for range 4 {
				if o, err = w.s.Intake.ApplyFacts(w.ctx, manager, []intake.FactInput{{Fact: fact}}); err == nil {
					break
				}
			}
			w.must(err)
			return o
		}
		for _, fact := range facts {
			send(fact)
		}
		f.Deliver()
		for _, fact := range facts {
			if o := send(fact); o[0].Outcome != channel.Duplicate {
				t.Fatalf("got %+v", o)
			}
		}
		h := w.history("c1")
		if len(h.Orders) != 2 || len(h.Orders[0].Refunds) != 2 || h.Orders[0].Refunded(documents.ZeroTime) != 1_100 {
			t.Fatalf("got %+v", h.Orders)
		}
	})
}
