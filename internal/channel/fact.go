package channel

import "time"

// FactType is the CloudEvents type of a fact.
type FactType string

// The facts that may arrive.
const (
	CustomerUpserted FactType = "customer.upserted"
	OrderCompleted   FactType = "order.completed"
	OrderRefunded    FactType = "order.refunded"
	CustomerChurned  FactType = "customer.churned"
	FeedbackRecorded FactType = "feedback.recorded"
)

// Fact is one thing that happened, already parsed: every id, amount and time in
// it is valid. Exactly one of the data pointers is set, the one of Type.
type Fact struct {
	ID     EventID
	Source Source
	Type   FactType
	Time   time.Time // when it occurred, UTC, whole seconds

	Upsert   *Upsert
	Order    *Order
	Refund   *Refund
	Churn    *Churn
	Feedback *Feedback
}

// Patch is one field of a profile change: absent leaves the value as it is,
// null (Set, Value zero) erases it.
type Patch[T any] struct {
	Set   bool
	Value T
}

// Upsert changes a customer's profile.
type Upsert struct {
	Customer      CustomerID
	Region        Patch[string]
	Segment       Patch[string]
	Currency      Patch[string]
	DeclaredValue Patch[*int64] // minor units of Currency; nil: none
	Need          Patch[*int64] // what the customer buys a year of what we sell, minor units
	ReferralValue Patch[*int64]
	SourcedBy     Patch[PartnerID]
	ReferredBy    Patch[CustomerID]
	Attributes    map[string]*string // nil map: unchanged; nil value: erase that one
	EraseAll      bool               // attributes: null
}

// Order is a completed order. Amounts are minor units of Currency, never
// negative; Margin may be negative and is nil where unknown.
type Order struct {
	ID         OrderID
	Customer   CustomerID
	Amount     int64
	Currency   string
	Margin     *int64
	Discount   int64
	Product    string
	Attributes map[string]string
}

// Refund gives back part of an order; Amount is minor units of the order's
// currency. (A fact carries the decimal text until its order is known: see
// RawAmount.)
type Refund struct {
	ID        RefundID
	Order     OrderID
	RawAmount string // decimal as sent; parsed with the order's currency when it is known
}

// Churn says that a customer left.
type Churn struct{ Customer CustomerID }

// Feedback is a customer's score, 1 to 5.
type Feedback struct {
	Customer CustomerID
	Score    int
}

// Outcome is what became of a fact.
type Outcome string

// The outcomes (DOCUMENTS.md, "Facts").
const (
	Applied   Outcome = "applied"
	Duplicate Outcome = "duplicate"
	Conflict  Outcome = "conflict"
	Rejected  Outcome = "rejected"
	Pending   Outcome = "pending"
)
