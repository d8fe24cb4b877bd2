package money

import (
	"math"
	"math/bits"
)

// Exact is a sum of amounts and of products amount x rate [x rate] of one
// currency, kept without rounding in units of a millionth of a millionth of
// the minor unit. It rounds once, when asked. The zero Exact is zero; a copy
// is independent. Overflow sticks and is reported by Round: the range is
// +-1.7e26 minor units.
type Exact struct {
	hi  int64 // two's complement, with lo
	lo  uint64
	bad bool // something did not fit
}

// exactUnit is how many units of Exact make one minor unit.
const exactUnit = uint64(One) * uint64(One)

// Add adds an amount of minor units.
func (x *Exact) Add(minor int64) { x.addProduct(minor, 1, exactUnit) }

// AddMul adds minor x r.
func (x *Exact) AddMul(minor int64, r Rate) { x.addProduct(minor, r, uint64(One)) }

// AddMul2 adds minor x r x s: a rate with a multiplier on it.
func (x *Exact) AddMul2(minor int64, r, s Rate) {
	if s < 0 {
		r, s = -r, -s
	}
	x.addProduct(minor, r, uint64(s))
}

// AddWideMul2 is AddMul2 of a sum of amounts.
func (x *Exact) AddWideMul2(sum Wide, r, s Rate) {
	for {
		part := max(sum.Clamp(), -math.MaxInt64) // one has no opposite
		x.AddMul2(part, r, s)
		if sum.Cmp(part) == 0 {
			return
		}
		sum.Add(-part)
	}
}

// addProduct adds a x b x c units.
func (x *Exact) addProduct(a int64, b Rate, c uint64) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(int64(b)))
	over, mid := bits.Mul64(hi, c)
	carry, low := bits.Mul64(lo, c)
	mid, more := bits.Add64(mid, carry, 0)
	if over != 0 || more != 0 || mid >= 1<<63 {
		x.bad = true
		return
	}
	if (a < 0) != (b < 0) {
		x.subtract(int64(mid), low)
		return
	}
	x.add(int64(mid), low)
}

// add adds a 128-bit number. It overflowed if both had one sign and the sum has
// the other.
func (x *Exact) add(hi int64, lo uint64) {
	low, carry := bits.Add64(x.lo, lo, 0)
	high := x.hi + hi + int64(carry)
	if (x.hi < 0) == (hi < 0) && (high < 0) != (x.hi < 0) {
		x.bad = true
	}
	x.hi, x.lo = high, low
}

// subtract takes one away, by the same rule.
func (x *Exact) subtract(hi int64, lo uint64) {
	low, borrow := bits.Sub64(x.lo, lo, 0)
	high := x.hi - hi - int64(borrow)
	if (x.hi < 0) != (hi < 0) && (high < 0) != (x.hi < 0) {
		x.bad = true
	}
	x.hi, x.lo = high, low
}

// AddExact adds another sum.
func (x *Exact) AddExact(y Exact) {
	x.bad = x.bad || y.bad
	x.add(y.hi, y.lo)
}

// SubExact takes another sum away.
func (x *Exact) SubExact(y Exact) {
	x.bad = x.bad || y.bad
	x.subtract(y.hi, y.lo)
}

// Cmp is -1, 0 or 1 as x is below, equal to or above y.
func (x Exact) Cmp(y Exact) int {
	switch {
	case x.hi < y.hi || x.hi == y.hi && x.lo < y.lo:
		return -1
	case x.hi == y.hi && x.lo == y.lo:
		return 0
	}
	return 1
}

// Sign is -1, 0 or 1 as x is negative, zero or positive.
func (x Exact) Sign() int { return x.Cmp(Exact{}) }

// Round is the sum in minor units, rounded half to even, or ErrOverflow if the
// sum or a product in it did not fit.
func (x Exact) Round() (int64, error) {
	if x.bad {
		return 0, ErrOverflow
	}
	hi, lo := uint64(x.hi), x.lo
	if x.hi < 0 {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	q, ok := divHalfEven(hi, lo, exactUnit)
	if !ok {
		return 0, ErrOverflow
	}
	return signed(q, x.hi < 0)
}
