package money

import (
	"math"
	"math/bits"
)

// MulRate is minor x r, rounded half to even; ErrOverflow if it does not fit.
func MulRate(minor int64, r Rate) (int64, error) {
	hi, lo := bits.Mul64(magnitude(minor), magnitude(int64(r)))
	if hi != 0 || lo >= 1<<63 {
		return MulDiv(minor, int64(r), int64(One))
	}
	// Without branches, which real amounts would mispredict: more than half
	// goes up, half itself only from an odd quotient.
	q := lo / uint64(One)
	if 2*(lo-q*uint64(One))+q&1 > uint64(One) {
		q++
	}
	sign := (minor ^ int64(r)) >> 63
	return (int64(q) ^ sign) - sign, nil
}

// MulDiv is a x b / c, rounded half to even, with a 128-bit product;
// ErrDivision if c is zero, ErrOverflow if the result does not fit.
func MulDiv(a, b, c int64) (int64, error) {
	if c == 0 {
		return 0, ErrDivision
	}
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	q, ok := divHalfEven(hi, lo, magnitude(c))
	if !ok {
		return 0, ErrOverflow
	}
	return signed(q, (a < 0) != (b < 0) != (c < 0))
}

// divHalfEven is the 128-bit hi:lo / c, rounded half to even; not ok if the
// quotient does not fit 64 bits.
func divHalfEven(hi, lo, c uint64) (uint64, bool) {
	if hi >= c {
		return 0, false
	}
	q, rem := bits.Div64(hi, lo, c)
	if up := c - rem; rem > up || rem == up && q&1 == 1 {
		if q++; q == 0 {
			return 0, false
		}
	}
	return q, true
}

// magnitude is |x|, right for the smallest int64 too.
func magnitude(x int64) uint64 {
	sign := x >> 63
	return uint64((x ^ sign) - sign)
}

// signed gives a magnitude its sign.
func signed(q uint64, negative bool) (int64, error) {
	switch {
	case negative && q <= 1<<63:
		return -int64(q), nil
	case !negative && q <= math.MaxInt64:
		return int64(q), nil
	}
	return 0, ErrOverflow
}
