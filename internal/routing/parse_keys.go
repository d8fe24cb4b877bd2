package routing

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/money"
)

// days are of 24 hours: dwell and protection do not follow changes of the
// clocks.
func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// amount reads a decimal string as minor units of the currency. Where the
// currency itself is wrong, that has been said already.
func (r *reading) amount(path, s, currency string) int64 {
	if _, ok := money.Digits(currency); !ok {
		return 0
	}
	n, err := money.ParseMinor(s, currency)
	if err != nil {
		r.problems.Add(path, "%v", err)
	}
	return n
}

// rate reads a decimal string as parts per million; more than six decimals are
// a problem, they are not rounded away.
func (r *reading) rate(path, s string) money.Rate {
	n, err := money.ParseRate(s)
	if err != nil {
		r.problems.Add(path, "%v", err)
	}
	return n
}

// share is rate of one or less.
func (r *reading) share(path, s string) money.Rate {
	n, err := money.ParseShare(s)
	if err != nil {
		r.problems.Add(path, "%v", err)
	}
	return n
}

// value reads how customers are valued. What is absent means what the constants
// say, in an override too: value is replaced as a whole, so that a reader finds
// all of it in one place.
func (r *reading) value(path string, d *valueDocument, currency string) valueTerms {
	v := valueTerms{horizonMonths: defaultHorizon, margin: money.One, observedFrom: defaultObservedFrom,
		priors: map[string]int64{}, exchange: map[string]money.Exchange{}}
	if d.HorizonMonths != nil {
		v.horizonMonths = *d.HorizonMonths
	}
	if d.AnnualDiscountRate != nil {
		v.discount = r.rate(path+".annualDiscountRate", *d.AnnualDiscountRate)
	}
	if d.MarginRate != nil {
		v.margin = r.share(path+".marginRate", *d.MarginRate)
	}
	if d.ObservedFrom != nil {
		v.observedFrom = d.ObservedFrom.Orders
	}
	if d.ReferralShare != nil {
		v.referral = r.share(path+".referralShare", *d.ReferralShare)
	}
	if d.Prior != nil {
		if d.Prior.Default != nil {
			v.prior = r.amount(path+".prior.default", *d.Prior.Default, currency)
		}
		for _, segment := range slices.Sorted(maps.Keys(d.Prior.Segments)) {
			v.priors[segment] = r.amount(document.Path(path, "prior", "segments", document.Key(segment)),
				d.Prior.Segments[segment], currency)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(d.Exchange)) {
		at := document.Path(path, "exchange", document.Key(code))
		if _, ok := money.Digits(code); !ok {
			r.problems.Add(at, "%q is not a known currency; it must be an ISO 4217 code such as USD", code)
		}
		// a rate of a currency to itself could only be 1 or wrong
		if code == currency {
			r.problems.Add(at, "is the policy's own currency")
		}
		x, err := money.ParseExchange(d.Exchange[code])
		if err != nil {
			r.problems.Add(at, "%v", err)
		}
		v.exchange[code] = x
	}
	return v
}

// tiers reads the bands: names unique, values strictly falling, the last zero,
// so that neither a gap nor an overlap can be written.
func (r *reading) tiers(path string, docs []tierDocument, currency string) []tier {
	out := make([]tier, len(docs))
	seen := map[string]bool{}
	known := false // whether the amount of the tier before could be read: else nothing is below it
	for i, d := range docs {
		at := document.Path(path, i)
		_, err := money.ParseMinor(d.MinValue, currency)
		out[i] = tier{name: d.Name, min: r.amount(at+".minValue", d.MinValue, currency), channel: d.Channel,
			podKind: d.PodKind, needs: set(d.Certifications), note: d.Note}
		if seen[d.Name] {
			r.problems.Add(at+".name", "%q stands twice", d.Name)
		}
		seen[d.Name] = true
		if known && err == nil && out[i].min >= out[i-1].min {
			r.problems.Add(at+".minValue", "is %s; it must be below the %s of the tier before it", d.MinValue,
				docs[i-1].MinValue)
		}
		known = err == nil
	}
	if last := len(out) - 1; known && out[last].min != 0 {
		r.problems.Add(fmt.Sprintf("%s[%d].minValue", path, last),
			"is %s; the last tier begins at zero, so that every value has one", docs[last].MinValue)
	}
	return out
}

// hysteresis reads the factors. promote >= 1 >= demote is what keeps band from
// climbing and descending in one step.
func (r *reading) hysteresis(path string, h *hysteresisDocument, t *terms) {
	t.promote, t.demote, t.dwellDays, t.dwell = money.One, money.One, h.DwellDays, days(h.DwellDays)
	if h.PromoteFactor != nil {
		t.promote = r.rate(path+".promoteFactor", *h.PromoteFactor)
		if t.promote < money.One || t.promote > 1000*money.One {
			r.problems.Add(path+".promoteFactor", "is %s; it must be 1 or more, at most 1000", *h.PromoteFactor)
		}
	}
	if h.DemoteFactor != nil {
		t.demote = r.rate(path+".demoteFactor", *h.DemoteFactor)
		if t.demote <= 0 || t.demote > money.One {
			r.problems.Add(path+".demoteFactor", "is %s; it must be above 0 and at most 1", *h.DemoteFactor)
		}
	}
}

// offer reads how partners are asked. Without an end an offer would hold a
// customer for ever.
func (r *reading) offer(path string, d *offerDocument) offerTerms {
	o := offerTerms{required: d.Required, max: d.MaxOffers}
	switch {
	case d.ExpiresHours != nil:
		o.expires = time.Duration(*d.ExpiresHours) * time.Hour
	case d.Required:
		r.problems.Add(path+".expiresHours", "is missing: a required offer must end some time")
	}
	return o
}
