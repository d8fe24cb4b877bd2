package incentive

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
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
	Plan  *Plan // never nil, and in the partner's currency
}

// Value is a customer's value at both ends of a month, in minor units of the
// partner's currency, both under the model pinned at the month's start. Only a
// customer observed at both ends counts for growth.
type Value struct {
	Customer      channel.CustomerID `json:"customer"`
	Start         int64              `json:"start"`
	End           int64              `json:"end"`
	StartObserved bool               `json:"startObserved"` // else declared by somebody, or a prior
	EndObserved   bool               `json:"endObserved"`
}

// Guard says that the balance guard is on in Period for the customers of
// Region; "" is every region.
type Guard struct {
	Period channel.Period `json:"period"`
	Region string         `json:"region,omitempty"`
}

// Share is what an order earned under one commission when it was first booked:
// the price at which its refunds are taken back, even when a late fact would
// price it otherwise. Amount is in minor units; see commission.
type Share struct {
	Component string          `json:"component"`
	Order     channel.OrderID `json:"order"`
	Amount    int64           `json:"amount"`
}

// checkInput refuses what cannot be: it would be a mistake of the caller.
func (c *computation) checkInput() error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Invalid, "impossible_statement", format, args...)
	}
	in := &c.in
	if in.Opening.Through != "" && in.Opening.Through >= in.Period {
		return bad("the opening position is that after %s; %s has its statement already", in.Opening.Through, in.Period)
	}
	if in.Opening.Currency != "" && in.Opening.Currency != in.Partner.Currency {
		return bad("the opening position is in %s, the partner's currency is %s", in.Opening.Currency, in.Partner.Currency)
	}
	for i, s := range in.Plans {
		if s.Plan == nil || i > 0 && s.From.Before(in.Plans[i-1].From) {
			return bad("the partner's plans are not in order")
		}
		if s.Plan.Currency != in.Partner.Currency && s.From.Before(c.cal.End(in.Period)) {
			return fault.New(fault.Conflict, "currency_mismatch", "plan %s is in %s, partner %s in %s: they must agree",
				s.Plan.ID, s.Plan.Currency, in.Partner.ID, in.Partner.Currency)
		}
	}
	return nil
}
