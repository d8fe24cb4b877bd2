package service

import (
	"context"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

// sweepOrphans routes customers whose owner left, or does not serve them any
// more since the directory or a profile changed. Who cannot be placed stays.
// Unless everybody is to be looked at it looks only at those of owners that had
// some the last time, and at all owners when directory or policy are others than
// then: a profile's change routes by itself, and a night has everybody looked at.
func (s *Service) sweepOrphans(ctx context.Context, a Actor, sum *SweepSummary, all bool) error {
	m, err := s.moment(ctx)
	if err != nil {
		return err
	}
	dir, err := s.directory(ctx, &m)
	if err != nil {
		return err
	}
	policy, err := s.policyAt(ctx, &m, m.now)
	if fault.Is(err, "no_policy_in_force") {
		return nil // nobody can be routed
	}
	if err != nil {
		return err
	}
	seen, version, err := s.store.Orphans(ctx)
	if err != nil {
		return err
	}
	now := store.Orphans{Directory: dir.hash, Policy: policy.Hash()}
	owners := seen.Owners
	if all || version == 0 || m.programme.RouteOnCall || seen.Directory != now.Directory || seen.Policy != now.Policy {
		owners = dir.owners()
	}
	w := &orphanWalk{Service: s, m: &m, dir: dir, sum: sum}
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
		jobs[i].cause, jobs[i].by, jobs[i].idle = routing.BySweep, a.User, true
		jobs[i].key = "orphan after " + string(jobs[i].after)
	}
	slices.SortFunc(jobs, mostValuableFirst)
	done, err := s.bulk(ctx, theseJobs(jobs))
	sum.Orphaned = done.Routed
	sum.Failed = append(sum.Failed, done.Failed...)
	if err != nil || version != 0 && now.Is(seen) {
		return err
	}
	if err := s.store.PutOrphans(ctx, now, version); !store.IsRefused(err) {
		return err
	}
	return nil // another sweep noted what it saw; the next one looks again where that differs
}

// owners are everybody who may own customers.
func (d *directory) owners() []channel.Owner {
	owners := make([]channel.Owner, 0, len(d.people.Partners)+len(d.people.Pods))
	for _, p := range d.people.Partners {
		owners = append(owners, channel.PartnerOwner(p.ID))
	}
	for _, p := range d.people.Pods {
		owners = append(owners, channel.PodOwner(p.ID))
	}
	return owners
}

// orphanWalk looks at the customers of owners, as many as one Get may read at a
// time.
type orphanWalk struct {
	*Service
	m    *moment
	dir  *directory
	sum  *SweepSummary
	jobs []bulkJob // for whom their owner does not serve
}

func (w *orphanWalk) owner(ctx context.Context, o channel.Owner) error {
	ids := make([]channel.CustomerID, 0, table.MaxGet)
	for e, err := range w.store.Portfolio(ctx, o, "") {
		if err != nil {
			return err
		}
		if !e.Until.IsZero() {
			continue
		}
		if ids = append(ids, e.Customer); len(ids) == table.MaxGet {
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
	if len(ids) == 0 {
		return nil
	}
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = store.HeadKey(id)
	}
	items, err := w.store.Get(ctx, keys...)
	if err != nil {
		return err
	}
	for i, id := range ids {
		head, err := store.DecodeHead(id, items[i])
		if err == nil {
			err = w.one(ctx, o, head)
		}
		if ends(ctx, err) {
			return err
		}
		if err != nil && len(w.sum.Failed) < 100 {
			w.sum.Failed = append(w.sum.Failed, failedRoute(id, err))
		}
	}
	return nil
}

func (w *orphanWalk) one(ctx context.Context, o channel.Owner, head *store.Head) error {
	if head.Owner != o || head.Offer != nil {
		return nil
	}
	policy, _, err := w.policyFor(ctx, w.m, head.ID, w.m.now)
	if err != nil {
		return err
	}
	customer := routing.Customer{ID: head.ID, Region: head.Profile.Region, Segment: head.Profile.Segment}
	if policy.Serves(w.dir.terms, o, customer, head.Tier) {
		return nil
	}
	j, err := w.valued(ctx, w.m, head)
	if err == nil {
		w.jobs = append(w.jobs, j)
	}
	return err
}
