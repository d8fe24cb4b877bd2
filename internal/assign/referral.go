package assign

import (
	"context"
	"fmt"
	"maps"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/valuing"
	"github.com/fairlead/fairlead/internal/wire"
)

// NoteReferral keeps a customer's own value where the customer that referred it
// finds it, and sums anew for that one. It runs after the decision's
// transaction, is always a whole fold, and may be repeated.
func (s *Router) NoteReferral(ctx context.Context, m *documents.Current, before, after *store.Head) error {
	referrers, err := s.KeepReferral(ctx, before, after)
	for _, id := range referrers {
		if err := s.revalueReferrer(ctx, m, id, after); err != nil {
			return err
		}
	}
	return err
}

// KeepReferral writes a customer's own value (without what its own referrals
// add) beside who referred it, if it is news, and names whose sums it changed.
func (s *Router) KeepReferral(ctx context.Context, before, after *store.Head) (referrers []channel.CustomerID, err error) {
	old, referrer := before.Profile.ReferredBy, after.Profile.ReferredBy
	was, is := ownValue(before), ownValue(after)
	if old == referrer && (referrer == "" || was == is) {
		return nil, nil
	}
	if old != "" && old != referrer {
		b := &store.Batch{}
		b.DeleteReferral(old, after.ID)
		if err := s.store.Commit(ctx, b); err != nil {
			return nil, err
		}
		referrers = append(referrers, old)
	}
	if referrer == "" || after.Decision == "" {
		return referrers, nil
	}
	b := &store.Batch{}
	b.SetReferral(referrer, is)
	if err := s.store.Commit(ctx, b); err != nil {
		return referrers, err
	}
	return append(referrers, referrer), nil
}

// revalueReferrer sums a referrer's referrals anew and, where that gives it
// another tier, routes it: a customer is routed whenever its value says so. The
// key holds the version that keeps the sum: a value may change twice under one
// decision.
// Own values hold no referral, so this goes one step and no further.
func (s *Router) revalueReferrer(ctx context.Context, m *documents.Current, referrer channel.CustomerID, because *store.Head) error {
	head, err := s.SumReferrals(ctx, m, referrer)
	if err != nil || head == nil || m.Programme.RouteOnCall || head.Decision == "" || head.Offer != nil {
		return err
	}
	due, err := s.RouteDue(ctx, m, head)
	if err != nil || !due {
		return err
	}
	_, err = s.Route(ctx, m, RouteJob{
		Customer: referrer, Key: fmt.Sprintf("referral %s %s %d", because.Decision, because.ID, head.Version()), At: m.Now,
		Cause: routing.ByFact, Asked: RouteInput{Call: "fact"},
	})
	return err
}

// ownValue is what a customer is worth to who referred it: without its own
// referrals, and nothing once it has left.
func ownValue(h *store.Head) store.Referral {
	if h.State == wire.StateChurned {
		return store.Referral{Currency: h.Value.Currency, Customer: h.ID}
	}
	return store.Referral{Amount: h.Value.Amount - h.Value.Referral, Currency: h.Value.Currency, Customer: h.ID}
}

// SumReferrals writes what a customer's referrals are worth into its head, and
// its own value with them, if that changed, and returns the head then.
func (s *Router) SumReferrals(ctx context.Context, m *documents.Current, referrer channel.CustomerID) (*store.Head, error) {
	for range documents.Rounds {
		sums := map[string]int64{}
		for r, err := range s.store.Referrals(ctx, referrer) {
			if err != nil {
				return nil, err
			}
			if r.Amount != 0 {
				if sums[r.Currency], err = money.Add(sums[r.Currency], r.Amount); err != nil {
					return nil, fmt.Errorf("what the customers are worth that %s referred: %w", referrer, err)
				}
			}
		}
		head, err := s.store.Head(ctx, referrer)
		if err != nil || !head.Exists() || maps.Equal(sums, head.Referred) {
			return nil, err
		}
		head.Referred = sums
		if err := s.retell(ctx, m, head); err != nil {
			return nil, err
		}
		b := &store.Batch{}
		b.PutHead(head)
		if err := s.store.Commit(ctx, b); !store.IsRefused(err) {
			return head, err
		}
	}
	return nil, documents.ErrBusy(documents.ErrAgain)
}

// Restate brings the value in the head up to date: lists show it, and whoever
// referred the customer counts it.
func (s *Router) Restate(ctx context.Context, m *documents.Current, head *store.Head) error {
	if head.Decision == "" {
		return nil
	}
	a, err := s.valuing.Appraise(ctx, m, head, m.Now)
	if a.Unvalued {
		return nil
	}
	if err == nil {
		head.Value = headValue(a.Value)
	}
	return err
}

// retell is restate for a head of which nothing else is known; where no policy
// is in force, the old value stays.
func (s *Router) retell(ctx context.Context, m *documents.Current, head *store.Head) error {
	if _, _, err := s.valuing.PolicyFor(ctx, m, head.ID, m.Now); err != nil {
		if !valuing.Ends(ctx, err) {
			err = nil
		}
		return err
	}
	return s.Restate(ctx, m, head)
}
