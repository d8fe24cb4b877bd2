package incentive

import (
	"fmt"
	"time"
)

var bountyType = componentType{is: "bounty", earns: true, listed: true, sees: liveOrder, read: readBounty,
	work: func(c *computation) steps { return steps{earn: c.bookBounties} }}

// bounty is an amount for each matching live order, or only for first orders. A
// month is worth R(amount x orders). The limit counts the partner's orders in
// (time, id) over all months, as known now: a refund in full lets the next one
// in, and takes the amount of its own back (first-order-refunded.txtar). A partly
// refunded order keeps it.
type bounty struct {
	*Component
	amount     int64 // minor units for each order
	firstOrder bool  // only for the first order of its customer that counts
	from, to   string
	limit      int64 // of orders, over all months; 0: none
}

// readBounty: days compare as they are written.
func readBounty(k *keys) terms {
	k.readWhenGuarded()
	t := &bounty{Component: k.component, amount: k.amount("amount"), firstOrder: k.is("on", "first_order"),
		from: k.day("from"), to: k.day("to"), limit: k.count("limit", 0)}
	k.readWhen()
	if t.from != "" && t.to != "" && t.to < t.from {
		k.wrong("to", "must not be before from")
	}
	return t
}

func (t *bounty) explain(p *Plan) string {
	on := "each order"
	if t.firstOrder {
		on = "each customer's first order"
	}
	out := fmt.Sprintf("%s for %s", p.amount(t.amount), on)
	if t.from != "" {
		out += " from " + t.from
	}
	if t.to != "" {
		out += " to " + t.to
	}
	if t.limit > 0 {
		out += fmt.Sprintf(", the first %d", t.limit)
	}
	return out + "."
}

// bookBounties books R(amount x orders) of every month, for the orders between
// its days that are the partner's first so many in (time, id).
func (c *computation) bookBounties() error {
	for _, list := range byName[*bounty](c) {
		paid := int64(0)
		for _, p := range list {
			t := p.terms
			from, until := c.instants(t)
			for _, index := range p.orders {
				o := &c.orders[index]
				if at := o.of.Occurred; at.Before(from) || !within(until, at) || t.firstOrder && !c.isFirst(o) {
					continue
				}
				if paid++; t.limit == 0 || paid <= t.limit {
					p.side(o.guarded).Add(1)
				}
			}
			noun := "matching order"
			if t.firstOrder {
				noun = "matching first order"
			}
			if err := c.bookCounted(counted{t.Component, p.month, p.credits, noun, t.amount}); err != nil {
				return err
			}
		}
	}
	return nil
}

// isFirst reports whether the order is its customer's earliest one that counts.
func (c *computation) isFirst(o *order) bool {
	cust := &c.customers[o.customer]
	return cust.first >= 0 && &cust.Orders[cust.first] == o.of
}

// instants are those between which a bounty pays: whole days, the last one
// included; zero where it names no day.
func (c *computation) instants(t *bounty) (from, until time.Time) {
	if t.from != "" {
		from, _ = c.cal.ParseDate("from", t.from) // valid since Parse
	}
	if t.to != "" {
		day, _ := c.cal.ParseDate("to", t.to)
		until = c.cal.AddDays(day, 1)
	}
	return from, until
}
