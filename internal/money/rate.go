package money

import (
	"errors"
	"fmt"
)

// MaxRate is the largest rate that can be written: 1,000,000.
const MaxRate = 1_000_000 * One

// ParseRate reads a decimal string such as "0.05" as a rate, from 0 to MaxRate,
// with at most 6 decimals; otherwise as strict as Parse. Narrower bounds are
// the caller's: see ParseShare.
func ParseRate(s string) (Rate, error) {
	n, err := parseDecimal(s, 6)
	switch {
	case errors.Is(err, ErrDigits):
		return 0, fmt.Errorf("%q: %w, a rate has at most 6", clip(s), err)
	case len(s) > 1 && s[0] == '-':
		return 0, fmt.Errorf("%q: %w", clip(s), ErrNegative)
	case err == nil && n > uint64(MaxRate):
		return 0, fmt.Errorf("%q: a rate is at most 1000000", clip(s))
	case err != nil:
		return 0, fmt.Errorf("%q: %w", clip(s), err)
	}
	return Rate(n), nil
}

// ParseShare is ParseRate for what must lie between 0 and 1.
func ParseShare(s string) (Rate, error) {
	r, err := ParseRate(s)
	if err == nil && r > One {
		return 0, fmt.Errorf("%q: must be at most 1", clip(s))
	}
	return r, err
}

// String is the rate as the shortest decimal string: "0.05", "1", "0.075".
func (r Rate) String() string {
	b := appendDecimal(make([]byte, 0, 24), int64(r), 6)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	return string(b)
}

// MarshalText writes String; in JSON a rate is a string.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what ParseRate reads; in JSON a number is refused.
func (r *Rate) UnmarshalText(b []byte) error {
	parsed, err := ParseRate(string(b))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}
