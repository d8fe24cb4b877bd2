package wire

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// Customer states.
const (
	StateNew      = "new"      // known, never routed (or decided afresh since nobody owns it)
	StateOffered  = "offered"  // nobody owns it, an offer is open
	StateAssigned = "assigned" // somebody owns it, an open offer notwithstanding
	StateWaiting  = "waiting"  // nobody could take it
	StateDeclined = "declined"
	StateChurned  = "churned"
)

// Customer is a customer as of now. Owner is "pod:ID", "partner:ID" or null.
type Customer struct {
	ID            channel.CustomerID `json:"id"`
	Region        string             `json:"region"`
	Segment       string             `json:"segment,omitempty"`
	Attributes    map[string]string  `json:"attributes,omitempty"`
	DeclaredValue *Money             `json:"declaredValue,omitempty"`
	SourcedBy     channel.PartnerID  `json:"sourcedBy,omitempty"`
	ReferredBy    channel.CustomerID `json:"referredBy,omitempty"`
	Value         *Value             `json:"value,omitempty"`  // of the decision in force, or of what was told since
	AtRisk        bool               `json:"atRisk,omitempty"` // likely to be lost, by the policy's bound
	Tier          string             `json:"tier,omitempty"`
	Channel       channel.Channel    `json:"channel,omitempty"`
	Owner         *channel.Owner     `json:"owner"`
	OwnerSince    *time.Time         `json:"ownerSince,omitempty"`
	State         string             `json:"state"`
	Decision      channel.DecisionID `json:"decision,omitempty"`
	Offer         *Offer             `json:"offer,omitempty"` // the open one
}

// CustomerDetail is a customer with its past: who owned it, what it bought.
type CustomerDetail struct {
	Customer
	Spans     []Span          `json:"ownership"`
	Summary   CustomerSummary `json:"summary"`
	Decisions []Decision      `json:"decisions"`
	History   []HistoryItem   `json:"history"`
}

// Span is a stretch of ownership; Until null: still.
type Span struct {
	Owner    channel.Owner      `json:"owner"`
	From     time.Time          `json:"from"`
	Until    *time.Time         `json:"until"`
	Decision channel.DecisionID `json:"decision,omitempty"`
}

// CustomerSummary counts what a customer bought, refunds taken off.
type CustomerSummary struct {
	Orders      int        `json:"orders"`
	Revenue     []Money    `json:"revenue"`
	FirstOrder  *time.Time `json:"firstOrder,omitempty"`
	LatestOrder *time.Time `json:"latestOrder,omitempty"`
}

// HistoryItem is one line of what happened, oldest first.
type HistoryItem struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"` // profile order refund feedback churn decision answer
	ID   string    `json:"id"`
	Text string    `json:"text"`
}

// CustomersQuery filters the list of customers; zero fields do not filter.
type CustomersQuery struct {
	Owner channel.Owner
	State string
	Page
}

// CustomerPut is the answer to PUT /customers/{id}.
type CustomerPut struct {
	Customer
	Outcome channel.Outcome `json:"outcome"`          // applied or duplicate (nothing changed)
	Created bool            `json:"-"`                // not known before
	Routed  *Decision       `json:"routed,omitempty"` // where the change caused a route
}
