package sweep

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// countValued takes a customer into the account; what is wrong with one customer
// does not end the night.
func countValued(sum *wire.NightSummary, id channel.CustomerID, risk bool, err error) {
	if err != nil {
		sum.Failed = wire.AddFailed(sum.Failed, id, err)
		return
	}
	sum.Revalued++
	if risk {
		sum.AtRisk++
	}
}

func sortedCustomers(m map[channel.CustomerID]bool) []channel.CustomerID {
	return slices.Sorted(maps.Keys(m))
}

// RevalueAfter values a customer anew after a fact about its orders, outside the
// fact's transaction: a fact is a fact whether or not anything follows from it
// now. What fails here is mended by the nightly sweep.
func (s *Sweeper) RevalueAfter(ctx context.Context, m *documents.Current, f *channel.Fact, o *wire.FactOutcome, by string) {
	if o.Outcome != channel.Applied || o.Customer == "" || f.Upsert != nil || f.Feedback != nil {
		return
	}
	if _, ok, err := s.docs.InForceAt(ctx, m, store.KindModel, store.ModelID, m.Now); !ok || err != nil {
		return
	}
	if err := s.Revalue(ctx, m, o.Customer, assign.RouteJob{Key: "value after " + string(f.Source) + "#" + string(f.ID), By: by}); err != nil {
		s.log.Warn("not valued anew; the nightly sweep will", "customer", o.Customer, "error", err)
	}
}

// Revalue folds a customer's orders anew, keeps them in its head if they
// changed, and routes the customer, under the key of the job, if its value means
// another tier. A decision that changes nothing is not recorded, or a refund war
// would fill the ledger. It may be repeated at any time.
func (s *Sweeper) Revalue(ctx context.Context, m *documents.Current, id channel.CustomerID, j assign.RouteJob) error {
	for range documents.Rounds {
		f, err := s.refold(ctx, m, id)
		if errors.Is(err, documents.ErrAgain) {
			continue
		}
		if err != nil || f.head == nil {
			return err
		}
		if err := s.router.NoteReferral(ctx, m, f.before, f.head); err != nil {
			return err
		}
		due, err := s.retierDue(ctx, m, f.head)
		if err != nil || !due {
			return err
		}
		j.Customer, j.At, j.Cause, j.Asked, j.Idle = id, m.Now, routing.ByFact, assign.RouteInput{Call: "fact"}, true
		_, err = s.router.Route(ctx, m, j)
		return err
	}
	return documents.ErrBusy(documents.ErrAgain)
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
func (s *Sweeper) refold(ctx context.Context, m *documents.Current, id channel.CustomerID) (folded, error) {
	head, err := s.store.Head(ctx, id)
	if err != nil || !head.Exists() {
		return folded{}, err
	}
	model, err := s.docs.ModelAt(ctx, m, m.Now)
	if err != nil || model == nil {
		return folded{head: head, before: head}, err
	}
	policy, _, err := s.valuing.PolicyFor(ctx, m, id, m.Now)
	if err != nil {
		return folded{}, err
	}
	file, err := s.store.Customer(ctx, id, "")
	if err != nil {
		return folded{}, err
	}
	v := m.Valuation(model, policy, head.Profile.Region, m.Now)
	memo := store.Memo{Model: model.Name, Orders: v.Orders(file.History())}
	alive := model.Score(memo.Orders, v.Terms(), v.Day).AlivePPM
	bound, watched := policy.AtRiskPPM(head.Profile.Region)
	memo.AtRisk = watched && memo.Orders.Days > 0 && !memo.Orders.Churned && alive < bound
	risk := memo.AtRisk && (head.Memo == nil || !head.Memo.AtRisk)
	before := *head
	head.Memo = &memo
	if err := s.router.Restate(ctx, m, head); err != nil {
		return folded{}, err
	}
	if before.Memo != nil && *before.Memo == memo && before.Value == head.Value { // time alone changes values, too
		return folded{head: &before, before: &before}, nil
	}
	b := &store.Batch{NotAfter: s.store.NotAfter(m.Now)}
	b.PutHead(head)
	if risk {
		b.PutNotice(id, v.Day, store.AtRisk, store.Notice{AlivePPM: alive, Model: model.Name, Policy: string(policy.ID)})
	}
	if err := s.store.Commit(ctx, b); err != nil {
		refused := store.RefusalOf(err)
		if refused == nil {
			return folded{}, err
		}
		if refused.Head() {
			return folded{}, documents.ErrAgain
		}
		risk = false // announced on this very day before: once is enough
		b = &store.Batch{NotAfter: s.store.NotAfter(m.Now)}
		b.PutHead(head)
		if err := s.store.Commit(ctx, b); store.IsRefused(err) {
			return folded{}, documents.ErrAgain
		} else if err != nil {
			return folded{}, err
		}
	}
	return folded{head, &before, risk}, nil
}

// retierDue reports whether a customer is to be routed because its value means
// another tier, or a place that had no room for it before.
func (s *Sweeper) retierDue(ctx context.Context, m *documents.Current, head *store.Head) (bool, error) {
	if m.Programme.RouteOnCall || head.Decision == "" || head.Offer != nil || head.State == wire.StateChurned {
		return false, nil
	}
	due, err := s.router.RouteDue(ctx, m, head)
	if err != nil || due {
		return due, err
	}
	return s.stillToPromote(ctx, m, head)
}

// stillToPromote reports whether a partner has a customer only because the sales
// force had no room for it when its tier rose: the owner stays until the next is
// in place, and then goes. Whom a person gave to the partner stays with it.
func (s *Sweeper) stillToPromote(ctx context.Context, m *documents.Current, head *store.Head) (bool, error) {
	if _, ok := head.Owner.Partner(); !ok || head.Moved != nil && head.Moved.ByHand {
		return false, nil
	}
	policy, _, err := s.valuing.PolicyFor(ctx, m, head.ID, m.Now)
	return err == nil && policy.TierChannel(head.Profile.Region, head.Tier) == channel.SalesForce, err
}
