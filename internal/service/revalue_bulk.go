package service

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// revaluing is many customers being valued anew: all of them side by side, and
// then those whose value means another tier are routed, the most valuable
// first, since room may be short. Only these are kept in memory.
type revaluing struct {
	mu  sync.Mutex
	sum *NightSummary
	due []dueJob
	by  string

	referrers map[channel.CustomerID]bool // whose referrals' values changed
}

// dueJob is a customer to be routed for its value, and who has it.
type dueJob struct {
	bulkJob
	owner channel.Owner
}

// one values one customer anew; what is wrong with it alone is counted.
func (r *revaluing) one(ctx context.Context, s *Service, id channel.CustomerID) error {
	var f folded
	var job *dueJob
	var referrers []channel.CustomerID
	err := s.writing(ctx, func(m *moment) (err error) {
		if f, err = s.refresh(ctx, m, id); err != nil || f.head == nil {
			return err
		}
		if referrers, err = s.keepReferral(ctx, f.before, f.head); err != nil {
			return err
		}
		job, err = s.dueJob(ctx, m, f.head)
		return err
	})
	if ends(ctx, err) {
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
func (s *Service) refresh(ctx context.Context, m *moment, id channel.CustomerID) (folded, error) {
	for range rounds {
		f, err := s.refold(ctx, m, id)
		if !errors.Is(err, errAgain) {
			return f, err
		}
	}
	return folded{}, errBusy(errAgain)
}

// dueJob is the job of a customer that is to be routed for its value; nil for
// one that is not.
func (s *Service) dueJob(ctx context.Context, m *moment, head *store.Head) (*dueJob, error) {
	due, err := s.retierDue(ctx, m, head)
	if err != nil || !due {
		return nil, err
	}
	j, err := s.valued(ctx, m, head)
	return &dueJob{j, head.Owner}, err
}

// sumUp sums the referrals of everybody whose referrals' values changed, once
// they all have: who is routed for it does not depend on who came first.
func (r *revaluing) sumUp(ctx context.Context, s *Service) error {
	due := map[channel.CustomerID]bool{}
	for i := range r.due {
		due[r.due[i].customer] = true
	}
	for _, id := range sortedCustomers(r.referrers) {
		err := s.writing(ctx, func(m *moment) error {
			head, err := s.sumReferrals(ctx, m, id)
			if err != nil || head == nil || due[id] {
				return err
			}
			j, err := s.dueJob(ctx, m, head)
			if err == nil && j != nil {
				r.due = append(r.due, *j)
			}
			return err
		})
		if ends(ctx, err) {
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
func (r *revaluing) route(ctx context.Context, s *Service) error {
	if err := r.sumUp(ctx, s); err != nil {
		return err
	}
	return r.routeDue(ctx, s)
}

func (r *revaluing) routeDue(ctx context.Context, s *Service) error {
	slices.SortFunc(r.due, func(a, b dueJob) int { return mostValuableFirst(a.bulkJob, b.bulkJob) })
	jobs := make([]bulkJob, 0, len(r.due))
	for i := range r.due {
		j := r.due[i].bulkJob
		j.cause, j.by, j.idle, j.key = routing.BySweep, r.by, true, "value after "+string(j.after)
		jobs = append(jobs, j)
	}
	done, err := s.bulk(ctx, theseJobs(jobs))
	r.sum.Failed = append(r.sum.Failed, done.Failed...)
	if err != nil {
		return err
	}
	for i := range r.due {
		head, err := s.store.Head(ctx, r.due[i].customer)
		if err != nil {
			return err
		}
		countMoved(r.sum, r.due[i].owner, head)
	}
	return nil
}

// countMoved counts who went to the sales force, and who came back from it.
func countMoved(sum *NightSummary, before channel.Owner, after *store.Head) {
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

// revalueImported values anew whose orders an import brought, each once. What
// fails here fails no import: the nightly sweep mends it.
func (s *Service) revalueImported(ctx context.Context, a Actor, touched map[channel.CustomerID]bool) error {
	m, err := s.moment(ctx)
	if err != nil {
		return err
	}
	if _, ok, err := s.inForceAt(ctx, &m, store.KindModel, store.ModelID, m.now); !ok || err != nil {
		return err
	}
	run := &revaluing{sum: &NightSummary{}, by: a.User}
	ids := sortedCustomers(touched)
	err = sideBySide(ctx, len(ids), func(ctx context.Context, i int) error { return run.one(ctx, s, ids[i]) })
	if err == nil {
		err = run.route(ctx, s)
	}
	if err != nil && ctx.Err() == nil {
		s.log.Warn("not everybody was valued anew; the nightly sweep will", "customers", len(ids), "error", err)
		return nil
	}
	return err
}

// atATime is how much is under way at once: enough that the embedded store
// writes many in one go.
const atATime = 32

// everybody calls do for each bucket of customers.
func everybody(ctx context.Context, do func(ctx context.Context, bucket int) error) error {
	return sideBySide(ctx, store.Buckets, do)
}

// sideBySide calls do for 0 to n-1, some at a time, until one fails.
func sideBySide(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work := make(chan int)
	errs := make(chan error, atATime)
	var wg sync.WaitGroup
	for range min(n, atATime) {
		wg.Go(func() {
			for i := range work {
				if err := do(ctx, i); err != nil {
					errs <- err
					cancel()
					return
				}
			}
		})
	}
feeding:
	for i := range n {
		select {
		case work <- i:
		case <-ctx.Done():
			break feeding
		}
	}
	close(work)
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return ctx.Err()
	}
}
