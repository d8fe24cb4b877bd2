package incentive

import "github.com/fairlead/fairlead/internal/money"

// sums are what is booked for a month: its own sum, and its hand-over lines.
type sums struct{ own, handover int64 }

// advance is what guarantee and cap carry from month to month.
type advance struct{ draw, excess int64 }

// limited is what guarantee and cap make of one month. All amounts are positive
// as named: topUp is paid, taken and cut are taken away, carried is paid (or,
// below zero, taken).
type limited struct {
	month *month
	sums
	opened  advance // at the month's opening
	advance         // at its end
	rest    int64   // the own sum as one limit leaves it to the next

	minimum, topUp, taken int64 // guarantee; minimum for the days under a plan
	ceiling, carried, cut int64 // cap; ceiling for the days under a plan
}

// net is what guarantee and cap add to the month.
func (l *limited) net() int64 { return l.topUp - l.taken + l.carried - l.cut }

// limit applies the month's guarantee, then its cap. Neither sees a balance.
func (c *computation) limit(m *month, s sums, opened advance) (limited, error) {
	l := limited{month: m, sums: s, opened: opened, advance: advance{draw: opened.draw}, rest: s.own}
	for i := range c.steps {
		if limit := c.steps[i].limit; limit != nil {
			if err := limit(&l); err != nil {
				return l, err
			}
		}
	}
	return l, nil
}

// proRata is the part of a month's amount for its days under a plan, half to
// even.
func (m *month) proRata(amount int64) (int64, error) {
	return money.MulDiv(amount, int64(m.days), int64(m.of))
}

// addSums adds up what is booked per month.
func (c *computation) addSums() {
	c.sums = make([]sums, len(c.months))
	for key, n := range c.after { // a sum does not depend on the order
		switch _, is := key.kind.standing(); is {
		case ownSum:
			c.sum(&c.sums[key.month].own, n)
		case handoverSum:
			c.sum(&c.sums[key.month].handover, n)
		}
	}
}

// limits corrects guarantee and cap of the closed months, then applies those of
// the open one. A closed month is computed again on its corrected sum with its
// own opening draw and excess; what that changes of draw and excess goes to the
// open balances, and a draw below zero is given back at once, outside the cap.
//
// Nobody takes back what a cap never paid: a month of 25,000 under 20,000 of which
// 3,000 are refunded later still comes to 20,000, so the refund's line and the
// correction add up to nothing (refund-of-what-was-above-the-ceiling.txtar).
func (c *computation) limits() error {
	c.addSums()
	open := advance{c.in.Opening.Draw, c.in.Opening.Excess}
	for i := range c.in.Opening.Months {
		old := &c.in.Opening.Months[i]
		if !old.Closed {
			continue
		}
		at, opened := old.Period.Sub(c.low), advance{old.Draw, old.Excess}
		before, err := c.limit(&c.months[at], sums{old.Own, old.Handover}, opened)
		if err != nil {
			return err
		}
		now, err := c.limit(&c.months[at], c.sums[at], opened)
		if err != nil {
			return err
		}
		c.line(bookKey{MinimumAndCeiling, at, Correction}, now.net()-before.net(), func(w *writer) {
			w.say("Minimum and ceiling of %s, computed again on its corrected sum.", w.month)
			w.amountOf("they add now", now.net())
			w.amountOf("they added before", before.net())
			w.formula = w.amount(now.net())
			w.less(before.net())
		})
		c.sum(&open.draw, now.draw-before.draw)
		c.sum(&open.excess, now.excess-before.excess)
	}
	c.given = max(0, -open.draw)
	open.draw += c.given
	return c.limitOpen(open)
}

// limitOpen applies and books the open month's guarantee and cap.
func (c *computation) limitOpen(opened advance) (err error) {
	if c.limited, err = c.limit(&c.months[c.open], c.sums[c.open], opened); err != nil {
		return err
	}
	for i := range c.steps {
		if settle := c.steps[i].settleLimit; settle != nil {
			settle(&c.limited)
		}
	}
	return nil
}
