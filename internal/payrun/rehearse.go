package payrun

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
)

// rehearse computes every owner's closing before the period is shut, when
// documents were published since the last close: a plan that cannot be computed
// is then refused while it can still be mended, and not found behind the fence,
// where documents are pinned. It writes nothing.
func (p *Payrun) rehearse(ctx context.Context, period channel.Period) error {
	now := p.now()
	c, err := p.store.Control(ctx, now)
	if err != nil {
		return err
	}
	if c.State(period) != PeriodOpen {
		return nil
	}
	if err := p.closable(ctx, c, period, now); err != nil {
		return err
	}
	if head, closed, err := p.store.PeriodHead(ctx, period.Prev()); err != nil || closed && head.Documents == c.Published {
		return err
	}
	b, err := p.books(ctx, c, c.Published, period)
	if err != nil {
		return err
	}
	owners := b.owners()
	return each(ctx, len(owners), func(int) {}, func(ctx context.Context, i int) error { return p.rehearseOwner(ctx, b, owners[i]) })
}

func (p *Payrun) rehearseOwner(ctx context.Context, b *books, o channel.Owner) error {
	customers, err := p.portfolio(ctx, o, b.period)
	if err != nil {
		return err
	}
	_, err = p.make(ctx, b, o, customers)
	return err
}
