package incentive

import "fmt"

var guaranteeType = componentType{is: "guarantee", single: true, read: readGuarantee,
	work: func(c *computation) steps { return steps{limit: c.guaranteeMonth, settleLimit: c.bookGuarantee} }}

// guarantee is a minimum a month, for the days under a plan. Of x, the month's
// own sum with its hand-over lines, the top-up is max(0, minimum - x). If it is
// recoverable it is a draw, and a month takes back min(draw, max(0, x -
// minimum)): a draw of 900, 1,200 earned and a minimum of 1,000 leave 1,000
// earned and a draw of 700 (draw-taken-back.txtar).
type guarantee struct {
	*Component
	amount      int64 // minor units a month
	recoverable bool  // a top-up is a draw, to be taken back
}

// readGuarantee: without `recoverable`, a top-up is for good.
func readGuarantee(k *keys) terms {
	return &guarantee{k.component, k.amount("amount"), k.flag("recoverable")}
}

func (t *guarantee) explain(p *Plan) string {
	say := fmt.Sprintf("at least %s a month", p.amount(t.amount))
	if t.recoverable {
		say += "; a top-up is a draw, taken back from what later months earn above it"
	}
	return say + "."
}

// guaranteeMonth tops the month up, and takes back of the draw.
func (c *computation) guaranteeMonth(l *limited) (err error) {
	t := only[*guarantee](l.month.plan)
	if t == nil {
		return nil
	}
	if l.minimum, err = l.month.proRata(t.amount); err != nil {
		return err
	}
	x := l.own
	c.sum(&x, l.handover)
	l.topUp = max(0, l.minimum-x)
	if t.recoverable {
		l.taken = min(l.draw, max(0, x-l.minimum))
		l.draw += l.topUp - l.taken
	}
	c.sum(&l.rest, l.topUp)
	c.sum(&l.rest, -l.taken)
	return nil
}

// bookGuarantee books what the guarantee does in the open month, and what a
// draw below zero gives back.
func (c *computation) bookGuarantee(l *limited) {
	name, sum := MinimumAndCeiling, l.own+l.handover
	if t := only[*guarantee](l.month.plan); t != nil {
		name = t.Name
	}
	c.line(bookKey{name, c.open, TopUp}, l.topUp, func(w *writer) {
		w.say("%s earned %s; the guaranteed minimum is %s.", w.month, w.amount(sum), w.amount(l.minimum))
		w.amountOf(l.month.ofDays("guaranteed minimum"), l.minimum)
		w.amountOf("earned in "+w.month, sum)
		w.formula = w.amount(l.minimum)
		w.less(sum)
	})
	c.line(bookKey{name, c.open, DrawTaken}, -l.taken, func(w *writer) {
		w.say("Earlier top-ups are taken back from what %s earned above the minimum.", w.month)
		w.amountOf("still to be taken back", l.opened.draw)
		w.amountOf("earned in "+w.month, sum)
		w.amountOf(l.month.ofDays("guaranteed minimum"), l.minimum)
		w.formula = fmt.Sprintf("-min(%s, %s - %s)", w.amount(l.opened.draw), w.amount(sum), w.amount(l.minimum))
	})
	c.line(bookKey{name, c.open, DrawGiven}, c.given, func(w *writer) {
		w.say("More had been taken back than was advanced, as corrections of closed months show: the difference is yours.")
		w.amountOf("taken back too much", c.given)
		w.formula = w.amount(c.given)
	})
}

// ofDays names an amount, with its days where the plan began inside the month.
func (m *month) ofDays(what string) string {
	if m.days == m.of {
		return what
	}
	return fmt.Sprintf("%s for %d of %d days", what, m.days, m.of)
}
