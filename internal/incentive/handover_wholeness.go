package incentive

import (
	"fmt"
	"math/big"

	"github.com/fairlead/fairlead/internal/money"
)

// Threshold is the customer at the promotion threshold, by the policy in force.
type Threshold struct {
	Value         money.Amount // at which a customer is promoted to the sales force
	MarginRate    money.Rate   // of the policy's value: contribution per revenue
	HorizonMonths int          // over which Value is earned
}

// Whole is what one hand-over pays over its months, as a share of what the
// customer at the threshold would have earned the partner in them.
type Whole struct {
	Component string
	// AtLowest compares with the partner's lowest commission rate, AtHighest
	// with its highest; MaxRate where that earns nothing.
	AtLowest, AtHighest money.Rate
	Warn                bool // AtHighest is below wholeAtLeast
	Text                string
}

// Wholeness computes, for each hand-over, whether it makes the partner whole. A
// customer of value V yields V / marginRate revenue over the horizon, evenly;
// what it would have earned is that of the trail's months (of the horizon
// without a trail) at the plan's lowest and highest commission rate. Discount is
// left out on both sides. The answer is empty without a hand-over or a
// commission on revenue, and for a threshold in another currency.
func (p *Plan) Wholeness(t Threshold) []Whole {
	low, high, found := p.rates()
	if !found || t.Value.Currency != p.Currency || t.MarginRate <= 0 || t.HorizonMonths <= 0 {
		return nil
	}
	var out []Whole
	for _, c := range each[*handover](p) {
		months := c.trailMonths
		if months == 0 {
			months = t.HorizonMonths
		}
		revenue := new(big.Rat).SetInt64(t.Value.Minor)
		revenue.Mul(revenue, big.NewRat(int64(money.One)*int64(months), int64(t.MarginRate)*int64(t.HorizonMonths)))
		pays := new(big.Rat).Mul(revenue, fraction(c.trailRate))
		once := new(big.Rat).Mul(new(big.Rat).SetInt64(t.Value.Minor), fraction(c.rate))
		pays.Add(pays, clamp(once, c.floor, c.ceiling))
		w := Whole{Component: c.Name, AtLowest: shareOf(pays, revenue, low), AtHighest: shareOf(pays, revenue, high)}
		w.Warn = w.AtHighest < c.wholeAtLeast
		paid, _ := roundRat(pays)
		w.Text = fmt.Sprintf("%s: a customer promoted at %s pays the partner %s over %s, which is %s of what staying "+
			"would have earned at its lowest rate (%s) and %s at its highest (%s).",
			c.Name, t.Value, money.Of(paid, p.Currency), many(months, "month"),
			wholePercent(w.AtLowest), percent(low), wholePercent(w.AtHighest), percent(high))
		if w.Warn {
			w.Text += fmt.Sprintf(" That is below the %s the plan asks for.", percent(c.wholeAtLeast))
		}
		out = append(out, w)
	}
	return out
}

// rates are the lowest and the highest rate of the plan's commissions on
// revenue.
func (p *Plan) rates() (low, high money.Rate, found bool) {
	low = money.MaxRate
	for _, c := range each[*commission](p) {
		if c.onMargin {
			continue
		}
		for _, t := range c.tiers {
			low, high, found = min(low, t.rate), max(high, t.rate), true
		}
	}
	return low, high, found
}

// clamp is x between floor and ceiling; the floor wins where they cross.
func clamp(x *big.Rat, floor, ceiling int64) *big.Rat {
	if f := new(big.Rat).SetInt64(floor); x.Cmp(f) < 0 {
		return f
	}
	if c := new(big.Rat).SetInt64(ceiling); x.Cmp(c) > 0 {
		return c
	}
	return x
}

// shareOf is pays / (revenue x rate), cut to parts per million.
func shareOf(pays, revenue *big.Rat, rate money.Rate) money.Rate {
	earned := new(big.Rat).Mul(revenue, fraction(rate))
	if earned.Sign() <= 0 {
		return money.MaxRate
	}
	s := new(big.Rat).Quo(pays, earned)
	s.Mul(s, new(big.Rat).SetInt64(int64(money.One)))
	n := new(big.Int).Quo(s.Num(), s.Denom())
	if !n.IsInt64() || n.Int64() > int64(money.MaxRate) {
		return money.MaxRate
	}
	return money.Rate(n.Int64())
}

// wholePercent is a share with one decimal, cut and not rounded: what is said is
// never more than what is paid.
func wholePercent(r money.Rate) string {
	if r == money.MaxRate {
		return "all"
	}
	return fmt.Sprintf("%d.%d %%", r/10_000, r/1000%10)
}
