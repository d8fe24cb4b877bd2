package incentive

import (
	"fmt"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

var growthType = componentType{is: "growth", earns: true, read: readGrowth, work: workGrowth}

// growth is a share of how much the value of the customers rose in the month:
// R(rate x max(0, rise - earlier fall)). The rise sums end less start over the
// customers owned at both ends, under the model pinned at the start. A fall pays
// nothing, and is made good before growth pays again: 100,000 to 80,000 and back
// pays nothing (growth-made-good-first.txtar).
type growth struct {
	*Component
	rate money.Rate // of the rise
}

func readGrowth(k *keys) terms {
	t := &growth{k.component, k.share("rate")}
	k.readWhenGuarded()
	return t
}

func (t *growth) explain(*Plan) string {
	return fmt.Sprintf("%s of the growth in value of the customers owned through the month, "+
		"as observed in their orders; a fall is made good first.", percent(t.rate))
}

// growing is growth at work in the open month.
type growing struct {
	*computation
	owed int64 // the fall that is to be made good after this statement
}

// workGrowth starts with what the opening says is to be made good: without
// growth in the plan that stays as it is.
func workGrowth(c *computation) steps {
	g := &growing{c, c.in.Opening.Growth}
	return steps{earn: g.bookGrowth, settle: func(r *Result) error { r.Position.Growth = g.owed; return nil }}
}

// bookGrowth books R(rate x max(0, rise - earlier fall)) for the open month. A closed
// month keeps what was booked: values are pinned, and no ownership changes in
// it.
func (g *growing) bookGrowth() error {
	for _, p := range places[*growth](g.computation) {
		key := bookKey{p.terms.Name, p.month, Earning}
		g.keep(key, g.before[key])
	}
	m := &g.months[g.open]
	if only[*growth](m.plan) == nil {
		return nil
	}
	rise, customers := g.rise()
	net, fall := rise, g.in.Opening.Growth
	g.sum(&net, -fall)
	g.owed = max(0, -net)
	for _, t := range each[*growth](m.plan) {
		var x money.Exact
		factor := t.factor(m.guarded)
		x.AddMul2(max(0, net), t.rate, factor)
		now, err := x.Round()
		if err != nil {
			return err
		}
		g.book(bookKey{t.Name, g.open, Earning}, now, func(w *writer) {
			w.say("The value of %s kept through %s grew.", many(customers, "customer"), w.month)
			w.givenCount("customers observed at both ends", customers)
			w.amountOf("growth of their value", rise)
			w.formula = "round(max(0, " + w.amount(rise)
			if fall != 0 {
				w.amountOf("earlier fall to make good", fall)
				w.formula += " - " + w.amount(fall)
			}
			w.given("rate", percent(t.rate))
			w.formula += ") x " + percent(t.rate) + w.guarded("is on", factor) + ")"
			w.lessBooked()
		})
	}
	return nil
}

// rise is how much the value of the customers owned at both ends of the open
// month rose, in minor units, and of how many. A customer promoted within the
// month counts at the value of its promotion. Only values observed at both ends
// count.
func (g *growing) rise() (sum, customers int64) {
	values := make(map[channel.CustomerID]*Value, len(g.in.Values))
	for i := range g.in.Values {
		values[g.in.Values[i].Customer] = &g.in.Values[i]
	}
	for i := range g.customers {
		cust := &g.customers[i]
		v := values[cust.Customer]
		if v == nil || !v.StartObserved {
			continue
		}
		promotion, owned := g.ownedThrough(cust, g.open)
		if !owned {
			continue
		}
		end, known := v.End, v.EndObserved
		if promotion >= 0 {
			move := &cust.Spans[promotion].Move
			end, known = move.Value.Minor, move.Basis == observed && move.Value.Currency == g.in.Partner.Currency
		}
		if known {
			g.sum(&sum, end)
			g.sum(&sum, -v.Start)
			customers++
		}
	}
	return sum, customers
}

// observed is the basis of a value that comes from the customer's own orders.
const observed = "observed"
