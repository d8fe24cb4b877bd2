package incentive

import (
	"fmt"
	"time"
)

var retentionType = componentType{is: "retention", earns: true, sees: liveOrder | foreignOrder,
	read: readRetention, work: workRetention}

// retention is an amount for each customer that the partner kept and that is
// active: owned at the first and the last instant of the month, with so many
// matching live orders in it, and not churned. A month is worth R(amount x
// customers). A refund in full makes its order none, so a late one may take the
// amount back (kept-customers.txtar).
type retention struct {
	*Component
	amount    int64 // minor units for each customer and month
	minOrders int64 // matching live orders in the month; 0: it need not have ordered
}

// readRetention: without `minOrders`, one order is needed.
func readRetention(k *keys) terms {
	k.readWhenGuarded()
	t := &retention{k.component, k.amount("amount"), k.count("minOrders", 1)}
	k.readWhen()
	if t.When != nil && t.minOrders == 0 {
		k.wrong("when", "tests orders, but with minOrders 0 none is needed")
	}
	return t
}

func (t *retention) explain(p *Plan) string {
	return fmt.Sprintf("%s a month for each customer owned at its first and last instant, with at least %s in it "+
		"and not churned; a customer promoted to the sales force within the month counts.",
		p.amount(t.amount), many(t.minOrders, "order"))
}

// retentions is retention at work: where the plans have one, by month.
type retentions struct {
	*computation
	places []placed[*retention]
}

func workRetention(c *computation) steps {
	r := &retentions{c, places[*retention](c)}
	return steps{meet: r.countKept, earn: r.bookKept}
}

// countKept counts the customer for the retentions of the months in which it
// was kept and active.
func (r *retentions) countKept(cust *customer, credited []order) {
	for _, p := range r.places {
		for len(credited) > 0 && int(credited[0].month) < p.month {
			credited = credited[1:]
		}
		matches := int64(0)
		for i := 0; i < len(credited) && int(credited[i].month) == p.month; i++ {
			if credited[i].mask&(1<<p.at) != 0 {
				matches++
			}
		}
		if m := &r.months[p.month]; matches >= p.terms.minOrders && r.kept(cust, p.month) {
			p.side(r.guards(m, cust, m.end.Add(-time.Second))).Add(1)
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

// bookKept books R(amount x customers) of every month.
func (r *retentions) bookKept() error {
	for _, p := range r.places {
		credits := counted{p.terms.Component, p.month, p.credits, "kept and active customer", p.terms.amount}
		if err := r.bookCounted(credits); err != nil {
			return err
		}
	}
	return nil
}
