package assign

import (
	"context"
	"strings"

	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// Assign puts a customer with an owner by hand, recorded as a decision; an open
// offer is withdrawn. 400 without a reason; errors as Route, and those of
// routing where the owner cannot be.
func (s *Assign) Assign(ctx context.Context, a wire.Actor, r ByHandRequest) (wire.RouteResponse, error) {
	if strings.TrimSpace(r.Reason) == "" {
		return wire.RouteResponse{}, fault.New(fault.Invalid, "reason_missing", "a person who overrules says why").At("reason", "is missing")
	}
	var out wire.RouteResponse
	err := s.docs.Writing(ctx, func(m *documents.Current) (err error) {
		out, err = s.assignNow(ctx, m, a, r)
		return err
	})
	return out, err
}

func (s *Assign) assignNow(ctx context.Context, m *documents.Current, a wire.Actor, r ByHandRequest) (wire.RouteResponse, error) {
	key := r.Key
	if key == "" {
		key = "by hand " + string(r.Owner) + " " + m.Now.String()
	}
	res, err := s.router.Route(ctx, m, RouteJob{
		Customer: r.Customer, Key: key, At: m.Now, Cause: routing.ByHand, By: a.User,
		Asked: RouteInput{Call: "assign", Owner: r.Owner, Reason: r.Reason},
		hand:  &routing.Hand{Owner: r.Owner, By: a.User, Reason: r.Reason},
	})
	if err != nil {
		return wire.RouteResponse{}, err
	}
	return s.routeResponse(ctx, m, a, res)
}

// overruling is the task of a person's decision: it withdraws the open offer.
func (s *Router) overruling(ctx context.Context, m *documents.Current, t *draft) error {
	if t.head.Offer == nil {
		return nil
	}
	dir, err := s.docs.Directory(ctx, m)
	if err != nil {
		return err
	}
	before, h := t.head, *t.head
	h.Offer = nil
	t.head = &h
	t.more = func(b *store.Batch) {
		again := *before
		WriteWithdrawal(b, &again, Withdrawal{m.Now, t.by, dir})
	}
	return nil
}
