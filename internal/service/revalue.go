package service

import (
	"context"
	"errors"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// revalueAfter values a customer anew after a fact about its orders, outside the
// fact's transaction: a fact is a fact whether or not anything follows from it
// now. What fails here is mended by the nightly sweep.
func (s *Service) revalueAfter(ctx context.Context, m *moment, f *channel.Fact, o *FactOutcome, by string) {
	if o.Outcome != channel.Applied || o.Customer == "" || f.Upsert != nil || f.Feedback != nil {
		return
	}
	if _, ok, err := s.inForceAt(ctx, m, store.KindModel, store.ModelID, m.now); !ok || err != nil {
		return
	}
	if err := s.revalue(ctx, m, o.Customer, job{key: "value after " + string(f.Source) + "#" + string(f.ID), by: by}); err != nil {
		s.log.Warn("not valued anew; the nightly sweep will", "customer", o.Customer, "error", err)
	}
}

// revalue folds a customer's orders anew, keeps them in its head if they
// changed, and routes the customer, under the key of the job, if its value means
// another tier. A decision that changes nothing is not recorded, or a refund war
// would fill the ledger. It may be repeated at any time.
func (s *Service) revalue(ctx context.Context, m *moment, id channel.CustomerID, j job) error {
	for range rounds {
		f, err := s.refold(ctx, m, id)
		if errors.Is(err, errAgain) {
			continue
		}
		if err != nil || f.head == nil {
			return err
		}
		if err := s.noteReferral(ctx, m, f.before, f.head); err != nil {
			return err
		}
		due, err := s.retierDue(ctx, m, f.head)
		if err != nil || !due {
			return err
		}
		j.customer, j.at, j.cause, j.asked, j.idle = id, m.now, routing.ByFact, asked{Call: "fact"}, true
		_, err = s.route(ctx, m, j)
		return err
	}
	return errBusy(errAgain)
}

// folded is a customer whose orders were folded anew: its head now and before,
// the same where nothing was news. risk says that it was found to be at risk
// just now.
type folded struct {
	head, before *store.Head
	risk         bool
}

// refold writes what a customer's orders amount to now into its head, if that
// is news; the head is nil for a customer that is not known.
func (s *Service) refold(ctx context.Context, m *moment, id channel.CustomerID) (folded, error) {
	head, err := s.store.Head(ctx, id)
	if err != nil || head.Version == 0 {
		return folded{}, err
	}
	model, err := s.modelAt(ctx, m, m.now)
	if err != nil || model == nil {
		return folded{head: head, before: head}, err
	}
	policy, _, err := s.policyFor(ctx, m, id, m.now)
	if err != nil {
		return folded{}, err
	}
	file, err := s.store.Customer(ctx, id, "")
	if err != nil {
		return folded{}, err
	}
	v := m.valuation(model, policy, head.Profile.Region, m.now)
	memo := store.Memo{Model: model.Name, Orders: v.orders(file.History())}
	alive := model.Score(memo.Orders, v.terms(), v.day).AlivePPM
	bound, watched := policy.AtRiskPPM(head.Profile.Region)
	memo.AtRisk = watched && memo.Orders.Days > 0 && !memo.Orders.Churned && alive < bound
	risk := memo.AtRisk && (head.Memo == nil || !head.Memo.AtRisk)
	before := *head
	head.Memo = &memo
	if err := s.restate(ctx, m, head); err != nil {
		return folded{}, err
	}
	if before.Memo != nil && *before.Memo == memo && before.Value == head.Value { // time alone changes values, too
		return folded{head: &before, before: &before}, nil
	}
	b := &store.Batch{NotAfter: s.store.NotAfter(m.now)}
	op := b.PutHead(head)
	if risk {
		b.PutNotice(id, v.day, store.AtRisk, store.Notice{AlivePPM: alive, Model: model.Name, Policy: string(policy.ID)})
	}
	if err := s.store.Commit(ctx, b); err != nil {
		refused := store.AsRefused(err)
		if refused == nil {
			return folded{}, err
		}
		if _, stale := refused.Find(op); stale {
			return folded{}, errAgain
		}
		risk = false // announced on this very day before: once is enough
		b = &store.Batch{NotAfter: s.store.NotAfter(m.now)}
		b.PutHead(head)
		if err := s.store.Commit(ctx, b); store.IsRefused(err) {
			return folded{}, errAgain
		} else if err != nil {
			return folded{}, err
		}
	}
	head.Version++
	return folded{head, &before, risk}, nil
}

// restate brings the value in the head up to date: lists show it, and whoever
// referred the customer counts it.
func (s *Service) restate(ctx context.Context, m *moment, head *store.Head) error {
	if head.Decision == "" {
		return nil
	}
	a, err := s.appraise(ctx, m, head, m.now)
	if a.unvalued {
		return nil
	}
	if err == nil {
		head.Value = headValue(a.value)
	}
	return err
}

// retell is restate for a head of which nothing else is known; where no policy
// is in force, the old value stays.
func (s *Service) retell(ctx context.Context, m *moment, head *store.Head) error {
	if _, _, err := s.policyFor(ctx, m, head.ID, m.now); err != nil {
		if !ends(ctx, err) {
			err = nil
		}
		return err
	}
	return s.restate(ctx, m, head)
}

func headValue(v routing.Value) store.Value {
	return store.Value{Amount: v.Amount, Referral: v.Referral, Currency: v.Currency, Basis: string(v.Basis)}
}

// retierDue reports whether a customer is to be routed because its value means
// another tier, or a place that had no room for it before.
func (s *Service) retierDue(ctx context.Context, m *moment, head *store.Head) (bool, error) {
	if m.programme.RouteOnCall || head.Decision == "" || head.Offer != nil || head.State == StateChurned {
		return false, nil
	}
	due, err := s.routeDue(ctx, m, head)
	if err != nil || due {
		return due, err
	}
	return s.stillToPromote(ctx, m, head)
}

// stillToPromote reports whether a partner has a customer only because the sales
// force had no room for it when its tier rose: the owner stays until the next is
// in place, and then goes. Whom a person gave to the partner stays with it.
func (s *Service) stillToPromote(ctx context.Context, m *moment, head *store.Head) (bool, error) {
	if _, ok := head.Owner.Partner(); !ok || head.Moved != nil && head.Moved.ByHand {
		return false, nil
	}
	policy, _, err := s.policyFor(ctx, m, head.ID, m.now)
	return err == nil && policy.TierChannel(head.Profile.Region, head.Tier) == channel.SalesForce, err
}
