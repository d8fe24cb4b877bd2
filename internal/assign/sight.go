package assign

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// RouteOnSight routes a customer of whom a profile fact spoke: at first sight,
// and when value or profile gives another tier or take it out of its owner's
// reach. The key derives from the fact, so a repeated fact repeats nothing; a
// fact whose route was lost in a crash gets it when it is sent again. The note
// says why nothing was decided where the fact holds all the same.
func (s *Router) RouteOnSight(ctx context.Context, m *documents.Current, f *channel.Fact, head *store.Head, by string) (id channel.DecisionID, note string, err error) {
	if head == nil || !head.Exists() || head.Offer != nil {
		return "", "", nil
	}
	due, err := s.RouteDue(ctx, m, head)
	if err == nil && due {
		var res *RouteResult
		res, err = s.Route(ctx, m, RouteJob{
			Customer: head.ID, Key: "fact " + string(f.Source) + "#" + string(f.ID), At: m.Now, Cause: routing.ByFact, By: by,
			Asked: RouteInput{Call: "fact"},
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

// RouteDue reports whether a change of profile or value asks for a route: the
// customer was never routed, another tier is due, or its owner does not serve
// it any more.
func (s *Router) RouteDue(ctx context.Context, m *documents.Current, head *store.Head) (bool, error) {
	if head.Decision == "" {
		return true, nil
	}
	a, err := s.valuing.Appraise(ctx, m, head, m.Now)
	if err != nil {
		return false, err
	}
	owned := head.Owner != channel.Nobody
	tier := a.Policy.Tier(a.Customer.Region, owned, head.Tier, a.Value.Amount)
	if tier != head.Tier || !owned {
		return tier != head.Tier, nil
	}
	dir, err := s.docs.Directory(ctx, m)
	if err != nil {
		return false, err
	}
	return !a.Policy.Serves(dir.Terms, head.Owner, a.Customer, tier), nil
}
