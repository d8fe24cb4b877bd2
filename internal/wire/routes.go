package wire

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

// RouteRequest is the body of routing a customer. At is the instant as of which
// it is routed, RFC 3339 or a day, for backfills; absent: now.
type RouteRequest struct {
	At string `json:"at,omitempty" validate:"max=40"`
}

// AssignRequest is the body of putting a customer with an owner by hand:
// "partner:ID", "pod:ID", or a bare id that only one partner or pod has.
type AssignRequest struct {
	Owner  string `json:"owner" validate:"required,max=80"`
	Reason string `json:"reason" validate:"required,max=500"`
}

// RouteResponse is a decision with how it came about.
type RouteResponse struct {
	Decision
	Replayed bool `json:"-"` // the key had been used: the stored answer
	Created  bool `json:"-"` // a new decision was made (201), else 200
}

// RouteSummary is what a bulk route did.
type RouteSummary struct {
	Routed    int            `json:"routed"`
	ByOutcome map[string]int `json:"byOutcome"`
	ByTier    map[string]int `json:"byTier"`
	ByOwner   map[string]int `json:"byOwner"`
	Failed    []FailedRoute  `json:"failed,omitempty"` // at most 100 are named
	Replayed  bool           `json:"-"`
}

// FailedRoute is a customer that a bulk route could not decide, and why.
type FailedRoute struct {
	Customer channel.CustomerID `json:"customerId"`
	Slug     string             `json:"slug"`
	Message  string             `json:"message"`
}

// AddFailed names a customer that something is wrong with, as far as names help.
func AddFailed(all []FailedRoute, id channel.CustomerID, err error) []FailedRoute {
	if len(all) < MaxNamed {
		all = append(all, FailedRouteOf(id, err))
	}
	return all
}

// MaxNamed is how many customers a summary names.
const MaxNamed = 100

// FailedRouteOf says of a customer why it could not be decided.
func FailedRouteOf(id channel.CustomerID, err error) FailedRoute {
	f := fault.Of(err)
	return FailedRoute{Customer: id, Slug: f.Slug, Message: f.Error()}
}
