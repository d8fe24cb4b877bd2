package closing

import (
	"cmp"
	"context"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/store"
)

// LoadRun loads a payout run with its version. 404 run_not_found.
func (p *Library) LoadRun(ctx context.Context, period channel.Period, n int) (payout.Run, uint64, error) {
	var r payout.Run
	version, err := p.store.Load(ctx, store.RunKey(period, n), &r)
	if err == nil && version == 0 {
		err = fault.New(fault.NotFound, "run_not_found", "there is no payout run %s", payout.RunID(period, n))
	}
	return r, version, err
}

// FindRun loads a run by its id.
func (p *Library) FindRun(ctx context.Context, id string) (payout.Run, uint64, error) {
	period, n, err := payout.ParseRunID("run", id)
	if err != nil {
		return payout.Run{}, 0, err
	}
	return p.LoadRun(ctx, period, n)
}

// LoadRuns are the runs of a period ("": of all), the newest first.
func (p *Library) LoadRuns(ctx context.Context, period channel.Period) ([]payout.Run, error) {
	items, err := p.store.RunItems(ctx, period)
	if err != nil {
		return nil, err
	}
	out := make([]payout.Run, 0, len(items))
	for _, it := range items {
		var r payout.Run
		if err := store.Decode(it, &r); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b payout.Run) int { return cmp.Or(cmp.Compare(b.Period, a.Period), cmp.Compare(b.N, a.N)) })
	return out, nil
}
