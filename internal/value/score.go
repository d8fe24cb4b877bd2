package value

import (
	"fmt"
	"math"

	"github.com/fairlead/fairlead/internal/clv"
	"github.com/fairlead/fairlead/internal/money"
)

// Terms are what a policy says of valuing a customer.
type Terms struct {
	Currency       string
	HorizonMonths  int        // 1 to 600
	AnnualDiscount money.Rate // a year, compounded
	Margin         money.Rate // share of revenue that is contribution
	ObservedFrom   int64      // completed orders from which the observed value counts
}

const (
	weeksPerYear  = 365.25 / daysPerWeek
	weeksPerMonth = weeksPerYear / 12
	// largest is the most that a value may be, in major units: more is an error
	// in the data, not a customer.
	largest = 1e13
)

// Score is what the model says of a customer.
type Score struct {
	// OK: the model has an opinion. Otherwise Why says why not, and Amount is 0.
	OK  bool
	Why string

	Amount   money.Amount // the expected discounted contribution over the horizon
	AlivePPM int64        // P(alive) in ppm; 1,000,000 without an opinion
	Observed bool         // there are enough orders for the value to count

	// For people to read; nothing decides or pays by them.
	Spend            money.Amount // ExpectedSpend in minor units
	ExpectedOrders   float64      // over the horizon, not discounted
	DiscountedOrders float64
	ExpectedSpend    float64 // major units per order
	Mean             float64 // the customer's own, over its repeat days
	OwnWeight        float64 // how much of ExpectedSpend comes from Mean, 0 to 1; the rest is everybody's
	Population       float64 // what an order of anybody is expected to be
}

// Score values a customer as of a day: expected discounted orders over the
// horizon x expected spend x margin, made an integer here, once, half to even.
// What churned is worth nothing.
func (m *Model) Score(o Orders, t Terms, asOf Day) Score {
	s := Score{AlivePPM: int64(money.One), Amount: money.Of(0, t.Currency)}
	row, ok := o.Row(asOf)
	spend, why := m.Spend(o.Currency)
	switch {
	case o.Days == 0:
		s.Why = "there is no order yet"
		return s
	case !ok:
		s.Why = "there are orders after " + asOf.String()
		return s
	case o.Currency != t.Currency:
		s.Why = fmt.Sprintf("its orders are in %s, the policy's currency is %s", o.Currency, t.Currency)
		return s
	}
	model := m.Params.model()
	alive := model.Alive(row)
	if o.Churned {
		alive = 0
	}
	s.AlivePPM = int64(math.Round(alive * float64(money.One)))
	if spend == nil {
		s.Why = why
		return s
	}
	g := spend.model()
	months := float64(t.HorizonMonths) * weeksPerMonth
	s.Mean, s.Population, s.ExpectedSpend = o.Mean(), g.Spend(0, 0), g.Spend(row.X, o.Mean())
	if px := g.P * float64(row.X); row.X > 0 {
		s.OwnWeight = px / (px + g.Q - 1)
	}
	if !o.Churned {
		s.ExpectedOrders = model.Orders(row, months)
		s.DiscountedOrders = model.DiscountedOrders(row, months, clv.Continuous(share(t.AnnualDiscount))/weeksPerYear)
	}
	worth := s.DiscountedOrders * s.ExpectedSpend * share(t.Margin)
	if math.IsNaN(worth) || worth < 0 || worth >= largest || !(s.ExpectedSpend < largest) {
		s.Why = "its orders are beyond what the model can value"
		return s
	}
	s.OK, s.Amount = true, minor(worth, t.Currency)
	s.Spend = minor(s.ExpectedSpend, t.Currency)
	s.Observed = o.Orders >= max(1, t.ObservedFrom)
	return s
}

// minor is the one way from a float to money: half to even. v is in major units
// and below largest.
func minor(v float64, currency string) money.Amount {
	return money.Of(int64(math.RoundToEven(v*scale(currency))), currency)
}

// share is a rate as a float; six decimals are exact enough, it is divided
// once.
func share(r money.Rate) float64 { return float64(r) / float64(money.One) }

// FirstOrder is what a customer is worth on the day of its first order: the
// calibrated prior, to be held against what a policy assumes of customers
// without a history.
func (m *Model) FirstOrder(t Terms) Score {
	return m.Score(Orders{Currency: t.Currency, Orders: 1, Days: 1, First: m.AsOf, Last: m.AsOf}, t, m.AsOf)
}

// Words explain a score as one would to a manager.
func (s Score) Words(o Orders, t Terms, asOf Day) []string {
	if o.Days == 0 || s.Why != "" && s.ExpectedSpend == 0 {
		return []string{"The orders give no value: " + s.Why + "."}
	}
	amount := func(v float64) string {
		if !(math.Abs(v) < largest) {
			return "more than can be said"
		}
		return minor(v, t.Currency).String()
	}
	out := []string{fmt.Sprintf("It bought on %s since %s, last on %s (%s ago).",
		count(o.Days, "day"), o.First, o.Last, count(int64(asOf-o.Last), "day"))}
	if o.Churned {
		return append(out, "It has left: nothing is expected of it.")
	}
	out = append(out,
		fmt.Sprintf("It is still a customer with probability %.1f %%.", float64(s.AlivePPM)/1e4),
		fmt.Sprintf("%.2f more orders are expected in %d months; discounted at %s a year they count as %.2f.",
			s.ExpectedOrders, t.HorizonMonths, percent(t.AnnualDiscount), s.DiscountedOrders))
	if s.OwnWeight > 0 {
		out = append(out,
			fmt.Sprintf("An order of it is expected to be %s: %s from its own mean of %s, the rest from everybody's %s; "+
				"the more often it buys, the more its own counts.",
				amount(s.ExpectedSpend), weight(s.OwnWeight), amount(s.Mean), amount(s.Population)))
	} else {
		out = append(out,
			fmt.Sprintf("An order of it is expected to be everybody's %s: its first says nothing of how it goes on.",
				amount(s.ExpectedSpend)))
	}
	if !s.OK {
		return append(out, "It has no value: "+s.Why+".")
	}
	out = append(out,
		fmt.Sprintf("%.2f orders x %s x margin %s = %s.",
			s.DiscountedOrders, amount(s.ExpectedSpend), percent(t.Margin), s.Amount))
	if !s.Observed {
		out = append(out, fmt.Sprintf("That counts from %s on; it has %d.", count(t.ObservedFrom, "order"), o.Orders))
	}
	if o.LeftOut {
		out = append(out, "Orders in a currency without an exchange rate are left out.")
	}
	return out
}

// weight is a share in whole percent that is never all: everybody's counts, too.
func weight(share float64) string {
	if share > 0.99 {
		return "more than 99 %"
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

// percent is a rate for people.
func percent(r money.Rate) string { return fmt.Sprintf("%.4g %%", 100*share(r)) }

// count is a number with its noun, in the plural but for one.
func count(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
