package incentive

import "github.com/fairlead/fairlead/internal/money"

// tally is what one component counted in one month.
type tally struct {
	credits         // net minor units, matches, customers or points: as its type counts
	orders  []int32 // of listed types: indexes of the matching orders, in (time, id)
}

// credits are sums of plain credits and of those that whenGuarded multiplies,
// gross or net: only what is paid on them must fit an amount.
type credits struct{ plain, guarded money.Wide }

// side is the one that a credit belongs to.
func (c *credits) side(guarded bool) *money.Wide {
	if guarded {
		return &c.guarded
	}
	return &c.plain
}

// addSpan adds what lies between two positions.
func (c *credits) addSpan(guarded bool, from, to money.Wide) {
	side := c.side(guarded)
	side.AddWide(to)
	side.SubWide(from)
}

// sum is both together.
func (c credits) sum() money.Wide {
	c.plain.AddWide(c.guarded)
	return c.plain
}

// factor is what a credit is multiplied by.
func (c *Component) factor(guarded bool) money.Rate {
	if guarded {
		return c.WhenGuarded
	}
	return money.One
}

// addTo adds credits at a rate, the guarded ones multiplied.
func (c *Component) addTo(x *money.Exact, n credits, rate money.Rate) {
	x.AddWideMul2(n.plain, rate, money.One)
	x.AddWideMul2(n.guarded, rate, c.WhenGuarded)
}

// bookTallies books R(credits x rate), guarded ones multiplied, of every month
// and component of one type, under a kind without lines.
func bookTallies[T terms](c *computation, kind Kind, rate func(T) money.Rate) error {
	for _, p := range places[T](c) {
		var x money.Exact
		p.terms.base().addTo(&x, p.credits, rate(p.terms))
		now, err := x.Round()
		if err != nil {
			return err
		}
		c.bookUnlined(bookKey{p.terms.base().Name, p.month, kind}, now)
	}
	return nil
}

// counted is what a component pays for so many credits in a month, an amount
// for each.
type counted struct {
	component *Component
	month     int
	credits   credits
	noun      string // "matching order"
	each      int64  // minor units
}

// bookCounted books R(each x credits), guarded credits multiplied.
func (c *computation) bookCounted(b counted) error {
	var x money.Exact
	x.AddMul2(b.each, multiple(b.credits.plain), money.One)
	x.AddMul2(b.each, multiple(b.credits.guarded), b.component.WhenGuarded)
	worth, err := x.Round()
	if err == nil {
		c.book(bookKey{b.component.Name, b.month, Earning}, worth, b.words)
	}
	return err
}

// multiple is a count as a rate; no count of facts is beyond one.
func multiple(n money.Wide) money.Rate { return money.Rate(n.Clamp()) * money.One }

// words words so many credits at an amount each.
func (b *counted) words(w *writer) {
	n, factor := b.credits.sum(), b.component.WhenGuarded
	w.say("%s of %s, %s each.", many(n.Clamp(), b.noun), w.month, w.amount(b.each))
	w.given(b.noun+"s", n.String())
	w.amountOf("for each", b.each)
	if b.credits.guarded != (money.Wide{}) && factor != money.One {
		w.given("of them while the balance guard was on, x "+factor.String(), b.credits.guarded.String())
	}
	w.formula = rounded(termsOf(b.credits, money.Wide.String, w.amount(b.each), factor))
	w.lessBooked()
}
