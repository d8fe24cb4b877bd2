package service

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// routeSeen routes a customer of whom a profile fact spoke: at first sight,
// and when value or profile gives another tier or take it out of its owner's
// reach. The key derives from the fact, so a repeated fact repeats nothing; a
// fact whose route was lost in a crash gets it when it is sent again. The note
// says why nothing was decided where the fact holds all the same.
func (s *Service) routeSeen(ctx context.Context, m *moment, f *channel.Fact, head *store.Head, by string) (id channel.DecisionID, note string, err error) {
	if head == nil || head.Version == 0 || head.Offer != nil {
		return "", "", nil
	}
	due, err := s.routeDue(ctx, m, head)
	if err == nil && due {
		var res *result
		res, err = s.route(ctx, m, job{
			customer: head.ID, key: "fact " + string(f.Source) + "#" + string(f.ID), at: m.now, cause: routing.ByFact, by: by,
			asked: asked{Call: "fact"},
		})
		if err == nil {
			id = res.id
		}
	}
	if f := fault.Of(err); err != nil && (f.Kind == fault.Conflict || f.Kind == fault.Invalid) {
		return "", "applied, but not routed: " + f.Error(), nil
	}
	return id, "", err
}

// routeDue reports whether a change of profile or value asks for a route: the
// customer was never routed, another tier is due, or its owner does not serve
// it any more.
func (s *Service) routeDue(ctx context.Context, m *moment, head *store.Head) (bool, error) {
	if head.Decision == "" {
		return true, nil
	}
	a, err := s.appraise(ctx, m, head, m.now)
	if err != nil {
		return false, err
	}
	owned := head.Owner != channel.Nobody
	tier := a.policy.Tier(a.customer.Region, owned, head.Tier, a.value.Amount)
	if tier != head.Tier || !owned {
		return tier != head.Tier, nil
	}
	dir, err := s.directory(ctx, m)
	if err != nil {
		return false, err
	}
	return !a.policy.Serves(dir.terms, head.Owner, a.customer, tier), nil
}
