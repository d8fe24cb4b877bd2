package incentive

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
)

// months of a scenario.
var january = channel.Period("2026-01")

// run plays the facts and closes months first to 5. change, if set, may alter
// the world before anything is closed.
func (s *scenario) run(first int, change func()) {
	for i := 1; i <= 5; i++ {
		s.facts(january.Add(i - 1))
	}
	if change != nil {
		change()
	}
	s.closeAll(first)
}

func (s *scenario) closeAll(first int) {
	for i := first; i <= 5; i++ {
		if _, err := s.w.close(january.Add(i - 1)); err != nil {
			s.t.Fatal(err)
		}
	}
}

// totals sums every component over all statements, points and fund too;
// guarantee and cap are told apart, because they are not components that earn.
func (w *world) totals() (components map[string]int64, earned int64) {
	components = map[string]int64{}
	for _, r := range w.results {
		earned += r.Earned
		for _, l := range r.Lines {
			if _, is := l.Kind.standing(); is != limitLine {
				components[l.Component] += l.Amount
			}
		}
	}
	last := w.results[len(w.results)-1].Position
	components["points of recognition"], components["marketing fund's balance"] = last.Points, last.Fund
	for name, n := range components {
		if n == 0 {
			delete(components, name)
		}
	}
	return components, earned + last.Excess - last.Draw
}

// twin plays the same random choices in another world.
func twin(t *rapid.T, seed uint64, plain bool) *scenario {
	s := scenarioOf(t, seed)
	s.plain, s.carry = plain, s.chance(70)
	s.versions()
	s.customers()
	return s
}

func bytesOf(t *rapid.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestProperty_OrderOfArrivalBetweenCloses_ChangesNoByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		a, b := twin(t, seed, false), twin(t, seed, false)
		a.run(2, nil)
		b.run(2, func() {
			for _, p := range b.w.parts {
				b.random.Shuffle(len(p.Entries), func(i, j int) { p.Entries[i], p.Entries[j] = p.Entries[j], p.Entries[i] })
			}
		})
		if x, y := bytesOf(t, a.w.results), bytesOf(t, b.w.results); x != y {
			t.Fatalf("%s\n%s", x, y)
		}
	})
}

func TestProperty_Recomputed_GivesTheSameBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := twin(t, rapid.Uint64().Draw(t, "seed"), false)
		for i := 1; i <= 3; i++ {
			s.facts(january.Add(i - 1))
		}
		s.closeAll(5)
		in := s.w.input("2026-06")
		first, err := Compute(in)
		if err != nil {
			t.Fatal(err)
		}
		var opening Position
		if err := json.Unmarshal([]byte(bytesOf(t, in.Opening)), &opening); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(opening, in.Opening) {
			t.Fatalf("the position is not what was written:\n%+v\n%+v", opening, in.Opening)
		}
		in.Opening = opening
		s.random.Shuffle(len(in.Customers), func(i, j int) { in.Customers[i], in.Customers[j] = in.Customers[j], in.Customers[i] })
		s.random.Shuffle(len(in.Shares), func(i, j int) { in.Shares[i], in.Shares[j] = in.Shares[j], in.Shares[i] })
		again, err := Compute(in)
		if err != nil || bytesOf(t, first) != bytesOf(t, again) {
			t.Fatalf("%v\n%s\n%s", err, bytesOf(t, first), bytesOf(t, again))
		}
	})
}

// Across closes: once all facts have arrived, it does not matter which of them
// were late. (Not so where a ceiling loses what draws or carried excess bring
// into it: what was lost stays lost.)
func TestProperty_LateFacts_SameTotalsInTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		late, punctual := twin(t, seed, true), twin(t, seed, true)
		late.run(1, nil)
		punctual.run(1, func() {
			for _, p := range punctual.w.parts {
				for i := range p.Entries {
					p.Entries[i].Booked = max(punctual.w.cal.Of(p.Entries[i].Occurred), january)
				}
			}
		})
		a, x := late.w.totals()
		b, y := punctual.w.totals()
		if !reflect.DeepEqual(a, b) || x != y {
			t.Fatalf("late %v, %d\npunctual %v, %d", a, x, b, y)
		}
	})
}

// A full refund that counts leaves zero per component, whenever it comes.
func TestProperty_FullRefund_LeavesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		without, with := twin(t, seed, true), twin(t, seed, true)
		without.run(1, nil)
		with.run(1, func() {
			placed := january.Add(with.number(0, 3))
			back := placed.Add(with.number(0, 1))
			o := with.order(placed, placed)
			with.w.refund(back, o.at, "all-of-it", channel.OrderID(o.id), max(1, o.amount))
			if o.amount == 0 {
				t.Skip("an order of nothing is never refunded")
			}
		})
		a, _ := without.w.totals()
		b, _ := with.w.totals()
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("without the order %v\nwith it %v", a, b)
		}
	})
}

func TestProperty_OrderSplitInTwo_ChangesNoLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		var both [2]*scenario
		for i := range both {
			both[i] = scenarioOf(t, seed)
			both[i].uncounted = true
			both[i].versions()
			both[i].customers()
		}
		whole, split := both[0], both[1]
		even := func(s *scenario) func() {
			return func() {
				for _, p := range s.w.parts {
					for i := range p.Entries {
						double(&p.Entries[i])
					}
				}
			}
		}
		whole.run(1, even(whole))
		split.run(1, split.splitAll)
		for i := range whole.w.results {
			a, b := amounts(&whole.w.results[i]), amounts(&split.w.results[i])
			if a != b {
				t.Fatalf("whole\n%ssplit\n%s", a, b)
			}
		}
	})
}

// double doubles every amount of the entry, so that it can be halved.
func double(e *history.Entry) {
	if e.Refund != nil {
		e.Refund = &history.RefundEntry{Order: e.Refund.Order, Amount: 2 * e.Refund.Amount}
	}
	if e.Order == nil {
		return
	}
	o := *e.Order
	o.Amount *= 2
	if o.Margin != nil {
		margin := 2 * *o.Margin
		o.Margin = &margin
	}
	e.Order = &o
}

// splitAll makes two orders of each, next to one another, and two refunds of
// each.
func (s *scenario) splitAll() {
	for _, p := range s.w.parts {
		for _, e := range slices.Clone(p.Entries) {
			second := e
			switch {
			case e.Order != nil:
				o := *e.Order
				o.ID += "b"
				second.ID, second.Order = string(o.ID), &o
			case e.Refund != nil:
				second.ID += "b"
				second.Refund = &history.RefundEntry{Order: e.Refund.Order + "b", Amount: e.Refund.Amount}
			default:
				continue
			}
			p.Entries = append(p.Entries, second)
		}
	}
}

func amounts(r *Result) string {
	var b strings.Builder
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%s %s %s %d\n", l.Component, l.Period, l.Kind, l.Amount)
	}
	fmt.Fprintf(&b, "earned %d fund %d\n", r.Earned, r.Fund.Closing)
	return b.String()
}

// The lines of a window sum to R(W): closed month by month, with whatever was
// late, they are what one close of the whole window says.
func TestProperty_WindowLines_SumToTheRoundedWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := twin(t, rapid.Uint64().Draw(t, "seed"), true)
		s.w.plans = s.w.plans[:1]
		s.w.plans[0].Until, s.n.plans = time.Time{}, s.w.plans
		s.run(1, nil)
		s.n.now = "2026-05"
		for _, c := range each[*commission](s.w.plans[0].Plan) {
			want := map[channel.Period]int64{}
			for m := january.Add(-4); m <= "2026-05"; m = m.Next() {
				if n := find[*commission](s.n, m, c.Name); n != nil {
					list := s.n.window(c.Name, m, m)
					want[windowStart(m, c.windows)] = r(s.n.price(c.Name, list, s.n.netBasis, s.n.attained(c.Name, list, s.n.netBasis)))
				}
			}
			got := map[channel.Period]int64{}
			for _, result := range s.w.results {
				for _, l := range result.Lines {
					if l.Component == c.Name {
						got[windowStart(l.Period, c.windows)] += l.Amount
					}
				}
			}
			for start := range want {
				if got[start] != want[start] {
					t.Fatalf("%s from %s: the lines sum to %d, R(W) is %d", c.Name, start, got[start], want[start])
				}
			}
		}
	})
}

func TestProperty_OneMoreOrder_NeverLowersCommission(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		commission := func(more bool) (sum int64) {
			s := scenarioOf(t, seed)
			s.plain, s.carry, s.uncounted = true, true, true
			s.versions()
			s.w.plans = s.w.plans[:1]
			s.w.plans[0].Until = time.Time{}
			s.customers()
			s.run(5, func() {
				if more {
					m := january.Add(s.number(0, 4))
					s.order(m, m)
				}
			})
			for _, l := range s.w.results[0].Lines {
				if l.Component == "commission" {
					sum += l.Amount
				}
			}
			return sum
		}
		if before, after := commission(false), commission(true); after < before {
			t.Fatalf("%d before, %d with one more order", before, after)
		}
	})
}

func TestProperty_NewPlanVersion_ChangesNoEarlierLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := twin(t, rapid.Uint64().Draw(t, "seed"), false)
		for i := 1; i <= 4; i++ {
			s.facts(january.Add(i - 1))
		}
		for i := 1; i <= 3; i++ {
			if _, err := s.w.close(january.Add(i - 1)); err != nil {
				t.Fatal(err)
			}
		}
		earlier := func() string {
			result, err := Compute(s.w.input("2026-04"))
			if err != nil {
				t.Fatal(err)
			}
			result.Lines = slices.DeleteFunc(result.Lines, func(l Line) bool { return l.Period >= "2026-04" })
			slices.SortFunc(result.Lines, func(a, b Line) int { return strings.Compare(a.ID, b.ID) })
			result.Earned, result.Fund = 0, Fund{}
			return amounts(&result)
		}
		before := earlier()
		p := mustParse(t, planOf("2026-04-01", s.components()))
		last := len(s.w.plans) - 1
		if s.w.plans[last].From.Before(p.Start(s.w.cal)) {
			s.w.plans[last].Until = p.Start(s.w.cal)
			s.w.plans = append(s.w.plans, PlanSpan{From: p.Start(s.w.cal), Plan: p})
		} else {
			s.w.plans[last].Plan = p
		}
		if after := earlier(); before != after {
			t.Fatalf("before\n%s\nafter\n%s", before, after)
		}
	})
}
