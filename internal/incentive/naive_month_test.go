package incentive

import (
	"math/big"
	"sort"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// stage is the month whose statement first booked an order.
func (n *naive) stage(o *naiveOrder) channel.Period { return max(o.booked, n.first) }

// commission books one month of one commission.
func (n *naive) commission(name string, m channel.Period) {
	c := find[*commission](n, m, name)
	if n.shares[name] == nil {
		n.shares[name] = map[string]int64{}
	}
	var worth, fresh int64
	now := map[string]int64{} // shares of the orders that match, as of now
	if c.waive {
		worth, fresh = n.waived(name, m, now)
	} else {
		w := func(last channel.Period) int64 {
			list := n.window(name, m, last)
			return r(n.price(name, list, n.netBasis, n.attained(name, list, n.netBasis)))
		}
		worth = w(m) - w(m.Prev())
		list := n.window(name, m, m)
		t := n.attained(name, list, grossBasis)
		for k, o := range list {
			if n.cal.Of(o.at) != m {
				continue
			}
			now[o.id] = r(n.price(name, list[:k+1], grossBasis, t)) - r(n.price(name, list[:k], grossBasis, t))
			if n.stage(o) == n.now {
				n.shares[name][o.id] = now[o.id]
				fresh += now[o.id]
			}
		}
	}
	back, matched := rat(0), rat(0)
	for _, o := range n.known() {
		share, matches := now[o.id]
		if frozen, known := n.shares[name][o.id]; known {
			share = frozen
		}
		if n.cal.Of(o.at) == m {
			back = sum(back, mul(rat(share), n.fraction(o)))
			if matches {
				matched = sum(matched, mul(rat(share), n.fraction(o)))
			}
		}
	}
	was := n.booked[naiveKey{name, m, Earning}] + n.booked[naiveKey{name, m, Reversal}] + n.booked[naiveKey{name, m, TierAdjustment}]
	reversed := -r(back) - n.booked[naiveKey{name, m, Reversal}]
	if c.waive {
		worth -= r(matched)
	}
	n.line(name, m, Earning, fresh)
	n.line(name, m, Reversal, reversed)
	n.line(name, m, TierAdjustment, worth-was-fresh-reversed)
}

// waived: positions count gross in order of booking. The month is worth the
// shares of its orders and the steps up that it reached.
func (n *naive) waived(name string, m channel.Period, shares map[string]int64) (worth, fresh int64) {
	list := n.window(name, m, n.windowEnd(name, m))
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if n.stage(a) != n.stage(b) {
			return n.stage(a) < n.stage(b)
		}
		return before(a, b)
	})
	last := int64(0)
	for k := 0; k < len(list); {
		end := k
		for end < len(list) && n.stage(list[end]) == n.stage(list[k]) && n.cal.Of(list[end].at) == n.cal.Of(list[k].at) {
			end++
		}
		t := n.attained(name, list[:end], grossBasis)
		start := r(n.price(name, list[:k], grossBasis, t))
		here := n.cal.Of(list[k].at) == m
		if here {
			worth += start - last
		}
		last = start
		for ; k < end; k++ {
			now := r(n.price(name, list[:k+1], grossBasis, t))
			if share := now - last; here {
				worth += share
				shares[list[k].id] = share
				if n.stage(list[k]) == n.now {
					fresh += share
					n.shares[name][list[k].id] = share
				}
			}
			last = now
		}
	}
	return worth, fresh
}

// windowEnd is the last month up to now in m's window.
func (n *naive) windowEnd(name string, m channel.Period) channel.Period {
	w := find[*commission](n, m, name).windows
	end := m
	for windowStart(end.Next(), w) == windowStart(m, w) && end < n.now {
		end = end.Next()
	}
	return end
}

// month books everything of one month but guarantee and cap.
func (n *naive) month(m channel.Period) {
	p, _ := n.plan(m)
	for i := 0; p != nil && i < len(p.Components); i++ {
		if c, is := p.Components[i].terms.(*commission); is {
			n.commission(c.Name, m)
		}
	}
	for i := 0; p != nil && i < len(p.Components); i++ {
		switch c := p.Components[i].terms.(type) {
		case *retention:
			n.worth(c.Name, m, Earning, r(mul(rat(c.amount*n.kept(c, m)), n.multiplier(c.Component, m))))
		case *bounty:
			n.worth(c.Name, m, Earning, r(mul(rat(c.amount*n.bounties(c.Name, m)), n.multiplier(c.Component, m))))
		case *mdf:
			total := rat(0)
			for _, o := range n.known() {
				if n.cal.Of(o.at) == m && o.currency == "EUR" && n.matches(c.Component, o) {
					total = sum(total, mul(rat(o.amount), sub(rat(1), n.fraction(o))))
				}
			}
			key := naiveKey{c.Name, m, FundBooked}
			now := r(mul(mul(total, ppm(int64(c.rate))), n.multiplier(c.Component, m)))
			n.fund += now - n.booked[key]
			n.booked[key] = now
		case *recognition:
			n.recognised(c, m)
		}
	}
	n.trails(m)
	for i := 0; p != nil && i < len(p.Components); i++ {
		if c, is := p.Components[i].terms.(*satisfaction); is {
			n.satisfied(c, m)
		}
	}
}

func (n *naive) recognised(c *recognition, m channel.Period) {
	now := int64(0)
	for _, o := range n.known() {
		if n.cal.Of(o.at) != m || !n.live(o) || !n.matches(c.Component, o) {
			continue
		}
		if o.currency == "EUR" {
			now += c.perOrder
		}
		if n.firstOf(o.customer) == o {
			now += c.perNewCustomer
		}
	}
	key := naiveKey{c.Name, m, PointsBooked}
	n.points += now - n.booked[key]
	n.booked[key] = now
}

func (n *naive) kept(c *retention, m channel.Period) (count int64) {
	start, end := n.cal.Start(m), n.cal.End(m)
	seen := map[string]bool{}
	for _, move := range n.moves {
		if seen[move.customer] {
			continue
		}
		seen[move.customer] = true
		promoted := false
		owner := ""
		for _, x := range n.moves {
			if x.customer != move.customer || !x.at.Before(end) {
				continue
			}
			promoted = promoted || owner == "p1" && x.owner == "pod" && !x.at.Before(start)
			owner = x.owner
		}
		orders := int64(0)
		for _, o := range n.known() {
			if o.customer == move.customer && n.cal.Of(o.at) == m && n.live(o) && n.matches(c.Component, o) {
				orders++
			}
		}
		if n.owner(move.customer, start) == "p1" && (owner == "p1" || promoted) && orders >= c.minOrders {
			count++
		}
	}
	return count
}

func (n *naive) bounties(name string, m channel.Period) (count int64) {
	rank := int64(0)
	for _, o := range n.known() {
		at := n.cal.Of(o.at)
		c := find[*bounty](n, at, name)
		day := o.at.In(n.cal.Location()).Format(time.DateOnly)
		if c == nil || o.currency != "EUR" || !n.live(o) || !n.matches(c.Component, o) || c.firstOrder && n.firstOf(o.customer) != o || c.from != "" && day < c.from || c.to != "" && day > c.to {
			continue
		}
		if rank++; at == m && (c.limit == 0 || rank <= c.limit) {
			count++
		}
	}
	return count
}

func (n *naive) satisfied(c *satisfaction, m channel.Period) {
	count, total := int64(0), int64(0)
	for _, a := range n.answers {
		if a.booked <= n.now && n.cal.Of(a.at) == m && n.owner(a.customer, a.at) == "p1" {
			count++
			total += a.score
		}
	}
	share := rat(0)
	if count > 0 && count >= c.minAnswers {
		for _, s := range c.steps {
			if big.NewRat(total, count).Cmp(ppm(s.minAverage)) >= 0 {
				share = ppm(int64(s.share))
			}
		}
	}
	net := int64(0)
	for key, v := range n.booked {
		if key.component == c.of && key.month == m && key.kind != PointsBooked && key.kind != FundBooked {
			net += v
		}
	}
	n.worth(c.Name, m, Earning, r(mul(rat(max(0, net)), share)))
}

// trails books the hand-overs of the month and the trails on its orders.
func (n *naive) trails(m channel.Period) {
	once, gross, net := map[string]*big.Rat{}, map[string]*big.Rat{}, map[string]*big.Rat{}
	at := func(sums map[string]*big.Rat, name string) *big.Rat {
		if sums[name] == nil {
			sums[name] = rat(0)
		}
		return sums[name]
	}
	paid := map[string]bool{}
	for i, move := range n.moves {
		t := n.cal.Of(move.at)
		p, since := n.plan(t)
		if move.owner != "pod" || t > n.now || p == nil || move.at.Before(since) || n.owner(move.customer, move.at.Add(-time.Nanosecond)) != "p1" {
			continue
		}
		back := time.Time{}
		for _, later := range n.moves[i+1:] {
			if later.customer == move.customer && later.owner == "p1" && back.IsZero() {
				back = later.at
			}
		}
		has := false
		for j := range p.Components {
			c, is := p.Components[j].terms.(*handover)
			if !is {
				continue
			}
			has = true
			if t == m && !paid[move.customer] {
				x := mul(rat(move.value), ppm(int64(c.rate)))
				if x.Cmp(rat(c.floor)) < 0 {
					x = rat(c.floor)
				}
				if x.Cmp(rat(c.ceiling)) > 0 {
					x = rat(c.ceiling)
				}
				at(once, c.Name).Add(at(once, c.Name), mul(x, n.multiplier(c.Component, t)))
			}
			for _, o := range n.orders {
				if o.booked > n.now || o.customer != move.customer || n.cal.Of(o.at) != m || o.currency != "EUR" || o.at.Before(move.at) ||
					!o.at.Before(n.cal.AddMonths(move.at, c.trailMonths)) || !back.IsZero() && !o.at.Before(back) {
					continue
				}
				x := mul(mul(rat(o.amount), ppm(int64(c.trailRate))), n.multiplier(c.Component, m))
				at(gross, c.Name).Add(at(gross, c.Name), x)
				at(net, c.Name).Add(at(net, c.Name), mul(x, sub(rat(1), n.fraction(o))))
			}
		}
		paid[move.customer] = paid[move.customer] || has
	}
	for name, x := range once {
		n.worth(name, m, OneTime, r(x))
	}
	for name := range gross {
		n.worth(name, m, Trail, r(gross[name]))
		n.worth(name, m, TrailReversal, r(net[name])-r(gross[name]))
	}
}
