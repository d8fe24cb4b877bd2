package views

import (
	"context"
	"fmt"
	"strconv"

	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/value"
	"github.com/fairlead/fairlead/internal/wire"
)

// Balance is the newest census, and where the guard is on by the policy in
// force.
func (s *Values) Balance(ctx context.Context, _ wire.Actor) (wire.Balance, error) {
	out := wire.Balance{Guarded: []string{}, Text: []string{}}
	m, err := s.docs.Current(ctx)
	if err != nil {
		return out, err
	}
	if out.Pay, err = s.valuing.PayGuard(ctx, &m, m.Cal.Of(m.Now)); err != nil {
		return out, err
	}
	if out.Census, out.Version, err = s.valuing.Census(ctx, &m, m.Now); err != nil || out.Census == nil {
		out.Text = append(out.Text, "No census has been taken yet: the nightly sweep takes one.")
		return out, err
	}
	policy, err := s.docs.PolicyAt(ctx, &m, m.Now)
	if err != nil {
		return out, err
	}
	for i := range out.Census.Regions {
		r := &out.Census.Regions[i]
		if policy.Guarded(r.Region, routing.Census{Version: out.Version, StablePPM: r.StablePPM}) {
			out.Guarded = append(out.Guarded, r.Region)
		}
		out.Text = append(out.Text, balanceWords(r))
	}
	return out, nil
}

// balanceWords say of a region what a manager needs to know.
func balanceWords(r *value.RegionCensus) string {
	who := strconv.FormatInt(r.Customers, 10) + " customers"
	if r.Customers == 1 {
		who = "1 customer"
	}
	text := fmt.Sprintf("%s: %s worth %s %s", r.Region, who, r.Equity, r.Currency)
	if r.StablePPM == nil {
		return text + "; no equity, so no guard."
	}
	text += fmt.Sprintf(", as many as %.1f of equal worth; %.1f %% in focal tiers, %.1f %% stable", float64(r.Effective)/1000, ppm(r.FocalPPM), ppm(r.StablePPM))
	switch {
	case r.Floor == nil:
		return text + "."
	case r.Guarded:
		return text + fmt.Sprintf(", below the floor of %.1f %%: the guard is on.", ppm(r.Floor))
	}
	return text + fmt.Sprintf("; the floor is %.1f %%.", ppm(r.Floor))
}

func ppm(n *int64) float64 {
	if n == nil {
		return 0
	}
	return float64(*n) / 1e4
}
