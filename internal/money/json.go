package money

import (
	"bytes"
	"encoding/json"
	"errors"
)

// The amount is text: most readers of JSON make a float of a number.

// AppendJSON appends {"amount":"1234.56","currency":"EUR"}.
func (a Amount) AppendJSON(b []byte) []byte {
	b = append(b, `{"amount":"`...)
	b = Append(b, a.Minor, a.Currency)
	b = append(b, `","currency":"`...)
	b = append(b, a.Currency...)
	return append(b, `"}`...)
}

// MarshalJSON is AppendJSON; ErrCurrency if the currency is not one, so that
// an amount without currency is never written by mistake.
func (a Amount) MarshalJSON() ([]byte, error) {
	if _, ok := Digits(a.Currency); !ok {
		return nil, ErrCurrency
	}
	return a.AppendJSON(make([]byte, 0, 56)), nil
}

// UnmarshalJSON reads exactly the two keys, both strings; the amount may be
// negative.
func (a *Amount) UnmarshalJSON(b []byte) error {
	var in struct {
		// pointers, so that a missing key is told from an empty text
		Amount   *string `json:"amount"`
		Currency *string `json:"currency"`
	}
	// a key with a typing error would be a zero amount otherwise
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return err
	}
	if in.Amount == nil || in.Currency == nil {
		return errors.New(`an amount needs "amount" and "currency"`)
	}
	parsed, err := ParseSigned(*in.Amount, *in.Currency)
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}
