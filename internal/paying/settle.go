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
	"github.com/fairlead/fairlead/internal/wire"
)

// settle ends the run if every line is final, as it was approved and as its
// statement orders, and lines and transfers agree.
func (p *Payer) settle(ctx context.Context, run payout.Run, version uint64) (wire.Run, error) {
	lines, err := p.runs.approvedLines(ctx, run)
	if err != nil {
		return wire.Run{}, err
	}
	var posted map[string]int64
	if !slices.ContainsFunc(lines, func(l lineAtVersion) bool { return !l.Final() }) {
		if err := p.runs.asStated(ctx, run, lines); err != nil {
			return wire.Run{}, err
		}
		if posted, err = p.posted(ctx, run.Period, lines); err != nil {
			return wire.Run{}, err
		}
	}
	next, err := run.Settle(plainLines(lines), posted, p.library.Now())
	if err != nil {
		return wire.Run{}, err
	}
	if next.State != run.State || next.AllExported != run.AllExported {
		if _, err := p.putRun(ctx, next, version); err != nil {
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
		l := lines[i].Line
		if l.Attempts == 0 {
			return nil
		}
		transfers, resolutions, err := p.library.Transfers(ctx, l.Partner, period, period)
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
