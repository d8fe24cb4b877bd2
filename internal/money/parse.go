package money

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Parse reads a decimal string such as "1234.56" as an amount of the currency.
// It takes digits, at most one point with digits on both sides, and nothing
// else: no sign, grouping, exponent or spaces. ErrDigits for more decimals than
// the currency has, ErrNegative, ErrOverflow, ErrCurrency, ErrSyntax.
func Parse(s, currency string) (Amount, error) {
	n, err := ParseMinor(s, currency)
	return Amount{n, currency}, err
}

// ParseSigned is Parse for amounts that may be negative ("-12.50").
func ParseSigned(s, currency string) (Amount, error) {
	n, err := ParseSignedMinor(s, currency)
	return Amount{n, currency}, err
}

// ParseMinor is Parse to bare minor units.
func ParseMinor(s, currency string) (int64, error) {
	n, err := ParseSignedMinor(s, currency)
	if err == nil && s[0] == '-' {
		return 0, fmt.Errorf("%q: %w", clip(s), ErrNegative)
	}
	return n, err
}

// ParseSignedMinor is ParseSigned to bare minor units.
func ParseSignedMinor(s, currency string) (int64, error) {
	digits, ok := Digits(currency)
	if !ok {
		return 0, fmt.Errorf("%q: %w", clip(currency), ErrCurrency)
	}
	rest, negative := strings.CutPrefix(s, "-")
	n, err := parseDecimal(rest, digits)
	switch {
	case errors.Is(err, ErrDigits):
		return 0, fmt.Errorf("%q: %w, %s has %d", clip(s), err, currency, digits)
	case err != nil:
		return 0, fmt.Errorf("%q: %w", clip(s), err)
	}
	minor, err := signed(n, negative)
	if err != nil {
		return 0, fmt.Errorf("%q: %w", clip(s), err)
	}
	return minor, nil
}

// parseDecimal reads digits[.digits] as a count of 10^-places. Its errors are
// the bare sentinels.
func parseDecimal(s string, places int) (uint64, error) {
	// below it another digit fits; signed refuses what is beyond an
	// int64
	const limit = math.MaxUint64 / 10
	var n uint64
	decimals, over := -1, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '.' && decimals < 0 && i > 0 {
			decimals = 0
			continue
		}
		if c < '0' || c > '9' {
			return 0, ErrSyntax
		}
		if decimals >= 0 {
			decimals++
		}
		over = over || n >= limit
		n = n*10 + uint64(c-'0')
	}
	switch {
	case s == "" || decimals == 0:
		return 0, ErrSyntax
	case decimals > places:
		return 0, ErrDigits
	}
	// "12.5" of a currency with two decimals is 1250
	for range places - max(decimals, 0) {
		over = over || n >= limit
		n *= 10
	}
	if over {
		return 0, ErrOverflow
	}
	return n, nil
}

// clip keeps an untrusted text short enough for a message.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "..."
	}
	return s
}

// Format is minor units as a decimal string with the currency's decimals:
// "1234.56", "-0.05", "1234" for JPY. An unknown currency is a mistake of the
// caller and formats as a whole number.
func Format(minor int64, currency string) string {
	digits, _ := Digits(currency)
	var buf [32]byte
	return string(appendDecimal(buf[:0], minor, digits))
}

// Append appends Format's text to b.
func Append(b []byte, minor int64, currency string) []byte {
	digits, _ := Digits(currency)
	return appendDecimal(b, minor, digits)
}

// appendDecimal writes n counts of 10^-places, places at most 12.
func appendDecimal(b []byte, n int64, places int) []byte {
	if n < 0 {
		b = append(b, '-')
	}
	// 12 zeros in front, so that 5 counts of 10^-2 are "0.05" without a branch
	var buf [40]byte
	text := strconv.AppendUint(append(buf[:0], "000000000000"...), magnitude(n), 10)
	whole := len(text) - places
	first := min(12, whole-1) // of the zeros in front keep what the point needs
	b = append(b, text[first:whole]...)
	if places == 0 {
		return b
	}
	b = append(b, '.')
	return append(b, text[whole:]...)
}
