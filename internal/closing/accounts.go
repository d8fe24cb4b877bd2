package closing

import (
	"context"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/store"
)

// Transfers reads a partner's transfers and resolutions of some periods,
// both ends included ("": from the first).
func (p *Library) Transfers(ctx context.Context, partner channel.PartnerID, from, to channel.Period) ([]ledger.Transfer, []ledger.Resolution, error) {
	items, err := p.store.TransferItems(ctx, channel.PartnerOwner(partner), from, to)
	if err != nil {
		return nil, nil, err
	}
	var transfers []ledger.Transfer
	var resolutions []ledger.Resolution
	for _, it := range items {
		if strings.HasSuffix(it.SK, "#R") {
			var r ledger.Resolution
			if err := store.Decode(it, &r); err != nil {
				return nil, nil, err
			}
			resolutions = append(resolutions, r)
			continue
		}
		var t ledger.Transfer
		if err := store.Decode(it, &t); err != nil {
			return nil, nil, err
		}
		transfers = append(transfers, t)
	}
	return transfers, resolutions, nil
}
