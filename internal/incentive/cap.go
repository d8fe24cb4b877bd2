package incentive

import "fmt"

var capType = componentType{is: "cap", single: true, read: readCap,
	work: func(c *computation) steps { return steps{limit: c.capMonth, settleLimit: c.bookCap} }}

// ceiling is a maximum a month, for the days under a plan. Hand-over lines stand
// outside it: 19,000 and a hand-over of 2,400 under 20,000 are 21,400
// (hand-over-above-the-ceiling.txtar). What is above is lost, or carried into the
// next month, where it comes in after the guarantee (excess-carried.txtar).
type ceiling struct {
	*Component
	amount int64 // minor units a month
	carry  bool  // what is above comes into the next month; else it is lost
}

// readCap: without `excess`, what is above is lost.
func readCap(k *keys) terms {
	return &ceiling{k.component, k.amount("amount"), k.is("excess", "carry")}
}

func (t *ceiling) explain(p *Plan) string {
	fate := "what is above is not paid"
	if t.carry {
		fate = "what is above is carried into the next month"
	}
	return fmt.Sprintf("at most %s a month, hand-overs apart; %s.", p.amount(t.amount), fate)
}

// capMonth: the excess carried so far comes in after the guarantee, and what is
// above the ceiling then is cut. Hand-over lines are not in the rest, so the cap
// never cuts them. Without a cap all excess comes in.
func (c *computation) capMonth(l *limited) (err error) {
	l.carried = l.opened.excess
	c.sum(&l.rest, l.carried)
	t := only[*ceiling](l.month.plan)
	if t == nil {
		return nil
	}
	if l.ceiling, err = l.month.proRata(t.amount); err != nil {
		return err
	}
	l.cut = max(0, l.rest-l.ceiling)
	if t.carry {
		l.excess = l.cut
	}
	return nil
}

// bookCap books what the cap does in the open month.
func (c *computation) bookCap(l *limited) {
	name := MinimumAndCeiling
	if t := only[*ceiling](l.month.plan); t != nil {
		name = t.Name
	}
	c.line(bookKey{name, c.open, CarriedIn}, l.carried, func(w *writer) {
		w.say("What was above the ceiling of earlier months comes in.")
		w.amountOf("carried excess", l.carried)
		w.formula = w.amount(l.carried)
	})
	c.line(bookKey{name, c.open, ExcessCut}, -l.cut, func(w *writer) {
		fate := "it is not paid"
		if l.excess != 0 {
			fate = "it is carried into the next month"
		}
		w.say("%s came to %s without hand-overs, which is above the ceiling of %s; %s.",
			w.month, w.amount(l.rest), w.amount(l.ceiling), fate)
		w.amountOf("before the ceiling, hand-overs apart", l.rest)
		w.amountOf(l.month.ofDays("ceiling"), l.ceiling)
		w.formula = w.amount(l.ceiling)
		w.less(l.rest)
	})
}
