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
}

// dueJob is a customer to be routed for its value, and who has it.
type dueJob struct {
	bulkJob
	owner channel.Owner
}

// one values one customer anew; what is wrong with it alone is counted.
func (r *revaluing) one(ctx context.Context, s *Service, id channel.CustomerID) error {
	var job *dueJob
	var risk bool
	err := s.writing(ctx, func(m *moment) (err error) {
		job, risk, err = s.refresh(ctx, m, id)
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
	r.sum.count(id, risk, err)
	if err == nil && job != nil {
		r.due = append(r.due, *job)
	}
	return nil
}

// refresh folds a customer's orders anew; a job, if it is to be routed then.
func (s *Service) refresh(ctx context.Context, m *moment, id channel.CustomerID) (*dueJob, bool, error) {
	for range rounds {
		head, risk, err := s.refold(ctx, m, id)
		if errors.Is(err, errAgain) {
			continue
		}
		if err != nil || head == nil {
			return nil, risk, err
		}
		due, err := s.retierDue(ctx, m, head)
		if err != nil || !due {
			return nil, risk, err
		}
		j, err := s.valued(ctx, m, head)
		return &dueJob{j, head.Owner}, risk, err
	}
	return nil, false, errBusy(errAgain)
}

// route routes who is due. The keys change with every decision, so that a second
// sweep of the day may decide again; a decision that changes nothing is not
// recorded.
func (r *revaluing) route(ctx context.Context, s *Service) error {
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
		r.sum.moved(r.due[i].owner, head)
	}
	return nil
}

// moved counts who went to the sales force, and who came back from it.
func (sum *NightSummary) moved(before channel.Owner, after *store.Head) {
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
