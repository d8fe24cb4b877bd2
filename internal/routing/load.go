package routing

import (
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// LoadInput is what is known of a customer when a route loads. Scored is nil
// without a model in force or a score.
type LoadInput struct {
	ID       channel.CustomerID // of the customer
	Profile  history.Profile    // newest, or that of Day for a look back
	Summary  history.Summary    // not read where no condition asks for it
	Scored   *Score
	Referred []money.Amount // own values of the customers it referred, as last stored
	Day      time.Time      // as-of day of the value, an instant in the programme's time zone
}

// Score is what the model in force says of a customer.
type Score struct {
	Value    money.Amount
	AlivePPM int64  // 0 to 1,000,000
	Model    string // its version
	Orders   int64  // completed orders it was made of, where LoadInput.Summary was not read
}

// Load turns what is known of a customer into the inputs of Decide: sums and
// values in the currency of the policy in the customer's region, and the value
// by its basis, referral added. A customer of another currency for which the
// policy has no exchange rate is refused: fault.Invalid, slug
// currency_not_in_policy. Orders and referred values in such a currency are
// left out, and the customer says so.
func (p *Policy) Load(k LoadInput) (Customer, Value, error) {
	l := loading{terms: p.terms(k.Profile.Region), known: &k}
	c := l.customer()
	v := l.value()
	slices.Sort(l.leftOut)
	c.LeftOut = slices.Compact(l.leftOut)
	return c, v, l.err
}

// loading is one customer being loaded; the first error is kept.
type loading struct {
	terms   *terms
	known   *LoadInput
	leftOut []string // currencies of amounts without a rate
	err     error
}

func (l *loading) customer() Customer {
	k := l.known
	p := &k.Profile
	if p.Currency != "" {
		l.convert(money.Of(0, p.Currency))
	}
	sums, err := k.Summary.In(l.terms.currency, func(a money.Amount) (money.Amount, error) { return l.spare(a), nil })
	l.fail(err)
	return Customer{
		ID: k.ID, Region: p.Region, Segment: p.Segment, SourcedBy: p.SourcedBy, ReferredBy: p.ReferredBy,
		Orders: int64(k.Summary.Orders),
		Gross:  sums.Gross, Revenue: sums.Revenue, Discount: sums.Discount, LastYear: sums.LastYear,
		Need: l.figure("need", p.Need), DaysSinceLastOrder: int64(k.Summary.DaysSinceLastOrder), Attributes: p.Attributes,
	}
}

// value picks the value by its basis: observed from enough orders on while a
// model is in force, else declared, else the prior of the segment, else the
// default prior, else 0. With one order a model knows only the average
// customer: a declared 200,000 must not become average after its first order.
func (l *loading) value() Value {
	k, t := l.known, l.terms
	v := Value{Currency: t.currency, AlivePPM: int64(money.One)}
	if !k.Day.IsZero() {
		v.AsOf = k.Day.Format(time.DateOnly) // of its own location
	}
	if d := k.Profile.DeclaredValue; !d.IsZero() {
		n := l.figure("declaredValue", d)
		v.Declared = &n
	}
	if s := k.Scored; s != nil {
		n := l.convert(s.Value)
		v.Observed, v.AlivePPM, v.Model = &n, s.AlivePPM, s.Model
	}
	var own int64
	switch {
	case v.Observed != nil && max(int64(k.Summary.Orders), k.Scored.Orders) >= t.value.observedFrom:
		own, v.Basis = *v.Observed, Observed
	case v.Declared != nil:
		own, v.Basis = *v.Declared, Declared
	default:
		own, v.Basis = t.value.priorOf(k.Profile.Segment), Prior
	}
	v.Referral = l.referral()
	var err error
	v.Amount, err = money.Add(own, v.Referral)
	l.fail(err)
	return v
}

// referral is the declared one, else a share of what the referred customers
// are worth themselves (never their referral, or it would run in circles).
func (l *loading) referral() int64 {
	k := l.known
	if d := k.Profile.ReferralValue; !d.IsZero() {
		return l.figure("referralValue", d)
	}
	if l.terms.value.referral == 0 {
		return 0
	}
	var sum int64
	var err error
	for _, a := range k.Referred {
		sum, err = money.Add(sum, l.spare(a).Minor)
		l.fail(err)
	}
	n, err := money.MulRate(sum, l.terms.value.referral)
	l.fail(err)
	return n
}

// figure is a figure of the profile in minor units of the policy's currency.
func (l *loading) figure(field string, f channel.Figure) int64 {
	a, err := l.known.Profile.Worth(field, f, l.terms.currency)
	if err != nil {
		l.fail(err)
		return 0
	}
	return l.convert(a)
}

// convert is an amount in the policy's currency, rounded half to even; without
// a rate the customer cannot be routed.
func (l *loading) convert(a money.Amount) int64 {
	if a.Currency == l.terms.currency {
		return a.Minor
	}
	rate, ok := l.terms.value.exchange[a.Currency]
	if !ok {
		l.fail(fault.New(fault.Invalid, "currency_not_in_policy",
			"the customer's currency is %s, the policy's is %s, and it has no exchange rate between them",
			a.Currency, l.terms.currency).
			At("currency", "%s is not in value.exchange of the policy", a.Currency))
		return 0
	}
	b, err := a.Convert(rate, l.terms.currency)
	l.fail(err)
	return b.Minor
}

// spare is convert for amounts that may be left out.
func (l *loading) spare(a money.Amount) money.Amount {
	if _, ok := l.terms.value.exchange[a.Currency]; a.Currency != l.terms.currency && !ok {
		l.leftOut = append(l.leftOut, a.Currency)
		return money.Of(0, l.terms.currency)
	}
	return money.Of(l.convert(a), l.terms.currency)
}

func (l *loading) fail(err error) {
	if err == nil || l.err != nil {
		return
	}
	if f := fault.Of(err); f.Kind == fault.Internal {
		err = fault.New(fault.Invalid, "value_out_of_range", "the customer's figures are too large to be routed: %v", err)
	}
	l.err = err
}
