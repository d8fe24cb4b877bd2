package paying_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// onTheWay is a table that lets something happen while an entry is on its way to
// it. It asks for the deadline where it writes, as table/dynamo does.
type onTheWay struct {
	table.Table
	clock   func() time.Time
	happens func()
}

// Transact implements table.Table.
func (o *onTheWay) Transact(ctx context.Context, tx table.Tx) (table.Result, error) {
	if happens := o.happens; happens != nil && strings.HasPrefix(tx.Ops[0].Key.SK, "F#") {
		o.happens = nil
		happens()
	}
	if !tx.NotAfter.IsZero() && o.clock().After(tx.NotAfter) {
		return table.Result{}, table.ErrExpired
	}
	tx.NotAfter = time.Time{} // memory has no clock
	return o.Table.Transact(ctx, tx)
}

func TestStray_IsWrittenUnderTheGateThatACloserOfTheProcessTakes(t *testing.T) {
	w := newWorld(t)
	w.march()
	w.close("2026-03")
	sk := w.stray("c1", "late", "2026-03-25T10:00:00Z", 100_000)
	way := &onTheWay{Table: w.s.Table(), clock: w.clock()}
	w = w.through(way)
	looked := false
	way.happens = func() {
		if looked = true; w.s.Gate.TryLock() {
			t.Error("a closer could have shut the month while the stray was on its way into it")
			w.s.Gate.Unlock()
		}
	}
	if got, err := w.p.Strays.Stray(w.ctx, "c1", sk); !got || err != nil || !looked {
		t.Errorf("%v, %v, looked %v", got, err, looked)
	}
	if !w.s.Gate.TryLock() {
		t.Fatal("the gate is still taken")
	}
}

// Another process closes April while the stray is on its way there: it comes too
// late for what it was decided on, and is decided again.
func TestStray_OnItsWayWhenAnotherProcessShutsTheMonthIsBookedBehindIt(t *testing.T) {
	w := newWorld(t)
	w.march()
	w.close("2026-03")
	sk := w.stray("c1", "late", "2026-03-25T10:00:00Z", 100_000)
	w.at("2026-05-06T09:00:00Z")
	other := w.through(w.s.Table())
	way := &onTheWay{Table: w.s.Table(), clock: w.clock()}
	way.happens = func() {
		w.now = w.now.Add(time.Minute)
		_, err := other.p.Closing.PlanClose(w.ctx, "2026-04")
		w.must(err)
	}
	w.s = store.New(way, store.Options{Lease: -1, Write: 2 * time.Second, Sleep: func(time.Duration) {}})
	w.p = usecases.New(usecases.Config{Store: w.s, Clock: w.clock()})
	if got, err := w.p.Strays.Stray(w.ctx, "c1", sk); !got || err != nil {
		t.Fatal(got, err)
	}
	for p, want := range map[channel.Period]channel.Period{"2026-04": "", "2026-05": "2026-05"} {
		if got := w.orders("c1", p)["late"]; got != want {
			t.Errorf("as of %s the stray is booked in %q, want %q", p, got, want)
		}
	}
}

// An entry slips into the month after the readers have agreed, and the walk is
// made again: the month does not end with an entry that no seal has.
func TestClose_AnEntryThatIsInNoSealStopsItEvenAfterTheReadersAgreed(t *testing.T) {
	w := newWorld(t)
	w.march()
	w.at("2026-04-06T09:00:00Z")
	plan, err := w.p.Closing.PlanClose(w.ctx, "2026-03")
	w.must(err)
	_, err = w.p.Closing.CloseOwners(w.ctx, "2026-03", plan.Owners)
	w.must(err)
	walk, err := w.p.Closing.WalkBuckets(w.ctx, "2026-03", 0, store.Buckets)
	w.must(err)
	w.must(w.p.Closing.VerifyOwners(w.ctx, "2026-03", plan.Owners, walk))
	w.stray("c1", "slipped", "2026-03-25T10:00:00Z", 100_000)
	again, err := w.p.Closing.WalkBuckets(w.ctx, "2026-03", 0, store.Buckets)
	w.must(err)
	if _, err := w.p.Closing.FinishClose(w.ctx, "2026-03", "ana", again); err == nil || fault.Of(err).Kind != fault.Internal {
		t.Errorf("the close ended: %v", err)
	}
	if s, err := w.p.Closing.Period(w.ctx, "2026-03"); err != nil || s.State != wire.PeriodClosing {
		t.Errorf("the period is %s, %v", s.State, err)
	}
}
