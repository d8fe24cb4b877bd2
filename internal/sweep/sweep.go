package sweep

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/valuing"
	"github.com/fairlead/fairlead/internal/wire"
)

// Sweep does what the schedule does: it ends offers whose time is up, gives who
// waited too long to the fallback, routes the others that wait (the most
// valuable first), and who lost its owner. Repeating it is safe.
func (s *Sweeper) Sweep(ctx context.Context, a wire.Actor) (wire.SweepSummary, error) {
	return s.sweep(ctx, a, true)
}

// SweepMinute is the Sweep of every minute: it looks for customers who lost
// their owner only where something changed that may have done it.
func (s *Sweeper) SweepMinute(ctx context.Context, a wire.Actor) (wire.SweepSummary, error) {
	return s.sweep(ctx, a, false)
}

func (s *Sweeper) sweep(ctx context.Context, a wire.Actor, all bool) (wire.SweepSummary, error) {
	var sum wire.SweepSummary
	ended, err := s.sweepOffers(ctx, a, &sum)
	if err != nil {
		return sum, err
	}
	if err := s.sweepWaiting(ctx, a, ended, &sum); err != nil {
		return sum, err
	}
	return sum, s.sweepOrphans(ctx, a, &sum, all)
}

// sweepOffers ends the offers that have expired, the oldest first, and names
// the customers they were about.
func (s *Sweeper) sweepOffers(ctx context.Context, a wire.Actor, sum *wire.SweepSummary) (map[channel.CustomerID]bool, error) {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := s.docs.Directory(ctx, &m)
	if err != nil {
		return nil, err
	}
	var due []store.OpenOffer
	for _, p := range dir.People.Partners {
		for o, err := range s.store.Offers(ctx, p.ID, store.OpenOffer{}, m.Now) {
			if err != nil {
				return nil, err
			}
			due = append(due, o)
		}
	}
	slices.SortFunc(due, func(a, b store.OpenOffer) int {
		if c := a.ExpiresAt.Compare(b.ExpiresAt); c != 0 {
			return c
		}
		return strings.Compare(string(a.Decision), string(b.Decision))
	})
	customers := make(map[channel.CustomerID]bool, len(due))
	for _, o := range due {
		ended, err := s.expire(ctx, a, o)
		if valuing.Ends(ctx, err) {
			return nil, err
		}
		if err != nil {
			sum.Failed = append(sum.Failed, wire.FailedRouteOf(o.Customer, err))
			continue
		}
		if ended {
			sum.Expired++
			customers[o.Customer] = true
		}
	}
	return customers, nil
}

// expire ends one offer, if it is still the customer's open one.
func (s *Sweeper) expire(ctx context.Context, a wire.Actor, o store.OpenOffer) (bool, error) {
	ended := false
	err := s.docs.Writing(ctx, func(m *documents.Current) (err error) {
		ended, err = s.expireNow(ctx, m, a, o)
		return err
	})
	return ended, err
}

func (s *Sweeper) expireNow(ctx context.Context, m *documents.Current, a wire.Actor, o store.OpenOffer) (bool, error) {
	for range documents.Rounds {
		head, err := s.store.Head(ctx, o.Customer)
		if err != nil {
			return false, err
		}
		if head.Offer == nil || head.Offer.Decision != o.Decision || m.Now.Before(head.Offer.ExpiresAt) {
			return false, nil
		}
		_, err = s.router.EndOffer(ctx, m, head, assign.Ending{How: store.Expired, By: a.User})
		if !errors.Is(err, documents.ErrAgain) {
			return err == nil, err
		}
	}
	return false, documents.ErrBusy(documents.ErrAgain)
}

// sweepWaiting routes everybody who waits: the fallback for who waited too
// long, a new round for the others and for whom the fallback has no room. Whose
// round ended in this very sweep waits for the next one, or the limit on offers
// would stop nobody. A decision that changes nothing is not recorded, or every
// minute would leave one.
func (s *Sweeper) sweepWaiting(ctx context.Context, a wire.Actor, ended map[channel.CustomerID]bool, sum *wire.SweepSummary) error {
	late, jobs, err := s.waitingJobs(ctx, a, sum)
	if err != nil {
		return err
	}
	slices.SortFunc(late, assign.MostValuableFirst)
	fell, err := s.router.Bulk(ctx, assign.TheseJobs(late))
	sum.Fallback = placed(fell)
	sum.Failed = append(sum.Failed, fell.Failed...)
	if err != nil {
		return err
	}
	for _, j := range late {
		head, err := s.store.Head(ctx, j.Customer)
		if err != nil {
			return err
		}
		if head.State == wire.StateWaiting {
			jobs = append(jobs, j.Rerouted())
		}
	}
	jobs = slices.DeleteFunc(jobs, func(j assign.BulkJob) bool { return ended[j.Customer] })
	slices.SortFunc(jobs, assign.MostValuableFirst)
	again, err := s.router.Bulk(ctx, assign.TheseJobs(jobs))
	sum.Waiting, sum.Placed = len(jobs), placed(again)
	sum.Failed = append(sum.Failed, again.Failed...)
	return err
}

// waitingJobs are the customers that wait: those for the fallback, and the
// others.
func (s *Sweeper) waitingJobs(ctx context.Context, a wire.Actor, sum *wire.SweepSummary) (late, jobs []assign.BulkJob, err error) {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return nil, nil, err
	}
	for w, err := range s.store.WaitingCustomers(ctx, "") {
		if err != nil {
			return nil, nil, err
		}
		head, err := s.store.Head(ctx, w.Customer)
		var j assign.BulkJob
		if err == nil {
			j, err = s.router.Valued(ctx, &m, head)
		}
		if valuing.Ends(ctx, err) {
			return nil, nil, err
		}
		if err != nil {
			sum.Failed = append(sum.Failed, wire.FailedRouteOf(w.Customer, err))
			continue
		}
		j.By, j.Idle = a.User, true
		policy, _, err := s.valuing.PolicyFor(ctx, &m, head.ID, m.Now)
		if err != nil {
			return nil, nil, err
		}
		if policy.FallbackDue(head.Profile.Region, w.Since, m.Now) {
			j.Cause, j.Key, j.Placing = routing.Fallback, "fallback after "+string(j.After), true
			late = append(late, j)
			continue
		}
		jobs = append(jobs, j.Rerouted())
	}
	return late, jobs, nil
}

func placed(sum wire.RouteSummary) int {
	return sum.ByOutcome[string(routing.ToPartner)] + sum.ByOutcome[string(routing.ToSalesForce)]
}
