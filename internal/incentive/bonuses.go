package incentive

import (
	"time"

	"github.com/fairlead/fairlead/internal/money"
)

// retain counts the customer for the retention components of the months in
// which it was kept and active. orders are the customer's credited ones.
func (c *computation) retain(cust *customer, orders []order) {
	for len(orders) > 0 {
		n := 1
		for n < len(orders) && orders[n].month == orders[0].month {
			n++
		}
		c.retainMonth(cust, int(orders[0].month), orders[:n])
		orders = orders[n:]
	}
	for i := range c.months { // a component may ask for no order at all
		m := &c.months[i]
		if !m.idle {
			continue
		}
		for j := range m.plan.Components {
			if p := &m.plan.Components[j]; p.Type == TypeRetention && p.MinOrder == 0 && c.kept(cust, i) {
				*m.counts[j].side(c.guards(m, cust, m.end.Add(-time.Second)))++
			}
		}
	}
}

func (c *computation) retainMonth(cust *customer, i int, orders []order) {
	m := &c.months[i]
	asked, kept := false, false
	for j := range m.plan.Components {
		p := &m.plan.Components[j]
		if p.Type != TypeRetention || p.MinOrder == 0 {
			continue
		}
		n := 0
		for k := range orders {
			if orders[k].mask&(1<<j) != 0 {
				n++
			}
		}
		if n < p.MinOrder {
			continue
		}
		if !asked {
			asked, kept = true, c.kept(cust, i)
		}
		if kept {
			*m.counts[j].side(c.guards(m, cust, m.end.Add(-time.Second)))++
		}
	}
}

// kept: owned at the first and the last instant of the month, gaps ignored, and
// not churned. A customer promoted to the sales force within the month counts
// as owned at its end.
func (c *computation) kept(cust *customer, i int) bool {
	_, owned := c.ownedThrough(cust, i)
	return owned && !cust.ChurnedAt(c.months[i].end.Add(-1))
}

// ownedThrough reports whether the partner owned the customer at both ends of
// the month. promotion is the span of the sales force that stands for the end,
// the last that began in the month; -1 if none is needed.
func (c *computation) ownedThrough(cust *customer, i int) (promotion int, owned bool) {
	m := &c.months[i]
	if s := c.spanAt(cust, m.start); s < 0 || !cust.mine[s] {
		return -1, false
	}
	if s := c.spanAt(cust, m.end.Add(-1)); s >= 0 && cust.mine[s] {
		return -1, true
	}
	for s := len(cust.Spans) - 1; s > 0; s-- {
		if from := cust.Spans[s].From; cust.promotedAt(s) && !from.Before(m.start) && from.Before(m.end) {
			return s, true
		}
	}
	return -1, false
}

// observed is the basis of a value that comes from the customer's own orders.
const observed = "observed"

// promotedAt reports whether span s began by a move from the partner to a pod.
func (cust *customer) promotedAt(s int) bool {
	if s == 0 || !cust.mine[s-1] || cust.Spans[s-1].Left || !cust.Spans[s-1].Until.Equal(cust.Spans[s].From) {
		return false
	}
	_, pod := cust.Spans[s].Owner.Pod()
	return pod
}

// countable books the components that pay for customers and matches: so many
// credits at an amount each.
func (c *computation) countable() error {
	c.limitBounties()
	for i := range c.months {
		m := &c.months[i]
		if m.plan == nil {
			continue
		}
		for j := range m.plan.Components {
			p, t := &m.plan.Components[j], &m.counts[j]
			if p.Type != TypeRetention && p.Type != TypeBounty {
				continue
			}
			worth, err := c.times(p, p.Amount, t.sides)
			if err != nil {
				return err
			}
			b := countBooking{c: c, p: p, t: t, month: i, was: c.before[bookKey{p.Name, i, Earning}]}
			c.book(bookKey{p.Name, i, Earning}, worth, b.words)
		}
	}
	return nil
}

// times is R(each x credits), guarded credits multiplied.
func (c *computation) times(p *Component, each int64, n sides) (int64, error) {
	plain, err := money.MulDiv(each, n.plain, 1)
	if err != nil {
		return 0, err
	}
	guarded, err := money.MulDiv(each, n.guarded, 1)
	if err != nil {
		return 0, err
	}
	var x money.Exact
	p.addTo(&x, plain, guarded, money.One)
	return x.Round()
}

// limitBounties keeps, for each bounty, the matches that pay: those of live
// orders between its days, the partner's first n in (time, id).
func (c *computation) limitBounties() {
	for _, name := range c.names(TypeBounty) {
		paid := 0
		for i := range c.months {
			p, t := c.months[i].component(name, TypeBounty)
			if p == nil {
				continue
			}
			from, to := c.days(p)
			for _, index := range t.orders {
				o := &c.orders[index]
				at := o.of.Occurred
				if !from.IsZero() && at.Before(from) || !to.IsZero() && !at.Before(to) || p.FirstOrder && !c.isFirst(o) {
					continue
				}
				if paid++; p.Limit == 0 || paid <= p.Limit {
					*t.side(o.guarded)++
				}
			}
		}
	}
}

// isFirst reports whether the order is its customer's earliest one that counts.
func (c *computation) isFirst(o *order) bool {
	cust := &c.customers[o.customer]
	return cust.first >= 0 && &cust.Orders[cust.first] == o.of
}

// days are the instants between which a bounty pays: whole days, inclusive.
func (c *computation) days(p *Component) (from, to time.Time) {
	if p.From != "" {
		from, _ = c.cal.ParseDate("from", p.From) // valid since Parse
	}
	if p.To != "" {
		day, _ := c.cal.ParseDate("to", p.To)
		to = c.cal.AddDays(day, 1)
	}
	return from, to
}

// recognition books points and the marketing fund: by month like lines, though
// they are none.
func (c *computation) recognition() error {
	for i := range c.months {
		m := &c.months[i]
		if m.plan == nil {
			continue
		}
		for j := range m.plan.Components {
			p, t := &m.plan.Components[j], &m.counts[j]
			var err error
			switch p.Type {
			case TypeRecognition:
				err = c.bookPoints(p, t, i)
			case TypeMDF:
				var x money.Exact
				p.addCredits(&x, t.net, p.Rate)
				var now int64
				if now, err = x.Round(); err == nil {
					c.sum(&c.fund, c.keep(bookKey{p.Name, i, FundBooked}, now))
				}
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *computation) bookPoints(p *Component, t *tally, i int) error {
	var x money.Exact
	p.addTo(&x, p.PerOrder*t.plain+p.PerNewCustomer*t.first.plain, p.PerOrder*t.guarded+p.PerNewCustomer*t.first.guarded, money.One)
	now, err := x.Round()
	if err == nil {
		c.sum(&c.points, c.keep(bookKey{p.Name, i, PointsBooked}, now))
	}
	return err
}

// satisfactions books every satisfaction bonus: a share of what its component
// is worth in the month, never below zero.
func (c *computation) satisfactions() error {
	for i := range c.months {
		m := &c.months[i]
		if m.plan == nil {
			continue
		}
		for j := range m.plan.Components {
			p := &m.plan.Components[j]
			if p.Type != TypeSatisfaction {
				continue
			}
			net, share := c.worth(p.Of, i), money.Rate(0)
			if m.answers >= int64(p.MinAnswers) {
				for _, s := range p.Steps { // the average is scores / answers, exactly
					if m.scores*int64(money.One) >= s.MinAverage*m.answers {
						share = s.Share
					}
				}
			}
			now, err := money.MulRate(max(0, net), share)
			if err != nil {
				return err
			}
			b := satisfactionBooking{c: c, p: p, month: i, net: net, share: share, was: c.before[bookKey{p.Name, i, Earning}]}
			c.book(bookKey{p.Name, i, Earning}, now, b.words)
		}
	}
	return nil
}
