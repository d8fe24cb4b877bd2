package incentive

import (
	"cmp"
	"slices"
)

// window is one commission over the months in which its attainment grows. Each
// order is priced by its own month's version, at the position reached.
type window struct {
	span   // low is the index of months[0] in the computation
	cs     *commissions
	months []windowMonth // up to the open one
	whole  bool          // some month's version is `whole`
}

// windowMonth is a month of a window; terms is nil where that month's plan does
// not have the commission.
type windowMonth struct {
	terms  *commission
	orders []int32 // matched, in (time, id)
}

// group is a stretch of orders of one month that are priced together: a `whole`
// rate is that of the attainment after the last of them.
type group struct {
	month  int     // of the window
	stage  int32   // under waive: of the statement that first booked them
	orders []int32 // in (time, id)
}

// windowStart is the index of the first month of the window that month i is in
// under its version of the commission.
func (cs *commissions) windowStart(i int, w windowKind) int {
	start := cs.months[i].period
	switch w {
	case quarterly:
		start = start.QuarterStart()
	case yearly:
		start = start.YearStart()
	}
	return max(0, start.Sub(cs.low)) // no plan, and so nothing, before the first month
}

// span is one window: its first month, and how long it is.
type span struct {
	low  int
	kind windowKind
}

// spans are the windows of a commission, each with some month of its own.
func (cs *commissions) spans(places []placed[*commission]) (out []span) {
	for _, p := range places {
		s := span{cs.windowStart(p.month, p.terms.windows), p.terms.windows}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// window is the commission over the months of a span, up to the open one.
func (cs *commissions) window(places []placed[*commission], s span) *window {
	w := &window{cs: cs, span: s}
	for i := s.low; i < len(cs.months) && cs.windowStart(i, s.kind) == s.low; i++ {
		w.months = append(w.months, windowMonth{})
	}
	for _, p := range places {
		if i := p.month - s.low; i >= 0 && i < len(w.months) {
			w.months[i] = windowMonth{p.terms, p.orders}
			w.whole = w.whole || p.terms.whole
		}
	}
	return w
}

// mine reports whether month i of the window is priced by it: another version
// may have a longer or shorter window.
func (w *window) mine(i int) bool {
	p := w.months[i].terms
	return p != nil && p.windows == w.kind
}

// priceWindow fills in the window's own months and the shares of their orders.
func (cs *commissions) priceWindow(w *window, months []earned, shares map[int32]int64) error {
	adjust, waive := false, false
	for i, m := range w.months {
		if w.mine(i) {
			adjust, waive = adjust || !m.terms.waive, waive || m.terms.waive
			months[w.low+i] = earned{terms: m.terms, tiers: make([]credits, len(m.terms.tiers))}
		}
	}
	if adjust {
		nets, err := w.nets()
		if err != nil {
			return err
		}
		for i := range w.months {
			if e := &months[w.low+i]; w.mine(i) && !e.terms.waive {
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

// share prices the groups and keeps what the months of one consequence need:
// under waive every share, else those of orders that may still be reversed.
func (w *window) share(groups []group, waive bool, months []earned, shares map[int32]int64) error {
	concerns := func(month int) *earned {
		if e := &months[w.low+month]; w.mine(month) && e.terms.waive == waive {
			return e
		}
		return nil
	}
	visit := func(p priced) {
		e := concerns(p.group.month)
		if e == nil {
			return
		}
		o := &w.cs.orders[p.index]
		e.all += p.share
		if w.cs.isFresh(o) {
			e.fresh += p.share
			e.orders++
			e.addTiers(p, o.guarded)
			w.cs.fresh = append(w.cs.fresh, Share{p.terms.Name, o.of.ID, p.share})
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

// byMonth are the window's orders as they occurred, a group a month.
func (w *window) byMonth() []group {
	out := make([]group, 0, len(w.months))
	for i, m := range w.months {
		if m.terms != nil {
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
			stage := w.cs.orders[index].stage
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
