package incentive

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// order is one order credited to the partner in a month under a plan.
type order struct {
	of        *history.Order
	customer  int32
	month     int32
	stage     int32  // index of the month whose statement first booked it
	mask      uint64 // bit i: component i of the month's plan matched
	amount    int64  // of.Amount, at hand because it is asked for so often
	net       int64  // amount less counted refunds
	guarded   bool
	first     bool      // no order that counts precedes it, under any owner
	orderKind orderKind // 0: in another currency and refunded in full
}

// isFresh reports whether no earlier statement has booked the order.
func (c *computation) isFresh(o *order) bool { return int(o.stage) > c.through }

// stage is the index of the month whose statement first booked a fact of month
// at: that in which it was booked, if there was a statement.
func (c *computation) stage(booked channel.Period, at int) int32 {
	return int32(max(booked.Sub(c.low), c.first, at))
}

// gather walks every customer once: it credits orders, and lets the components
// see them and the customer.
func (c *computation) gather() error {
	total := 0
	for i := range c.customers {
		total += len(c.customers[i].Orders)
	}
	c.orders = make([]order, 0, total)
	for i := range c.customers {
		cust := &c.customers[i]
		c.findFirst(cust)
		begun := len(c.orders)
		if err := c.credit(int32(i), cust); err != nil {
			return err
		}
		for j := range c.steps {
			if meet := c.steps[j].meet; meet != nil {
				meet(cust, c.orders[begun:])
			}
		}
	}
	c.arrange()
	return nil
}

// credit makes an order of each of the customer's orders that occurred while
// the partner owned the customer and was under a plan.
func (c *computation) credit(index int32, cust *customer) error {
	span, at := -1, 0
	for i := range cust.Orders {
		o := &cust.Orders[i]
		for span+1 < len(cust.Spans) && !cust.Spans[span+1].From.After(o.Occurred) {
			span++
		}
		if span < 0 || !cust.mine[span] || !within(cust.Spans[span].Until, o.Occurred) {
			continue
		}
		at = c.monthOf(o.Occurred, at)
		if at < 0 || at >= len(c.months) {
			continue
		}
		m := &c.months[at]
		if m.plan == nil || o.Occurred.Before(m.since) {
			continue
		}
		c.orders = append(c.orders, order{of: o, customer: index, month: int32(at), stage: c.stage(o.Booked, at),
			amount: o.Amount, net: o.Amount - refundedOf(o, m.clawback),
			guarded: c.guards(m, cust, o.Occurred), first: cust.first < 0 || i <= cust.first})
		next := &c.orders[len(c.orders)-1]
		next.orderKind = kindOfOrder(next, o.Currency != m.plan.Currency)
		if err := c.count(next, cust); err != nil {
			return err
		}
	}
	return nil
}

// guards reports whether the balance guard was on for the customer in the month.
func (c *computation) guards(m *month, cust *customer, t time.Time) bool {
	return m.guarded || m.regions != nil && m.regions[cust.ProfileAt(t).Region]
}

// kindOfOrder is how components see an order.
func kindOfOrder(o *order, foreign bool) orderKind {
	alive := live(o.amount, o.amount-o.net)
	switch {
	case foreign && alive:
		return foreignOrder
	case foreign:
		return 0
	case alive:
		return liveOrder
	}
	return deadOrder
}

// count tries the order against every component of its month that looks at
// such orders.
//
// An order's kind is fixed before any component sees it, so that types say in
// the table which orders they look at, and none tests for it.
func (c *computation) count(o *order, cust *customer) error {
	m := &c.months[o.month]
	f := fact{order: o.of, history: cust.History, first: o.first, partner: m.partner}
	c.matcher.next()
	m.credited++
	switch o.orderKind {
	case liveOrder, deadOrder:
		m.revenue.Add(o.net)
	case foreignOrder:
		if c.isFresh(o) {
			c.listForeign(o.of, Unpaid{Customer: cust.Customer, Period: m.period})
		}
	}
	for i := range m.observers {
		s := &m.observers[i]
		if s.sees&o.orderKind == 0 {
			continue
		}
		yes, err := c.matcher.match(s.component.When, &f)
		if err != nil {
			return err
		}
		if yes && (s.count == nil || s.count(s.component, s.tally, o)) {
			o.mask |= 1 << s.at
		}
	}
	return nil
}

// listForeign lists an order that earns nothing because of its currency; u says
// whose it is, and where it earns nothing.
func (c *computation) listForeign(o *history.Order, u Unpaid) {
	u.Order, u.Code, u.Value = o.ID, OtherCurrency, money.Of(o.Amount, o.Currency)
	u.Text = fmt.Sprintf("Order %s of %s earns nothing: the plan is in %s.", u.Order, u.Value, c.in.Partner.Currency)
	c.list(u)
}

// arrange lists each month's matching orders in (time, id), for the types that
// want them listed.
func (c *computation) arrange() {
	type key struct {
		at    int64
		index int32
	}
	keys := make([][]key, len(c.months))
	for i := range keys {
		keys[i] = make([]key, 0, c.months[i].credited)
	}
	for i := range c.orders {
		o := &c.orders[i]
		keys[o.month] = append(keys[o.month], key{o.of.Occurred.Unix(), int32(i)})
	}
	for i, list := range keys {
		slices.SortFunc(list, func(a, b key) int {
			if a.at != b.at {
				return cmp.Compare(a.at, b.at)
			}
			return byTime(c.orders[a.index].of, c.orders[b.index].of)
		})
		m := &c.months[i]
		for j := range m.counts {
			if !m.plan.Components[j].rules.listed {
				continue
			}
			m.counts[j].orders = make([]int32, 0, len(list))
			for _, k := range list {
				if c.orders[k.index].mask&(1<<j) != 0 {
					m.counts[j].orders = append(m.counts[j].orders, k.index)
				}
			}
		}
	}
}

// byTime is (time, id): facts count in this order, however they arrived.
func byTime(a, b *history.Order) int {
	return cmp.Or(a.Occurred.Compare(b.Occurred), strings.Compare(string(a.ID), string(b.ID)))
}
