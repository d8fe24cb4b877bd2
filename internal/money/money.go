// Package money is exact arithmetic on amounts: int64 minor units with their
// ISO 4217 currency, rates in parts per million, products with 128-bit
// intermediates, one rounding rule (half to even), splits by largest
// remainder. Overflow is an error, never a wrap. It owns no keys and no policy.
package money

// Amount is an amount of one currency. Minor counts the currency's smallest
// unit (EUR cents, JPY yen, KWD fils). Currency is an ISO 4217 code.
type Amount struct {
	Minor    int64
	Currency string
}

// Rate is a share of one in parts per million: 50,000 is 5 %.
type Rate int64

// One is the rate 1 (100 %).
const One Rate = 1_000_000
