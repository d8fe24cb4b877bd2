package incentive

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// Input is everything a statement is computed from. All amounts, here and in
// Position and Result, are minor units of Partner.Currency unless a type says
// otherwise. Nothing else is read: the same Input gives the same bytes.
type Input struct {
	Calendar channel.Calendar // the programme's; it cuts months, days and windows
	Partner  Partner
	Period   channel.Period // the open month that this statement closes (or previews)

	// First is the first period the installation closed; "" or Period while
	// nothing is closed yet. Months before it have no statement: what they are
	// worth is booked in the first one, without guarantee or cap.
	First channel.Period

	// Plans is the partner's timeline of plan versions, ascending and not
	// overlapping; Timeline makes it.
	Plans []PlanSpan

	// Customers are all whom the partner ever owned, in any order, folded as
	// booked up to Period. Nil entries are ignored.
	Customers []*history.History

	// Values are the customers' values at both ends of Period, for growth.
	Values []Value

	// Guarded names the months in which the balance guard is on for pay.
	Guarded []Guard

	// Opening is Result.Position of the statement before, the zero Position for
	// the partner's first.
	Opening Position

	// Shares are the frozen shares of all orders that have any refund, from the
	// earlier statements' Result.Shares, in any order. More of them do no harm.
	Shares []Share

	// MinimumPayout is the programme's for the partner's currency: less is
	// carried, not paid. 0 is none.
	MinimumPayout int64

	// FundSpent is what approved claims took from the marketing fund in Period.
	FundSpent int64
}

// Partner is what a plan's conditions may read of the partner, as of Period.
type Partner struct {
	ID             channel.PartnerID `json:"id"`
	Currency       string            `json:"currency"` // ISO 4217
	Regions        []string          `json:"regions,omitempty"`
	Level          string            `json:"level,omitempty"`
	Certifications []string          `json:"certifications,omitempty"`
}

// PlanSpan says that Plan is the partner's from From on, to Until (exclusive;
// zero: for good).
type PlanSpan struct {
	From  time.Time
	Until time.Time
	Plan  *Plan
}

// Value is a customer's value at both ends of a month, in minor units of the
// partner's currency, both under the model pinned at the month's start. Only a
// customer observed at both ends counts for growth.
type Value struct {
	Customer      channel.CustomerID `json:"customer"`
	Start         int64              `json:"start"`
	End           int64              `json:"end"`
	StartObserved bool               `json:"startObserved"`
	EndObserved   bool               `json:"endObserved"`
}

// Guard says that the balance guard is on in Period for the customers of
// Region; "" is every region.
type Guard struct {
	Period channel.Period `json:"period"`
	Region string         `json:"region,omitempty"`
}

// Share is what an order earned under one commission when it was first booked:
// the price at which its refunds are taken back, whatever happens later.
type Share struct {
	Component string          `json:"component"`
	Order     channel.OrderID `json:"order"`
	Amount    int64           `json:"amount"`
}

// Position is what one statement hands to the next. Its JSON is canonical in
// content: every list is sorted, nothing depends on the order of arrival.
type Position struct {
	Currency string         `json:"currency,omitempty"`
	Through  channel.Period `json:"through,omitempty"` // the last period with a statement; "" before the first

	Balance int64    `json:"balance"`
	Draw    int64    `json:"draw"`   // of recoverable guarantees, still to be taken back
	Excess  int64    `json:"excess"` // above a cap, carried; negative if too much was carried in
	Holds   []Hold   `json:"holds,omitempty"`
	Points  int64    `json:"points"` // lifetime
	Badges  []string `json:"badges,omitempty"`
	Fund    int64    `json:"fund"`
	// Growth is the fall in value that must be made good before growth pays again.
	Growth int64 `json:"growth"`

	Months []Month `json:"months,omitempty"` // ascending: every month that has been booked for
}

// Hold is a part kept in reserve from Period's statement until Due (the first
// instant of a day of the programme's zone).
type Hold struct {
	Period channel.Period `json:"period"`
	Due    time.Time      `json:"due"`
	Amount int64          `json:"amount"`
}

// Month is what has been booked for one month so far, by whichever statements.
type Month struct {
	Period channel.Period `json:"period"`
	// Closed: the month had a statement of its own, so guarantee and cap were
	// applied. Earlier months, first known in a later statement, have neither.
	Closed   bool  `json:"closed,omitempty"`
	Own      int64 `json:"own"`      // sum of its lines, without hand-over, guarantee and cap
	Handover int64 `json:"handover"` // sum of its hand-over lines
	Draw     int64 `json:"draw"`     // at its opening
	Excess   int64 `json:"excess"`   // at its opening
	// Partner is what conditions read of the partner in this month, where it
	// differs from the month before in the list.
	Partner *Partner `json:"partner,omitempty"`
	Booked  []Booked `json:"booked,omitempty"` // by (component, kind)
}

// Booked is the sum of all lines so far of one component and kind for a month.
// Points and Fund are kept the same way, though they are no lines.
type Booked struct {
	Component string `json:"component"`
	Kind      Kind   `json:"kind"`
	Amount    int64  `json:"amount"`
}

// Kind says what a line is. The words are part of the contract.
type Kind string

// The kinds of a line.
const (
	Earning        Kind = "earning"         // new orders, customers
	Reversal       Kind = "reversal"        // refunds, at the orders' frozen shares
	TierAdjustment Kind = "tier adjustment" // the rest of what a commission's month changed by
	OneTime        Kind = "one-time"        // hand-over
	Trail          Kind = "trail"           // hand-over
	TrailReversal  Kind = "trail reversal"  // hand-over
	TopUp          Kind = "top-up"          // guarantee
	DrawTaken      Kind = "draw taken back" // guarantee
	DrawGiven      Kind = "draw given back" // guarantee
	ExcessCut      Kind = "excess"          // cap
	CarriedIn      Kind = "carried in"      // cap
	Correction     Kind = "correction"      // guarantee and cap of a closed month
	PointsBooked   Kind = "points"          // in Booked only
	FundBooked     Kind = "fund"            // in Booked only
)

// MinimumAndCeiling is the component of correction lines, and of guarantee and
// cap lines where the plan in force has no such component.
const MinimumAndCeiling = "minimum and ceiling"

// Result is a statement in numbers. ClosingBalance = OpeningBalance + Earned -
// Held + Released - Payable, and Earned is the sum of Lines.
type Result struct {
	Partner  channel.PartnerID
	Period   channel.Period
	Currency string
	Plan     *PlanRef // nil: no plan in Period

	OpeningBalance int64
	Lines          []Line // by component in document order, then month, then kind
	Earned         int64
	Held           int64 // kept back by this statement
	Released       int64 // reserve of earlier statements that fell due
	Payable        int64 // what this statement orders to pay
	ClosingBalance int64

	Points   Points
	Badges   []string // all held, in the order of their points
	Fund     Fund
	Handover []Handover
	Unpaid   []Unpaid

	Position Position // the opening of the next statement
	Shares   []Share  // frozen by this statement: by component, then in the order in which they were priced
}

// PlanRef names a plan version.
type PlanRef struct {
	ID      channel.PlanID `json:"id"`
	Version int            `json:"version"`
	Hash    string         `json:"hash"`
}

// Line is one amount of a statement. ID is stable: it names component, month
// and kind, of which there is one line each, so a recomputed statement has the
// same ids. Period is the month the line is for. A line of 0 is left out.
type Line struct {
	ID        string
	Component string
	Kind      Kind
	Period    channel.Period
	Text      string  // a sentence for the partner
	Formula   string  // recomputes Amount by hand from Inputs
	Inputs    []Given // in the order the formula names them
	Amount    int64
}

// Given is one number of a formula, as people write it.
type Given struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Points are the partner's recognition, never money.
type Points struct {
	Opening int64
	Earned  int64 // by this statement; negative when taken back
	Closing int64
}

// Fund is the marketing fund: Closing = Opening + Earned - Spent.
type Fund struct {
	Opening int64
	Earned  int64
	Spent   int64
	Closing int64
}

// Handover sets what a promoted customer has paid the partner beside what it
// would have earned at the partner's effective rate, since the hand-over.
type Handover struct {
	Customer        channel.CustomerID
	At              time.Time
	Until           time.Time // end of the trail, exclusive; zero: no trail
	WouldHaveEarned int64
	PaidSoFar       int64
}

// The reasons why a fact earned nothing.
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
	Period    channel.Period
	Code      string
	Text      string
	Value     money.Amount // the order's amount, or the hand-over's value
}
