package usecases_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/sweep"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/valuing"
	"github.com/fairlead/fairlead/internal/wire"
)

// hourglass is a context whose hour is nearly over once it is turned.
type hourglass struct {
	context.Context
	now    time.Time
	turned atomic.Bool
}

func (h *hourglass) Deadline() (time.Time, bool) {
	if h.turned.Load() {
		return h.now.Add(time.Minute), true
	}
	return h.now.Add(time.Hour), true
}

// turning turns a glass once so many customers were read.
type turning struct {
	table.Table
	left  atomic.Int64
	glass *hourglass
}

func (l *turning) Query(ctx context.Context, r table.Range) (table.Page, error) {
	if strings.HasPrefix(r.PK, "C#") && l.left.Add(-1) == 0 {
		l.glass.turned.Store(true)
	}
	return l.Table.Query(ctx, r)
}

// nights is a world with a model in force, friends of c that grew while there
// was none, and calm customers.
func nights(t *testing.T, inner table.Table) *world {
	t.Helper()
	w := newWorld(t, inner, atOnce, "p1")
	for i := range 30 {
		id := fmt.Sprint("calm", i)
		w.known(id)
		w.route(id, "first")
	}
	for i := range 6 {
		id := fmt.Sprint("grown", i)
		w.known(id)
		w.route(id, "first")
		w.now = start
		w.buys(id, 12, 900_000)
	}
	w.published()
	return w
}

func TestNight_ThatRunsOutOfTimeGoesOnWhereItStopped(t *testing.T) {
	inner := &turning{Table: table.NewMemory()}
	w := nights(t, inner)
	var all wire.NightSummary
	for i := range 8 {
		inner.glass = &hourglass{Context: w.ctx, now: w.now}
		inner.left.Store(10)
		sum, err := w.s.Sweeper.Night(inner.glass, manager, sweep.NightScope{GoOn: i > 0})
		w.must(err)
		if i < 2 && (!sum.Unfinished || sum.Census != "" || sum.Promoted > 0 || sum.Revalued == 0) {
			t.Errorf("stretch %d: %+v", i, sum)
		}
		all.Revalued, all.Promoted, all.Census = all.Revalued+sum.Revalued, all.Promoted+sum.Promoted, all.Census+sum.Census
	}
	if all.Revalued < 36 || all.Revalued > 36+3*valuing.AtATime || all.Promoted != 6 || all.Census != "census~1" {
		t.Errorf("%+v", all)
	}
	for i := range 6 {
		id := fmt.Sprint("grown", i)
		if n := len(w.decisions(id)); n != 2 {
			t.Errorf("%s: %d decisions", id, n)
		}
	}
}

func TestNight_WhomSomebodyElseIsAtIsLeftAlone(t *testing.T) {
	w := nights(t, table.NewMemory())
	m, err := w.s.Documents.Current(w.ctx)
	w.must(err)
	note, err := w.store.Night(w.ctx)
	w.must(err)
	today := &note.Value
	today.Model, today.Step, today.Until = m.Control.Newest(store.KindModel, store.ModelID), sweep.StepValues, w.now.Add(time.Minute)
	w.must(w.store.PutNight(w.ctx, &note))
	for _, scope := range []sweep.NightScope{{}, {GoOn: true}, {IfDue: true}, {Fit: true}} {
		if sum, err := w.s.Sweeper.Night(w.ctx, manager, scope); err != nil || !sum.Unfinished || sum.Revalued != 0 {
			t.Errorf("%+v: %+v %v", scope, sum, err)
		}
	}
	w.now = w.now.Add(2 * time.Minute) // killed, whoever it was
	sum, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{GoOn: true})
	w.must(err)
	if sum.Revalued != 36 || sum.Promoted != 6 || sum.Census == "" {
		t.Errorf("%+v", sum)
	}
	if sum, err = w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{GoOn: true}); err != nil || sum.Revalued != 0 {
		t.Errorf("after its end: %+v %v", sum, err)
	}
}

func TestNight_AFitThatNeverEndsDoesNotTakeEveryNight(t *testing.T) {
	inner := &throttledReads{Table: table.NewMemory()}
	w := nights(t, inner)
	w.now = w.now.AddDate(0, 1, 0) // a fit is due
	inner.of = "C#calm1"
	for range 2 {
		_, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{Fit: true})
		w.wantFault(err, "unavailable")
	}
	inner.of = ""
	sum, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{GoOn: true})
	w.must(err)
	if !strings.Contains(sum.NoFit, "begun twice") || sum.Revalued != 36 || sum.Census == "" {
		t.Errorf("%+v", sum)
	}
}
