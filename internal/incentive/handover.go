package incentive

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// promotion is one move of a customer from the partner to a pod. Its terms are
// those of the plan version of its month.
type promotion struct {
	customer int32
	at       time.Time
	month    int
	plan     *Plan
	value    money.Amount
	until    time.Time // the trail's end, or the customer's return; zero: neither
	paid     int64     // so far
}

// handKey names what the hand-overs of one component pay in one month.
type handKey struct {
	component string
	month     int
}

// oneTime is the one-time share of one promotion.
type oneTime struct {
	promotion int32
	terms     *Component
	guarded   bool
}

// trailed is an order on which a promotion's trail pays.
type trailed struct {
	promotion int32
	terms     *Component
	order     *history.Order
	net       int64
	guarded   bool
}

// handOver finds the customer's promotions and what they pay for.
func (c *computation) handOver(index int32, cust *customer) {
	paid := false
	for s := range cust.Spans {
		if !cust.promotedAt(s) {
			continue
		}
		span := &cust.Spans[s]
		i := c.monthOf(span.From, 0)
		if i < 0 || i >= len(c.months) || c.months[i].plan == nil || span.From.Before(c.months[i].since) {
			continue
		}
		m := &c.months[i]
		if m.only(TypeHandover) == nil {
			continue
		}
		p := promotion{customer: index, at: span.From, month: i, plan: m.plan, value: span.Move.Value}
		if p.value.Currency == "" && p.value.Minor == 0 {
			p.value.Currency = m.plan.Currency // nothing is nothing in any currency
		}
		n := int32(len(c.promotions))
		c.promotions = append(c.promotions, p)
		switch {
		case p.value.Currency != m.plan.Currency:
			c.listValue(&p, cust, span.Move.Booked)
		case !paid:
			paid = true
			c.payOnce(n, c.guards(m, cust, span.From))
		}
		c.followTrail(n, cust, s)
	}
}

// payOnce notes the one-time share: once per partner and customer.
func (c *computation) payOnce(n int32, guarded bool) {
	p := &c.promotions[n]
	for j := range p.plan.Components {
		if t := &p.plan.Components[j]; t.Type == TypeHandover {
			key := handKey{t.Name, p.month}
			c.onces[key] = append(c.onces[key], oneTime{n, t, guarded})
		}
	}
}

// followTrail notes the orders on which the promotion's trails pay: from the
// move to the trail's end or the customer's return, whoever owns the customer
// then.
func (c *computation) followTrail(n int32, cust *customer, span int) {
	p := &c.promotions[n]
	var returned time.Time
	for next := span + 1; next < len(cust.Spans) && returned.IsZero(); next++ {
		if cust.mine[next] {
			returned = cust.Spans[next].From
		}
	}
	p.until = returned
	longest := 0
	for j := range p.plan.Components {
		t := &p.plan.Components[j]
		if t.Type != TypeHandover || t.TrailMonths == 0 {
			continue
		}
		end := c.cal.AddMonths(p.at, t.TrailMonths)
		if !returned.IsZero() && returned.Before(end) {
			end = returned
		}
		if longest = max(longest, t.TrailMonths); longest == t.TrailMonths {
			p.until = end
		}
		for k := range cust.Orders {
			o := &cust.Orders[k]
			if o.Occurred.Before(p.at) || !o.Occurred.Before(end) {
				continue
			}
			c.trail(n, t, cust, o)
		}
	}
}

func (c *computation) trail(n int32, t *Component, cust *customer, o *history.Order) {
	p := &c.promotions[n]
	i := c.monthOf(o.Occurred, p.month)
	if i < 0 || i >= len(c.months) {
		return
	}
	m := &c.months[i]
	if o.Currency != p.plan.Currency {
		c.listTrail(t, cust, o, i)
		return
	}
	back := m.clawback
	if m.plan == nil {
		back = c.months[p.month].clawback // the partner has left: the terms of the hand-over go on
	}
	key := handKey{t.Name, i}
	c.trails[key] = append(c.trails[key], trailed{n, t, o, o.Amount - counted(o, back), c.guards(m, cust, o.Occurred)})
}

func sortedKeys[T any](m map[handKey]T) []handKey {
	return slices.SortedFunc(maps.Keys(m), func(a, b handKey) int {
		return cmp.Or(cmp.Compare(a.component, b.component), cmp.Compare(a.month, b.month))
	})
}

// handovers books what hand-overs pay: per component and month one line of
// one-time shares, one of trails on orders as placed, one of what refunds take
// back of these.
func (c *computation) handovers() error {
	for _, key := range sortedKeys(c.onces) {
		if err := c.bookOnce(key, c.onces[key]); err != nil {
			return err
		}
	}
	for _, key := range sortedKeys(c.trails) {
		if err := c.bookTrail(key, c.trails[key]); err != nil {
			return err
		}
	}
	return nil
}

func (c *computation) bookOnce(key handKey, list []oneTime) error {
	slices.SortStableFunc(list, func(a, b oneTime) int {
		p, q := &c.promotions[a.promotion], &c.promotions[b.promotion]
		return cmp.Or(p.at.Compare(q.at), cmp.Compare(p.customer, q.customer))
	})
	var sum money.Exact
	now := int64(0)
	for _, o := range list {
		p := &c.promotions[o.promotion]
		o.terms.addOnce(&sum, p.value.Minor, o.terms.factor(o.guarded))
		after, err := sum.Round()
		if err != nil {
			return err
		}
		p.paid += after - now
		now = after
	}
	b := onceBooking{c: c, list: list, month: key.month}
	c.book(bookKey{key.component, key.month, OneTime}, now, b.words)
	return nil
}

// addOnce adds the one-time share of a value: its rate, between floor and
// ceiling.
func (p *Component) addOnce(x *money.Exact, value int64, factor money.Rate) {
	var exact, floor, ceiling money.Exact
	exact.AddMul(value, p.Rate)
	floor.Add(p.Floor)
	ceiling.Add(p.Ceiling)
	switch {
	case exact.Cmp(floor) < 0:
		x.AddMul(p.Floor, factor)
	case exact.Cmp(ceiling) > 0:
		x.AddMul(p.Ceiling, factor)
	default:
		x.AddMul2(value, p.Rate, factor)
	}
}

func (c *computation) bookTrail(key handKey, list []trailed) error {
	slices.SortStableFunc(list, func(a, b trailed) int {
		return cmp.Or(byTime(a.order, b.order), cmp.Compare(a.promotion, b.promotion))
	})
	var gross, net money.Exact
	now := int64(0)
	for _, o := range list {
		factor := o.terms.factor(o.guarded)
		gross.AddMul2(o.order.Amount, o.terms.TrailRate, factor)
		net.AddMul2(o.net, o.terms.TrailRate, factor)
		after, err := net.Round()
		if err != nil {
			return err
		}
		c.promotions[o.promotion].paid += after - now
		now = after
	}
	placed, err := gross.Round()
	if err != nil {
		return err
	}
	b := trailBooking{c: c, list: list, month: key.month, placed: placed, now: now}
	c.book(bookKey{key.component, key.month, Trail}, placed, b.trail)
	c.book(bookKey{key.component, key.month, TrailReversal}, now-placed, b.reversal)
	return nil
}

// compare sets what each running hand-over has paid beside what its customer's
// orders in the same time (without a trail: since then) would have earned at the
// partner's effective rate, which is each month's commission over each month's
// net revenue; a month that sold nothing takes the rate of the last one that
// did.
func (c *computation) compare() ([]Handover, error) {
	var out []Handover
	open := &c.months[c.open]
	for i := range c.promotions {
		p := &c.promotions[i]
		if p.month != c.open && !p.until.After(open.start) {
			continue
		}
		cust := &c.customers[p.customer]
		var sum money.Fractions
		for k := range cust.Orders {
			o := &cust.Orders[k]
			if o.Occurred.Before(p.at) || !p.until.IsZero() && !o.Occurred.Before(p.until) || o.Currency != p.plan.Currency {
				continue
			}
			at := c.monthOf(o.Occurred, p.month)
			if at >= len(c.months) {
				break
			}
			if m := c.effective(at); m != nil {
				revenue, err := m.revenue.Minor()
				if err != nil {
					return nil, err
				}
				sum.AddMulDiv(o.Amount-counted(o, c.months[at].clawback), m.paid, revenue)
			}
		}
		would, err := sum.Round()
		if err != nil {
			return nil, err
		}
		out = append(out, Handover{Customer: cust.Customer, At: p.at, Until: p.until, WouldHaveEarned: would, PaidSoFar: p.paid})
	}
	return out, nil
}

// effective is the month whose effective rate counts for month i.
func (c *computation) effective(i int) *month {
	for ; i >= 0; i-- {
		if m := &c.months[i]; m.revenue.Cmp(0) > 0 {
			return m
		}
	}
	return nil
}
