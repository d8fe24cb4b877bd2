package incentive

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// scenario is a random world told to Compute and to the naive reference alike.
type scenario struct {
	t         *rapid.T
	random    *rand.Rand // rapid's own numbers are mostly small; these are even
	w         *world
	n         *naive
	plain     bool // nothing but adjusting commissions, and what properties need
	carry     bool // plain: every ceiling carries, or every one loses
	uncounted bool // nothing counts orders or looks at a single one's size
	orders    []*naiveOrder
	serial    int
}

func newScenario(t *rapid.T) *scenario { return scenarioOf(t, rapid.Uint64().Draw(t, "seed")) }

func scenarioOf(t *rapid.T, seed uint64) *scenario {
	s := &scenario{t: t, random: rand.New(rand.NewPCG(seed, 7)), w: newWorld(), n: &naive{guarded: map[channel.Period]bool{}, booked: map[naiveKey]int64{}, shares: map[string]map[string]int64{},
		opened: map[channel.Period][2]int64{}, effect: map[channel.Period][3]int64{}, holds: map[channel.Period]Hold{}}}
	cal, err := channel.ParseCalendar("zone", s.pick("", "Europe/Berlin", "America/Sao_Paulo"))
	if err != nil {
		t.Fatal(err)
	}
	s.w.cal, s.n.cal = cal, cal
	return s
}

func (s *scenario) pick(from ...string) string { return from[s.random.IntN(len(from))] }

func (s *scenario) chance(percent int) bool { return s.random.IntN(100) < percent }

func (s *scenario) number(low, high int) int { return low + s.random.IntN(high-low+1) }

// cents is a decimal amount.
func (s *scenario) cents(low, high int) string {
	return money.Format(int64(s.number(low, high)), "EUR")
}

func (s *scenario) rate(low, high int) string {
	return money.Rate(s.number(low, high)).String()
}

func (s *scenario) when() string {
	switch {
	case !s.chance(30):
		return ""
	case s.uncounted:
		return `, "when": "order.product == 'kit'"`
	}
	return fmt.Sprintf(`, "when": %q`, s.pick("order.product == 'kit'", "order.amount >= 100", "order.first"))
}

func (s *scenario) guard() string {
	if s.chance(30) {
		return fmt.Sprintf(`, "whenGuarded": %q`, s.pick("1.10", "0.50", "1.333333", "0"))
	}
	return ""
}

func (s *scenario) commission(name string) string {
	tiers, from, rate := []string{}, 0, s.number(0, 120_000)
	for range s.number(1, 4) {
		tiers = append(tiers, fmt.Sprintf(`{"from": %q, "rate": %q}`, money.Format(int64(from), "EUR"), money.Rate(rate)))
		from += s.number(1, 150_000)
		rate += s.number(0, 60_000)
	}
	basis, consequence := s.pick("revenue", "revenue", "margin"), s.pick("adjust", "waive")
	if s.plain {
		basis, consequence = "revenue", "adjust"
	}
	return fmt.Sprintf(`{"type": "commission", "name": %q, "basis": %q, "method": %q, "attainment": %q, "tierConsequence": %q, "tiers": [%s]%s%s}`, name, basis,
		s.pick("marginal", "whole"), s.pick("month", "quarter", "year"), consequence, strings.Join(tiers, ", "), s.when(), s.guard())
}

// components draws those of one version.
func (s *scenario) components() string {
	list := []string{s.commission("commission")}
	add := func(percent int, format string, args ...any) {
		if s.chance(percent) && !(s.uncounted && counts(format)) {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	add(30, "%s", s.commission("second"))
	add(40, `{"type": "retention", "name": "kept", "amount": %q, "minOrders": %d%s}`, s.cents(1, 1000), s.number(1, 2), s.guard())
	add(40, `{"type": "bounty", "name": "bounty", "amount": %q, "on": %q, "from": "2026-01-15"%s%s%s}`, s.cents(1, 5000), s.pick("order", "first_order"),
		s.pick("", `, "to": "2026-04-20"`), s.pick("", `, "limit": 2`), s.when())
	add(40, `{"type": "satisfaction", "name": "happy", "of": "commission", "minAnswers": 2, "steps": [{"minAverage": "3.50", "share": "0.05"}, {"minAverage": "4.00", "share": "0.125"}]}`)
	add(50, `{"type": "handover", "name": "hand", "rate": %q, "floor": %q, "ceiling": "900.00", "trail": {"rate": %q, "months": %d}%s}`, s.rate(0, 50_000), s.cents(0, 20_000), s.rate(0, 90_000), s.number(1, 6), s.guard())
	add(30, `{"type": "recognition", "name": "points", "perOrder": 3, "perNewCustomer": 7%s}`, s.when())
	add(30, `{"type": "mdf", "name": "fund", "rate": %q%s%s}`, s.rate(0, 50_000), s.when(), s.guard())
	recoverable, excess := s.chance(60), s.pick("lose", "carry", "carry")
	if s.plain { // what a ceiling loses depends on what was carried into it, and that on what was known
		recoverable, excess = recoverable && s.carry, map[bool]string{true: "carry", false: "lose"}[s.carry]
	}
	add(40, `{"type": "guarantee", "name": "minimum", "amount": %q, "recoverable": %t}`, s.cents(0, 20_000), recoverable)
	add(40, `{"type": "cap", "name": "ceiling", "amount": %q, "excess": %q}`, s.cents(0, 40_000), excess)
	add(30, `{"type": "reserve", "name": "reserve", "share": %q, "days": %d}`, s.rate(0, 500_000), s.number(0, 70))
	add(30, `{"type": "clawback", "name": "window", "days": %d}`, s.number(0, 60))
	return "[" + strings.Join(list, ",\n ") + "]"
}

// counts reports whether a component counts orders.
func counts(component string) bool {
	return strings.Contains(component, `"retention"`) || strings.Contains(component, `"bounty"`) || strings.Contains(component, `"recognition"`)
}

// versions draws the plan versions; each begins where the one before ends.
func (s *scenario) versions() {
	from := s.pick("2025-12-01", "2026-01-01", "2026-02-10")
	for i, next := range []string{from, s.pick("2026-03-01", "2026-03-17", "2026-04-01")} {
		if i == 1 && s.chance(50) {
			break
		}
		p := mustParse(s.t, planOf(next, s.components()))
		p.Version = i + 1
		if i > 0 {
			s.w.plans[i-1].Until = p.Start(s.w.cal)
		}
		s.w.plans = append(s.w.plans, PlanSpan{From: p.Start(s.w.cal), Plan: p})
	}
	s.n.plans = s.w.plans
	s.w.minimum = int64(s.number(0, 5000))
	s.n.minimum = s.w.minimum
	for _, m := range []channel.Period{"2026-01", "2026-02", "2026-03", "2026-04", "2026-05"} {
		if s.chance(20) {
			s.w.guarded = append(s.w.guarded, Guard{Period: m})
			s.n.guarded[m] = true
		}
	}
}

// within draws a time of a month, often one of its ends.
func (s *scenario) within(m channel.Period) time.Time {
	start, end := s.w.cal.Start(m), s.w.cal.End(m)
	switch s.number(0, 9) {
	case 0:
		return start.UTC()
	case 1:
		return end.Add(-time.Second).UTC()
	}
	return start.Add(time.Duration(s.number(0, int(end.Sub(start).Hours())-1)) * time.Hour).UTC()
}

// customers draws who owned whom when; ownership does not depend on what is
// closed.
func (s *scenario) customers() {
	for i := range s.number(1, 4) {
		id := channel.CustomerID(fmt.Sprintf("c%d", i))
		at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
		s.w.customer(id)
		s.n.moves = append(s.n.moves, naiveMove{string(id), at, "p1", 0})
		owner := "p1"
		for _, m := range []channel.Period{"2026-01", "2026-02", "2026-03", "2026-04", "2026-05"} {
			if !s.chance(20) {
				continue
			}
			to := s.pick("p1", "pod", "p2")
			at := s.within(m)
			if to == owner {
				continue
			}
			owner = to
			value := int64(s.number(0, 9_000_000))
			real := map[string]channel.Owner{"p1": "partner:p1", "pod": "pod:north", "p2": "partner:p2"}[to]
			s.w.move(id, at, real, money.Of(value, "EUR"))
			s.n.moves = append(s.n.moves, naiveMove{string(id), at, to, value})
		}
	}
}

// facts books a few facts in the open month, some of them late.
func (s *scenario) facts(open channel.Period) {
	month := func() channel.Period {
		if s.chance(25) {
			return open.Add(-s.number(0, 4))
		}
		return open
	}
	for range s.number(0, 5) {
		s.order(open, month())
	}
	for range s.number(0, 3) {
		if len(s.orders) == 0 {
			break
		}
		o := s.orders[s.random.IntN(len(s.orders))]
		at := s.within(open)
		if at.Before(o.at) {
			at = o.at
		}
		amount := o.amount
		if !s.chance(40) {
			amount = int64(s.number(0, int(o.amount)))
		}
		s.serial++
		o.refunds = append(o.refunds, naiveRefund{at, open, amount})
		s.w.refund(open, at, fmt.Sprintf("r%d", s.serial), channel.OrderID(o.id), amount)
	}
	for range s.number(0, 3) {
		s.answer(open, month())
	}
}

func (s *scenario) order(open, m channel.Period) *naiveOrder {
	customers := len(s.w.parts)
	at := s.within(m)
	s.serial++
	o := &naiveOrder{id: fmt.Sprintf("o%d", s.serial), customer: fmt.Sprintf("c%d", s.number(0, customers-1)), at: at, booked: max(open, s.w.cal.Of(at)),
		amount: int64(s.number(0, 90_000)), margin: int64(s.number(-3_000, 30_000)), hasMargin: s.chance(90), currency: "EUR", product: s.pick("kit", "other")}
	if s.chance(5) {
		o.currency = "USD"
	}
	s.tell(o)
	return o
}

func (s *scenario) tell(o *naiveOrder) {
	s.orders, s.n.orders = append(s.orders, o), append(s.n.orders, o)
	order := channel.Order{ID: channel.OrderID(o.id), Customer: channel.CustomerID(o.customer), Amount: o.amount, Currency: o.currency, Product: o.product}
	if o.hasMargin {
		order.Margin = &o.margin
	}
	s.w.order(o.booked, o.at, order)
}

// compare closes a month in both and compares everything.
func (s *scenario) compare(m channel.Period) {
	result, err := s.w.close(m)
	if err != nil {
		s.t.Fatalf("close %s: %v", m, err)
	}
	s.n.close(m)
	got := map[naiveKey]int64{}
	for _, l := range result.Lines {
		got[naiveKey{l.Component, l.Period, l.Kind}] = l.Amount
	}
	var wrong []string
	for key := range s.n.lines {
		if s.n.lines[key] != 0 && got[key] != s.n.lines[key] {
			wrong = append(wrong, fmt.Sprintf("%v: computed %d, the reference says %d", key, got[key], s.n.lines[key]))
		}
	}
	for key, v := range got {
		if s.n.lines[key] == 0 {
			wrong = append(wrong, fmt.Sprintf("%v: computed %d, the reference has no such line", key, v))
		}
	}
	p := result.Position
	for _, x := range []struct {
		name      string
		got, want int64
	}{{"earned", result.Earned, s.n.earned}, {"held", result.Held, s.n.held}, {"released", result.Released, s.n.released}, {"payable", result.Payable, s.n.payable},
		{"balance", p.Balance, s.n.balance}, {"draw", p.Draw, s.n.draw}, {"excess", p.Excess, s.n.excess}, {"points", p.Points, s.n.points}, {"fund", p.Fund, s.n.fund}} {
		if x.got != x.want {
			wrong = append(wrong, fmt.Sprintf("%s: computed %d, the reference says %d", x.name, x.got, x.want))
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		s.t.Fatalf("%s:\n%s\n%s", m, strings.Join(wrong, "\n"), result.print())
	}
	checkFormulas(s.t, &result)
}

func TestCompute_RandomProgrammes_AgreeWithTheNaiveReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newScenario(t)
		s.versions()
		s.customers()
		first := s.number(1, 3)
		for i := 1; i <= 5; i++ {
			m := channel.PeriodOf(2026, time.Month(i))
			s.facts(m)
			if i >= first {
				s.compare(m)
			}
		}
	})
}

func (s *scenario) answer(open, m channel.Period) {
	s.serial++
	a := naiveAnswer{customer: fmt.Sprintf("c%d", s.number(0, len(s.w.parts)-1)), at: s.within(m), score: int64(s.number(1, 5))}
	a.booked = max(open, s.w.cal.Of(a.at))
	s.n.answers = append(s.n.answers, a)
	s.w.feedback(open, a.at, channel.CustomerID(a.customer), fmt.Sprintf("f%d", s.serial), int(a.score))
}
