package wire

import (
	"github.com/fairlead/fairlead/internal/channel"
)

// FactOutcome is what became of one fact.
type FactOutcome struct {
	ID       string             `json:"id"`
	Source   string             `json:"source"`
	Type     string             `json:"type,omitempty"`
	Outcome  channel.Outcome    `json:"outcome"`
	Slug     string             `json:"slug,omitempty"`    // of rejected: in_the_future, invalid_fact ..
	Field    string             `json:"field,omitempty"`   // of rejected
	Message  string             `json:"message,omitempty"` // of rejected, conflict, pending
	Customer channel.CustomerID `json:"customerId,omitempty"`
	Period   channel.Period     `json:"period,omitempty"` // in which it is booked
	Decision channel.DecisionID `json:"decision,omitempty"`
}

// FactsAnswer is the outcome of each fact, in order. One that was sent alone,
// not in a list, has its outcome at the top as well.
type FactsAnswer struct {
	*FactOutcome
	Items []FactOutcome `json:"items"`
}

// HookAnswer is what became of the facts of a webhook, or that they wait.
type HookAnswer struct {
	Queued bool          `json:"queued"`
	Items  []FactOutcome `json:"items,omitempty"`
}
