// Package sweep is the function that the schedules call. It writes no keys.
package sweep

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/sweep"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// Sweep is what the schedules do: one every minute, one every night.
type Sweep struct {
	app     *cloud.App
	uses    *usecases.UseCases
	running Running
}

// Running says since when the oldest close or pay that is not done has been
// running; never, where none is.
type Running interface {
	OldestSince(ctx context.Context) (time.Time, error)
}

// New wires the function.
func New(a *cloud.App, c wiring.Rooms, running Running) *Sweep {
	return &Sweep{a, c.UseCases, running}
}

// Event is what a schedule sends. What the minutely one sends has no such
// field.
type Event struct {
	Nightly bool `json:"nightly"`
}

// Handle sweeps once. Doing it twice, or two at once, does nothing twice.
func (s *Sweep) Handle(ctx context.Context, e Event) error {
	return s.app.Measured(ctx, func(counts metrics.Counts) error {
		if !s.watch(ctx, counts) {
			s.halted(ctx, counts)
		}
		sweeper := wire.Actor{User: "sweep", Roles: []string{wire.RoleManager}}
		sum, err := s.uses.Sweeper.SweepMinute(ctx, sweeper)
		if err == nil { // a night that was not done in its time is gone on with minute by minute
			sum.NightSummary, err = s.uses.Sweeper.Night(ctx, sweeper, sweep.NightScope{Fit: e.Nightly, GoOn: !e.Nightly})
			sum.Failed = append(sum.Failed, sum.NightSummary.Failed...)
		}
		counts[metrics.Expired], counts[metrics.SweepFailures] = int64(sum.Expired), int64(len(sum.Failed))
		beingSetUp := fault.Is(err, "no_policy_in_force")
		if beingSetUp {
			err = nil
		}
		if err != nil {
			s.app.Failed(ctx, "the sweep ended early; the next one goes on", err, "nightly", e.Nightly)
			return err
		}
		if sum.Census != "" || e.Nightly && beingSetUp {
			counts[metrics.Nights] = 1
		}
		s.app.Log.InfoContext(ctx, "swept", "nightly", e.Nightly, "expired", sum.Expired, "waiting", sum.Waiting, "placed", sum.Placed, "fallback", sum.Fallback,
			"orphaned", sum.Orphaned, "revalued", sum.Revalued, "promoted", sum.Promoted, "demoted", sum.Demoted, "atRisk", sum.AtRisk, "census", sum.Census,
			"fitted", sum.Fitted, "noFit", sum.NoFit, "unfinished", sum.Unfinished, "failed", len(sum.Failed), "why", slugs(sum.Failed))
		return nil
	})
}

// slugs counts why customers could not be decided. Which ones stays out of the
// log; the command line's sweep says it.
func slugs(failed []wire.FailedRoute) map[string]int {
	why := map[string]int{}
	for _, f := range failed {
		why[f.Slug]++
	}
	return why
}

// halted counts the closes and pays that are halfway while none is running: they
// failed, and nobody has asked for them again.
func (s *Sweep) halted(ctx context.Context, counts metrics.Counts) {
	n, err := s.uses.Closing.Halfway(ctx)
	if err != nil {
		s.app.Failed(ctx, "what is halfway could not be counted", err)
		counts[metrics.Failures]++
		return
	}
	counts[metrics.Halted] = int64(n)
}

// watch measures how long the oldest close or pay has been running, and reports
// whether one is: the state machine itself says so only when it ends. That it
// cannot be asked is no reason not to sweep.
func (s *Sweep) watch(ctx context.Context, counts metrics.Counts) bool {
	since, err := s.running.OldestSince(ctx)
	if err != nil {
		s.app.Failed(ctx, "the state machine could not be asked what is running", err)
		counts[metrics.Failures]++
		return true // nothing is known
	}
	counts[metrics.WorkAge], counts[metrics.Halted] = 0, 0
	if !since.IsZero() {
		counts[metrics.WorkAge] = max(0, int64(s.app.Clock().Sub(since).Seconds()))
	}
	return !since.IsZero()
}
