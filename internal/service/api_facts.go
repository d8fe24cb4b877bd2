package service

import (
	"iter"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// FactInput is one fact of a batch: parsed, or with Err why it was not. ID and
// Source are as sent, for the answer of an item that could not be parsed.
type FactInput struct {
	Fact       channel.Fact
	ID, Source string
	Err        error
}

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

// FactRow is one line of a file. Fact.Time zero: the file gave none. Err says
// why the line is no fact.
type FactRow struct {
	Line int
	Fact channel.Fact
	Err  error
}

// PartnerRow is one line of a partners file. Plan and PlanFrom are empty where
// the file gives none.
type PartnerRow struct {
	Line     int
	Partner  channel.Partner
	Plan     channel.PlanID
	PlanFrom time.Time
	Given    Given
	Err      error
}

// Given says of which optional columns a row of a directory file speaks; what it
// does not speak of stays as it is known.
type Given struct{ Status, Level, Kind, Manager bool }

// PodRow is one line of a pods file.
type PodRow struct {
	Line  int
	Pod   channel.Pod
	Given Given
	Err   error
}

// ImportRequest carries one file. Exactly the iterator of Kind is set: Facts
// for customers, orders, refunds and feedback. Rejected is called, in the order
// of the lines, for each line that is rejected or in conflict; Progress now
// and then with the lines read.
type ImportRequest struct {
	Kind     string // partners pods customers orders refunds feedback
	Route    bool   // customers: route each one as of its arrived_at
	Key      string
	Facts    iter.Seq[FactRow]
	Partners iter.Seq[PartnerRow]
	Pods     iter.Seq[PodRow]
	Rejected func(ImportReject) error
	Progress func(read int)
}

// ImportReject is one line that was not taken.
type ImportReject struct {
	Line    int             `json:"line"`
	Outcome channel.Outcome `json:"outcome"` // rejected or conflict
	Field   string          `json:"field,omitempty"`
	Message string          `json:"message"`
}

// ImportSummary is the account of an import. Read is the sum of the others.
type ImportSummary struct {
	ID        string        `json:"id"`
	Kind      string        `json:"kind"`
	Read      int           `json:"read"`
	Applied   int           `json:"applied"`
	Duplicate int           `json:"duplicate"`
	Conflict  int           `json:"conflict"`
	Pending   int           `json:"pending"`
	Rejected  int           `json:"rejected"`
	Routes    *RouteSummary `json:"routes,omitempty"`
}
