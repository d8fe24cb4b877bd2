package incentive

import (
	"cmp"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// Result is a statement in numbers. ClosingBalance = OpeningBalance + Earned -
// Held + Released - Payable, and Earned is the sum of Lines. All amounts are
// minor units of Currency.
type Result struct {
	Partner  channel.PartnerID
	Period   channel.Period // the month that the statement closes
	Currency string         // ISO 4217, the partner's
	Plan     *PlanRef       // in force in Period; nil: none

	OpeningBalance int64  // what the statement before left; negative: owed by the partner
	Lines          []Line // by component in document order, then month, then kind
	Earned         int64  // of all months that Lines name; negative after refunds
	Held           int64  // kept back by this statement, at least 0: see reserve
	Released       int64  // reserve of earlier statements that fell due, at least 0
	// Payable is what this statement orders to pay: the whole balance, or 0 if that
	// is not above zero or less than MinimumPayout.
	Payable        int64
	ClosingBalance int64

	Points   Points
	Badges   []string   // all held, in the order of their points
	Fund     Fund       // of marketing; in no balance
	Handover []Handover // running ones, by (customer, time)
	Unpaid   []Unpaid   // by month, then customer

	Position Position // the opening of the next statement
	// Shares are those frozen by this statement: by component, then in the order in
	// which they were priced.
	Shares []Share
}

// Line is one amount of a statement. ID is stable: it names component, month
// and kind, of which there is one line each, so a recomputed statement has the
// same ids. A line of 0 is left out.
type Line struct {
	ID        string // "2026-03/commission/earning"
	Component string // its name in the plan, or MinimumAndCeiling
	Kind      Kind
	Period    channel.Period // the month the line is for: Result.Period, or an earlier one
	Text      string         // a sentence for the partner
	Formula   string         // recomputes Amount by hand from Inputs; formula.go says its form
	Inputs    []Given        // in the order the formula names them
	Amount    int64          // never 0; negative takes away
}

// Given is one number of a formula, as people write it: "1234.56", "7.5 %".
type Given struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Points are the partner's recognition, never money: Closing = Opening + Earned.
type Points struct {
	Opening int64
	Earned  int64 // by this statement; negative when taken back
	Closing int64 // of the partner's life
}

// Fund is the marketing fund, in minor units: Closing = Opening + Earned - Spent.
type Fund struct {
	Opening int64
	Earned  int64 // by this statement, for all months; negative after refunds
	Spent   int64 // Input.FundSpent
	Closing int64
}

// Handover sets what a promoted customer has paid the partner beside what it
// would have earned at the partner's effective rate, since the hand-over. Both
// are minor units; handovers.compare says which orders and rates count.
type Handover struct {
	Customer        channel.CustomerID
	At              time.Time // of the move
	Until           time.Time // end of the trail or the customer's return, exclusive; zero: neither
	WouldHaveEarned int64
	PaidSoFar       int64 // one-time share and trail, net of refunds
}

// The reasons why a fact earned nothing. They are part of the contract.
const (
	OtherCurrency = "other_currency" // the plan's currency is another
	NoMargin      = "no_margin"      // the commission is on margin, the order has none
)

// Unpaid is an order or a hand-over that earned nothing although one might
// expect it to. Each is listed once, in the statement that first knows it.
type Unpaid struct {
	Customer  channel.CustomerID
	Order     channel.OrderID // "" for a hand-over
	Component string          // "" for every component
	Period    channel.Period  // in which it occurred
	Code      string          // OtherCurrency or NoMargin
	Text      string          // a sentence for the partner
	Value     money.Amount    // the order's amount, or the hand-over's value
}

// list notes what earns nothing; its text says why.
func (c *computation) list(u Unpaid) { c.unpaid = append(c.unpaid, u) }

// result settles the statement: every type of component fills in its part, and
// the balance is what is left.
func (c *computation) result() (Result, error) {
	opening := &c.in.Opening
	r := Result{Partner: c.in.Partner.ID, Period: c.in.Period, Currency: c.in.Partner.Currency,
		OpeningBalance: opening.Balance, Badges: slices.Clone(opening.Badges)}
	plan := c.months[c.open].plan
	if plan != nil {
		ref := plan.Ref()
		r.Plan = &ref
	}
	c.sortLines(plan)
	r.Lines = c.lines
	for i := range r.Lines {
		c.sum(&r.Earned, r.Lines[i].Amount)
	}
	for i := range c.steps {
		if settle := c.steps[i].settle; settle != nil {
			if err := settle(&r); err != nil {
				return r, err
			}
		}
	}
	available := opening.Balance
	for _, n := range []int64{r.Earned, -r.Held, r.Released} {
		c.sum(&available, n)
	}
	if available > 0 && available >= c.in.MinimumPayout {
		r.Payable = available
	}
	r.ClosingBalance = available - r.Payable
	slices.SortStableFunc(c.unpaid, byUnpaid)
	r.Unpaid = c.unpaid
	r.Position = c.position(&r)
	return r, nil
}

// byUnpaid is by month, then by customer: as a partner would look it up.
func byUnpaid(a, b Unpaid) int {
	return cmp.Or(cmp.Compare(a.Period, b.Period), cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Order, b.Order),
		cmp.Compare(a.Component, b.Component), cmp.Compare(a.Code, b.Code))
}
