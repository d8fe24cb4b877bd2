package sweep

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/valuing"
	"github.com/fairlead/fairlead/internal/wire"
)

// revaluing is many customers being valued anew: all of them side by side, and
// then those whose value means another tier are routed, the most valuable
// first, since room may be short. Only these are kept in memory.
type revaluing struct {
	mu  sync.Mutex
	sum *wire.NightSummary
	due []dueJob
	by  string

	referrers map[channel.CustomerID]bool // whose referrals' values changed
}

// dueJob is a customer to be routed for its value, and who has it.
type dueJob struct {
	assign.BulkJob
	owner channel.Owner
}

// one values one customer anew; what is wrong with it alone is counted.
func (r *revaluing) one(ctx context.Context, s *Sweeper, id channel.CustomerID) error {
	var f folded
	var job *dueJob
	var referrers []channel.CustomerID
	err := s.docs.Writing(ctx, func(m *documents.Current) (err error) {
		if f, err = s.refresh(ctx, m, id); err != nil || f.head == nil {
			return err
		}
		if referrers, err = s.router.KeepReferral(ctx, f.before, f.head); err != nil {
			return err
		}
		job, err = s.dueJob(ctx, m, f.head)
		return err
	})
	if valuing.Ends(ctx, err) {
		return err
	}
	if err != nil {
		s.log.Warn("a customer was not valued", "customer", id, "error", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	countValued(r.sum, id, f.risk, err)
	if err == nil && job != nil {
		r.due = append(r.due, *job)
	}
	for _, referrer := range referrers {
		if r.referrers == nil {
			r.referrers = map[channel.CustomerID]bool{}
		}
		r.referrers[referrer] = true
	}
	return nil
}

// refresh is refold, again where another writer was faster.
func (s *Sweeper) refresh(ctx context.Context, m *documents.Current, id channel.CustomerID) (folded, error) {
	for range documents.Rounds {
		f, err := s.refold(ctx, m, id)
		if !errors.Is(err, documents.ErrAgain) {
			return f, err
		}
	}
	return folded{}, documents.ErrBusy(documents.ErrAgain)
}

// dueJob is the job of a customer that is to be routed for its value; nil for
// one that is not.
func (s *Sweeper) dueJob(ctx context.Context, m *documents.Current, head *store.Head) (*dueJob, error) {
	due, err := s.retierDue(ctx, m, head)
	if err != nil || !due {
		return nil, err
	}
	j, err := s.router.Valued(ctx, m, head)
	return &dueJob{j, head.Owner}, err
}

// sumUp sums the referrals of everybody whose referrals' values changed, once
// they all have: who is routed for it does not depend on who came first.
func (r *revaluing) sumUp(ctx context.Context, s *Sweeper) error {
	due := map[channel.CustomerID]bool{}
	for i := range r.due {
		due[r.due[i].Customer] = true
	}
	for _, id := range sortedCustomers(r.referrers) {
		err := s.docs.Writing(ctx, func(m *documents.Current) error {
			head, err := s.router.SumReferrals(ctx, m, id)
			if err != nil || head == nil || due[id] {
				return err
			}
			j, err := s.dueJob(ctx, m, head)
			if err == nil && j != nil {
				r.due = append(r.due, *j)
			}
			return err
		})
		if valuing.Ends(ctx, err) {
			return err
		}
		if err != nil {
			s.log.Warn("referral value not updated", "customer", id, "error", err)
		}
	}
	return nil
}

// route routes who is due. The keys change with every decision, so that a second
// sweep of the day may decide again; a decision that changes nothing is not
// recorded.
func (r *revaluing) route(ctx context.Context, s *Sweeper) error {
	if err := r.sumUp(ctx, s); err != nil {
		return err
	}
	return r.routeDue(ctx, s)
}

func (r *revaluing) routeDue(ctx context.Context, s *Sweeper) error {
	slices.SortFunc(r.due, func(a, b dueJob) int { return assign.MostValuableFirst(a.BulkJob, b.BulkJob) })
	jobs := make([]assign.BulkJob, 0, len(r.due))
	for i := range r.due {
		j := r.due[i].BulkJob
		j.Cause, j.By, j.Idle, j.Key = routing.BySweep, r.by, true, "value after "+string(j.After)
		jobs = append(jobs, j)
	}
	done, err := s.router.Bulk(ctx, assign.TheseJobs(jobs))
	r.sum.Failed = append(r.sum.Failed, done.Failed...)
	if err != nil {
		return err
	}
	for i := range r.due {
		head, err := s.store.Head(ctx, r.due[i].Customer)
		if err != nil {
			return err
		}
		countMoved(r.sum, r.due[i].owner, head)
	}
	return nil
}

// countMoved counts who went to the sales force, and who came back from it.
func countMoved(sum *wire.NightSummary, before channel.Owner, after *store.Head) {
	if promotion(before, after.Owner) {
		sum.Promoted++
	}
	if promotion(after.Owner, before) {
		sum.Demoted++
	}
}

// promotion reports whether a change of owner is one from a partner to a pod.
func promotion(from, to channel.Owner) bool {
	_, partner := from.Partner()
	_, pod := to.Pod()
	return partner && pod
}

// RevalueImported values anew whose orders an import brought, each once. What
// fails here fails no import: the nightly sweep mends it.
func (s *Sweeper) RevalueImported(ctx context.Context, a wire.Actor, touched map[channel.CustomerID]bool) error {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return err
	}
	if _, ok, err := s.docs.InForceAt(ctx, &m, store.KindModel, store.ModelID, m.Now); !ok || err != nil {
		return err
	}
	run := &revaluing{sum: &wire.NightSummary{}, by: a.User}
	ids := sortedCustomers(touched)
	err = valuing.SideBySide(ctx, len(ids), func(ctx context.Context, i int) error { return run.one(ctx, s, ids[i]) })
	if err == nil {
		err = run.route(ctx, s)
	}
	if err != nil && ctx.Err() == nil {
		s.log.Warn("not everybody was valued anew; the nightly sweep will", "customers", len(ids), "error", err)
		return nil
	}
	return err
}
