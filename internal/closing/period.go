package closing

import (
	"context"
	"fmt"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// Period is the state of a period, whether anything happened in it or not.
func (p *Closing) Period(ctx context.Context, period channel.Period) (wire.PeriodStatus, error) {
	c, err := p.store.LatestControl(ctx, p.library.Now())
	if err != nil {
		return wire.PeriodStatus{}, err
	}
	return p.status(ctx, c, period)
}

// Halfway is how many works were begun and are not done: a period that is being
// closed, and runs that are being paid. A run that only waits for somebody to
// confirm its payments is none.
func (p *Closing) Halfway(ctx context.Context) (int, error) {
	c, err := p.store.LatestControl(ctx, p.library.Now())
	if err != nil {
		return 0, err
	}
	n := 0
	if c.Closing != "" {
		n++
	}
	runs, err := p.store.Runs(ctx, "")
	for _, r := range runs {
		if r.State == payout.Paying && !r.AllExported {
			n++
		}
	}
	return n, err
}

func (p *Closing) status(ctx context.Context, c *store.Control, period channel.Period) (wire.PeriodStatus, error) {
	head, closed, err := p.store.PeriodHead(ctx, period)
	if err != nil {
		return wire.PeriodStatus{}, err
	}
	b := &Books{Pin: c.Published}
	if closed {
		b.Pin = head.Documents
	}
	if err := p.library.LoadProgramme(ctx, c, b); err != nil {
		return wire.PeriodStatus{}, err
	}
	s := wire.PeriodStatus{Period: period, State: c.State(period), Start: b.calendar.Start(period), End: b.calendar.End(period),
		ClosableFrom: b.closableFrom(period).In(b.calendar.Location()), Totals: []wire.PeriodTotal{}}
	if !closed {
		if s.State == wire.PeriodClosed {
			s.Note = fmt.Sprintf("%s was the first period to be closed: earlier ones have no statements, their facts are in its own", c.FirstClosed)
		}
		return s, nil
	}
	s.ClosedAt, s.Owners, s.Statements, s.Entries, s.Root, s.Late = &head.At, head.Owners, head.Statements, head.Entries, head.Root, head.Late
	for _, t := range head.Unattributed {
		s.Unattributed += t.Count
	}
	for _, currency := range SortedKeys(head.Totals) {
		t := head.Totals[currency]
		s.Totals = append(s.Totals, wire.PeriodTotal{Currency: currency, Earned: t.Earned.Format(currency),
			Payable: t.Payable.Format(currency), Carried: t.Carried.Format(currency)})
	}
	return s, nil
}

func days(n int) string {
	if n == 1 {
		return "one day"
	}
	return fmt.Sprintf("%d days", n)
}
