package incentive

import (
	"github.com/fairlead/fairlead/internal/money"
)

// limited is what guarantee and cap make of one month. Amounts are positive as
// named: topUp is paid, taken and cut are taken away, carried is paid (or, below
// zero, taken).
type limited struct {
	topUp, taken, carried, cut int64
	minimum, ceiling           int64 // pro rata; -1: none
	advance                          // at the month's end
}

// advance is what guarantee and cap carry from month to month.
type advance struct{ draw, excess int64 }

// net is what guarantee and cap add to the month.
func (l limited) net() int64 { return l.topUp - l.taken + l.carried - l.cut }

// limit applies the month's guarantee and cap to its sums: hand-over lines count
// for the guarantee, and the cap never cuts them. open is draw and excess at the
// month's opening. Neither sees a balance.
func (c *computation) limit(m *month, s sums, open advance) (limited, error) {
	l := limited{minimum: -1, ceiling: -1, advance: advance{draw: open.draw}}
	x := s.own
	c.sum(&x, s.handover)
	if g := m.only(TypeGuarantee); g != nil {
		var err error
		if l.minimum, err = money.MulDiv(g.Amount, int64(m.days), int64(m.of)); err != nil {
			return l, err
		}
		l.topUp = max(0, l.minimum-x)
		if g.Recoverable {
			l.taken = min(open.draw, max(0, x-l.minimum))
			l.draw = open.draw + l.topUp - l.taken
		}
	}
	l.carried = open.excess
	rest := s.own
	for _, n := range []int64{l.topUp, -l.taken, l.carried} {
		c.sum(&rest, n)
	}
	if p := m.only(TypeCap); p != nil {
		var err error
		if l.ceiling, err = money.MulDiv(p.Amount, int64(m.days), int64(m.of)); err != nil {
			return l, err
		}
		l.cut = max(0, rest-l.ceiling)
		if p.Carry {
			l.excess = l.cut
		}
	}
	return l, nil
}

// sums are a month's own sum and its hand-over lines.
type sums struct{ own, handover int64 }

// sumsOf adds up what is booked per month.
func (c *computation) sumsOf(booked map[bookKey]int64) []sums {
	out := make([]sums, len(c.months))
	for key, n := range booked { // a sum does not depend on the order
		switch key.kind {
		case Earning, Reversal, TierAdjustment:
			c.sum(&out[key.month].own, n)
		case OneTime, Trail, TrailReversal:
			c.sum(&out[key.month].handover, n)
		}
	}
	return out
}

// limits corrects guarantee and cap of the closed months, then applies those of
// the open one. A closed month is computed again on its corrected sum with its
// own opening draw and excess; what that changes of draw and excess goes to the
// open balances, and a draw below zero is given back at once, outside the cap.
func (c *computation) limits() error {
	c.own = c.sumsOf(c.after)
	open := advance{c.in.Opening.Draw, c.in.Opening.Excess}
	for i := range c.in.Opening.Months {
		old := &c.in.Opening.Months[i]
		if !old.Closed {
			continue
		}
		at := old.Period.Sub(c.low)
		m := &c.months[at]
		opened := advance{old.Draw, old.Excess}
		before, err := c.limit(m, sums{old.Own, old.Handover}, opened)
		if err != nil {
			return err
		}
		now, err := c.limit(m, c.own[at], opened)
		if err != nil {
			return err
		}
		b := correctionBooking{c: c, month: at, before: before, now: now}
		c.line(bookKey{MinimumAndCeiling, at, Correction}, now.net()-before.net(), b.words)
		c.sum(&open.draw, now.draw-before.draw)
		c.sum(&open.excess, now.excess-before.excess)
	}
	c.given = max(0, -open.draw)
	open.draw += c.given
	return c.limitOpen(open)
}

// limitOpen books the open month's guarantee and cap.
func (c *computation) limitOpen(open advance) error {
	m, own := &c.months[c.open], c.own[c.open]
	l, err := c.limit(m, own, open)
	if err != nil {
		return err
	}
	c.opened, c.limited = open, l
	guarantee, ceiling := nameOf(m.only(TypeGuarantee)), nameOf(m.only(TypeCap))
	b := limitBooking{c: c, l: l, own: own, draw: open.draw}
	c.line(bookKey{guarantee, c.open, TopUp}, l.topUp, b.topUp)
	c.line(bookKey{guarantee, c.open, DrawTaken}, -l.taken, b.taken)
	c.line(bookKey{guarantee, c.open, DrawGiven}, c.given, b.given)
	c.line(bookKey{ceiling, c.open, CarriedIn}, l.carried, b.carried)
	c.line(bookKey{ceiling, c.open, ExcessCut}, -l.cut, b.cut)
	return nil
}

func nameOf(p *Component) string {
	if p == nil {
		return MinimumAndCeiling
	}
	return p.Name
}
