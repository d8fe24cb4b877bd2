package money

import (
	"math/big"
	"math/bits"
)

// Fractions is a sum of a x b / c of one currency, each with a divisor of its
// own, kept exactly and rounded once: "the sum of share x refunded fraction".
// The zero Fractions is zero. It remembers 16 bytes for each term that is not
// whole, because only they can tell on which side of a half the sum lies.
type Fractions struct {
	floor Exact      // the terms rounded down, in whole minor units
	parts []fraction // what that left, each in (0, 1)
	bad   error      // sticks; Round returns it
}

// fraction is num / den, with num < den.
type fraction struct{ num, den uint64 }

// AddMulDiv adds a x b / c. A c of zero sticks and is reported by Round as
// ErrDivision, a term that does not fit as ErrOverflow.
func (f *Fractions) AddMulDiv(a, b, c int64) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	den := magnitude(c)
	if hi >= den {
		f.bad = ErrOverflow
		if c == 0 {
			f.bad = ErrDivision
		}
		return
	}
	q, rem := bits.Div64(hi, lo, den)
	negative := (a < 0) != (b < 0) != (c < 0)
	// round down, not towards zero, so that every part is positive
	if negative && rem != 0 {
		q, rem = q+1, den-rem
	}
	n, err := signed(q, negative)
	if err != nil {
		f.bad = err
		return
	}
	f.floor.Add(n)
	if rem != 0 {
		f.parts = append(f.parts, fraction{rem, den})
	}
}

// Round is the sum in minor units, rounded half to even.
func (f *Fractions) Round() (int64, error) {
	floor, err := f.floor.Round()
	if f.bad != nil {
		return 0, f.bad
	}
	if err != nil {
		return 0, err
	}
	// Each part is cut to 64 binary places, so the true sum lies at most one
	// unit of the last place per inexact part above the one computed.
	var whole, places, inexact uint64
	for _, p := range f.parts {
		q, rem := bits.Div64(p.num, 0, p.den)
		var carry uint64
		places, carry = bits.Add64(places, q, 0)
		whole += carry
		if rem != 0 {
			inexact++
		}
	}
	const half = 1 << 63
	up := places > half
	if places <= half && places+inexact >= half {
		up = f.overHalf(floor, whole)
	}
	if up {
		whole++
	}
	return Add(floor, int64(whole))
}

// overHalf decides in exact arithmetic whether the parts lie above whole + 1/2,
// or on it with an odd sum below.
func (f *Fractions) overHalf(floor int64, whole uint64) bool {
	sum := sumExactly(f.parts)
	sum.Sub(sum, new(big.Rat).SetFrac(new(big.Int).SetUint64(2*whole+1), big.NewInt(2)))
	if sum.Sign() == 0 {
		return (uint64(floor)+whole)&1 == 1
	}
	return sum.Sign() > 0
}

// sumExactly adds in halves, so that the numbers that grow are few.
func sumExactly(parts []fraction) *big.Rat {
	switch len(parts) {
	case 0:
		return new(big.Rat)
	case 1:
		return new(big.Rat).SetFrac(new(big.Int).SetUint64(parts[0].num), new(big.Int).SetUint64(parts[0].den))
	}
	middle := len(parts) / 2
	sum := sumExactly(parts[:middle])
	return sum.Add(sum, sumExactly(parts[middle:]))
}
