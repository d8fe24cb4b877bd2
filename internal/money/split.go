package money

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
)

// Split divides total over weights by largest remainder; equal remainders go
// to the earlier weight, so pass weights in the order of their ids (or use
// SplitBy). The parts add up to total, a zero weight gets zero, and the split
// of -x is minus the split of x: 100 by 1:3:3 is 14, 43, 43; 1 by 0:1:1 is
// 0, 1, 0. ErrWeights if a weight is negative, or all are zero and total is not.
func Split(total int64, weights []int64) ([]int64, error) {
	parts := make([]int64, len(weights))
	return parts, SplitInto(parts, total, weights)
}

// SplitInto is Split into parts, which must be as long as weights. It does not
// allocate for up to 16 weights.
func SplitInto(parts []int64, total int64, weights []int64) error {
	sum, err := sumWeights(total, weights)
	if err != nil || sum == 0 {
		clear(parts)
		return err
	}
	var small [16]uint64
	remainders := small[:0]
	if len(weights) > len(small) {
		remainders = make([]uint64, 0, len(weights))
	}
	whole := magnitude(total)
	left := whole
	for i, w := range weights {
		hi, lo := bits.Mul64(whole, uint64(w))
		var q, r uint64
		if hi == 0 {
			q, r = lo/sum, lo%sum
		} else {
			q, r = bits.Div64(hi, lo, sum) // hi < sum: w <= sum and whole < 2^64
		}
		parts[i] = int64(q)
		left -= q
		remainders = append(remainders, r)
	}
	handOut(parts, remainders, left)
	if total < 0 {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return nil
}

// handOut gives one more unit to each of the left largest remainders. There
// are always more positive remainders than units left.
func handOut(parts []int64, remainders []uint64, left uint64) {
	if len(parts) <= 16 {
		for ; left > 0; left-- {
			best := 0
			for i, r := range remainders {
				if r > remainders[best] {
					best = i
				}
			}
			parts[best]++
			// nobody gets a second unit: the others come first
			remainders[best] = 0
		}
		return
	}
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainders[b], remainders[a]) })
	for _, i := range order[:left] {
		parts[i]++
	}
}

// sumWeights is the sum of the weights, 0 only where nothing is to be split.
func sumWeights(total int64, weights []int64) (uint64, error) {
	var sum, carry uint64
	for _, w := range weights {
		if w < 0 {
			return 0, fmt.Errorf("%w: a weight is negative", ErrWeights)
		}
		if sum, carry = bits.Add64(sum, uint64(w), 0); carry != 0 {
			return 0, fmt.Errorf("%w: their sum is out of range", ErrWeights)
		}
	}
	if sum == 0 && total != 0 {
		return 0, fmt.Errorf("%w: all are zero", ErrWeights)
	}
	return sum, nil
}

// SplitBy is Split with ties decided by id, bytewise, in any order of the
// ids given; part i belongs to ids[i].
func SplitBy[T ~string](total int64, ids []T, weights []int64) ([]int64, error) {
	if len(ids) != len(weights) {
		return nil, fmt.Errorf("%w: %d ids for %d weights", ErrWeights, len(ids), len(weights))
	}
	order := make([]int, len(ids))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ids[a], ids[b]) })
	sorted := make([]int64, len(ids))
	for i, o := range order {
		sorted[i] = weights[o]
	}
	split, err := Split(total, sorted)
	if err != nil {
		return nil, err
	}
	parts := make([]int64, len(ids))
	for i, o := range order {
		parts[o] = split[i]
	}
	return parts, nil
}
