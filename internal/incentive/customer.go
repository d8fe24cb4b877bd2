package incentive

import (
	"cmp"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
)

// customer is one history as the partner's computation sees it.
type customer struct {
	*history.History
	first int    // index of the earliest order that counts, -1
	mine  []bool // per span: the partner owned the customer
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
		mine := make([]bool, len(h.Spans))
		for i := range h.Spans {
			mine[i] = h.Spans[i].Owner == me
			if mine[i] && (earliest.IsZero() || h.Spans[i].From.Before(earliest)) {
				earliest = h.Spans[i].From
			}
		}
		if slices.Contains(mine, true) {
			c.customers = append(c.customers, customer{History: h, mine: mine})
		}
	}
	slices.SortFunc(c.customers, func(a, b customer) int { return cmp.Compare(a.Customer, b.Customer) })
	if !earliest.IsZero() {
		c.earliest = c.cal.Of(earliest)
	}
}

// findFirst notes the customer's first order that counts, under any owner.
func (c *computation) findFirst(cust *customer) {
	cust.first = -1
	for i := range cust.Orders {
		o := &cust.Orders[i]
		if len(o.Refunds) == 0 || live(o.Amount, refundedOf(o, c.clawback(c.monthOf(o.Occurred, 0)))) {
			cust.first = i
			return
		}
	}
}

// spanAt is the index of the span that holds t, -1 if nobody owned the customer.
func (c *computation) spanAt(cust *customer, t time.Time) int {
	for i := len(cust.Spans) - 1; i >= 0; i-- {
		if s := &cust.Spans[i]; !s.From.After(t) && within(s.Until, t) {
			return i
		}
	}
	return -1
}

// within reports whether t is before an end that may be open (zero).
func within(until, t time.Time) bool { return until.IsZero() || t.Before(until) }

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

// promotedAt reports whether span s began by a move from the partner to a pod.
func (cust *customer) promotedAt(s int) bool {
	if s == 0 || !cust.mine[s-1] || cust.Spans[s-1].Left || !cust.Spans[s-1].Until.Equal(cust.Spans[s].From) {
		return false
	}
	_, pod := cust.Spans[s].Owner.Pod()
	return pod
}
