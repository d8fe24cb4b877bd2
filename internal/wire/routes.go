package wire

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

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

func FailedRouteOf(id channel.CustomerID, err error) FailedRoute {
	f := fault.Of(err)
	return FailedRoute{Customer: id, Slug: f.Slug, Message: f.Error()}
}
