package closing

import (
	"context"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
)

// loadBalance reads what the censuses within the pin say: in which months the
// guard is on for pay, and each partner's part of the stable base.
//
// A month is guarded in the regions that were below their floor in the last
// census taken before its first day, as that census recorded it.
func (p *Library) loadBalance(ctx context.Context, c *store.Control, b *Books) error {
	versions, dated, err := p.datedVersions(ctx, c, b, store.KindCensus)
	if err != nil || len(versions) == 0 {
		return err
	}
	before := func(period channel.Period) int {
		return channel.InForce(dated, b.calendar.Start(period).Add(-1))
	}
	for period := b.period; ; period = period.Prev() {
		i := before(period)
		if i < 0 {
			break
		}
		census, err := p.census(ctx, versions[i].Hash)
		if err != nil {
			return err
		}
		for _, region := range slices.Backward(census.guarded) {
			if region != "" { // of a guard that would mean everywhere
				b.guarded = append(b.guarded, incentive.Guard{Period: period, Region: region})
			}
		}
	}
	slices.Reverse(b.guarded)
	if i := before(b.period.Next()); i >= 0 {
		b.census, err = p.census(ctx, versions[i].Hash)
	}
	return err
}

// balance is what pay needs of a census.
type balance struct {
	guarded []string
	stable  map[channel.PartnerID]money.Rate
}

func (p *Library) census(ctx context.Context, hash string) (*balance, error) {
	return p.censuses.Get(ctx, hash, func(ctx context.Context) (*balance, error) {
		content, err := p.store.Content(ctx, hash)
		if err != nil {
			return nil, err
		}
		c, err := value.ParseCensus(content[0])
		if err != nil {
			return nil, err
		}
		out := &balance{guarded: c.Guarded(), stable: map[channel.PartnerID]money.Rate{}}
		for _, s := range c.Partners {
			if s.StablePPM != nil {
				out.stable[s.Partner] = money.Rate(*s.StablePPM)
			}
		}
		return out, nil
	})
}

// stableShare is a partner's part of the stable base as a decimal share of one:
// nil without a census. Who has no customers in it holds nothing of it.
func (b *Books) stableShare(id channel.PartnerID) *string {
	if b.census == nil {
		return nil
	}
	text := b.census.stable[id].String()
	return &text
}
