package money

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
)

// Exchange is an exchange rate: how much of the target currency one whole unit
// of the source currency is worth. It is a count of 10^-12. In JSON it is the
// decimal string "0.92".
type Exchange int64

// exchangePlaces are the decimals of an exchange rate.
const exchangePlaces = 12

// ParseExchange reads a decimal string above 0, with at most 12 decimals, up to
// 9,000,000.
func ParseExchange(s string) (Exchange, error) {
	n, err := parseDecimal(s, exchangePlaces)
	switch {
	case errors.Is(err, ErrDigits):
		return 0, fmt.Errorf("%q: %w, an exchange rate has at most %d", clip(s), err, exchangePlaces)
	case errors.Is(err, ErrOverflow) || err == nil && (n == 0 || n > 9_000_000e12):
		return 0, fmt.Errorf("%q: an exchange rate is above 0 and at most 9000000", clip(s))
	case err != nil:
		return 0, fmt.Errorf("%q: %w", clip(s), err)
	}
	return Exchange(n), nil
}

// String is the rate as the shortest decimal string.
func (x Exchange) String() string {
	s := string(appendDecimal(nil, int64(x), exchangePlaces))
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// MarshalText writes String.
func (x Exchange) MarshalText() ([]byte, error) { return []byte(x.String()), nil }

// UnmarshalText reads what ParseExchange reads.
func (x *Exchange) UnmarshalText(b []byte) error {
	parsed, err := ParseExchange(string(b))
	if err != nil {
		return err
	}
	*x = parsed
	return nil
}

// Convert is a in another currency at rate x, between currencies of any number
// of decimals, rounded once, half to even. ErrCurrency, ErrOverflow.
func (a Amount) Convert(x Exchange, currency string) (Amount, error) {
	from, ok := Digits(a.Currency)
	to, known := Digits(currency)
	if !ok || !known {
		return Amount{}, ErrCurrency
	}
	hi, lo := bits.Mul64(magnitude(a.Minor), magnitude(int64(x)))
	// minor x rate x 10^(to-from-12); the exponent is between -16 and -8.
	q, ok := divHalfEven(hi, lo, powerOfTen(exchangePlaces+from-to))
	if !ok {
		return Amount{}, ErrOverflow
	}
	n, err := signed(q, (a.Minor < 0) != (x < 0))
	return Amount{n, currency}, err
}

// powerOfTen is 10^n for n from 0 to 19, the most that 64 bits hold.
func powerOfTen(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}
