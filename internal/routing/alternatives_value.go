package routing

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"sync"

	"github.com/fairlead/fairlead/internal/money"
)

// value finds the smallest value above the customer's that gives another
// result, and the largest below. The result changes where the bands do, and
// where a condition compares the value: these points are tried one by one, and
// between the last without a change and the first with one a search by halves
// finds the edge. What it names is proven on both sides of the edge; a
// condition that changes twice between two neighbouring points is not seen.
func (w *whatIf) value() {
	points := w.points()
	now := w.in.Value.Amount
	above, _ := slices.BinarySearch(points, now+1)
	if edge, r := w.edge(now, points[above:]); r != nil {
		w.note(r, "value", "if its value were at least %s", money.Of(edge, w.in.Value.Currency))
	}
	below, _ := slices.BinarySearch(points, now)
	down := slices.Clone(points[:below])
	slices.Reverse(down)
	if edge, r := w.edge(now, down); r != nil {
		w.note(r, "value", "if its value were at most %s", money.Of(edge, w.in.Value.Currency))
	}
}

// edge walks the points away from a value and returns the one nearest to it
// that gives another result, with that result; nil if none does.
func (w *whatIf) edge(from int64, points []int64) (int64, *run) {
	stays := from
	for _, x := range points {
		r := w.worth(x)
		if same(r, w.was) {
			stays = x
			continue
		}
		for moves := x; ; {
			mid := stays + (moves-stays)/2
			if mid == stays || mid == moves {
				return moves, r
			}
			if m := w.worth(mid); same(m, w.was) {
				stays = mid
			} else {
				moves, r = mid, m
			}
		}
	}
	return 0, nil
}

// worth decides with another value.
func (w *whatIf) worth(value int64) *run {
	in := w.in
	in.Value.Amount = value
	return w.decide(in)
}

// points are the values where the result may change, in order: the edges of
// the bands and the numbers that conditions on the value mention, each with its
// neighbours, and a value beyond them all.
func (w *whatIf) points() []int64 {
	t := w.was.t
	points := []int64{0}
	add := func(x int64) {
		if x >= 0 && x < math.MaxInt64/16 {
			points = append(points, max(x-1, 0), x, x+1)
		}
	}
	for i := range t.tiers {
		add(t.tiers[i].min)
		if x, ok := t.climbs(i); ok {
			add(x)
		}
		if x, ok := t.descends(i); ok {
			add(x)
		}
	}
	for _, rule := range t.rules {
		if !slices.Contains(rule.when.Reads(), "value.amount") {
			continue
		}
		for _, text := range numberPattern().FindAllString(rule.when.Source(), -1) {
			if x, err := strconv.ParseFloat(text, 64); err == nil && x < 1e14 {
				add(int64(math.Round(x * minorPerMajor(t.currency))))
			}
		}
	}
	slices.Sort(points)
	points = append(points, points[len(points)-1]*8+1)
	return slices.Compact(points)
}

// numberPattern finds the numbers in a condition.
var numberPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9]+(\.[0-9]+)?`) })

func minorPerMajor(currency string) float64 {
	digits, _ := money.Digits(currency)
	return tens[digits]
}
