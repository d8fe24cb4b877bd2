package incentive

import "github.com/fairlead/fairlead/internal/money"

// gross is what the order adds to attainment before refunds.
func (t *commission) gross(o *order) int64 {
	if t.onMargin {
		return *o.of.Margin
	}
	return o.amount
}

// net is what is left of gross after counted refunds, if that is a whole number
// of minor units: a margin shrinks with the refunded fraction of the amount.
func (t *commission) net(o *order) (n int64, whole bool) {
	switch {
	case !t.onMargin:
		return o.net, true
	case o.net == o.amount:
		return *o.of.Margin, true
	case o.net == 0:
		return 0, true
	}
	return 0, false
}

// tierAt is the index of the tier that an attainment reaches; the first below
// zero too.
func (t *commission) tierAt(attained money.Wide) int {
	at := 0
	for i, step := range t.tiers {
		if attained.Cmp(step.from) < 0 {
			break
		}
		at = i
	}
	return at
}

// addMarginal adds factor x the marginal commission from 0 to pos; below zero
// there is none. Each tier adds what its rate has more than the one before it, on
// all that is above its beginning.
func (t *commission) addMarginal(x *money.Exact, pos money.Wide, factor money.Rate) {
	below := money.Rate(0)
	for _, step := range t.tiers {
		if pos.Cmp(step.from) <= 0 {
			return
		}
		above := pos
		above.Add(-step.from)
		x.AddWideMul2(above, step.rate-below, factor)
		below = step.rate
	}
}

// walker prices orders one after another; sum is the running exact sum S.
//
// A marginal order adds factor x (F(pos after) - F(pos before)), so a run of
// orders under one version and one factor adds the difference of F at its ends:
// what is asked after each order is one addition, however many there are. A
// `whole` order adds its rate on itself; when the group's attainment reaches
// another tier, everything `whole` before it is priced again, from its sum.
type walker struct {
	w     *window
	basis func(*commission, *order) int64

	pos      money.Wide  // position reached: gross, it may be more than any amount
	marginal money.Exact // of all marginal orders but those of the open run
	wholes   []credits   // per month of the window, of `whole` orders
	fixed    money.Exact // S at the start of the open run
	tier     int         // that the group reaches, if it is `whole`; -1 below zero

	// The open run: marginal orders under one version and factor. Its part of S
	// is factor x (F(pos) - F(position at its start)); from is fixed less the
	// constant in it.
	run    *commission
	factor money.Rate
	from   money.Exact
}

// walker starts at position 0. basis is what an order adds: gross or net.
func (w *window) walker(basis func(*commission, *order) int64) *walker {
	return &walker{w: w, basis: basis, wholes: make([]credits, len(w.months))}
}

// begin prices everything so far at the attainment that the group reaches.
func (k *walker) begin(g *group) {
	k.endRun()
	k.fixed, k.tier = k.marginal, -1
	if !k.w.whole {
		return
	}
	p, attained := k.w.months[g.month].terms, k.pos
	for _, i := range g.orders {
		attained.Add(k.basis(p, &k.w.cs.orders[i]))
	}
	if attained.Cmp(0) <= 0 {
		return // a whole window below zero is worth nothing
	}
	k.tier = p.tierAt(attained)
	for i, s := range k.wholes {
		if q := k.w.months[i].terms; q != nil && q.whole {
			q.addTo(&k.fixed, s, q.tiers[q.tierAt(attained)].rate)
		}
	}
}

// endRun makes the open run part of what is fixed.
func (k *walker) endRun() {
	if k.run == nil {
		return
	}
	now := k.from
	k.run.addMarginal(&now, k.pos, k.factor)
	k.marginal.AddExact(now)
	k.marginal.SubExact(k.fixed)
	k.fixed, k.run = now, nil
}

// next adds one order of the group's month.
func (k *walker) next(p *commission, month int, o *order) {
	b, factor := k.basis(p, o), p.factor(o.guarded)
	if p.whole {
		k.wholes[month].side(o.guarded).Add(b)
		if k.tier >= 0 {
			k.fixed.AddMul2(b, p.tiers[k.tier].rate, factor)
		}
	} else if k.run != p || k.factor != factor {
		k.endRun()
		var before money.Exact
		p.addMarginal(&before, k.pos, factor)
		k.run, k.factor, k.from = p, factor, k.fixed
		k.from.SubExact(before)
	}
	k.pos.Add(b)
}

// sum is S, rounded; below zero it is zero.
func (k *walker) sum() (int64, error) {
	now := k.fixed
	if k.run != nil {
		now = k.from
		k.run.addMarginal(&now, k.pos, k.factor)
	}
	if now.Sign() < 0 {
		return 0, nil
	}
	return now.Round()
}

// priced is one order's share as the walker comes to it. from and to are the
// positions before and after it.
type priced struct {
	group    *group
	terms    *commission
	index    int32
	share    int64
	from, to money.Wide
	tier     int // reached by the group, if it is `whole`
}

// shares prices the groups one after another: the k-th order's share is R(S_k) -
// R(S_(k-1)). stepUp tells what a group changed for the orders before it: more
// than zero only where a `whole` rate rises.
func (w *window) shares(groups []group, visit func(priced), stepUp func(*group, int64)) error {
	k := w.walker((*commission).gross)
	last := int64(0)
	for i := range groups {
		g := &groups[i]
		k.begin(g)
		before, err := k.sum()
		if err != nil {
			return err
		}
		stepUp(g, before-last)
		last = before
		p := w.months[g.month].terms
		for _, index := range g.orders {
			from := k.pos
			k.next(p, g.month, &w.cs.orders[index])
			now, err := k.sum()
			if err != nil {
				return err
			}
			visit(priced{g, p, index, now - last, from, k.pos, k.tier})
			last = now
		}
	}
	return nil
}
