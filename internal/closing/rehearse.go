package closing

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

// rehearse computes every owner's closing before the period is shut, when
// documents were published since the last close: a plan that cannot be computed
// is then refused while it can still be mended, and not found behind the fence,
// where documents are pinned. It writes nothing.
func (p *Closing) rehearse(ctx context.Context, period channel.Period) error {
	now := p.library.Now()
	c, err := p.store.Control(ctx, now)
	if err != nil {
		return err
	}
	if c.State(period) != wire.PeriodOpen {
		return nil
	}
	if err := p.closable(ctx, c, period, now); err != nil {
		return err
	}
	if head, closed, err := p.store.PeriodHead(ctx, period.Prev()); err != nil || closed && head.Documents == c.Published {
		return err
	}
	b, err := p.library.OpenBooks(ctx, c, c.Published, period)
	if err != nil {
		return err
	}
	owners := b.owners()
	return Each(ctx, len(owners), func(int) {}, func(ctx context.Context, i int) error { return p.rehearseOwner(ctx, b, owners[i]) })
}

func (p *Closing) rehearseOwner(ctx context.Context, b *Books, o channel.Owner) error {
	customers, err := p.library.LoadPortfolio(ctx, o, b.period)
	if err != nil {
		return err
	}
	_, err = p.maker.make(ctx, b, o, customers)
	return err
}
