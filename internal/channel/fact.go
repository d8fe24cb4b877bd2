package channel

import (
	"time"

	"github.com/fairlead/fairlead/internal/money"
)

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

// FactTypes lists them all.
func FactTypes() []FactType {
	return []FactType{CustomerUpserted, OrderCompleted, OrderRefunded, CustomerChurned, FeedbackRecorded}
}

// Fact is one thing that happened, already parsed: every id, amount and time in
// it is valid. Exactly one of the data pointers is set, the one of Type.
type Fact struct {
	ID     EventID
	Source Source
	Type   FactType
	Time   time.Time // when it occurred, UTC, whole seconds
	// TimeAssumed says that the source gave no time, so Time is when the fact
	// was received; Hash leaves such a time out, so that the same row again is
	// the same fact.
	TimeAssumed bool

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

// Put is the patch that sets a value; with the zero value it erases.
func Put[T any](v T) Patch[T] { return Patch[T]{Set: true, Value: v} }

// Figure is an amount as somebody stated it, in decimal text, because its
// currency may not be known when it arrives: it is Currency if that is set
// (then the text is valid in it), else the customer's, else the policy's. The
// zero Figure is none.
type Figure struct {
	Decimal  string // "7000.00", never negative
	Currency string // ISO 4217 or ""
}

// IsZero reports whether there is no figure.
func (f Figure) IsZero() bool { return f.Decimal == "" }

// Amount is the figure as an amount; fallback is the currency where the figure
// has none of its own. Fails as money.Parse does, for instance when "12.50" of
// no currency turns out to be yen.
func (f Figure) Amount(fallback string) (money.Amount, error) {
	if f.Currency != "" {
		fallback = f.Currency
	}
	return money.Parse(f.Decimal, fallback)
}

// Upsert changes a customer's profile. A Figure in it has a Currency if the
// same upsert sets one; otherwise history finds the customer's currency at that
// time. The order of arrival does not matter.
type Upsert struct {
	Customer      CustomerID
	Region        Patch[string]
	Segment       Patch[string]
	Currency      Patch[string]
	DeclaredValue Patch[Figure]
	Need          Patch[Figure] // what the customer buys a year of what we sell
	ReferralValue Patch[Figure]
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

// Refund gives back part of an order. Its amount is decimal text until its
// order, and so its currency, is known: see Minor.
type Refund struct {
	ID        RefundID
	Order     OrderID
	RawAmount string // decimal as sent, never negative
}

// Minor is the refund in minor units of its order's currency; an Invalid fault
// naming data.amount if the text has more decimals than that currency.
func (r Refund) Minor(currency string) (int64, error) {
	a, err := ParseAmount("data.amount", r.RawAmount, currency)
	return a.Minor, err
}

// Churn says that a customer left.
type Churn struct{ Customer CustomerID }

// Feedback is a customer's score, 1 to 5.
type Feedback struct {
	Customer CustomerID
	Score    int
}

// Customer is the customer a fact is about; "" for a refund, which names only
// its order.
func (f *Fact) Customer() CustomerID {
	switch {
	case f.Upsert != nil:
		return f.Upsert.Customer
	case f.Order != nil:
		return f.Order.Customer
	case f.Churn != nil:
		return f.Churn.Customer
	case f.Feedback != nil:
		return f.Feedback.Customer
	}
	return ""
}

// Outcome is what became of a fact.
type Outcome string

// The outcomes of a fact.
const (
	Applied   Outcome = "applied"
	Duplicate Outcome = "duplicate" // same id and same body
	Conflict  Outcome = "conflict"  // same id, other body
	Rejected  Outcome = "rejected"
	Pending   Outcome = "pending" // its order or customer is not here yet
)

// Outcomes lists them all.
func Outcomes() []Outcome { return []Outcome{Applied, Duplicate, Conflict, Pending, Rejected} }
