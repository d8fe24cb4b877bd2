package paying

import (
	"context"
	"slices"
	"sync"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// settle ends the run if every line is final, as it was approved and as its
// statement orders, and lines and transfers agree.
func (p *Payer) settle(ctx context.Context, run store.Loaded[payout.Run]) (wire.Run, error) {
	lines, err := p.runs.approvedLines(ctx, run.Value)
	if err != nil {
		return wire.Run{}, err
	}
	var posted map[string]int64
	if !slices.ContainsFunc(lines, func(l lineAtVersion) bool { return !l.Value.Final() }) {
		if err := p.runs.asStated(ctx, run.Value, lines); err != nil {
			return wire.Run{}, err
		}
		if posted, err = p.posted(ctx, run.Value.Period, lines); err != nil {
			return wire.Run{}, err
		}
	}
	next, err := run.Value.Settle(plainLines(lines), posted, p.library.Now())
	if err != nil {
		return wire.Run{}, err
	}
	if next.State != run.Value.State || next.AllExported != run.Value.AllExported {
		if err := p.putRun(ctx, &run, next); err != nil {
			return wire.Run{}, err
		}
	}
	return p.runs.ShowRun(ctx, next)
}

// posted sums the payouts that the ledger says were made for a period.
func (p *Payer) posted(ctx context.Context, period channel.Period, lines []lineAtVersion) (map[string]int64, error) {
	sums := map[string]int64{}
	var mu sync.Mutex
	err := closing.Each(ctx, len(lines), nil, func(ctx context.Context, i int) error {
		l := lines[i].Value
		if l.Attempts == 0 {
			return nil
		}
		transfers, resolutions, err := p.store.Transfers(ctx, l.Partner, period, period)
		if err != nil {
			return err
		}
		post := map[string]bool{}
		for _, r := range resolutions {
			post[r.Pending] = r.Post
		}
		mu.Lock()
		defer mu.Unlock()
		for _, t := range transfers {
			if t.Code != ledger.Payout || t.Currency != l.Currency || t.Pending && !post[t.ID] {
				continue
			}
			if sums[t.Currency], err = money.Add(sums[t.Currency], t.Minor); err != nil {
				return closing.Internal("the payouts of %s in %s: %w", period, t.Currency, err)
			}
		}
		return nil
	})
	return sums, err
}
