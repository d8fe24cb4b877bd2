package httpapi

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

type putCustomer struct {
	idPath
	Body wire.ProfileBody `body:"json"`
}

func (a *api) putCustomer(c *Call, q putCustomer) (wire.CustomerPut, error) {
	raw, err := rawProfile(q.ID, q.Body)
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

// rawProfile is a customer's profile as channel parses it.
func rawProfile(id string, b wire.ProfileBody) (channel.RawUpsert, error) {
	for field, given := range map[string]string{"id": b.ID, "customerId": b.CustomerID} {
		if given != "" && given != id {
			return channel.RawUpsert{}, invalidRequest().At(field, "is %q, but the address says %q", given, id)
		}
	}
	currency, err := profileCurrency(b)
	return channel.RawUpsert{
		CustomerID: id, Region: patch(b.Region), Segment: patch(b.Segment), Currency: currency,
		DeclaredValue: amount(b.DeclaredValue), Need: amount(b.Need), ReferralValue: amount(b.ReferralValue),
		SourcedBy: patch(b.SourcedBy), ReferredBy: patch(b.ReferredBy),
		Attributes: b.Attributes.Value, EraseAll: b.Attributes.Null,
	}, err
}

// profileCurrency is the one the profile names; amounts may name it, too, but none
// may name another.
func profileCurrency(b wire.ProfileBody) (channel.Patch[string], error) {
	out := patch(b.Currency)
	for _, f := range []struct {
		name string
		wire.Opt[wire.Figure]
	}{{"declaredValue", b.DeclaredValue}, {"need", b.Need}, {"referralValue", b.ReferralValue}} {
		switch {
		case f.Value.Currency == "" || out.Value == f.Value.Currency:
		case out.Set:
			return out, invalidRequest().At(f.name+".currency", "is %s, but the customer's currency is given as %q", f.Value.Currency, out.Value)
		default:
			out = channel.Put(f.Value.Currency)
		}
	}
	return out, nil
}

func patch(o wire.Opt[string]) channel.Patch[string] {
	if o.Null {
		return channel.Erase()
	}
	return channel.Patch[string]{Set: o.Set, Value: o.Value}
}

func amount(o wire.Opt[wire.Figure]) channel.Patch[string] {
	if o.Null {
		return channel.Erase()
	}
	return channel.Patch[string]{Set: o.Set, Value: o.Value.Amount}
}
