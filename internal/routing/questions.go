package routing

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// Serves reports whether an owner still serves a customer of a tier: it has not
// left, and serves region, segment and certifications. A paused owner keeps its
// customers. Decide asks the same.
func (p *Policy) Serves(d *Directory, owner channel.Owner, c Customer, tier string) bool {
	r := &run{in: &Input{Policy: p, Customer: c, State: State{Owner: owner}}, t: p.terms(c.Region), dir: d}
	return r.serves(tier)
}

// Promotion is the value above which a customer that a partner owns is promoted
// to the sales force in a region: the lowest such tier's minimum, times the
// promotion factor. ok is false where no tier is the sales force's.
func (p *Policy) Promotion(region string) (a money.Amount, ok bool) {
	t := p.terms(region)
	for i := len(t.tiers) - 1; i >= 0; i-- {
		if t.tiers[i].channel == channel.SalesForce {
			minor, err := money.MulRate(t.tiers[i].min, t.promote)
			return money.Of(minor, t.currency), err == nil
		}
	}
	return money.Amount{}, false
}
