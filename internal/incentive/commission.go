package incentive

import (
	"maps"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// earned is what one commission comes to in one month.
type earned struct {
	comp    *Component
	worth   int64 // now
	through int64 // R(W) at the month's end, and at the end of the month before
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
	order int32
	share int64
}

// commissions computes and books every commission of every month.
func (c *computation) commissions() error {
	refunded := c.refundedByMonth()
	for _, name := range c.names(TypeCommission) {
		shares := map[int32]int64{}
		months := make([]earned, len(c.months))
		for _, s := range c.spans(name) {
			if err := c.priceWindow(c.window(name, s), months, shares); err != nil {
				return err
			}
		}
		for i := range months {
			e := &months[i]
			if e.comp == nil {
				continue
			}
			if err := c.reverse(name, e, refunded[i], shares); err != nil {
				return err
			}
			c.bookCommission(name, i, e)
			c.sum(&c.months[i].paid, e.worth)
		}
	}
	return nil
}

// names are the names that components of a type have in any month, sorted.
func (c *computation) names(t Type) []string {
	set := map[string]bool{}
	for i := range c.months {
		if m := &c.months[i]; m.plan != nil {
			for j := range m.plan.Components {
				if p := &m.plan.Components[j]; p.Type == t {
					set[p.Name] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// windowStart is the index of the first month of the window that month i is in
// under its version of the commission.
func (c *computation) windowStart(i int, w Window) int {
	start := c.months[i].period
	switch w {
	case Quarterly:
		start = start.QuarterStart()
	case Yearly:
		start = start.YearStart()
	}
	return max(0, start.Sub(c.low)) // no plan, and so nothing, before the first month
}

// span is one window: its first month, and how long it is.
type span struct {
	low  int
	kind Window
}

// spans are the windows of a commission, each with some month of its own.
func (c *computation) spans(name string) []span {
	var out []span
	known := map[span]bool{}
	for i := range c.months {
		if p, _ := c.months[i].component(name, TypeCommission); p != nil {
			if s := (span{c.windowStart(i, p.Window), p.Window}); !known[s] {
				known[s] = true
				out = append(out, s)
			}
		}
	}
	return out
}

// window is the commission over the months of a span, up to the open one.
func (c *computation) window(name string, s span) *window {
	w := &window{c: c, span: s}
	for i := s.low; i < len(c.months) && c.windowStart(i, s.kind) == s.low; i++ {
		p, t := c.months[i].component(name, TypeCommission)
		m := windowMonth{comp: p}
		if p != nil {
			m.orders = t.orders
			w.whole = w.whole || p.Whole
		}
		w.months = append(w.months, m)
	}
	return w
}

// mine reports whether month i of the window is priced by it: another version
// may have a longer or shorter window.
func (w *window) mine(i int) bool {
	p := w.months[i].comp
	return p != nil && p.Window == w.kind
}

// priceWindow fills in the window's own months and the shares of their orders.
func (c *computation) priceWindow(w *window, months []earned, shares map[int32]int64) error {
	adjust, waive := false, false
	for i, m := range w.months {
		if w.mine(i) {
			adjust, waive = adjust || !m.comp.Waive, waive || m.comp.Waive
			months[w.low+i] = earned{comp: m.comp, tiers: make([]credits, len(m.comp.Tiers))}
		}
	}
	c.shares = slices.Grow(c.shares, w.fresh())
	if adjust {
		nets, err := w.nets()
		if err != nil {
			return err
		}
		for i := range w.months {
			if e := &months[w.low+i]; w.mine(i) && !e.comp.Waive {
				e.through, e.before = nets[i], last(nets[:i])
				e.worth = e.through - e.before
			}
		}
		if err := w.share(w.byMonth(), false, months, shares); err != nil {
			return err
		}
	}
	if waive {
		return w.share(w.byBooking(), true, months, shares)
	}
	return nil
}

// fresh counts the orders that this statement may freeze shares of.
func (w *window) fresh() int {
	n := 0
	for i, m := range w.months {
		if !w.mine(i) {
			continue
		}
		for _, index := range m.orders {
			if w.c.fresh(&w.c.orders[index]) {
				n++
			}
		}
	}
	return n
}

// share prices the groups and keeps what the months of one consequence need:
// under waive every share, else those of orders that may still be reversed.
func (w *window) share(groups []group, waive bool, months []earned, shares map[int32]int64) error {
	concerns := func(month int) *earned {
		if e := &months[w.low+month]; w.mine(month) && e.comp.Waive == waive {
			return e
		}
		return nil
	}
	visit := func(p priced) {
		e := concerns(p.group.month)
		if e == nil {
			return
		}
		o := &w.c.orders[p.index]
		e.all += p.share
		if fresh := w.c.fresh(o); fresh {
			e.fresh += p.share
			e.orders++
			e.addTiers(p, o.guarded)
			w.c.shares = append(w.c.shares, Share{p.comp.Name, o.of.ID, p.share})
		}
		if o.net < o.amount {
			shares[p.index] = p.share
		}
	}
	return w.shares(groups, visit, func(g *group, up int64) {
		if e := concerns(g.month); e != nil {
			e.stepUps += up
		}
	})
}

// addTiers notes how much of a fresh order fell into which tier, for the
// formula.
func (e *earned) addTiers(p priced, guarded bool) {
	if p.comp.Whole {
		if p.tier >= 0 {
			e.tiers[p.tier].addSpan(guarded, p.from, p.to)
		}
		return
	}
	for i, t := range p.comp.Tiers {
		within := func(pos money.Wide) money.Wide {
			switch {
			case pos.Cmp(t.From) < 0:
				return money.WideOf(t.From)
			case i+1 < len(p.comp.Tiers) && pos.Cmp(p.comp.Tiers[i+1].From) > 0:
				return money.WideOf(p.comp.Tiers[i+1].From)
			}
			return pos
		}
		e.tiers[i].addSpan(guarded, within(p.from), within(p.to))
	}
}

// refundedByMonth lists the credited orders that have counted refunds.
func (c *computation) refundedByMonth() [][]int32 {
	out := make([][]int32, len(c.months))
	for i := range c.orders {
		if o := &c.orders[i]; o.net < o.amount {
			out[o.month] = append(out[o.month], int32(i))
		}
	}
	return out
}

// reverse computes what refunds take back of the month's shares. A share frozen
// by an earlier statement counts as frozen, even if a late fact has made the
// order match no longer; that is part of the rest, then, and under waive no
// part of what the month is worth.
func (c *computation) reverse(name string, e *earned, orders []int32, shares map[int32]int64) error {
	var sum, matched money.Fractions
	for _, i := range orders {
		o := &c.orders[i]
		share, matches := shares[i]
		if frozen, known := c.frozen[frozenKey{name, o.of.ID}]; known && !c.fresh(o) {
			share = frozen
		}
		if share == 0 {
			continue
		}
		sum.AddMulDiv(share, o.amount-o.net, o.amount)
		e.backs = append(e.backs, refunded{i, share})
		if matches {
			matched.AddMulDiv(share, o.amount-o.net, o.amount)
		}
	}
	var err error
	if e.back, err = sum.Round(); err != nil || !e.comp.Waive {
		return err
	}
	e.matchedBack, err = matched.Round()
	e.worth = e.all + e.stepUps - e.matchedBack
	return err
}

// bookCommission books a month of a commission: its new orders at their shares,
// its refunds at frozen shares, and the rest.
func (c *computation) bookCommission(name string, i int, e *earned) {
	was := map[Kind]int64{}
	for _, k := range []Kind{Earning, Reversal, TierAdjustment} {
		was[k] = c.before[bookKey{name, i, k}]
	}
	b := commissionBooking{c: c, e: e, month: i, was: was}
	c.book(bookKey{name, i, Earning}, was[Earning]+e.fresh, b.earning)
	c.book(bookKey{name, i, Reversal}, -e.back, b.reversal)
	c.book(bookKey{name, i, TierAdjustment}, e.worth-was[Earning]-e.fresh+e.back, b.adjustment)
}

// frozenKey names a share.
type frozenKey struct {
	component string
	order     channel.OrderID
}
