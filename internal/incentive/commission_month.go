package incentive

import (
	"fmt"

	"github.com/fairlead/fairlead/internal/money"
)

// earned is what one commission comes to in one month. All amounts are minor
// units.
type earned struct {
	terms   *commission // nil: the month's plan has none of that name
	worth   int64       // now
	through int64       // R(W) at the month's end, and at the end of the month before
	before  int64
	fresh   int64 // shares of orders that this statement books first
	orders  int   // and how many these are
	all     int64 // shares of all orders, under waive
	stepUps int64 // under waive: what `whole` steps gave earlier orders
	back    int64 // R(sum of share x refunded fraction)
	backs   []refunded
	// matchedBack is back of the orders that match: the same, but where a late
	// fact made one match no longer.
	matchedBack int64
	tiers       []credits // fresh orders: how much of them fell into each tier
}

// refunded is one order of a reversal.
type refunded struct {
	order *order
	share int64 // what it had earned
}

// addTiers notes how much of a fresh order fell into which tier, for the
// formula.
func (e *earned) addTiers(p priced, guarded bool) {
	if p.terms.whole {
		if p.tier >= 0 {
			e.tiers[p.tier].addSpan(guarded, p.from, p.to)
		}
		return
	}
	for i, t := range p.terms.tiers {
		inTier := func(pos money.Wide) money.Wide {
			switch {
			case pos.Cmp(t.from) < 0:
				return money.WideOf(t.from)
			case i+1 < len(p.terms.tiers) && pos.Cmp(p.terms.tiers[i+1].from) > 0:
				return money.WideOf(p.terms.tiers[i+1].from)
			}
			return pos
		}
		e.tiers[i].addSpan(guarded, inTier(p.from), inTier(p.to))
	}
}

// refundedByMonth lists the credited orders that have counted refunds.
func (cs *commissions) refundedByMonth() [][]int32 {
	out := make([][]int32, len(cs.months))
	for i := range cs.orders {
		if o := &cs.orders[i]; o.net < o.amount {
			out[o.month] = append(out[o.month], int32(i))
		}
	}
	return out
}

// reverse computes what refunds take back of the month's shares. A share frozen
// by an earlier statement counts as frozen, even if a late fact has made the
// order match no longer; that is part of the rest, then, and under waive no
// part of what the month is worth.
func (cs *commissions) reverse(e *earned, orders []int32, shares map[int32]int64) error {
	var sum, matched money.Fractions
	for _, i := range orders {
		o := &cs.orders[i]
		share, matches := shares[i]
		if frozen, known := cs.frozen[frozenKey{e.terms.Name, o.of.ID}]; known && !cs.isFresh(o) {
			share = frozen
		}
		if share == 0 {
			continue
		}
		sum.AddMulDiv(share, o.amount-o.net, o.amount)
		e.backs = append(e.backs, refunded{o, share})
		if matches {
			matched.AddMulDiv(share, o.amount-o.net, o.amount)
		}
	}
	var err error
	if e.back, err = sum.Round(); err != nil || !e.terms.waive {
		return err
	}
	e.matchedBack, err = matched.Round()
	e.worth = e.all + e.stepUps - e.matchedBack
	return err
}

// bookMonth books a month of a commission: its new orders at their shares, its
// refunds at frozen shares, and the rest. Together they are what the month is
// worth now.
func (cs *commissions) bookMonth(i int, e *earned) {
	key := func(k Kind) bookKey { return bookKey{e.terms.Name, i, k} }
	was, reversed := cs.before[key(Earning)], cs.before[key(Reversal)]
	booked := was + reversed + cs.before[key(TierAdjustment)]
	cs.book(key(Earning), was+e.fresh, e.wordEarning)
	cs.book(key(Reversal), -e.back, e.wordReversal)
	cs.book(key(TierAdjustment), e.worth-was-e.fresh+e.back, func(w *writer) {
		e.wordRest(w)
		w.lessNamed("booked so far", booked)
		w.lessNamed("new orders, in their own line", e.fresh)
		w.lessNamed("refunds, in their own line", -e.back-reversed)
	})
}

// wordEarning words the new orders, tier by tier.
func (e *earned) wordEarning(w *writer) {
	what := "revenue"
	if e.terms.onMargin {
		what = "margin"
	}
	w.say("Commission on %s of %s.", many(e.orders, "order"), w.month)
	w.givenCount("new orders", int64(e.orders))
	var terms []string
	var exact money.Exact
	for i, s := range e.tiers {
		t := e.terms.tiers[i]
		part := termsOf(s, w.wide, percent(t.rate), e.terms.WhenGuarded)
		if len(part) == 0 {
			continue
		}
		terms = append(terms, part...)
		e.terms.addTo(&exact, s, t.rate)
		w.given(fmt.Sprintf("%s from %s on, at %s", what, w.amount(t.from), percent(t.rate)), w.wide(s.sum()))
		if s.guarded != (money.Wide{}) {
			w.given("of that while the balance guard was on, x "+e.terms.WhenGuarded.String(), w.wide(s.guarded))
		}
	}
	w.formula = rounded(terms)
	if sum, err := exact.Round(); err == nil && sum != e.fresh {
		w.amountOf("rounding of the orders' shares", e.fresh-sum)
		w.less(sum - e.fresh)
	}
}

// wordReversal words what refunds take back, order by order if these are few.
func (e *earned) wordReversal(w *writer) {
	w.say("Refunds on %s of %s, at what each order had earned.", many(len(e.backs), "order"), w.month)
	var terms []string
	if len(e.backs) > maxTerms {
		w.amountOf(fmt.Sprintf("taken back of the shares of %d orders", len(e.backs)), e.back)
		terms = append(terms, w.amount(e.back))
	} else {
		for _, r := range e.backs {
			share, refunded, amount := w.amount(r.share), w.amount(r.order.amount-r.order.net), w.amount(r.order.amount)
			w.given("order "+string(r.order.of.ID), fmt.Sprintf("share %s, refunded %s of %s", share, refunded, amount))
			terms = append(terms, fmt.Sprintf("%s x %s / %s", share, refunded, amount))
		}
	}
	w.formula = "-" + rounded(terms)
	w.lessBooked()
}

// wordRest words what the month is worth now, before what other lines say.
func (e *earned) wordRest(w *writer) {
	if e.terms.waive {
		w.say("What %s is worth now, beyond its new orders and refunds: a higher rate counts for the earlier orders too.",
			w.month)
		w.amountOf("shares of all orders", e.all)
		w.amountOf("steps up for earlier orders", e.stepUps)
		w.amountOf("taken back with refunds", e.matchedBack)
		w.formula = w.amount(e.all)
		w.less(-e.stepUps)
		w.less(e.matchedBack)
		return
	}
	w.say("What %s is worth now, beyond its new orders and refunds.", w.month)
	w.amountOf(fmt.Sprintf("commission of the %s to the end of %s", e.terms.windows, w.month), e.through)
	w.formula = w.amount(e.through)
	w.lessNamed("of that, to the end of the month before", e.before)
}
