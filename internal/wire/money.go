package wire

import (
	"encoding/json"
	"errors"

	"github.com/fairlead/fairlead/internal/fault"
)

// Money is an amount as the outside sees it: decimal text and an ISO 4217 code.
type Money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// Figure is an amount as a profile may write it: decimal text in the currency of
// the profile, or a Money. Currency is "" of the former.
type Figure Money

// UnmarshalJSON accepts both forms.
func (f *Figure) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &f.Amount) == nil {
		return nil
	}
	keys := map[string]*string{}
	err := json.Unmarshal(data, &keys)
	for key, text := range keys {
		switch {
		case text != nil && key == "amount":
			f.Amount = *text
		case text != nil && key == "currency":
			f.Currency = *text
		default:
			err = errors.New("another key")
		}
	}
	if err != nil {
		return fault.New(fault.Invalid, "invalid_request", "the request is not valid").
			At("", `an amount is a text such as "7000.00", or {"amount":"7000.00","currency":"EUR"}`)
	}
	return nil
}

// MarshalJSON writes the form that says as much.
func (f Figure) MarshalJSON() ([]byte, error) {
	if f.Currency == "" {
		return json.Marshal(f.Amount)
	}
	return json.Marshal(Money(f))
}
