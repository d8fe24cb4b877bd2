package incentive

import (
	"math/big"

	"github.com/fairlead/fairlead/internal/money"
)

// nets is R(W) at the end of each month of the window: the exact commission on
// all its orders so far, net of counted refunds.
func (w *window) nets() (out []int64, err error) {
	k := w.netWalker()
	out = make([]int64, len(w.months))
	for i, m := range w.months {
		if m.terms == nil {
			out[i] = last(out[:i])
			continue
		}
		k.begin(&group{month: i, orders: m.orders})
		for _, index := range m.orders {
			k.next(m.terms, i, &w.cs.orders[index])
		}
		if out[i], err = k.sum(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// netWalker is a walker on what refunds have left of orders. Only the margin of
// a partly refunded order is no whole number of minor units; a window without
// any, nearly every one, needs no fractions.
func (w *window) netWalker() pricer {
	for _, m := range w.months {
		for _, i := range m.orders {
			if _, whole := m.terms.net(&w.cs.orders[i]); !whole {
				return &fractionWalker{w: w, wholes: make([][2]ratio, len(w.months))}
			}
		}
	}
	return w.walker(func(t *commission, o *order) int64 { n, _ := t.net(o); return n })
}

// pricer takes the orders of a window, month after month.
type pricer interface {
	begin(*group)                            // a month
	next(t *commission, month int, o *order) // one order of it
	sum() (int64, error)                     // the commission on all so far, rounded
}

// last is the last of a list, 0 of none.
func last(list []int64) int64 {
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1]
}

// fractionWalker is walker in fractions. It looks at attainment only where a
// run or a month ends.
type fractionWalker struct {
	w        *window
	month    int        // begun last
	pos      ratio      // attained so far
	marginal big.Rat    // of all marginal runs but the open one
	wholes   [][2]ratio // per month, plain and guarded

	run    *commission
	factor money.Rate
	start  *big.Rat // F at the start of the run
}

// next adds one order of a month. A marginal run goes on as long as version and
// factor stay the same; its part is then the difference of F at its ends.
func (k *fractionWalker) next(p *commission, month int, o *order) {
	if factor := p.factor(o.guarded); !p.whole && (k.run != p || k.factor != factor) {
		k.endRun()
		k.run, k.factor, k.start = p, factor, p.marginalAt(k.pos.rat())
	}
	if p.whole {
		side := &k.wholes[month][0]
		if o.guarded {
			side = &k.wholes[month][1]
		}
		side.addNet(p, o)
	}
	k.pos.addNet(p, o)
}

// addNet adds what refunds have left of an order: a part of its margin, where
// that is no whole number of minor units.
func (r *ratio) addNet(p *commission, o *order) {
	if n, whole := p.net(o); whole {
		r.add(n)
		return
	}
	r.addPart(*o.of.Margin, o.net, o.of.Amount)
}

// endRun adds the open run, at its factor.
func (k *fractionWalker) endRun() {
	if k.run == nil {
		return
	}
	gained := k.run.marginalAt(k.pos.rat())
	gained.Sub(gained, k.start)
	k.marginal.Add(&k.marginal, gained.Mul(gained, fraction(k.factor)))
	k.run = nil
}

func (k *fractionWalker) begin(g *group) { k.month = g.month }

// sum is R(W) at the end of the month.
func (k *fractionWalker) sum() (int64, error) {
	k.endRun()
	k.w.cs.over = k.w.cs.over || k.pos.over
	return roundRat(k.total(k.w.months[:k.month+1]))
}

// total is W at the end of the last of the months, zero below zero.
func (k *fractionWalker) total(months []windowMonth) *big.Rat {
	sum, attained := new(big.Rat).Set(&k.marginal), k.pos.rat()
	if attained.Sign() > 0 {
		for i, m := range months {
			if m.terms == nil || !m.terms.whole {
				continue
			}
			credit := k.wholes[i][1].rat()
			credit.Mul(credit, fraction(m.terms.WhenGuarded))
			credit.Add(credit, k.wholes[i][0].rat())
			sum.Add(sum, credit.Mul(credit, m.terms.rateAt(attained)))
		}
	}
	if sum.Sign() < 0 {
		return new(big.Rat)
	}
	return sum
}

// rateAt is the rate of the tier that an attainment above zero reaches.
func (t *commission) rateAt(attained *big.Rat) *big.Rat {
	rate := new(big.Rat)
	for _, step := range t.tiers {
		if attained.Cmp(new(big.Rat).SetInt64(step.from)) >= 0 {
			rate = fraction(step.rate)
		}
	}
	return rate
}

// marginalAt is the marginal commission from 0 to pos, as addMarginal adds it.
func (t *commission) marginalAt(pos *big.Rat) *big.Rat {
	sum, below := new(big.Rat), money.Rate(0)
	for _, step := range t.tiers {
		above := new(big.Rat).SetInt64(step.from)
		if above.Sub(pos, above).Sign() <= 0 {
			break
		}
		sum.Add(sum, above.Mul(above, fraction(step.rate-below)))
		below = step.rate
	}
	return sum
}
