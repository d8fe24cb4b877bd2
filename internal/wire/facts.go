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
