package incentive

import (
	"cmp"
	"slices"

	"github.com/fairlead/fairlead/internal/money"
)

// window is one commission over the months in which its attainment grows. Each
// order is priced by its own month's version, at the position reached.
type window struct {
	span   // low is the index of months[0] in the computation
	c      *computation
	months []windowMonth // up to the open one
	whole  bool          // some month's version is `whole`
}

// windowMonth is a month of a window; comp is nil where that month's plan does
// not have the commission.
type windowMonth struct {
	comp   *Component
	orders []int32 // matched, in (time, id)
}

// group is a stretch of orders of one month that are priced together: a `whole`
// rate is that of the attainment after the last of them.
type group struct {
	month  int // of the window
	stage  int32
	orders []int32
}

// gross is what the order adds to attainment before refunds.
func (p *Component) gross(o *order) int64 {
	if p.OnMargin {
		return *o.of.Margin
	}
	return o.amount
}

// net is what is left of gross after counted refunds, if that is a whole number
// of minor units: a margin shrinks with the refunded fraction of the amount.
func (p *Component) net(o *order) (n int64, whole bool) {
	switch {
	case !p.OnMargin:
		return o.net, true
	case o.net == o.amount:
		return *o.of.Margin, true
	case o.net == 0:
		return 0, true
	}
	return 0, false
}

// factor is what the order's credit is multiplied by.
func (p *Component) factor(guarded bool) money.Rate {
	if guarded {
		return p.WhenGuarded
	}
	return money.One
}

// addCredits adds credits at a rate, the guarded ones multiplied.
func (p *Component) addCredits(x *money.Exact, c credits, rate money.Rate) {
	x.AddWideMul2(c.plain, rate, money.One)
	x.AddWideMul2(c.guarded, rate, p.WhenGuarded)
}

// addTo adds counted credits at a rate, the guarded ones multiplied.
func (p *Component) addTo(x *money.Exact, plain, guarded int64, rate money.Rate) {
	if plain != 0 {
		x.AddMul(plain, rate)
	}
	if guarded != 0 {
		x.AddMul2(guarded, rate, p.WhenGuarded)
	}
}

// tierAt is the index of the tier that an attainment reaches; the first below
// zero too.
func (p *Component) tierAt(attained money.Wide) int {
	at := 0
	for i, t := range p.Tiers {
		if attained.Cmp(t.From) < 0 {
			break
		}
		at = i
	}
	return at
}

// addMarginal adds factor x the marginal commission from 0 to pos; below zero
// there is none.
func (p *Component) addMarginal(x *money.Exact, pos money.Wide, factor money.Rate) {
	for i, t := range p.Tiers {
		if pos.Cmp(t.From) <= 0 {
			return
		}
		if i+1 < len(p.Tiers) && pos.Cmp(p.Tiers[i+1].From) > 0 {
			x.AddMul2(p.Tiers[i+1].From-t.From, t.Rate, factor)
			continue
		}
		rest := pos
		rest.Add(-t.From)
		x.AddWideMul2(rest, t.Rate, factor)
		return
	}
}

// walker prices orders one after another; sum is the running exact sum S.
type walker struct {
	w     *window
	basis func(*Component, *order) int64

	pos      money.Wide  // position reached: gross, it may be more than any amount
	marginal money.Exact // of all marginal orders but those of the open run
	wholes   []credits   // per month of the window, of `whole` orders
	fixed    money.Exact // S at the start of the open run
	tier     int         // that the group reaches, if it is `whole`; -1 below zero

	// The open run: marginal orders under one version and factor. Its part of S
	// is factor x (F(pos) - F(position at its start)); from is fixed less the
	// constant in it.
	run    *Component
	factor money.Rate
	from   money.Exact
}

// credits are sums of plain amounts and of guarded ones, gross or net. What is
// given back again may come to more than any amount before.
type credits struct{ plain, guarded money.Wide }

func (c *credits) add(guarded bool, n int64) {
	if guarded {
		c.guarded.Add(n)
		return
	}
	c.plain.Add(n)
}

// addSpan adds what lies between two positions.
func (c *credits) addSpan(guarded bool, from, to money.Wide) {
	side := &c.plain
	if guarded {
		side = &c.guarded
	}
	side.AddWide(to)
	side.SubWide(from)
}

// sum is both together.
func (c credits) sum() money.Wide {
	c.plain.AddWide(c.guarded)
	return c.plain
}

// sides are counts of plain credits and of guarded ones.
type sides struct{ plain, guarded int64 }

func (s *sides) side(guarded bool) *int64 {
	if guarded {
		return &s.guarded
	}
	return &s.plain
}

func (w *window) walker(basis func(*Component, *order) int64) *walker {
	return &walker{w: w, basis: basis, wholes: make([]credits, len(w.months))}
}

// begin prices everything so far at the attainment that the group reaches.
func (k *walker) begin(g *group) {
	k.endRun()
	k.fixed, k.tier = k.marginal, -1
	if !k.w.whole {
		return
	}
	p, attained := k.w.months[g.month].comp, k.pos
	for _, i := range g.orders {
		attained.Add(k.basis(p, &k.w.c.orders[i]))
	}
	if attained.Cmp(0) <= 0 {
		return // a whole window below zero is worth nothing
	}
	k.tier = p.tierAt(attained)
	for i, s := range k.wholes {
		if q := k.w.months[i].comp; q != nil && q.Whole {
			q.addCredits(&k.fixed, s, q.Tiers[q.tierAt(attained)].Rate)
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
func (k *walker) next(p *Component, month int, o *order) {
	b, factor := k.basis(p, o), p.factor(o.guarded)
	if p.Whole {
		k.wholes[month].add(o.guarded, b)
		if k.tier >= 0 {
			k.fixed.AddMul2(b, p.Tiers[k.tier].Rate, factor)
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

// priced is one order's share as the walker comes to it. From and To are the
// positions before and after it.
type priced struct {
	group    *group
	comp     *Component
	index    int32
	share    int64
	from, to money.Wide
	tier     int // reached by the group, if it is `whole`
}

// shares prices the groups one after another: the k-th order's share is R(S_k) -
// R(S_(k-1)). stepUp tells what a group changed for the orders before it: more
// than zero only where a `whole` rate rises.
func (w *window) shares(groups []group, visit func(priced), stepUp func(*group, int64)) error {
	k := w.walker((*Component).gross)
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
		p := w.months[g.month].comp
		for _, index := range g.orders {
			from := k.pos
			k.next(p, g.month, &w.c.orders[index])
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

// byMonth are the window's orders as they occurred, a group a month.
func (w *window) byMonth() []group {
	out := make([]group, 0, len(w.months))
	for i, m := range w.months {
		if m.comp != nil {
			out = append(out, group{month: i, orders: m.orders})
		}
	}
	return out
}

// byBooking are the window's orders as they were first booked: by statement,
// then by month, then in (time, id).
func (w *window) byBooking() []group {
	var out []group
	for i, m := range w.months {
		at := map[int32]int{} // stage: index in out
		for _, index := range m.orders {
			stage := w.c.orders[index].stage
			n, known := at[stage]
			if !known {
				n = len(out)
				at[stage] = n
				out = append(out, group{month: i, stage: stage})
			}
			out[n].orders = append(out[n].orders, index)
		}
	}
	slices.SortStableFunc(out, func(a, b group) int {
		return cmp.Or(cmp.Compare(a.stage, b.stage), cmp.Compare(a.month, b.month))
	})
	return out
}
