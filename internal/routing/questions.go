package routing

import "github.com/fairlead/fairlead/internal/channel"

// Serves reports whether an owner still serves a customer of a tier: it has not
// left, and serves region, segment and certifications. A paused owner keeps its
// customers. Decide asks the same.
func (p *Policy) Serves(d *Directory, owner channel.Owner, c Customer, tier string) bool {
	r := &run{in: &Input{Policy: p, Customer: c, State: State{Owner: owner}}, t: p.terms(c.Region), dir: d}
	return r.serves(tier)
}
