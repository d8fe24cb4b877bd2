package channel

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
)

// Limits of what comes from outside, in bytes.
const (
	MaxCode       = 64  // region, segment, certification, level, kind, attribute key
	MaxName       = 200 // names of partners and pods, managers
	MaxProduct    = 128
	MaxAttributes = 256 // keys and values together
)

// maxMajor is how many digits an amount of a fact may have before its point.
// One amount near the limit of the arithmetic would make every sum it is in an
// error, so that its month could never be closed.
const maxMajor = 13

func tooLarge(field, s string) error {
	whole, _, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if len(whole) <= maxMajor {
		return nil
	}
	return fault.New(fault.Invalid, "invalid_amount", "not a valid amount").
		At(field, "%q: is too large, an amount has at most %d digits before its point", fault.Clip(s), maxMajor)
}

// factAmount is an amount as a fact may have it.
func factAmount(field, s, currency string) (money.Amount, error) {
	a, err := ParseAmount(field, s, currency)
	return a, cmp.Or(err, tooLarge(field, s))
}

func factFigure(field, s, currency string) (Figure, error) {
	f, err := ParseFigure(field, s, currency)
	return f, cmp.Or(err, tooLarge(field, s))
}

// ParseAmount reads a decimal string as an amount of the currency, not
// negative; field names the place for the error.
func ParseAmount(field, s, currency string) (money.Amount, error) {
	a, err := money.Parse(s, currency)
	return a, amountFault(field, err)
}

// ParseSignedAmount is ParseAmount for what may be negative (a margin).
func ParseSignedAmount(field, s, currency string) (money.Amount, error) {
	a, err := money.ParseSigned(s, currency)
	return a, amountFault(field, err)
}

func amountFault(field string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, money.ErrCurrency):
		return fault.New(fault.Invalid, "unknown_currency", "not a known currency").
			At(field, "%s: want an ISO 4217 code such as EUR", err)
	}
	return fault.New(fault.Invalid, "invalid_amount", "not a valid amount").
		At(field, "%s; want a decimal string such as 1234.56", err)
}

// ParseCurrency checks an ISO 4217 code in upper case.
func ParseCurrency(field, s string) (string, error) {
	if _, ok := money.Digits(s); !ok {
		return "", fault.New(fault.Invalid, "unknown_currency", "not a known currency").
			At(field, "%q: want an ISO 4217 code such as EUR", fault.Clip(s))
	}
	return s, nil
}

// ParseFigure reads an amount whose currency may be unknown (""): then it may
// have the 4 decimals that some currency has.
func ParseFigure(field, s, currency string) (Figure, error) {
	check := currency
	if check == "" {
		check = "CLF"
	}
	if _, err := money.Parse(s, check); err != nil {
		if currency == "" && errors.Is(err, money.ErrDigits) {
			return Figure{}, fault.New(fault.Invalid, "invalid_amount", "not a valid amount").
				At(field, "%q: no currency has more than 4 decimals", fault.Clip(s))
		}
		return Figure{}, amountFault(field, err)
	}
	return Figure{Decimal: s, Currency: currency}, nil
}

// ParseCode checks a region, segment, certification, level or kind: 1 to 64
// bytes of UTF-8 text, spaces inside allowed, no control characters, no ";"
// (which separates lists in files) and no space at either end.
func ParseCode(field, s string) (string, error) {
	if strings.Contains(s, ";") {
		return "", fault.New(fault.Invalid, "invalid_code", "not a valid code").
			At(field, "%q: must not contain ;", fault.Clip(s))
	}
	return parseText(field, s, MaxCode)
}

// ParseName checks a name for people: 1 to 200 bytes of UTF-8 text without
// control characters.
func ParseName(field, s string) (string, error) { return parseText(field, s, MaxName) }

func parseText(field, s string, limit int) (string, error) {
	reason := badText(s)
	switch {
	case s == "":
		reason = "is missing"
	case len(s) > limit:
		reason = fmt.Sprintf("has %d bytes, at most %d are allowed", len(s), limit)
	case reason == "" && strings.TrimSpace(s) != s:
		reason = fmt.Sprintf("%q: begins or ends with a space", s)
	case reason == "":
		return s, nil
	}
	return "", fault.New(fault.Invalid, "invalid_text", "not a valid text").At(field, "%s", reason)
}

// badText says what is wrong with a text, "" if nothing is: it must be UTF-8
// without control, line-separating or direction-changing characters, because
// it is shown to people in places where those deceive.
func badText(s string) string {
	if !utf8.ValidString(s) {
		return "is not valid UTF-8"
	}
	for _, r := range s {
		if r < 0x7f && r >= ' ' {
			continue
		}
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r) {
			return fmt.Sprintf("contains the control character %U", r)
		}
	}
	return ""
}

// CheckAttributes checks a whole set of attributes: keys are 1 to 64 bytes of
// [A-Za-z0-9._:-], values UTF-8 without control characters, 256 bytes in all.
func CheckAttributes(field string, attributes map[string]string) error {
	bad := fault.Error{Kind: fault.Invalid, Slug: "invalid_attributes", Msg: "not valid attributes"}
	total := 0
	for _, k := range slices.Sorted(maps.Keys(attributes)) {
		total += len(k) + len(attributes[k])
		checkAttribute(&bad, field, k, attributes[k])
	}
	if total > MaxAttributes {
		bad.At(field, "have %d bytes, at most %d are allowed in all", total, MaxAttributes)
	}
	if len(bad.Fields) > 0 {
		return &bad
	}
	return nil
}

func checkAttribute(bad *fault.Error, field, key, value string) {
	if _, err := ParseID[EventID](field, key); err != nil {
		bad.At(field, "the name %q: only letters, digits and . _ : - are allowed, at most 64", fault.Clip(key))
		return
	}
	if reason := badText(value); reason != "" {
		bad.At(field+"."+key, "%s", reason)
	}
}
