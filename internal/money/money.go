// Package money is exact arithmetic on amounts: int64 minor units with their
// ISO 4217 currency, rates in parts per million, products with 128-bit
// intermediates, one rounding rule (half to even), splits by largest
// remainder. Overflow is an error, never a wrap. It owns no keys and no
// policy, and it knows no field names: its errors say what is wrong, package
// channel says where.
package money

import (
	"errors"
	"fmt"
)

// The ways arithmetic and parsing fail; errors.Is finds them.
var (
	ErrOverflow = errors.New("the amount is out of range")
	ErrCurrency = errors.New("not a known currency")
	ErrMixed    = errors.New("the amounts are of different currencies")
	ErrSyntax   = errors.New("not a decimal number")
	ErrDigits   = errors.New("too many decimals")
	ErrNegative = errors.New("must not be negative")
	ErrWeights  = errors.New("the weights cannot be split by")
	ErrDivision = errors.New("division by zero")
)

// Amount is an amount of one currency. Minor counts the currency's smallest
// unit (EUR cents, JPY yen, KWD fils). Currency is an ISO 4217 code. In JSON
// it is {"amount":"1234.56","currency":"EUR"}.
type Amount struct {
	Minor    int64
	Currency string
}

// Rate is a share of one in parts per million: 50,000 is 5 %. In JSON it is
// the decimal string "0.05".
type Rate int64

// One is the rate 1 (100 %).
const One Rate = 1_000_000

// Of makes an amount of minor units.
func Of(minor int64, currency string) Amount { return Amount{Minor: minor, Currency: currency} }

// Add is a + b; ErrMixed if their currencies differ, ErrOverflow if the sum
// does not fit.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, fmt.Errorf("%w: %s and %s", ErrMixed, a.Currency, b.Currency)
	}
	n, err := Add(a.Minor, b.Minor)
	return Amount{n, a.Currency}, err
}

// Sub is a - b, with the errors of Add.
func (a Amount) Sub(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, fmt.Errorf("%w: %s and %s", ErrMixed, a.Currency, b.Currency)
	}
	n, err := Sub(a.Minor, b.Minor)
	return Amount{n, a.Currency}, err
}

// Neg is -a; ErrOverflow for the one amount that has no opposite.
func (a Amount) Neg() (Amount, error) {
	n, err := Sub(0, a.Minor)
	return Amount{n, a.Currency}, err
}

// Mul is a x r, rounded half to even to the currency's minor unit.
func (a Amount) Mul(r Rate) (Amount, error) {
	n, err := MulRate(a.Minor, r)
	return Amount{n, a.Currency}, err
}

// IsZero reports whether a is nothing, of any currency.
func (a Amount) IsZero() bool { return a.Minor == 0 }

// String is the amount for people: "1234.56 EUR".
func (a Amount) String() string { return Format(a.Minor, a.Currency) + " " + a.Currency }

// Add is a + b in minor units of one currency, or ErrOverflow.
func Add(a, b int64) (int64, error) {
	if c := a + b; (c > a) == (b > 0) {
		return c, nil
	}
	return 0, ErrOverflow
}

// Sub is a - b in minor units of one currency, or ErrOverflow.
func Sub(a, b int64) (int64, error) {
	if c := a - b; (c < a) == (b > 0) {
		return c, nil
	}
	return 0, ErrOverflow
}

// Sum adds any number of minor units of one currency, or ErrOverflow where the
// total does not fit. Only the total must fit, not every step.
func Sum(parts ...int64) (int64, error) {
	var x Exact
	for _, p := range parts {
		x.Add(p)
	}
	return x.Round()
}
