package incentive

import (
	"math/big"

	"github.com/fairlead/fairlead/internal/channel"
)

func (n *naive) line(component string, m channel.Period, kind Kind, amount int64) {
	key := naiveKey{component, m, kind}
	n.booked[key] += amount
	if amount != 0 {
		n.lines[key] += amount
	}
	n.earned += amount
}

// worth books the difference to what was booked under the key.
func (n *naive) worth(component string, m channel.Period, kind Kind, now int64) {
	n.line(component, m, kind, now-n.booked[naiveKey{component, m, kind}])
}

// own is a month's own sum so far, and its hand-over lines.
func (n *naive) own(m channel.Period) (own, handover int64) {
	for key, v := range n.booked {
		if key.month != m {
			continue
		}
		switch key.kind {
		case Earning, Reversal, TierAdjustment:
			own += v
		case OneTime, Trail, TrailReversal:
			handover += v
		}
	}
	return own, handover
}

// guaranteed applies guarantee and cap of a month to its sums; steps says what
// each part did: top-up, taken back, carried in, cut.
func (n *naive) guaranteed(m channel.Period, draw, excess int64) (steps [4]int64, drawAfter, excessAfter int64) {
	own, handover := n.own(m)
	p, since := n.plan(m)
	share := func(amount int64) int64 {
		days := int64(0)
		for d := n.cal.Start(m); d.Before(n.cal.End(m)); d = n.cal.AddDays(d, 1) {
			if !d.Before(since) {
				days++
			}
		}
		return r(mul(rat(amount), big.NewRat(days, int64(n.cal.DaysIn(m)))))
	}
	sum := own
	drawAfter = draw
	if g := find[*guarantee](n, m, ""); p != nil && g != nil {
		minimum := share(g.amount)
		steps[0] = max(0, minimum-own-handover)
		if g.recoverable {
			steps[1] = min(draw, max(0, own+handover-minimum))
			drawAfter += steps[0] - steps[1]
		}
		sum += steps[0] - steps[1]
	}
	steps[2] = excess
	sum += excess
	if c := find[*ceiling](n, m, ""); p != nil && c != nil {
		if ceiling := share(c.amount); sum > ceiling {
			steps[3] = sum - ceiling
			if c.carry {
				excessAfter = steps[3]
			}
		}
	}
	return steps, drawAfter, excessAfter
}

// close is the statement of a month.
func (n *naive) close(m channel.Period) {
	if n.first == "" {
		n.first = m
	}
	n.now, n.lines, n.earned = m, map[naiveKey]int64{}, 0
	for q := channel.Period("2025-01"); q <= m; q = q.Next() {
		n.month(q)
	}
	for _, q := range n.closed {
		steps, draw, excess := n.guaranteed(q, n.opened[q][0], n.opened[q][1])
		net, was := steps[0]-steps[1]+steps[2]-steps[3], n.effect[q]
		n.effect[q] = [3]int64{net, draw, excess}
		if net != was[0] {
			n.lines[naiveKey{MinimumAndCeiling, q, Correction}] = net - was[0]
			n.earned += net - was[0]
		}
		n.draw += draw - was[1]
		n.excess += excess - was[2]
	}
	guarantees, caps := MinimumAndCeiling, MinimumAndCeiling
	if c := find[*guarantee](n, m, ""); c != nil {
		guarantees = c.Name
	}
	if c := find[*ceiling](n, m, ""); c != nil {
		caps = c.Name
	}
	extra := func(name string, kind Kind, amount int64) {
		if amount != 0 {
			n.lines[naiveKey{name, m, kind}] = amount
			n.earned += amount
		}
	}
	if n.draw < 0 {
		extra(guarantees, DrawGiven, -n.draw)
		n.draw = 0
	}
	n.opened[m] = [2]int64{n.draw, n.excess}
	steps, draw, excess := n.guaranteed(m, n.draw, n.excess)
	n.effect[m] = [3]int64{steps[0] - steps[1] + steps[2] - steps[3], draw, excess}
	n.draw, n.excess = draw, excess
	extra(guarantees, TopUp, steps[0])
	extra(guarantees, DrawTaken, -steps[1])
	extra(caps, CarriedIn, steps[2])
	extra(caps, ExcessCut, -steps[3])
	n.closed = append(n.closed, m)
	n.settle(m)
}

func (n *naive) settle(m channel.Period) {
	n.held, n.released, n.payable = 0, 0, 0
	if c := find[*reserve](n, m, ""); c != nil {
		n.held = r(mul(rat(max(0, n.earned)), ppm(int64(c.share))))
		if n.held != 0 {
			n.holds[m] = Hold{Due: n.cal.AddDays(n.cal.End(m), int(c.days)), Amount: n.held}
		}
	}
	for q, h := range n.holds {
		if !h.Due.After(n.cal.End(m)) {
			n.released += h.Amount
			delete(n.holds, q)
		}
	}
	n.balance += n.earned - n.held + n.released
	if n.balance > 0 && n.balance >= n.minimum {
		n.payable = n.balance
	}
	n.balance -= n.payable
}
