package incentive

import (
	"math/big"
	"math/bits"

	"github.com/fairlead/fairlead/internal/money"
)

// ratio is an exact sum of whole minor units and of fractions of them. Whole
// numbers, the usual case, stay in a machine word; fractions share one growing
// denominator and are never shortened, which makes adding one cheap.
type ratio struct {
	whole    int64
	num, den *big.Int // nil: no fraction
	over     bool     // whole left its range
}

// add adds n whole units.
func (r *ratio) add(n int64) {
	sum := r.whole + n
	r.over = r.over || (n > 0 && sum < r.whole) || (n < 0 && sum > r.whole)
	r.whole = sum
}

// addPart adds a x b / c, for 0 <= b <= c and c > 0.
func (r *ratio) addPart(a, b, c int64) {
	switch {
	case b == c:
		r.add(a)
		return
	case a == 0 || b == 0:
		return
	}
	hi, lo := bits.Mul64(magnitude(a), uint64(b)) // b < c, so the quotient is below |a| and fits
	quotient, rest := bits.Div64(hi, lo, uint64(c))
	signed := int64(quotient)
	if a < 0 {
		signed = -signed
	}
	r.add(signed)
	if rest == 0 {
		return
	}
	if r.den == nil {
		r.num, r.den = new(big.Int), big.NewInt(1)
	}
	r.addFraction(rest, uint64(c), a < 0)
}

// addFraction adds +-n / d, 0 < n < d.
func (r *ratio) addFraction(n, d uint64, negative bool) {
	divisor, lacks := new(big.Int).SetUint64(d), new(big.Int)
	lacks.GCD(nil, nil, lacks.Mod(r.den, divisor), divisor)
	lacks.Quo(divisor, lacks) // what the denominator lacks of d
	r.den.Mul(r.den, lacks)
	r.num.Mul(r.num, lacks)
	part := new(big.Int).Quo(r.den, divisor)
	part.Mul(part, new(big.Int).SetUint64(n))
	if negative {
		r.num.Sub(r.num, part)
	} else {
		r.num.Add(r.num, part)
	}
}

// magnitude is |x|, of the smallest int64 too.
func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

// rat is the sum as a fraction in lowest terms.
func (r *ratio) rat() *big.Rat {
	out := new(big.Rat).SetInt64(r.whole)
	if r.den == nil {
		return out
	}
	return out.Add(out, new(big.Rat).SetFrac(r.num, r.den))
}

// roundRat rounds a fraction half to even.
func roundRat(x *big.Rat) (int64, error) {
	quotient, rest := new(big.Int), new(big.Int)
	quotient.DivMod(x.Num(), x.Denom(), rest) // 0 <= rest < the denominator
	switch twice := rest.Lsh(rest, 1).Cmp(x.Denom()); {
	case twice > 0, twice == 0 && quotient.Bit(0) == 1:
		quotient.Add(quotient, big.NewInt(1))
	}
	if !quotient.IsInt64() {
		return 0, money.ErrOverflow
	}
	return quotient.Int64(), nil
}

// fraction is a rate as a share of one.
func fraction(r money.Rate) *big.Rat { return big.NewRat(int64(r), int64(money.One)) }
