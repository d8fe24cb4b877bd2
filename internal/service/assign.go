package service

import (
	"context"
	"strings"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// Assign puts a customer with an owner by hand, recorded as a decision; an open
// offer is withdrawn. 400 without a reason; errors as Route, and those of
// routing where the owner cannot be.
func (s *Service) Assign(ctx context.Context, a Actor, r AssignRequest) (RouteResponse, error) {
	if strings.TrimSpace(r.Reason) == "" {
		return RouteResponse{}, fault.New(fault.Invalid, "reason_missing", "a person who overrules says why").At("reason", "is missing")
	}
	var out RouteResponse
	err := s.writing(ctx, func(m *moment) (err error) {
		out, err = s.assignNow(ctx, m, a, r)
		return err
	})
	return out, err
}

func (s *Service) assignNow(ctx context.Context, m *moment, a Actor, r AssignRequest) (RouteResponse, error) {
	key := r.Key
	if key == "" {
		key = "by hand " + string(r.Owner) + " " + m.now.String()
	}
	res, err := s.route(ctx, m, job{
		customer: r.Customer, key: key, at: m.now, cause: routing.ByHand, by: a.User,
		asked: asked{Call: "assign", Owner: r.Owner, Reason: r.Reason},
		hand:  &routing.Hand{Owner: r.Owner, By: a.User, Reason: r.Reason},
	})
	if err != nil {
		return RouteResponse{}, err
	}
	return s.routeResponse(ctx, m, a, res)
}

// overruling is the task of a person's decision: it withdraws the open offer.
func (s *Service) overruling(ctx context.Context, m *moment, t *task) error {
	if t.head.Offer == nil {
		return nil
	}
	dir, err := s.directory(ctx, m)
	if err != nil {
		return err
	}
	before, h := t.head, *t.head
	h.Offer = nil
	t.head = &h
	t.more = func(b *store.Batch) {
		again := *before
		writeWithdrawal(b, &again, withdrawal{m.now, t.by, dir})
	}
	return nil
}
