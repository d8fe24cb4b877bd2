package wire

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// What the amount of a value is based on.
const (
	BasisObserved = "observed" // the customer's own orders
	BasisDeclared = "declared" // what it was said to be worth
	BasisPrior    = "prior"    // nothing is known of the customer itself
)

// Value is what a customer is worth. Amount includes Referral; all amounts are
// decimal text in Currency, Declared, Observed and Referral absent if unknown.
type Value struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	Basis    string `json:"basis"` // see Basis*
	Declared string `json:"declared,omitempty"`
	Observed string `json:"observed,omitempty"`
	Referral string `json:"referral,omitempty"`
}

// CustomerValue is what a customer is worth now, and why. Alive,
// ExpectedOrders (over the policy's horizon) and ExpectedSpend are absent
// without a model or without orders.
type CustomerValue struct {
	CustomerID     channel.CustomerID `json:"customerId"`
	AsOf           time.Time          `json:"asOf"`
	Value          Value              `json:"value"`
	Tier           string             `json:"tier,omitempty"` // that the value alone would mean
	Alive          *float64           `json:"alive,omitempty"`
	ExpectedOrders *float64           `json:"expectedOrders,omitempty"`
	ExpectedSpend  *Money             `json:"expectedSpend,omitempty"`
	Model          *ModelRef          `json:"model"`
	Orders         *OrderDays         `json:"orders,omitempty"`
	AtRisk         bool               `json:"atRisk,omitempty"`
	Text           []string           `json:"text"`
}

// OrderDays is what the model sees of a customer's orders.
type OrderDays struct {
	Orders int64  `json:"orders"`
	Days   int64  `json:"days"`
	Repeat int64  `json:"repeat"`
	First  string `json:"first"`
	Last   string `json:"last"`
}
