package cdnow

import (
	"math/big"
	"testing"
	"time"
)

// month is what one partner's month must come to, in cents.
type month struct {
	lines                         map[string]int64 // by component
	earned, held, released        int64
	opening, payable, closing     int64
	points, fund                  int64 // lifetime; of this month
	draw, excess                  int64 // at its end
	orders, revenue, large, fresh int64 // from the file: of its customers in this month; fresh are first orders
}

// step is a rate, in parts per million, from an amount of cents on.
type step struct{ from, ppm int64 }

// of is rate x amount, exactly.
func (s step) of(cents int64) *big.Rat { return big.NewRat(cents*s.ppm, 1_000_000) }

// marginal pays each step's rate on what lies in it.
func marginal(cents int64, steps ...step) *big.Rat {
	sum := new(big.Rat)
	for i, s := range steps {
		top := cents
		if i+1 < len(steps) {
			top = min(cents, steps[i+1].from)
		}
		sum.Add(sum, s.of(max(0, top-s.from)))
	}
	return sum
}

// whole pays the rate of the highest step reached on everything.
func whole(cents int64, steps ...step) *big.Rat {
	rate := steps[0]
	for _, s := range steps {
		if cents >= s.from {
			rate = s
		}
	}
	return rate.of(cents)
}

// cents rounds half to even.
func cents(x *big.Rat) int64 {
	double := new(big.Int).Lsh(x.Num(), 1)
	up := new(big.Int).Div(double.Add(double, x.Denom()), new(big.Int).Lsh(x.Denom(), 1)).Int64()
	if tie := new(big.Rat).Sub(big.NewRat(up, 1), x); up%2 != 0 && tie.Cmp(big.NewRat(1, 2)) == 0 {
		up--
	}
	return up
}

// names of the 18 months of the file, in order; end is the day after the i-th.
func names() (out []string) {
	for i := range 18 {
		out = append(out, end(i-1).Format("2006-01"))
	}
	return out
}

func end(i int) time.Time { return time.Date(1997, time.Month(i+2), 1, 0, 0, 0, 0, time.UTC) }

// recompute is the whole of what the partners are due, from the file and who
// serves whom.
func recompute(orders []order, owner map[string]string) map[string][]month {
	place, out := map[string]int{}, map[string][]month{}
	for i, m := range names() {
		place[m] = i
	}
	for _, p := range partnerIDs {
		out[p] = make([]month, len(place))
	}
	first := map[int]bool{}
	for _, o := range firstOrders(orders) {
		first[o.line] = true
	}
	for _, o := range orders {
		all, ok := out[owner[o.customer]]
		if !ok {
			continue // the pod's
		}
		m := &all[place[o.month()]]
		m.orders, m.revenue = m.orders+1, m.revenue+o.cents
		if o.cents >= 100_00 {
			m.large += o.cents
		}
		if first[o.line] {
			m.fresh++
		}
	}
	for p, all := range out {
		for i := range all {
			all[i].earn(p, all[:i])
			all[i].settle(all[:i])
		}
	}
	return out
}

// earn is the partner's plan, in a few lines.
func (m *month) earn(partner string, before []month) {
	var last month
	if n := len(before); n > 0 {
		last = before[n-1]
	}
	m.points = last.points
	switch partner {
	case "amber":
		m.lines = map[string]int64{"commission": cents(marginal(m.revenue, step{0, 50_000}, step{20_000_00, 75_000}, step{60_000_00, 100_000}))}
	case "birch":
		m.lines = map[string]int64{"commission": cents(whole(m.revenue, step{0, 41_000}, step{10_000_00, 62_500}, step{40_000_00, 85_000}))}
	case "cedar":
		var quarter int64
		for _, q := range before[len(before)/3*3:] {
			quarter += q.revenue
		}
		so := func(sum int64) int64 {
			return cents(marginal(sum, step{0, 50_000}, step{25_000_00, 80_000}, step{100_000_00, 100_000}))
		}
		m.lines = map[string]int64{"commission": so(quarter+m.revenue) - so(quarter)}
	case "dune":
		m.lines = map[string]int64{"welcome": 1_25 * m.fresh, "large orders": cents(step{0, 10_000}.of(m.large))}
	case "ember":
		own := cents(step{0, 60_000}.of(m.revenue))
		m.excess = max(0, own+last.excess-1_000_00)
		m.lines = map[string]int64{"commission": own, "ceiling": last.excess - m.excess}
		m.held = cents(step{0, 100_000}.of(own + last.excess - m.excess))
	case "fjord":
		own := cents(step{0, 70_000}.of(m.revenue))
		lift := max(0, 400_00-own)
		back := min(last.draw, max(0, own-400_00))
		m.draw = last.draw + lift - back
		m.lines = map[string]int64{"commission": own, "minimum": lift - back}
		m.points += 10*m.orders + 50*m.fresh
		m.fund = cents(step{0, 10_000}.of(m.revenue))
	}
	for _, amount := range m.lines {
		m.earned += amount
	}
}

// settle is the balance. What is held falls due 30 days after the end of its
// month and is released by the first month that ends then or later; less than
// 120.00 is carried forward.
func (m *month) settle(before []month) {
	n := len(before)
	for i, b := range before {
		if due := end(i).AddDate(0, 0, 30); !end(n).Before(due) && end(n-1).Before(due) {
			m.released += b.held
		}
	}
	if n > 0 {
		m.opening = before[n-1].closing
	}
	m.closing = m.opening + m.earned - m.held + m.released
	if m.closing >= 120_00 {
		m.payable, m.closing = m.closing, 0
	}
}

// exercised demands that the plans are worth computing twice: every tier is
// reached and left, the ceiling cuts and gives back, the minimum lifts and takes
// back, something is held, released and carried forward.
func exercised(t *testing.T, all map[string][]month) {
	t.Helper()
	did := map[string]bool{}
	for p, months := range all {
		for i, m := range months {
			did["amber at its top"] = did["amber at its top"] || p == "amber" && m.revenue > 60_000_00
			did["amber at its bottom"] = did["amber at its bottom"] || p == "amber" && m.revenue < 20_000_00
			did["birch at its top"] = did["birch at its top"] || p == "birch" && m.revenue >= 40_000_00
			did["birch at its bottom"] = did["birch at its bottom"] || p == "birch" && m.revenue < 10_000_00
			did["cut"] = did["cut"] || m.lines["ceiling"] < 0
			did["given back"] = did["given back"] || m.lines["ceiling"] > 0
			did["lifted"] = did["lifted"] || m.lines["minimum"] > 0
			did["taken back"] = did["taken back"] || m.lines["minimum"] < 0
			did["released"] = did["released"] || m.released > 0
			did["carried"] = did["carried"] || m.closing > 0 && i+1 < len(months)
		}
	}
	for what, ok := range did {
		if !ok {
			t.Errorf("nothing was ever %s", what)
		}
	}
}
