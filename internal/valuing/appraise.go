package valuing

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// Appraisal is what a customer is worth by a policy, and what else routing reads
// of it.
type Appraisal struct {
	Policy   *routing.Policy // of the customer: the one in force, or its challenger
	Arm      *routing.Arm    // nil without an experiment
	Customer routing.Customer
	Value    routing.Value
	Memo     *store.Memo // of the orders, where they were folded on the way; nil: what the head has stays
	Unvalued bool        // the policy cannot tell its value, and the error says why
}

// Appraise values a customer as of an instant. 409 no_policy_in_force; 422
// currency_not_in_policy.
func (s *Valuing) Appraise(ctx context.Context, m *documents.Current, head *store.Head, at time.Time) (a Appraisal, err error) {
	if a.Policy, a.Arm, err = s.PolicyFor(ctx, m, head.ID, at); err != nil {
		return a, err
	}
	known, err := s.known(ctx, m, head, at, &a)
	if err != nil {
		return a, err
	}
	a.Customer, a.Value, err = a.Policy.Load(known)
	a.Unvalued = err != nil
	return a, err
}

// PolicyFor is the policy that decides: the one in force, or its challenger
// where the experiment says so.
func (s *Valuing) PolicyFor(ctx context.Context, m *documents.Current, id channel.CustomerID, at time.Time) (*routing.Policy, *routing.Arm, error) {
	policy, err := s.docs.PolicyAt(ctx, m, at)
	if err != nil {
		return nil, nil, err
	}
	arm, challenger := policy.Split(id)
	if arm != nil && arm.Challenger {
		policy, err = s.docs.PolicyVersion(ctx, m, challenger.ID, challenger.Version)
	}
	return policy, arm, err
}

// known is what the store knows of a customer. Its orders are read only for a
// policy whose conditions speak of them: one more read unit per 4 KB of them.
func (s *Valuing) known(ctx context.Context, m *documents.Current, head *store.Head, at time.Time, a *Appraisal) (routing.LoadInput, error) {
	k := routing.LoadInput{ID: head.ID, Profile: head.Profile, Day: at.In(m.Cal.Location()), Summary: history.Summary{AsOf: at, DaysSinceLastOrder: -1}}
	k.Referred = Referred(head)
	var err error
	if k.Scored, a.Memo, err = s.score(ctx, m, head, at, a.Policy); err != nil || !s.docs.ReadsOrders(a.Policy) {
		return k, err
	}
	file, err := s.store.Customer(ctx, head.ID, "")
	if err != nil {
		return k, err
	}
	k.Summary = file.History().Summary(at, m.Cal)
	return k, nil
}

// score is what the model in force says of a customer: by the memo in its head,
// or, where that was never written, by its orders, and then the memo to write.
func (s *Valuing) score(ctx context.Context, m *documents.Current, head *store.Head, at time.Time, p *routing.Policy) (*routing.Score, *store.Memo, error) {
	model, err := s.docs.ModelAt(ctx, m, at)
	if err != nil || model == nil {
		return nil, nil, err
	}
	v := m.Valuation(model, p, head.Profile.Region, at)
	if v.Fits(head.Memo) {
		return v.Scored(head.Memo.Orders), nil, nil
	}
	file, err := s.store.Customer(ctx, head.ID, "")
	if err != nil {
		return nil, nil, err
	}
	o := v.Orders(file.History())
	if at.Before(m.Now) {
		return v.Scored(o), nil, nil
	}
	return v.Scored(o), &store.Memo{AtRisk: head.Memo != nil && head.Memo.AtRisk, Model: model.Name, Orders: o}, nil
}

// Referred is what the customers that a customer referred are worth, as last
// stored.
func Referred(h *store.Head) (sums []money.Amount) {
	for _, currency := range documents.SortedKeys(h.Referred) {
		sums = append(sums, money.Of(h.Referred[currency], currency))
	}
	return sums
}
