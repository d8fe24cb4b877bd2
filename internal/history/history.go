// Package history answers "as booked up to period P, what was true at time T"
// for one customer. Fold is pure: the customer's partition of the ledger in,
// its past out. Who is credited with an order is never stored, it is computed
// here. It owns no storage and writes no keys.
package history

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// EntryKind is the letter in an entry's key.
type EntryKind string

// The kinds of an entry.
const (
	KindProfile  EntryKind = "u"
	KindOrder    EntryKind = "o"
	KindRefund   EntryKind = "r"
	KindFeedback EntryKind = "f"
	KindChurn    EntryKind = "c"
	KindLate     EntryKind = "l" // names the stray entry that it replaces
)

// Entry is one immutable fact in a customer's partition. Booked is the period
// it is booked in (part of its key), Occurred when it happened. Exactly the
// pointer of its kind is set.
type Entry struct {
	Kind     EntryKind
	ID       string // order, refund or event id
	Booked   channel.Period
	Source   channel.Source
	EventID  channel.EventID
	Occurred time.Time
	Profile  *channel.Upsert
	Order    *channel.Order
	Refund   *RefundEntry
	Score    int
	Replaces string // KindLate: sk of the stray entry; the data pointers repeat its content
}

// RefundEntry is a refund whose order is known.
type RefundEntry struct {
	Order  channel.OrderID
	Amount int64 // minor units of the order's currency
}

// MoveCause says what made a change of owner.
type MoveCause string

// The causes.
const (
	ByDecision MoveCause = "decision" // assigned at once
	ByAnswer   MoveCause = "answer"   // an offer was accepted
	ByHand     MoveCause = "by_hand"
	ByChurn    MoveCause = "churn"
)

// Move is one change of owner, from the instant From on. Owner "" ends the
// ownership (churn, orphaned). Moves are made of decisions and answers by
// store; one that changes nothing (owner_kept) is not a Move.
type Move struct {
	Decision channel.DecisionID
	From     time.Time
	Booked   channel.Period
	Owner    channel.Owner
	Cause    MoveCause
	Rule     bool // a rule of the policy made it
	Tier     string
	// Value is value.amount of the decision (referral included): what a
	// hand-over's one-time share is taken of.
	Value money.Amount
	Basis string
}

// Partition is what was read of one customer: any order, duplicates impossible.
type Partition struct {
	Customer channel.CustomerID
	Entries  []Entry
	Moves    []Move
}

// Order is an order with every refund known, credited to nobody in particular:
// ask OwnerAt(Occurred).
type Order struct {
	channel.Order
	Occurred time.Time
	Booked   channel.Period
	Refunds  []Refund // by (occurred, id)
}

// Refund is one refund of an order.
type Refund struct {
	ID       channel.RefundID
	Amount   int64
	Occurred time.Time
	Booked   channel.Period
}

// Answer is one feedback.
type Answer struct {
	EventID  channel.EventID
	Score    int
	Occurred time.Time
	Booked   channel.Period
}

// Span is a stretch of ownership [From, Until); Until zero: still.
type Span struct {
	Owner       channel.Owner
	From, Until time.Time
	Move        Move
}

// Profile is what is known of a customer at one instant.
type Profile struct {
	Region, Segment, Currency string
	DeclaredValue             *int64
	Need                      *int64
	ReferralValue             *int64
	SourcedBy                 channel.PartnerID
	SourcedAt                 time.Time // time of the fact that first registered SourcedBy
	ReferredBy                channel.CustomerID
	Attributes                map[string]string
}

// History is the folded past of one customer. Orders are sorted by (occurred,
// id), spans by From.
type History struct {
	Customer channel.CustomerID
	Orders   []Order
	Answers  []Answer
	Spans    []Span
	Churned  []time.Time
	profiles []profileAt
}

type profileAt struct {
	at      time.Time
	profile Profile
}
