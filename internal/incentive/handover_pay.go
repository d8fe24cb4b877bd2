package incentive

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fairlead/fairlead/internal/money"
)

// bookHandovers books what hand-overs pay: per component and month one line of
// one-time shares, one of trails on orders as placed, one of what refunds take
// back of these.
func (h *handovers) bookHandovers() error {
	for key, list := range h.onces { // lines are sorted when all are booked
		if err := h.bookOnce(key, list); err != nil {
			return err
		}
	}
	for key, list := range h.trails {
		if err := h.bookTrail(key, list); err != nil {
			return err
		}
	}
	return nil
}

// bookOnce books R(sum of rate x value, between floor and ceiling). A
// promotion's own part is what it moves the rounded sum by, in order of time.
func (h *handovers) bookOnce(key handKey, list []oneTime) error {
	slices.SortStableFunc(list, func(a, b oneTime) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.customer.Customer, b.customer.Customer))
	})
	var sum money.Exact
	now := int64(0)
	for _, o := range list {
		o.terms.addOnce(&sum, o.value.Minor, o.terms.factor(o.guarded))
		after, err := sum.Round()
		if err != nil {
			return err
		}
		o.paid += after - now
		now = after
	}
	h.book(bookKey{key.component, key.month, OneTime}, now, func(w *writer) {
		w.say("%s promoted to the sales force in %s: a share of the value handed over.", many(len(list), "customer"), w.month)
		var terms []string
		if len(list) > maxTerms {
			w.amountOf(fmt.Sprintf("shares of %d customers", len(list)), now)
			terms = append(terms, w.amount(now))
		} else {
			for _, o := range list {
				terms = append(terms, o.term(w))
			}
		}
		w.formula = rounded(terms)
		w.lessBooked()
	})
	return nil
}

// addOnce adds the one-time share of a value: its rate, between floor and
// ceiling.
func (t *handover) addOnce(x *money.Exact, value int64, factor money.Rate) {
	var exact, floor, ceiling money.Exact
	exact.AddMul(value, t.rate)
	floor.Add(t.floor)
	ceiling.Add(t.ceiling)
	switch {
	case exact.Cmp(floor) < 0:
		x.AddMul(t.floor, factor)
	case exact.Cmp(ceiling) > 0:
		x.AddMul(t.ceiling, factor)
	default:
		x.AddMul2(value, t.rate, factor)
	}
}

// term is one promotion in the formula.
func (o oneTime) term(w *writer) string {
	t := o.terms
	limits := "at least " + w.amount(t.floor)
	term := fmt.Sprintf("max(%s x %s, %s)", w.amount(o.value.Minor), percent(t.rate), w.amount(t.floor))
	if t.ceiling != noCeiling {
		limits += ", at most " + w.amount(t.ceiling)
		term = fmt.Sprintf("min(%s, %s)", term, w.amount(t.ceiling))
	}
	w.given("customer "+string(o.customer.Customer),
		fmt.Sprintf("value %s at %s, %s", w.amount(o.value.Minor), percent(t.rate), limits))
	return term + w.guarded("was on", t.factor(o.guarded))
}

// bookTrail books R(sum of rate x order as placed), and apart what refunds take
// of it: R(sum of rate x order net of them) less that.
func (h *handovers) bookTrail(key handKey, list []trailed) error {
	slices.SortStableFunc(list, func(a, b trailed) int { return byTime(a.order, b.order) })
	var gross, net money.Exact
	now := int64(0)
	for _, o := range list {
		factor := o.terms.factor(o.guarded)
		gross.AddMul2(o.order.Amount, o.terms.trailRate, factor)
		net.AddMul2(o.net, o.terms.trailRate, factor)
		after, err := net.Round()
		if err != nil {
			return err
		}
		o.paid += after - now
		now = after
	}
	placed, err := gross.Round()
	if err != nil {
		return err
	}
	h.book(bookKey{key.component, key.month, Trail}, placed, func(w *writer) {
		w.say("Trail on %s that handed-over customers placed in %s.", many(len(list), "order"), w.month)
		w.formula = rounded(h.trailTerms(w, list, false))
		w.lessBooked()
	})
	h.book(bookKey{key.component, key.month, TrailReversal}, now-placed, func(w *writer) {
		w.say("Refunds on orders of %s that had paid a trail.", w.month)
		w.formula = rounded(h.trailTerms(w, list, true))
		w.amountOf("trail on the orders as placed", placed)
		w.less(placed)
		w.lessBooked()
	})
	return nil
}

// trailTerms sums the orders by the terms they pay under, for the formula.
func (h *handovers) trailTerms(w *writer, list []trailed, net bool) []string {
	var terms []*handover
	sum := map[*handover]*credits{}
	for _, o := range list {
		if sum[o.terms] == nil {
			sum[o.terms] = &credits{}
			terms = append(terms, o.terms)
		}
		n := o.order.Amount
		if net {
			n = o.net
		}
		sum[o.terms].side(o.guarded).Add(n)
	}
	what := "orders of handed-over customers"
	if net {
		what += ", less refunds"
	}
	var out []string
	for _, t := range terms {
		s := sum[t]
		w.given(what+", at "+percent(t.trailRate), w.wide(s.sum()))
		out = append(out, termsOf(*s, w.wide, percent(t.trailRate), t.WhenGuarded)...)
	}
	return out
}
