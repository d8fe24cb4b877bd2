package assign

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/views"
	"github.com/fairlead/fairlead/internal/wire"
)

// routeResponse shows what a route came to.
func (s *Assign) routeResponse(ctx context.Context, m *documents.Current, a wire.Actor, r *RouteResult) (wire.RouteResponse, error) {
	out := wire.RouteResponse{Replayed: r.replayed, Created: r.verdict != nil && !r.preview}
	if r.verdict == nil {
		var err error
		out.Decision, err = s.views.Show(ctx, m, a, r.standing, r.answer)
		out.Preview = r.preview
		return out, err
	}
	v, err := r.verdict.Show(r.verdict.policy, r.verdict.dir.Terms)
	if err != nil {
		return out, err
	}
	out.Decision = views.View(m, &views.Shown{Id: r.id, Decision: r.verdict.Decision, View: v, By: a.User})
	out.Preview = r.preview
	return out, nil
}

// Route decides who serves a customer. 404 customer_not_found; 409
// no_policy_in_force, key_reused; 422 currency_not_in_policy.
func (s *Assign) Route(ctx context.Context, a wire.Actor, r RouteRequest) (wire.RouteResponse, error) {
	var out wire.RouteResponse
	err := s.docs.Writing(ctx, func(m *documents.Current) (err error) {
		out, err = s.routeNow(ctx, m, a, r)
		return err
	})
	return out, err
}

func (s *Assign) routeNow(ctx context.Context, m *documents.Current, a wire.Actor, r RouteRequest) (wire.RouteResponse, error) {
	j := RouteJob{Customer: r.Customer, Key: r.Key, preview: r.Preview, By: a.User, Cause: routing.ByCall, Asked: RouteInput{Call: "route", At: r.At}}
	if j.At = r.At.UTC().Truncate(time.Second); r.At.IsZero() {
		j.At = m.Now
	}
	if j.At.After(m.Now) {
		return wire.RouteResponse{}, fault.New(fault.Invalid, "invalid_time", "a route cannot be as of a time to come").At("at", "%s is after %s", j.At.Format(time.RFC3339), m.Now.Format(time.RFC3339))
	}
	res, err := s.router.Route(ctx, m, j)
	if err != nil {
		return wire.RouteResponse{}, err
	}
	return s.routeResponse(ctx, m, a, res)
}
