package wire

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// Portfolio is what an owner holds, folded now.
type Portfolio struct {
	Owner     channel.Owner `json:"owner"`
	AsOf      time.Time     `json:"asOf"`
	Customers int           `json:"customers"`
	Offered   int           `json:"offered"`
	// Value is what its customers are worth now, ValueAtStart what those it had
	// when the period began were worth then, Change the difference; per currency.
	Value        []Money         `json:"value"`
	ValueAtStart []Money         `json:"valueAtStart"`
	Change       []Money         `json:"change"`
	Came         []PortfolioMove `json:"came"`
	Went         []PortfolioMove `json:"went"`
	Tiers        map[string]int  `json:"tiers"`
	Period       channel.Period  `json:"period"`
	Revenue      []Money         `json:"revenue"` // this period's, net of refunds known
	Top          []PortfolioLine `json:"top"`     // the most valuable, at most 20
	// Failed are customers that are not counted since their data are damaged.
	Failed []FailedRoute `json:"failed,omitempty"`
}

// PortfolioLine is one customer of a portfolio.
type PortfolioLine struct {
	CustomerID channel.CustomerID `json:"customerId"`
	Tier       string             `json:"tier"`
	Value      Money              `json:"value"`
	Since      time.Time          `json:"since"`
}

// PortfolioMove is a customer that came to an owner or went in this period, and
// whose it was before, or was next; absent where it was nobody's.
type PortfolioMove struct {
	CustomerID channel.CustomerID `json:"customerId"`
	At         time.Time          `json:"at"`
	From       channel.Owner      `json:"from,omitempty"`
	To         channel.Owner      `json:"to,omitempty"`
}
