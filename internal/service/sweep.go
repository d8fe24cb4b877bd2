package service

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// Sweep does what the schedule does: it ends offers whose time is up, gives who
// waited too long to the fallback, routes the others that wait (the most
// valuable first), and who lost its owner. Repeating it is safe.
func (s *Service) Sweep(ctx context.Context, a Actor) (SweepSummary, error) {
	return s.sweep(ctx, a, true)
}

// SweepMinute is the Sweep of every minute: it looks for customers who lost
// their owner only where something changed that may have done it.
func (s *Service) SweepMinute(ctx context.Context, a Actor) (SweepSummary, error) {
	return s.sweep(ctx, a, false)
}

func (s *Service) sweep(ctx context.Context, a Actor, all bool) (SweepSummary, error) {
	var sum SweepSummary
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
func (s *Service) sweepOffers(ctx context.Context, a Actor, sum *SweepSummary) (map[channel.CustomerID]bool, error) {
	m, err := s.moment(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := s.directory(ctx, &m)
	if err != nil {
		return nil, err
	}
	var due []store.OpenOffer
	for _, p := range dir.people.Partners {
		for o, err := range s.store.Offers(ctx, p.ID, "", m.now) {
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
		if ends(ctx, err) {
			return nil, err
		}
		if err != nil {
			sum.Failed = append(sum.Failed, failedRoute(o.Customer, err))
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
func (s *Service) expire(ctx context.Context, a Actor, o store.OpenOffer) (bool, error) {
	ended := false
	err := s.writing(ctx, func(m *moment) (err error) {
		ended, err = s.expireNow(ctx, m, a, o)
		return err
	})
	return ended, err
}

func (s *Service) expireNow(ctx context.Context, m *moment, a Actor, o store.OpenOffer) (bool, error) {
	for range rounds {
		head, err := s.store.Head(ctx, o.Customer)
		if err != nil {
			return false, err
		}
		if head.Offer == nil || head.Offer.Decision != o.Decision || m.now.Before(head.Offer.ExpiresAt) {
			return false, nil
		}
		_, err = s.endOffer(ctx, m, head, ending{how: store.Expired, by: a.User})
		if !errors.Is(err, errAgain) {
			return err == nil, err
		}
	}
	return false, errBusy(errAgain)
}

// sweepWaiting routes everybody who waits: the fallback for who waited too
// long, a new round for the others and for whom the fallback has no room. Whose
// round ended in this very sweep waits for the next one, or the limit on offers
// would stop nobody. A decision that changes nothing is not recorded, or every
// minute would leave one.
func (s *Service) sweepWaiting(ctx context.Context, a Actor, ended map[channel.CustomerID]bool, sum *SweepSummary) error {
	late, jobs, err := s.waitingJobs(ctx, a, sum)
	if err != nil {
		return err
	}
	slices.SortFunc(late, mostValuableFirst)
	fell, err := s.bulk(ctx, theseJobs(late))
	sum.Fallback = placed(fell)
	sum.Failed = append(sum.Failed, fell.Failed...)
	if err != nil {
		return err
	}
	for _, j := range late {
		head, err := s.store.Head(ctx, j.customer)
		if err != nil {
			return err
		}
		if head.State == StateWaiting {
			jobs = append(jobs, j.rerouted())
		}
	}
	jobs = slices.DeleteFunc(jobs, func(j bulkJob) bool { return ended[j.customer] })
	slices.SortFunc(jobs, mostValuableFirst)
	again, err := s.bulk(ctx, theseJobs(jobs))
	sum.Waiting, sum.Placed = len(jobs), placed(again)
	sum.Failed = append(sum.Failed, again.Failed...)
	return err
}

// waitingJobs are the customers that wait: those for the fallback, and the
// others.
func (s *Service) waitingJobs(ctx context.Context, a Actor, sum *SweepSummary) (late, jobs []bulkJob, err error) {
	m, err := s.moment(ctx)
	if err != nil {
		return nil, nil, err
	}
	for w, err := range s.store.WaitingCustomers(ctx, "") {
		if err != nil {
			return nil, nil, err
		}
		head, err := s.store.Head(ctx, w.Customer)
		var j bulkJob
		if err == nil {
			j, err = s.valued(ctx, &m, head)
		}
		if ends(ctx, err) {
			return nil, nil, err
		}
		if err != nil {
			sum.Failed = append(sum.Failed, failedRoute(w.Customer, err))
			continue
		}
		j.by, j.idle = a.User, true
		policy, _, err := s.policyFor(ctx, &m, head.ID, m.now)
		if err != nil {
			return nil, nil, err
		}
		if policy.FallbackDue(head.Profile.Region, w.Since, m.now) {
			j.cause, j.key, j.placing = routing.Fallback, "fallback after "+string(j.after), true
			late = append(late, j)
			continue
		}
		jobs = append(jobs, j.rerouted())
	}
	return late, jobs, nil
}

// rerouted is the job of a customer that waits as a new round.
func (j bulkJob) rerouted() bulkJob {
	j.cause, j.key, j.placing = routing.BySweep, "sweep after "+string(j.after), false
	return j
}

func placed(sum RouteSummary) int {
	return sum.ByOutcome[string(routing.ToPartner)] + sum.ByOutcome[string(routing.ToSalesForce)]
}

func failedRoute(id channel.CustomerID, err error) FailedRoute {
	f := fault.Of(err)
	return FailedRoute{Customer: id, Slug: f.Slug, Message: f.Error()}
}
