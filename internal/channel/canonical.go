package channel

import (
	"strconv"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
)

// Canonical is what a fact says, as canonical JSON (RFC 8785) of its data,
// time and type: two facts with the same bytes are the same fact; id,
// source and format do not count. Amounts are written with their currency's
// decimals ("100" and "100.00" EUR are the same); where the currency is
// unknown, without trailing zeros. An assumed time is left out.
func (f *Fact) Canonical() ([]byte, error) {
	if b, ok := f.quick(); ok {
		return b, nil
	}
	return f.slow()
}

func (f *Fact) slow() ([]byte, error) {
	said := map[string]any{"type": f.Type, "data": f.data(shortest)}
	if !f.TimeAssumed {
		said["time"] = f.Time.UTC().Format(time.RFC3339)
	}
	return seal.Canonical(said)
}

// Hash is seal.Hash of Canonical: what a claim keeps of a fact.
func (f *Fact) Hash() (string, error) {
	b, err := f.Canonical()
	if err != nil {
		return "", err
	}
	return seal.Hash(b), nil
}

// Data is the data of the fact's event: names as in CloudEvents, amounts as
// decimal text, null for what an upsert erases, absent what it leaves. Source
// reads it back to the same Fact.
func (f *Fact) Data() map[string]any {
	return f.data(func(s string) string { return s })
}

func (f *Fact) data(figure func(string) string) map[string]any {
	switch {
	case f.Upsert != nil:
		return f.Upsert.data(figure)
	case f.Order != nil:
		return f.Order.data()
	case f.Refund != nil:
		return map[string]any{
			"refundId": string(f.Refund.ID), "orderId": string(f.Refund.Order), "amount": figure(f.Refund.RawAmount),
		}
	case f.Churn != nil:
		return map[string]any{"customerId": string(f.Churn.Customer)}
	case f.Feedback != nil:
		return map[string]any{"customerId": string(f.Feedback.Customer), "score": f.Feedback.Score}
	}
	return map[string]any{}
}

func (u *Upsert) data(figure func(string) string) map[string]any {
	m := map[string]any{"customerId": string(u.Customer)}
	putText(m, "region", u.Region)
	putText(m, "segment", u.Segment)
	putText(m, "currency", u.Currency)
	putText(m, "sourcedBy", u.SourcedBy)
	putText(m, "referredBy", u.ReferredBy)
	for name, p := range map[string]Patch[Figure]{
		"declaredValue": u.DeclaredValue, "need": u.Need, "referralValue": u.ReferralValue,
	} {
		switch {
		case p.Set && p.Value.IsZero():
			m[name] = nil
		case p.Set && p.Value.Currency != "":
			m[name] = restated(p.Value, figure)
		case p.Set:
			m[name] = figure(p.Value.Decimal)
		}
	}
	switch {
	case u.EraseAll:
		m["attributes"] = nil
	case u.Attributes != nil:
		attributes := make(map[string]any, len(u.Attributes))
		for k, v := range u.Attributes {
			attributes[k] = nil
			if v != nil {
				attributes[k] = *v
			}
		}
		m["attributes"] = attributes
	}
	return m
}

// restated is a figure of known currency with all its decimals.
func restated(f Figure, figure func(string) string) string {
	if a, err := f.Amount(""); err == nil {
		return money.Format(a.Minor, a.Currency)
	}
	return figure(f.Decimal)
}

func putText[T ~string](m map[string]any, name string, p Patch[T]) {
	switch {
	case p.Set && p.Value == "":
		m[name] = nil
	case p.Set:
		m[name] = string(p.Value)
	}
}

func (o *Order) data() map[string]any {
	m := map[string]any{
		"orderId": string(o.ID), "customerId": string(o.Customer),
		"amount": money.Format(o.Amount, o.Currency), "currency": o.Currency,
	}
	if o.Margin != nil {
		m["margin"] = money.Format(*o.Margin, o.Currency)
	}
	if o.Discount != 0 {
		m["discount"] = money.Format(o.Discount, o.Currency)
	}
	if o.Product != "" {
		m["product"] = o.Product
	}
	if len(o.Attributes) > 0 {
		m["attributes"] = o.Attributes
	}
	return m
}

// shortest is a decimal text without leading or trailing zeros.
func shortest(s string) string {
	if _, decimals, ok := strings.Cut(s, "."); ok {
		s = s[:len(s)-len(decimals)+len(strings.TrimRight(decimals, "0"))]
		s = strings.TrimSuffix(s, ".")
	}
	if n, err := strconv.ParseUint(s, 10, 64); err == nil {
		return strconv.FormatUint(n, 10)
	}
	for len(s) > 1 && s[0] == '0' && s[1] != '.' {
		s = s[1:]
	}
	return s
}
