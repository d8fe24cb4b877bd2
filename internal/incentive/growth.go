package incentive

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// growths books growth for the open month. A closed month keeps what was
// booked: values are pinned, and no ownership changes in it.
func (c *computation) growths() error {
	for i := range c.months[:c.open] {
		if m := &c.months[i]; m.plan != nil {
			for j := range m.plan.Components {
				if p := &m.plan.Components[j]; p.Type == TypeGrowth {
					key := bookKey{p.Name, i, Earning}
					c.keep(key, c.before[key])
				}
			}
		}
	}
	c.growth = c.in.Opening.Growth
	m := &c.months[c.open]
	if m.only(TypeGrowth) == nil {
		return nil
	}
	grown, customers := c.grown()
	net := grown
	c.sum(&net, -c.in.Opening.Growth)
	c.growth = max(0, -net)
	for j := range m.plan.Components {
		p := &m.plan.Components[j]
		if p.Type != TypeGrowth {
			continue
		}
		var x money.Exact
		x.AddMul2(max(0, net), p.Rate, p.factor(m.guarded))
		now, err := x.Round()
		if err != nil {
			return err
		}
		b := growthBooking{c: c, p: p, grown: grown, customers: customers}
		c.book(bookKey{p.Name, c.open, Earning}, now, b.words)
	}
	return nil
}

// grown is how much the value of the customers owned at both ends of the open
// month rose, and of how many. A customer promoted within the month counts at
// the value of its promotion. Only values observed at both ends count.
func (c *computation) grown() (sum int64, customers int) {
	values := make(map[channel.CustomerID]*Value, len(c.in.Values))
	for i := range c.in.Values {
		values[c.in.Values[i].Customer] = &c.in.Values[i]
	}
	for i := range c.customers {
		cust := &c.customers[i]
		v := values[cust.Customer]
		if v == nil || !v.StartObserved {
			continue
		}
		promotion, owned := c.ownedThrough(cust, c.open)
		if !owned {
			continue
		}
		end, known := v.End, v.EndObserved
		if promotion >= 0 {
			move := &cust.Spans[promotion].Move
			end, known = move.Value.Minor, move.Basis == observed && move.Value.Currency == c.in.Partner.Currency
		}
		if known {
			c.sum(&sum, end)
			c.sum(&sum, -v.Start)
			customers++
		}
	}
	return sum, customers
}
