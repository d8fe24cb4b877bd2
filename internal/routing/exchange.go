package routing

import "github.com/fairlead/fairlead/internal/money"

// Exchange turns an amount into the currency of the policy in a region, rounded
// half to even; ok is false where the policy has no rate.
func (p *Policy) Exchange(region string, a money.Amount) (to money.Amount, ok bool) {
	t := p.terms(region)
	if a.Currency == t.currency {
		return a, true
	}
	rate, ok := t.value.exchange[a.Currency]
	if !ok {
		return money.Of(0, t.currency), false
	}
	to, err := a.Convert(rate, t.currency)
	return to, err == nil
}
