package sweep

import (
	"context"
	"slices"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/valuing"
	"github.com/fairlead/fairlead/internal/wire"
)

// sweepOrphans routes customers whose owner left, or does not serve them any
// more since the directory or a profile changed. Who cannot be placed stays.
// Unless everybody is to be looked at it looks only at those of owners that had
// some the last time, and at all owners when directory or policy are others than
// then: a profile's change routes by itself, and a night has everybody looked at.
func (s *Sweeper) sweepOrphans(ctx context.Context, a wire.Actor, sum *wire.SweepSummary, all bool) error {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return err
	}
	dir, err := s.docs.Directory(ctx, &m)
	if err != nil {
		return err
	}
	policy, err := s.docs.PolicyAt(ctx, &m, m.Now)
	if fault.Is(err, "no_policy_in_force") {
		return nil // nobody can be routed
	}
	if err != nil {
		return err
	}
	note, err := s.store.Orphans(ctx)
	if err != nil {
		return err
	}
	seen := note.Value
	now := store.Orphans{Directory: dir.Hash, Policy: policy.Hash()}
	owners := seen.Owners
	if all || !note.Exists() || m.Programme.RouteOnCall || seen.Directory != now.Directory || seen.Policy != now.Policy {
		owners = dir.Owners()
	}
	w := &orphanWalk{Sweeper: s, m: &m, dir: dir, sum: sum}
	for _, o := range owners {
		before := len(w.jobs)
		if err := w.owner(ctx, o); err != nil {
			return err
		}
		if len(w.jobs) > before {
			now.Owners = append(now.Owners, o)
		}
	}
	jobs := w.jobs
	for i := range jobs {
		jobs[i].Cause, jobs[i].By, jobs[i].Idle = routing.BySweep, a.User, true
		jobs[i].Key = "orphan after " + string(jobs[i].After)
	}
	slices.SortFunc(jobs, assign.MostValuableFirst)
	done, err := s.router.Bulk(ctx, assign.TheseJobs(jobs))
	sum.Orphaned = done.Routed
	sum.Failed = append(sum.Failed, done.Failed...)
	if err != nil || note.Exists() && now.Is(seen) {
		return err
	}
	note.Value = now
	if err := s.store.PutOrphans(ctx, &note); !store.IsRefused(err) {
		return err
	}
	return nil // another sweep noted what it saw; the next one looks again where that differs
}

// orphanWalk looks at the customers of owners, as many as one Get may read at a
// time.
type orphanWalk struct {
	*Sweeper
	m    *documents.Current
	dir  *documents.Directory
	sum  *wire.SweepSummary
	jobs []assign.BulkJob // for whom their owner does not serve
}

func (w *orphanWalk) owner(ctx context.Context, o channel.Owner) error {
	ids := make([]channel.CustomerID, 0, store.MaxTogether)
	for e, err := range w.store.Portfolio(ctx, o, "") {
		if err != nil {
			return err
		}
		if !e.Until.IsZero() {
			continue
		}
		if ids = append(ids, e.Customer); len(ids) == store.MaxTogether {
			if err := w.look(ctx, o, ids); err != nil {
				return err
			}
			ids = ids[:0]
		}
	}
	return w.look(ctx, o, ids)
}

// look looks at some customers; whose data are damaged is named.
func (w *orphanWalk) look(ctx context.Context, o channel.Owner, ids []channel.CustomerID) error {
	return w.store.LoadHeads(ctx, ids, func(i int, head *store.Head, err error) error {
		if err == nil {
			err = w.one(ctx, o, head)
		}
		if valuing.Ends(ctx, err) {
			return err
		}
		if err != nil && len(w.sum.Failed) < 100 {
			w.sum.Failed = append(w.sum.Failed, wire.FailedRouteOf(ids[i], err))
		}
		return nil
	})
}

func (w *orphanWalk) one(ctx context.Context, o channel.Owner, head *store.Head) error {
	if head.Owner != o || head.Offer != nil {
		return nil
	}
	policy, _, err := w.valuing.PolicyFor(ctx, w.m, head.ID, w.m.Now)
	if err != nil {
		return err
	}
	customer := routing.Customer{ID: head.ID, Region: head.Profile.Region, Segment: head.Profile.Segment}
	if policy.Serves(w.dir.Terms, o, customer, head.Tier) {
		return nil
	}
	j, err := w.router.Valued(ctx, w.m, head)
	if err == nil {
		w.jobs = append(w.jobs, j)
	}
	return err
}
