package incentive

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// order is one order credited to the partner in a month under a plan.
type order struct {
	of       *history.Order
	customer int32
	month    int32
	stage    int32  // index of the month whose statement first booked it
	mask     uint64 // bit i: component i of the month's plan matched
	amount   int64  // of.Amount, at hand because it is asked for so often
	net      int64  // amount less counted refunds
	guarded  bool
	foreign  bool // in another currency than the plan's: earns nothing
}

// fresh reports whether no earlier statement has booked the order.
func (c *computation) fresh(o *order) bool { return int(o.stage) > c.through }

// customer is one history as the partner's computation sees it.
type customer struct {
	*history.History
	first int    // index of the earliest order that counts, -1
	mine  []bool // per span
}

// sortCustomers puts the customers in the order of their ids and notes when the
// partner first owned one: no month before it can earn anything.
func (c *computation) sortCustomers() {
	me := channel.PartnerOwner(c.in.Partner.ID)
	c.customers = make([]customer, 0, len(c.in.Customers))
	var earliest time.Time
	for _, h := range c.in.Customers {
		if h == nil {
			continue
		}
		mine, any := make([]bool, len(h.Spans)), false
		for i := range h.Spans {
			mine[i] = h.Spans[i].Owner == me
			if mine[i] && (earliest.IsZero() || h.Spans[i].From.Before(earliest)) {
				earliest = h.Spans[i].From
			}
			any = any || mine[i]
		}
		if any {
			c.customers = append(c.customers, customer{History: h, mine: mine})
		}
	}
	slices.SortFunc(c.customers, func(a, b customer) int { return cmp.Compare(a.Customer, b.Customer) })
	if !earliest.IsZero() {
		c.earliest = c.cal.Of(earliest)
	}
}

// gather walks every customer once.
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
		c.answers(cust)
		c.retain(cust, c.orders[begun:])
		c.handOver(int32(i), cust)
	}
	c.arrange()
	return nil
}

// counted is what the order's counted refunds take from it, at most its amount.
// back is the seconds a refund counts for, -1 for always.
func counted(o *history.Order, back int64) int64 {
	if len(o.Refunds) == 0 {
		return 0
	}
	left := o.Amount
	for i := range o.Refunds {
		r := &o.Refunds[i]
		if back < 0 || r.Occurred.Sub(o.Occurred) <= time.Duration(back)*time.Second {
			left -= min(left, r.Amount)
		}
	}
	return o.Amount - left
}

// live: an order refunded in full counts as never placed. The refunded fraction
// of an order of 0.00 is 0.
func live(amount, refunded int64) bool { return amount == 0 || refunded < amount }

// clawback is that of the plan version of the month at index i; without a plan
// every refund counts.
func (c *computation) clawback(i int) int64 {
	if i < 0 || i >= len(c.months) {
		return -1
	}
	return c.months[i].clawback
}

func (c *computation) findFirst(cust *customer) {
	cust.first = -1
	for i := range cust.Orders {
		o := &cust.Orders[i]
		if len(o.Refunds) == 0 || live(o.Amount, counted(o, c.clawback(c.monthOf(o.Occurred, 0)))) {
			cust.first = i
			return
		}
	}
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
		if span < 0 || !cust.mine[span] || !cust.Spans[span].Until.IsZero() && !o.Occurred.Before(cust.Spans[span].Until) {
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
		next := order{of: o, customer: index, month: int32(at), amount: o.Amount, net: o.Amount - counted(o, m.clawback), foreign: o.Currency != m.plan.Currency}
		next.stage = int32(max(o.Booked.Sub(c.low), c.first, at))
		next.guarded = c.guards(m, cust, o.Occurred)
		if err := c.count(&next, cust, cust.first < 0 || i <= cust.first); err != nil {
			return err
		}
		c.orders = append(c.orders, next)
	}
	return nil
}

// guards reports whether the balance guard was on for the customer in the month.
func (c *computation) guards(m *month, cust *customer, t time.Time) bool {
	return m.guarded || m.regions != nil && m.regions[cust.ProfileAt(t).Region]
}

// count tries the order against every component of its month that looks at
// orders, and adds it to the tallies that need no order among orders.
func (c *computation) count(o *order, cust *customer, first bool) error {
	m := &c.months[o.month]
	f := fact{order: o.of, history: cust.History, first: first, partner: m.partner}
	c.matcher.next()
	alive := live(o.amount, o.amount-o.net)
	if o.foreign {
		c.listForeign(o, cust, alive)
	} else {
		m.revenue.Add(o.net)
	}
	for i := range m.plan.Components {
		p := &m.plan.Components[i]
		if !p.looksAt(o.foreign, alive) {
			continue
		}
		yes, err := c.matcher.match(p.When, &f)
		if err != nil {
			return err
		}
		if yes && p.Type == TypeCommission && p.OnMargin && o.of.Margin == nil {
			c.listNoMargin(o, cust, p, alive)
			continue
		}
		if yes {
			o.mask |= 1 << i
			c.tally(p, &m.counts[i], o, first)
		}
	}
	return nil
}

// looksAt reports whether the component looks at an order at all. An order in
// another currency earns nothing, but its customer is active, and new. What
// counts orders or customers counts live orders only; commissions still need
// the others, because their shares are reversed.
func (p *Component) looksAt(foreign, alive bool) bool {
	switch p.Type {
	case TypeCommission, TypeMDF:
		return !foreign
	case TypeBounty:
		return !foreign && alive
	case TypeRetention, TypeRecognition:
		return alive
	}
	return false
}

func (c *computation) tally(p *Component, t *tally, o *order, first bool) {
	switch p.Type {
	case TypeMDF:
		t.net.add(o.guarded, o.net)
	case TypeRecognition:
		if !o.foreign {
			c.sum(t.side(o.guarded), 1)
		}
		if first {
			*t.first.side(o.guarded)++
		}
	}
}

// sum adds n to a total and notes when that leaves the range of amounts; the
// computation then fails as a whole.
func (c *computation) sum(total *int64, n int64) {
	v, err := money.Add(*total, n)
	if err != nil {
		c.over = true
	}
	*total = v
}

// arrange lists each month's matched orders of commissions and bounties in
// (time, id).
func (c *computation) arrange() {
	type key struct {
		at    int64
		index int32
	}
	sizes := make([]int, len(c.months))
	for i := range c.orders {
		sizes[c.orders[i].month]++
	}
	keys := make([][]key, len(c.months))
	for i, n := range sizes {
		keys[i] = make([]key, 0, n)
	}
	for i := range c.orders {
		o := &c.orders[i]
		keys[o.month] = append(keys[o.month], key{o.of.Occurred.Unix(), int32(i)})
	}
	for i := range c.months {
		slices.SortFunc(keys[i], func(a, b key) int {
			if a.at != b.at {
				return cmp.Compare(a.at, b.at)
			}
			return byTime(c.orders[a.index].of, c.orders[b.index].of)
		})
		m := &c.months[i]
		for j := range m.counts {
			if t := m.plan.Components[j].Type; t != TypeCommission && t != TypeBounty {
				continue
			}
			list := make([]int32, 0, len(keys[i]))
			for _, k := range keys[i] {
				if c.orders[k.index].mask&(1<<j) != 0 {
					list = append(list, k.index)
				}
			}
			m.counts[j].orders = list
		}
	}
}

func byTime(a, b *history.Order) int {
	return cmp.Or(a.Occurred.Compare(b.Occurred), strings.Compare(string(a.ID), string(b.ID)))
}

// answers adds the customer's scores to the months in which the partner owned
// it when it answered.
func (c *computation) answers(cust *customer) {
	at := 0
	for i := range cust.Answers {
		a := &cust.Answers[i]
		if span := c.spanAt(cust, a.Occurred); span < 0 || !cust.mine[span] {
			continue
		}
		if at = c.monthOf(a.Occurred, at); at >= 0 && at < len(c.months) {
			c.months[at].answers++
			c.months[at].scores += int64(a.Score)
		}
	}
}

// spanAt is the index of the span that holds t, -1 if nobody owned the customer.
func (c *computation) spanAt(cust *customer, t time.Time) int {
	for i := len(cust.Spans) - 1; i >= 0; i-- {
		if s := &cust.Spans[i]; !s.From.After(t) {
			if s.Until.IsZero() || t.Before(s.Until) {
				return i
			}
			return -1
		}
	}
	return -1
}
