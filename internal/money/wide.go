package money

import (
	"cmp"
	"errors"
	"math"
	"math/big"
	"math/bits"
	"strings"
)

// Wide is a sum of amounts of one currency in minor units, of 128 bits: what
// only adds up facts, and pays nobody, must never fail on how many they are. It
// holds the sum of 2^63 amounts of any size. The zero Wide is zero; a copy is
// independent. As JSON it is a whole number, written as int64 is where it fits.
type Wide struct {
	hi int64
	lo uint64
}

// WideOf is an amount as a sum.
func WideOf(minor int64) Wide { return Wide{minor >> 63, uint64(minor)} }

// Add adds minor units.
func (w *Wide) Add(minor int64) { w.AddWide(WideOf(minor)) }

// AddWide adds another sum.
func (w *Wide) AddWide(v Wide) {
	var carry uint64
	w.lo, carry = bits.Add64(w.lo, v.lo, 0)
	w.hi += v.hi + int64(carry)
}

// SubWide takes another sum away.
func (w *Wide) SubWide(v Wide) {
	var borrow uint64
	w.lo, borrow = bits.Sub64(w.lo, v.lo, 0)
	w.hi -= v.hi + int64(borrow)
}

// Cmp is -1, 0 or 1 as the sum is below, equal to or above an amount.
func (w Wide) Cmp(minor int64) int {
	if sign := minor >> 63; w.hi != sign {
		return cmp.Compare(w.hi, sign)
	}
	return cmp.Compare(w.lo, uint64(minor))
}

// Minor is the sum in minor units, or ErrOverflow where it is no amount.
func (w Wide) Minor() (int64, error) {
	if n := int64(w.lo); w.hi == n>>63 {
		return n, nil
	}
	return 0, ErrOverflow
}

// Clamp is the sum in minor units, or the amount next to it.
func (w Wide) Clamp() int64 {
	if n, err := w.Minor(); err == nil {
		return n
	}
	if w.hi < 0 {
		return math.MinInt64
	}
	return math.MaxInt64
}

// big is the sum as a big.Int, for what is rare enough to be slow.
func (w Wide) big() *big.Int {
	n := new(big.Int).Lsh(big.NewInt(w.hi), 64)
	return n.Add(n, new(big.Int).SetUint64(w.lo))
}

// Format is the sum as decimal text with the decimals of its currency, as
// Format writes an amount.
func (w Wide) Format(currency string) string {
	if n, err := w.Minor(); err == nil {
		return Format(n, currency)
	}
	digits := w.big().String()
	places, _ := Digits(currency)
	sign := ""
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		sign, digits = "-", rest
	}
	if places == 0 {
		return sign + digits
	}
	return sign + digits[:len(digits)-places] + "." + digits[len(digits)-places:]
}

// String is the sum in minor units.
func (w Wide) String() string { return w.big().String() }

// MarshalJSON writes a whole number of minor units.
func (w Wide) MarshalJSON() ([]byte, error) { return w.big().Append(nil, 10), nil }

// UnmarshalJSON reads what MarshalJSON writes.
func (w *Wide) UnmarshalJSON(b []byte) error {
	n, ok := new(big.Int).SetString(string(b), 10)
	if !ok || n.BitLen() > 127 {
		return errors.New("money: not a sum of minor units: " + clip(string(b)))
	}
	w.lo = new(big.Int).And(n, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
	w.hi = new(big.Int).Rsh(n, 64).Int64()
	return nil
}
