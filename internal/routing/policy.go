package routing

import (
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// Policy is a parsed, validated and compiled policy. It is immutable and safe
// for concurrent use. Version is given when it is published.
type Policy struct {
	ID            channel.PolicyID
	Version       int
	Name          string
	Note          string
	EffectiveFrom time.Time // the first instant of its day in the programme's time zone

	from       string // EffectiveFrom as people say it, in the programme's time zone
	hash       string
	bytes      []byte
	warnings   []string
	seed       string
	attributes map[string]bool // that conditions may read; nil: all
	base       *terms
	overrides  map[string]*terms // by key of `regions`
	groups     map[string]string // region -> the group whose override holds there
	groupOf    map[string][]string
	experiment *experiment
	examples   []exampleDocument
}

type experiment struct {
	name       string
	share      money.Rate
	challenger Ref
}

// As is the same policy as one published version of itself.
func (p *Policy) As(version int) *Policy {
	q := *p
	q.Version = version
	return &q
}

// Ref names the policy by id, version and hash.
func (p *Policy) Ref() Ref { return Ref{ID: string(p.ID), Version: p.Version, Hash: p.hash} }

// Hash names the policy's content: "sha256:..." of Bytes.
func (p *Policy) Hash() string { return p.hash }

// Bytes is the canonical JSON of the document; callers must not change it.
func (p *Policy) Bytes() []byte { return p.bytes }

// Warnings are what a publisher should read twice, in plain sentences.
func (p *Policy) Warnings() []string { return p.warnings }

// Currency is the policy's currency in a region.
func (p *Policy) Currency(region string) string { return p.terms(region).currency }

// Attribute reports whether conditions may read the attribute, and decisions
// keep it.
func (p *Policy) Attribute(name string) bool { return p.attributes == nil || p.attributes[name] }

// ValueTerms are what the value model needs to know of a policy.
type ValueTerms struct {
	Currency       string
	HorizonMonths  int
	AnnualDiscount money.Rate
	Margin         money.Rate // share of revenue that is contribution
	ObservedFrom   int64      // completed orders from which the observed value counts
}

// ValueTerms is how the policy values a customer of the region.
func (p *Policy) ValueTerms(region string) ValueTerms {
	t := p.terms(region)
	return ValueTerms{
		Currency: t.currency, HorizonMonths: t.value.horizonMonths, AnnualDiscount: t.value.discount,
		Margin: t.value.margin, ObservedFrom: t.value.observedFrom,
	}
}

// Tier is the tier that the bands give: from the present tier (climbing and
// descending by the hysteresis) where the customer is owned, else afresh.
func (p *Policy) Tier(region string, owned bool, tier string, value int64) string {
	t := p.terms(region)
	had := -1
	if owned {
		had = t.tier(tier)
	}
	return t.tiers[t.band(had, value)].name
}

// TierChannel is the channel of a tier in a region; "" if the policy lacks it.
func (p *Policy) TierChannel(region, tier string) channel.Channel {
	t := p.terms(region)
	if i := t.tier(tier); i >= 0 {
		return t.tiers[i].channel
	}
	return ""
}

// Above reports whether tier a is above tier b in a region; ok is false if the
// policy lacks one of them.
func (p *Policy) Above(region, a, b string) (above, ok bool) {
	t := p.terms(region)
	i, j := t.tier(a), t.tier(b)
	return i < j, i >= 0 && j >= 0
}

// FallbackDue reports whether a customer of the region that waits since then
// has waited longer than the policy's fallback allows.
func (p *Policy) FallbackDue(region string, since, at time.Time) bool {
	f := p.terms(region).fallback
	return f != nil && at.After(since.Add(f.after))
}

// AtRiskPPM is the P(alive) in ppm below which a customer is at risk; ok is
// false where the policy does not say.
func (p *Policy) AtRiskPPM(region string) (ppm int64, ok bool) {
	t := p.terms(region)
	return int64(t.atRisk), t.warns
}

// MinStablePPM is the guard's floor in a region in ppm; ok is false without one.
func (p *Policy) MinStablePPM(region string) (ppm int64, ok bool) {
	t := p.terms(region)
	return int64(t.floor), t.guards
}

// Guarded reports whether the balance guard is on in a region: the census's
// stable share is strictly below the floor.
func (p *Policy) Guarded(region string, c Census) bool { return p.terms(region).guarded(c) }

// Split is the arm of the policy's experiment for a customer: nil without an
// experiment. Where it is the challenger, the policy that challenger names (by
// id and version) decides instead, with this arm in its Input.
func (p *Policy) Split(customer channel.CustomerID) (arm *Arm, challenger Ref) {
	x := p.experiment
	if x == nil {
		return nil, Ref{}
	}
	arm = &Arm{Experiment: x.name, Challenger: inShare(x.name, string(customer), int64(x.share))}
	return arm, x.challenger
}

// Challenger is the policy version that an experiment of this policy tries, so
// that publishing can check that it exists.
func (p *Policy) Challenger() (Ref, bool) {
	if p.experiment == nil {
		return Ref{}, false
	}
	return p.experiment.challenger, true
}

// orderVariables are those that only a customer's orders can tell.
var orderVariables = []string{"customer.daysSinceLastOrder", "customer.discountShare", "customer.orders",
	"customer.revenue", "customer.share"}

// ReadsOrders reports whether a condition anywhere in the policy reads what
// only the customer's orders can tell. If none does, a route without a model
// in force need not load them.
func (p *Policy) ReadsOrders() bool {
	if readsOrders(p.base.rules) {
		return true
	}
	for _, t := range p.overrides {
		if readsOrders(t.rules) {
			return true
		}
	}
	return false
}

func readsOrders(rules []*rule) bool {
	for _, r := range rules {
		for _, path := range r.when.Reads() {
			if slices.Contains(orderVariables, path) {
				return true
			}
		}
	}
	return false
}
