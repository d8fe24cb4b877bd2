package closing_test

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
	w.March()
	w.Close("2026-03")
	sk := w.stray("c1", "late", "2026-03-25T10:00:00Z", 100_000)
	way := &onTheWay{Table: w.Store.Table(), clock: w.Clock()}
	w = w.through(way)
	looked := false
	way.happens = func() {
		if looked = true; w.Store.Gate.TryLock() {
			t.Error("a closer could have shut the month while the stray was on its way into it")
			w.Store.Gate.Unlock()
		}
	}
	if got, err := w.Uses.Strays.Stray(w.Ctx, "c1", sk); !got || err != nil || !looked {
		t.Errorf("%v, %v, looked %v", got, err, looked)
	}
	if !w.Store.Gate.TryLock() {
		t.Fatal("the gate is still taken")
	}
}

// Another process closes April while the stray is on its way there: it comes too
// late for what it was decided on, and is decided again.
func TestStray_OnItsWayWhenAnotherProcessShutsTheMonthIsBookedBehindIt(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.Close("2026-03")
	sk := w.stray("c1", "late", "2026-03-25T10:00:00Z", 100_000)
	w.At("2026-05-06T09:00:00Z")
	other := w.through(w.Store.Table())
	way := &onTheWay{Table: w.Store.Table(), clock: w.Clock()}
	way.happens = func() {
		w.Now = w.Now.Add(time.Minute)
		_, err := other.Uses.Closing.PlanClose(w.Ctx, "2026-04")
		w.Must(err)
	}
	w.Store = store.New(way, store.Options{Lease: -1, Write: 2 * time.Second, Sleep: func(time.Duration) {}})
	w.Uses = usecases.New(usecases.Config{Store: w.Store, Clock: w.Clock()})
	if got, err := w.Uses.Strays.Stray(w.Ctx, "c1", sk); !got || err != nil {
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
	w.March()
	w.At("2026-04-06T09:00:00Z")
	plan, err := w.Uses.Closing.PlanClose(w.Ctx, "2026-03")
	w.Must(err)
	_, err = w.Uses.Closing.CloseOwners(w.Ctx, "2026-03", plan.Owners)
	w.Must(err)
	walk, err := w.Uses.Closing.WalkBuckets(w.Ctx, "2026-03", 0, store.Buckets)
	w.Must(err)
	w.Must(w.Uses.Closing.VerifyOwners(w.Ctx, "2026-03", plan.Owners, walk))
	w.stray("c1", "slipped", "2026-03-25T10:00:00Z", 100_000)
	again, err := w.Uses.Closing.WalkBuckets(w.Ctx, "2026-03", 0, store.Buckets)
	w.Must(err)
	if _, err := w.Uses.Closing.FinishClose(w.Ctx, "2026-03", "ana", again); err == nil || fault.Of(err).Kind != fault.Internal {
		t.Errorf("the close ended: %v", err)
	}
	if s, err := w.Uses.Closing.Period(w.Ctx, "2026-03"); err != nil || s.State != wire.PeriodClosing {
		t.Errorf("the period is %s, %v", s.State, err)
	}
}
