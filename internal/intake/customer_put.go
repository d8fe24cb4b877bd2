package intake

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/views"
	"github.com/fairlead/fairlead/internal/wire"
)

// PutCustomer changes a customer's profile (a fact of source "api") and, unless
// the programme says otherwise, routes it where that is due.
func (s *Intake) PutCustomer(ctx context.Context, a wire.Actor, u channel.Upsert) (wire.CustomerPut, error) {
	var out wire.CustomerPut
	err := s.docs.Writing(ctx, func(m *documents.Current) (err error) {
		out, err = s.putCustomer(ctx, m, a, u)
		return err
	})
	return out, err
}

func (s *Intake) putCustomer(ctx context.Context, m *documents.Current, a wire.Actor, u channel.Upsert) (wire.CustomerPut, error) {
	before, err := s.store.Head(ctx, u.Customer)
	if err != nil {
		return wire.CustomerPut{}, err
	}
	f := &channel.Fact{Source: "api", Type: channel.CustomerUpserted, Time: m.Now, TimeAssumed: true, Upsert: &u}
	ap := &Application{Current: m, Fact: f, By: a.User, file: true}
	o, err := s.ApplyIn(ctx, ap)
	if err == nil && !m.Programme.RouteOnCall && o.Outcome != channel.Rejected {
		err = s.routeOnSight(ctx, ap, &o)
	}
	if err != nil {
		return wire.CustomerPut{}, err
	}
	head, err := s.store.Head(ctx, u.Customer)
	if err != nil {
		return wire.CustomerPut{}, err
	}
	out := wire.CustomerPut{Customer: views.CustomerView(m, head), Outcome: o.Outcome, Created: !before.Exists()}
	if o.Decision != "" {
		d, err := s.views.Decision(ctx, a, o.Decision)
		if err != nil {
			return out, err
		}
		out.Routed = &d
	}
	return out, nil
}
