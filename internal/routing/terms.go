package routing

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// terms is a policy as it holds in one region: the override's keys where it has
// them, the policy's own elsewhere. Immutable once parsed.
type terms struct {
	override   string // the key of `regions`; "" for the policy itself
	note       string
	currency   string
	value      valueTerms
	tiers      []tier
	promote    money.Rate    // factor on the line above, 1 or more
	demote     money.Rate    // factor on the own line, above 0, at most 1
	dwell      time.Duration // dwellDays of 24 hours
	dwellDays  int
	rules      []*rule // the override's, then the policy's own
	book       ruleIndexes
	protection time.Duration // 0: nobody is protected
	offer      offerTerms
	fullWaits  bool           // salesForceFull: wait
	noneToPods bool           // noPartner: sales_force
	fallback   *fallbackTerms // nil: who waits, waits
	floor      money.Rate     // of the guard
	guards     bool           // has a guard
	atRisk     money.Rate     // P(alive) below which a customer is at risk
	warns      bool           // has atRisk
}

type valueTerms struct {
	horizonMonths int
	discount      money.Rate       // a year
	margin        money.Rate       // of revenue, 1 or less
	observedFrom  int64            // orders
	prior         int64            // minor units
	priors        map[string]int64 // minor units by segment
	referral      money.Rate       // share of the referred customers' own values
	exchange      map[string]money.Exchange
}

type tier struct {
	name    string
	min     int64 // minor units
	channel channel.Channel
	podKind string
	needs   []string // certifications
	note    string
}

type offerTerms struct {
	required bool
	expires  time.Duration // of an offer that was made
	max      int           // 0: no limit
}

type fallbackTerms struct {
	podKind string
	after   time.Duration
	hours   int
}

// tier is the place of a tier by name, -1 if the policy lacks it.
func (t *terms) tier(name string) int {
	for i := range t.tiers {
		if t.tiers[i].name == name {
			return i
		}
	}
	return -1
}

// needs are the certifications that a tier asks of a partner.
func (t *terms) needs(name string) []string {
	if i := t.tier(name); i >= 0 {
		return t.tiers[i].needs
	}
	return nil
}

// guarded reports whether the balance guard is on.
func (t *terms) guarded(c Census) bool {
	return t.guards && c.StablePPM != nil && *c.StablePPM < int64(t.floor)
}

// prior is the value of a customer of whom nothing is known but its segment.
func (v *valueTerms) priorOf(segment string) int64 {
	if n, ok := v.priors[segment]; ok {
		return n
	}
	return v.prior
}

// terms is what holds in a region: its override, else that of its group, else
// the policy itself.
func (p *Policy) terms(region string) *terms {
	if t, ok := p.overrides[region]; ok {
		return t
	}
	if group, ok := p.groups[region]; ok {
		return p.overrides[group]
	}
	return p.base
}
