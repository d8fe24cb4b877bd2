package usecases_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/sweep"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

// headReads counts the heads and portfolios that are read.
type headReads struct {
	table.Table
	n atomic.Int64
}

func (c *headReads) Get(ctx context.Context, keys ...table.Key) ([]table.Item, table.Units, error) {
	for _, k := range keys {
		if strings.HasPrefix(k.PK, "H#") {
			c.n.Add(1)
		}
	}
	return c.Table.Get(ctx, keys...)
}

func (w *world) leaves(partner string) {
	w.Helper()
	_, err := w.s.Registrar.PutPartner(w.ctx, manager, "p1", wire.PartnerBody{Name: partner, Currency: "EUR", Status: "left"})
	w.must(err)
}

func TestSweepMinute_LooksAtEverybodyOnlyWhenSomethingChanged(t *testing.T) {
	inner := &headReads{Table: table.NewMemory()}
	w := newWorld(t, inner, atOnce, "p1")
	for i := range 250 {
		id := fmt.Sprint("c", i)
		w.known(id)
		w.route(id, "first")
	}
	minute := func() (reads int64, orphaned int) {
		t.Helper()
		inner.n.Store(0)
		sum, err := w.s.Sweeper.SweepMinute(w.ctx, manager)
		w.must(err)
		return inner.n.Load(), sum.Orphaned
	}
	if n, _ := minute(); n != 250 {
		t.Errorf("the first minute read %d heads", n)
	}
	if n, _ := minute(); n != 0 {
		t.Errorf("a quiet minute read %d heads", n)
	}
	w.leaves("p1")
	for range 2 { // nobody else is there: looked at again until somebody is
		if n, orphaned := minute(); n < 250 || orphaned != 0 {
			t.Errorf("%d heads, %d orphaned", n, orphaned)
		}
	}
	w.partners("p2")
	if _, orphaned := minute(); orphaned != 250 {
		t.Errorf("%d orphaned", orphaned)
	}
	w.owner("c7", "partner:p2")
	minute()
	if n, _ := minute(); n != 0 {
		t.Errorf("a quiet minute read %d heads", n)
	}
	_, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{})
	w.must(err)
	if n, _ := minute(); n != 250 {
		t.Errorf("after a night's begin %d heads were read", n)
	}
}

func TestSweep_ADamagedHeadIsNamedAndHoldsUpNobody(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("bad", "c")
	w.route("bad", "first")
	w.route("c", "first")
	w.leaves("p1")
	w.partners("p2")
	_, err := w.meter.Table.Transact(w.ctx, table.Tx{Ops: []table.Op{{Kind: table.Put, Key: store.HeadKey("bad"), Body: []byte("{")}}})
	w.must(err)
	sum, err := w.s.Sweeper.Sweep(w.ctx, manager)
	w.must(err)
	w.owner("c", "partner:p2")
	if sum.Orphaned != 1 || len(sum.Failed) != 1 || sum.Failed[0].Customer != "bad" {
		t.Errorf("%+v", sum)
	}
}

func TestSweep_ADamagedHeadThatWaitsOrHasAnOfferHoldsUpNobody(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1/2")
	for _, id := range []string{"offered", "c", "waits", "d"} {
		w.known(id)
		w.route(id, "first")
	}
	for _, id := range []channel.CustomerID{"offered", "waits"} {
		_, err := w.meter.Table.Transact(w.ctx, table.Tx{Ops: []table.Op{{Kind: table.Put, Key: store.HeadKey(id), Body: []byte("{")}}})
		w.must(err)
	}
	w.now = w.now.AddDate(0, 0, 30)
	sum, err := w.s.Sweeper.Sweep(w.ctx, manager)
	w.must(err)
	if sum.Expired != 1 || sum.Waiting != 1 || len(sum.Failed) != 2 {
		t.Errorf("%+v", sum)
	}
}
