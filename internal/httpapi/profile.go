package httpapi

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

// figure is an amount in a customer's profile: decimal text in the profile's
// currency, or {"amount","currency"} as everywhere else.
type figure struct{ amount, currency string }

// UnmarshalJSON accepts both forms.
func (f *figure) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &f.amount)
	}
	var m wire.Money
	if err := decodeJSON(data, &m); err != nil {
		return invalidRequest().At("", `an amount is a text such as "7000.00", or {"amount":"7000.00","currency":"EUR"}`)
	}
	f.amount, f.currency = m.Amount, m.Currency
	return nil
}

// profileBody is what PUT /customers/{id} takes, the data of a customer.upserted
// fact. Absent leaves, null erases.
type profileBody struct {
	ID            string                  `json:"id,omitempty"`         // if given, the one in the path
	CustomerID    string                  `json:"customerId,omitempty"` // likewise
	Region        Opt[string]             `json:"region,omitzero"`
	Segment       Opt[string]             `json:"segment,omitzero"`
	Currency      Opt[string]             `json:"currency,omitzero"`
	DeclaredValue Opt[figure]             `json:"declaredValue,omitzero"`
	Need          Opt[figure]             `json:"need,omitzero"`
	ReferralValue Opt[figure]             `json:"referralValue,omitzero"`
	SourcedBy     Opt[string]             `json:"sourcedBy,omitzero"`
	ReferredBy    Opt[string]             `json:"referredBy,omitzero"`
	Attributes    Opt[map[string]*string] `json:"attributes,omitzero"`
}

type putCustomer struct {
	idPath
	Body profileBody `body:"json"`
}

func (a *api) putCustomer(c *Call, q putCustomer) (wire.CustomerPut, error) {
	raw, err := q.Body.raw(q.ID)
	if err != nil {
		return wire.CustomerPut{}, err
	}
	u, err := raw.Parse()
	if err != nil {
		return wire.CustomerPut{}, err
	}
	answer, err := a.Intake.PutCustomer(c, c.Actor, *u)
	c.Created(err == nil && answer.Created)
	return answer, err
}

// raw is the profile as channel parses it.
func (b profileBody) raw(id string) (channel.RawUpsert, error) {
	for field, given := range map[string]string{"id": b.ID, "customerId": b.CustomerID} {
		if given != "" && given != id {
			return channel.RawUpsert{}, invalidRequest().At(field, "is %q, but the address says %q", given, id)
		}
	}
	currency, err := b.currency()
	return channel.RawUpsert{
		CustomerID: id, Region: patch(b.Region), Segment: patch(b.Segment), Currency: currency,
		DeclaredValue: amount(b.DeclaredValue), Need: amount(b.Need), ReferralValue: amount(b.ReferralValue),
		SourcedBy: patch(b.SourcedBy), ReferredBy: patch(b.ReferredBy),
		Attributes: b.Attributes.Value, EraseAll: b.Attributes.Null,
	}, err
}

// currency is the one the profile names; amounts may name it, too, but none
// may name another.
func (b profileBody) currency() (channel.Patch[string], error) {
	out := patch(b.Currency)
	for _, f := range []struct {
		name string
		Opt[figure]
	}{{"declaredValue", b.DeclaredValue}, {"need", b.Need}, {"referralValue", b.ReferralValue}} {
		switch {
		case f.Value.currency == "" || out.Value == f.Value.currency:
		case out.Set:
			return out, invalidRequest().At(f.name+".currency", "is %s, but the customer's currency is given as %q", f.Value.currency, out.Value)
		default:
			out = channel.Put(f.Value.currency)
		}
	}
	return out, nil
}

func patch(o Opt[string]) channel.Patch[string] {
	if o.Null {
		return channel.Erase()
	}
	return channel.Patch[string]{Set: o.Set, Value: o.Value}
}

func amount(o Opt[figure]) channel.Patch[string] {
	if o.Null {
		return channel.Erase()
	}
	return channel.Patch[string]{Set: o.Set, Value: o.Value.amount}
}

var figureType = reflect.TypeFor[figure]()
