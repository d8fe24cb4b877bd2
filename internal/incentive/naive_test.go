package incentive

import (
	"math/big"
	"sort"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// The naive reference: the rules computed once more, straight from their text,
// in fractions and in as many loops as it takes. It shares with Compute the
// parsed plan and the input's numbers, and nothing else.

type naiveOrder struct {
	id, customer   string
	at             time.Time
	booked         channel.Period
	amount, margin int64
	hasMargin      bool
	currency       string
	product        string
	refunds        []naiveRefund
}

type naiveRefund struct {
	at     time.Time
	booked channel.Period
	amount int64
}

type naiveAnswer struct {
	customer string
	at       time.Time
	booked   channel.Period
	score    int64
}

type naiveMove struct {
	customer string
	at       time.Time
	owner    string // "p1", "pod" or another partner
	value    int64
}

type naiveKey struct {
	component string
	month     channel.Period
	kind      Kind
}

// naive is one partner's books.
type naive struct {
	cal     channel.Calendar
	plans   []PlanSpan
	orders  []*naiveOrder
	answers []naiveAnswer
	moves   []naiveMove // per customer ascending
	guarded map[channel.Period]bool
	minimum int64

	first, now channel.Period
	booked     map[naiveKey]int64
	shares     map[string]map[string]int64 // component, order
	opened     map[channel.Period][2]int64 // draw and excess at the opening of a closed month
	effect     map[channel.Period][3]int64 // net, draw and excess at the end, as last computed
	balance    int64
	draw       int64
	excess     int64
	holds      map[channel.Period]Hold
	points     int64
	fund       int64
	lines      map[naiveKey]int64
	earned     int64
	held       int64
	released   int64
	payable    int64
	closed     []channel.Period
}

func rat(n int64) *big.Rat       { return new(big.Rat).SetInt64(n) }
func ppm(n int64) *big.Rat       { return big.NewRat(n, 1_000_000) }
func mul(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
func sum(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }
func sub(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }

// r rounds half to even, by looking at the two whole numbers around x.
func r(x *big.Rat) int64 {
	floor := new(big.Int).Div(x.Num(), x.Denom())
	above := sub(x, new(big.Rat).SetInt(floor))
	n := floor.Int64()
	switch above.Cmp(big.NewRat(1, 2)) {
	case 1:
		return n + 1
	case 0:
		return n + n&1
	}
	return n
}

// plan is the version of a month, and from when in it orders count.
func (n *naive) plan(m channel.Period) (*Plan, time.Time) {
	start, end := n.cal.Start(m), n.cal.End(m)
	for _, s := range n.plans {
		if !s.From.After(start) && (s.Until.IsZero() || s.Until.After(start)) {
			return s.Plan, start
		}
	}
	for _, s := range n.plans {
		if s.From.After(start) && s.From.Before(end) {
			return s.Plan, s.From
		}
	}
	return nil, end
}

// find is the month's component of a type, with a name or "".
func find[T terms](n *naive, m channel.Period, name string) (none T) {
	p, _ := n.plan(m)
	for i := 0; p != nil && i < len(p.Components); i++ {
		if t, is := p.Components[i].terms.(T); is && (name == "" || t.base().Name == name) {
			return t
		}
	}
	return none
}

func (n *naive) owner(customer string, at time.Time) string {
	owner := ""
	for _, m := range n.moves {
		if m.customer == customer && !m.at.After(at) {
			owner = m.owner
		}
	}
	return owner
}

// known are the orders booked by now that are the partner's and under a plan,
// in (time, id).
func (n *naive) known() []*naiveOrder {
	var out []*naiveOrder
	for _, o := range n.orders {
		p, since := n.plan(n.cal.Of(o.at))
		if o.booked <= n.now && n.owner(o.customer, o.at) == "p1" && p != nil && !o.at.Before(since) {
			out = append(out, o)
		}
	}
	sort.Slice(out, func(i, j int) bool { return before(out[i], out[j]) })
	return out
}

func before(a, b *naiveOrder) bool { return a.at.Before(b.at) || a.at.Equal(b.at) && a.id < b.id }

// fraction is the counted refunded fraction of an order.
func (n *naive) fraction(o *naiveOrder) *big.Rat {
	days := int64(-1)
	if c := find[*clawback](n, n.cal.Of(o.at), ""); c != nil {
		days = c.days
	}
	total := int64(0)
	for _, f := range o.refunds {
		if f.booked <= n.now && (days < 0 || !f.at.After(o.at.Add(time.Duration(days)*24*time.Hour))) {
			total += f.amount
		}
	}
	if o.amount == 0 {
		return rat(0)
	}
	return big.NewRat(min(total, o.amount), o.amount)
}

func (n *naive) live(o *naiveOrder) bool { return n.fraction(o).Cmp(rat(1)) < 0 }

// firstOf is the customer's earliest live order under any owner.
func (n *naive) firstOf(customer string) *naiveOrder {
	var first *naiveOrder
	for _, o := range n.orders {
		if o.booked <= n.now && o.customer == customer && n.live(o) && (first == nil || before(o, first)) {
			first = o
		}
	}
	return first
}

func (n *naive) matches(c *Component, o *naiveOrder) bool {
	if c.When == nil {
		return true
	}
	switch c.When.Source() {
	case "order.product == 'kit'":
		return o.product == "kit"
	case "order.amount >= 100":
		return o.amount >= 100_00
	case "order.first":
		first := n.firstOf(o.customer)
		return first == nil || !before(first, o)
	}
	panic(c.When.Source())
}

func (n *naive) multiplier(c *Component, m channel.Period) *big.Rat {
	if n.guarded[m] {
		return ppm(int64(c.WhenGuarded))
	}
	return rat(1)
}

// windowStart is the first month of the window a month is in.
func windowStart(m channel.Period, w windowKind) channel.Period {
	switch w {
	case quarterly:
		return channel.PeriodOf(m.Year(), (m.Month()-1)/3*3+1)
	case yearly:
		return channel.PeriodOf(m.Year(), 1)
	}
	return m
}

// scale is a commission's F: marginal from 0 to x, nothing below zero.
func scale(c *commission, x *big.Rat) *big.Rat {
	out := rat(0)
	for i, t := range c.tiers {
		top := x
		if i+1 < len(c.tiers) && x.Cmp(rat(c.tiers[i+1].from)) > 0 {
			top = rat(c.tiers[i+1].from)
		}
		if top.Cmp(rat(t.from)) > 0 {
			out = sum(out, mul(sub(top, rat(t.from)), ppm(int64(t.rate))))
		}
	}
	return out
}

func rateOf(c *commission, attained *big.Rat) *big.Rat {
	rate := rat(0)
	for _, t := range c.tiers {
		if attained.Cmp(rat(t.from)) >= 0 {
			rate = ppm(int64(t.rate))
		}
	}
	return rate
}

// price is the exact commission on a list of orders in their order, each
// counted at basis; `whole` ones at the rate of what all of it attains (or,
// where a list is only the beginning of it, of attained).
func (n *naive) price(name string, list []*naiveOrder, basis func(*commission, *naiveOrder) *big.Rat, attained *big.Rat) *big.Rat {
	total, pos := rat(0), rat(0)
	for _, o := range list {
		m := n.cal.Of(o.at)
		c := find[*commission](n, m, name)
		b := basis(c, o)
		next := sum(pos, b)
		if c.whole {
			if attained.Sign() > 0 {
				total = sum(total, mul(mul(b, rateOf(c, attained)), n.multiplier(c.Component, m)))
			}
		} else {
			total = sum(total, mul(sub(scale(c, next), scale(c, pos)), n.multiplier(c.Component, m)))
		}
		pos = next
	}
	if total.Sign() < 0 {
		return rat(0)
	}
	return total
}

func grossBasis(c *commission, o *naiveOrder) *big.Rat {
	if c.onMargin {
		return rat(o.margin)
	}
	return rat(o.amount)
}

func (n *naive) netBasis(c *commission, o *naiveOrder) *big.Rat {
	return mul(grossBasis(c, o), sub(rat(1), n.fraction(o)))
}

func (n *naive) attained(name string, list []*naiveOrder, basis func(*commission, *naiveOrder) *big.Rat) *big.Rat {
	t := rat(0)
	for _, o := range list {
		t = sum(t, basis(find[*commission](n, n.cal.Of(o.at), name), o))
	}
	return t
}

// window are the orders that a commission counts from the start of m's window
// to the end of last.
func (n *naive) window(name string, m, last channel.Period) []*naiveOrder {
	start := windowStart(m, find[*commission](n, m, name).windows)
	var out []*naiveOrder
	for _, o := range n.known() {
		at := n.cal.Of(o.at)
		c := find[*commission](n, at, name)
		if at < start || at > last || c == nil || o.currency != "EUR" || c.onMargin && !o.hasMargin || !n.matches(c.Component, o) {
			continue
		}
		out = append(out, o)
	}
	return out
}
