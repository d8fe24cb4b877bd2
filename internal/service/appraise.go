package service

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// appraisal is what a customer is worth by a policy, and what else routing reads
// of it.
type appraisal struct {
	policy   *routing.Policy // of the customer: the one in force, or its challenger
	arm      *routing.Arm    // nil without an experiment
	customer routing.Customer
	value    routing.Value
	memo     *store.Memo // of the orders, where they were folded on the way; nil: what the head has stays
	unvalued bool        // the policy cannot tell its value, and the error says why
}

// appraise values a customer as of an instant. 409 no_policy_in_force; 422
// currency_not_in_policy.
func (s *Service) appraise(ctx context.Context, m *moment, head *store.Head, at time.Time) (a appraisal, err error) {
	if a.policy, a.arm, err = s.policyFor(ctx, m, head.ID, at); err != nil {
		return a, err
	}
	known, err := s.known(ctx, m, head, at, &a)
	if err != nil {
		return a, err
	}
	a.customer, a.value, err = a.policy.Load(known)
	a.unvalued = err != nil
	return a, err
}

// policyFor is the policy that decides: the one in force, or its challenger
// where the experiment says so.
func (s *Service) policyFor(ctx context.Context, m *moment, id channel.CustomerID, at time.Time) (*routing.Policy, *routing.Arm, error) {
	policy, err := s.policyAt(ctx, m, at)
	if err != nil {
		return nil, nil, err
	}
	arm, challenger := policy.Split(id)
	if arm != nil && arm.Challenger {
		policy, err = s.policyVersion(ctx, m, challenger.ID, challenger.Version)
	}
	return policy, arm, err
}

// known is what the store knows of a customer. Its orders are read only for a
// policy whose conditions speak of them: one more read unit per 4 KB of them.
func (s *Service) known(ctx context.Context, m *moment, head *store.Head, at time.Time, a *appraisal) (routing.Known, error) {
	k := routing.Known{ID: head.ID, Profile: head.Profile, Day: at.In(m.cal.Location()), Summary: history.Summary{AsOf: at, DaysSinceLastOrder: -1}}
	k.Referred = referred(head)
	var err error
	if k.Scored, a.memo, err = s.score(ctx, m, head, at, a.policy); err != nil || !s.readsOrders(a.policy) {
		return k, err
	}
	file, err := s.store.Customer(ctx, head.ID, "")
	if err != nil {
		return k, err
	}
	k.Summary = file.History().Summary(at, m.cal)
	return k, nil
}

// score is what the model in force says of a customer: by the memo in its head,
// or, where that was never written, by its orders, and then the memo to write.
func (s *Service) score(ctx context.Context, m *moment, head *store.Head, at time.Time, p *routing.Policy) (*routing.Score, *store.Memo, error) {
	model, err := s.modelAt(ctx, m, at)
	if err != nil || model == nil {
		return nil, nil, err
	}
	v := m.valuation(model, p, head.Profile.Region, at)
	if v.fits(head.Memo) {
		return v.scored(head.Memo.Orders), nil, nil
	}
	file, err := s.store.Customer(ctx, head.ID, "")
	if err != nil {
		return nil, nil, err
	}
	o := v.orders(file.History())
	if at.Before(m.now) {
		return v.scored(o), nil, nil
	}
	return v.scored(o), &store.Memo{AtRisk: head.Memo != nil && head.Memo.AtRisk, Model: model.Name, Orders: o}, nil
}

// referred is what the customers that a customer referred are worth, as last
// stored.
func referred(h *store.Head) (sums []money.Amount) {
	for _, currency := range sortedKeys(h.Referred) {
		sums = append(sums, money.Of(h.Referred[currency], currency))
	}
	return sums
}
