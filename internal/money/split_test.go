package money

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
)

func TestSplit_WorkedExamples(t *testing.T) {
	for _, c := range []struct {
		total         int64
		weights, want []int64
	}{
		{100, []int64{1, 3, 3}, []int64{14, 43, 43}},
		{1, []int64{0, 1, 1}, []int64{0, 1, 0}},
		{-100, []int64{1, 3, 3}, []int64{-14, -43, -43}},
		{0, []int64{1, 2}, []int64{0, 0}},
		{0, []int64{0, 0}, []int64{0, 0}},
		{0, nil, []int64{}},
		{10, []int64{1, 1, 1}, []int64{4, 3, 3}},
		{math.MaxInt64, []int64{math.MaxInt64, math.MaxInt64}, []int64{1 << 62, 1<<62 - 1}},
		{math.MinInt64, []int64{1}, []int64{math.MinInt64}},
	} {
		got, err := Split(c.total, c.weights)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("Split(%d, %v) = %v, %v; want %v", c.total, c.weights, got, err, c.want)
		}
	}
}

func TestSplit_RefusesWeightsThatCannotBeSplitBy(t *testing.T) {
	for _, weights := range [][]int64{nil, {0, 0}, {1, -1}, {math.MaxInt64, math.MaxInt64, math.MaxInt64}} {
		if got, err := Split(1, weights); !errors.Is(err, ErrWeights) {
			t.Errorf("Split(1, %v) = %v, %v; want %v", weights, got, err, ErrWeights)
		}
	}
	if _, err := SplitBy(1, []string{"a"}, []int64{1, 2}); !errors.Is(err, ErrWeights) {
		t.Errorf("SplitBy with one id for two weights: %v", err)
	}
}

func TestSplitBy_DecidesTiesByIDInAnyOrder(t *testing.T) {
	got, err := SplitBy(1, []string{"b", "c", "a"}, []int64{1, 0, 1})
	if err != nil || !slices.Equal(got, []int64{0, 0, 1}) {
		t.Errorf("SplitBy(1, b c a, 1:0:1) = %v, %v; want 0 0 1", got, err)
	}
}

// largestRemainder is the rule as the textbook has it.
func largestRemainder(total int64, weights []int64) []int64 {
	sum := new(big.Int)
	for _, w := range weights {
		sum.Add(sum, big.NewInt(w))
	}
	size := new(big.Int).Abs(big.NewInt(total))
	left := new(big.Int).Set(size)
	parts, rest := make([]*big.Int, len(weights)), make([]*big.Int, len(weights))
	order := make([]int, len(weights))
	for i, w := range weights {
		order[i] = i
		parts[i], rest[i] = new(big.Int).DivMod(new(big.Int).Mul(size, big.NewInt(w)), sum, new(big.Int))
		left.Sub(left, parts[i])
	}
	sort.SliceStable(order, func(i, j int) bool { return rest[order[i]].Cmp(rest[order[j]]) > 0 })
	for _, i := range order[:left.Int64()] {
		parts[i].Add(parts[i], big.NewInt(1))
	}
	out := make([]int64, len(weights))
	for i, p := range parts {
		if total < 0 {
			p.Neg(p)
		}
		out[i] = p.Int64()
	}
	return out
}

func TestSplit_AddsUpAndAgreesWithTheTextbook(t *testing.T) {
	r := rand.New(rand.NewPCG(4217, 3))
	for range 10_000 {
		weights := make([]int64, 1+r.IntN(40))
		for i := range weights {
			if weights[i] = r.Int64N(math.MaxInt64>>6) >> r.IntN(60); r.IntN(5) == 0 {
				weights[i] = 0
			}
		}
		weights[r.IntN(len(weights))] = 1 + r.Int64N(9)
		total := number(r)
		got, err := Split(total, weights)
		if err != nil {
			t.Fatal(err)
		}
		if want := largestRemainder(total, weights); !slices.Equal(got, want) {
			t.Fatalf("Split(%d, %v) = %v, want %v", total, weights, got, want)
		}
		var sum Exact
		for i, p := range got {
			sum.Add(p)
			if weights[i] == 0 && p != 0 {
				t.Fatalf("Split(%d, %v) gives %d to a zero weight", total, weights, p)
			}
		}
		if s, err := sum.Round(); err != nil || s != total {
			t.Fatalf("Split(%d, %v) adds up to %d", total, weights, s)
		}
	}
}
