package payrun

import (
	"context"
	"slices"
	"sync"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/payout"
)

// settle ends the run if every line is final, as it was approved and as its
// statement orders, and lines and transfers agree.
func (p *Payrun) settle(ctx context.Context, run payout.Run, version uint64) (Run, error) {
	lines, err := p.approvedLines(ctx, run)
	if err != nil {
		return Run{}, err
	}
	var posted map[string]int64
	if !slices.ContainsFunc(lines, func(l versioned) bool { return !l.Final() }) {
		if err := p.asStated(ctx, run, lines); err != nil {
			return Run{}, err
		}
		if posted, err = p.posted(ctx, run.Period, lines); err != nil {
			return Run{}, err
		}
	}
	next, err := run.Settle(plain(lines), posted, p.now())
	if err != nil {
		return Run{}, err
	}
	if next.State != run.State || next.AllExported != run.AllExported {
		if _, err := p.putRun(ctx, next, version); err != nil {
			return Run{}, err
		}
	}
	return p.show(ctx, next)
}

// posted sums the payouts that the ledger says were made for a period.
func (p *Payrun) posted(ctx context.Context, period channel.Period, lines []versioned) (map[string]int64, error) {
	sums := map[string]int64{}
	var mu sync.Mutex
	err := each(ctx, len(lines), nil, func(ctx context.Context, i int) error {
		l := lines[i].Line
		if l.Attempts == 0 {
			return nil
		}
		transfers, resolutions, err := p.transfers(ctx, l.Partner, period, period)
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
				return internal("the payouts of %s in %s: %w", period, t.Currency, err)
			}
		}
		return nil
	})
	return sums, err
}
