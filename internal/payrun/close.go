package payrun

import (
	"context"
	"errors"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
)

// Close closes a period: 409 period_not_over before its grace days have ended,
// 409 period_out_of_order naming the one that comes first. Closing a closed
// period is an answer. Safe to repeat after any crash.
//
// The steps are those of docs/data-model.md, "Closing a period": C1 shuts the
// period, C2 waits for what is under way, C3 makes every owner's statement, C4
// reads all again another way, C5 ends it with one root.
func (p *Payrun) Close(ctx context.Context, r CloseRequest) (PeriodStatus, error) {
	p.closing.Lock()
	defer p.closing.Unlock()
	now := p.now()
	c, err := p.shut(ctx, r.Period, now)
	if err != nil {
		return PeriodStatus{}, err
	}
	if c.State(r.Period) == PeriodClosed {
		s, err := p.status(ctx, &c, r.Period)
		s.Already = true
		return s, err
	}
	p.settleWrites()
	b, err := p.books(ctx, &c, c.Pinned, r.Period)
	if err != nil {
		return PeriodStatus{}, err
	}
	progress := r.Progress
	if progress == nil {
		progress = func(int, int) {}
	}
	n := len(b.owners())
	first, err := p.firstReader(ctx, b, func(done int) { progress(done, 2*n) })
	if err != nil {
		return PeriodStatus{}, err
	}
	second, err := p.secondReader(ctx, b, func(done int) { progress(n+done, 2*n) })
	if err != nil {
		return PeriodStatus{}, err
	}
	return p.end(ctx, b, r.User, readings{first, second})
}

// shut is C1: open -> closing, by compare and swap on the control block, while
// no writer of this process is between reading the block and its answer.
func (p *Payrun) shut(ctx context.Context, period channel.Period, now time.Time) (store.Control, error) {
	p.store.Gate.Lock()
	defer p.store.Gate.Unlock()
	var stands store.Control
	c, err := p.store.UpdateControl(ctx, now, func(c store.Control, _ *store.Batch) (store.Control, error) {
		if stands = c; c.State(period) != PeriodOpen {
			return c, errStands
		}
		b := &books{pin: c.Published}
		if err := p.loadProgramme(ctx, &c, b); err != nil {
			return c, err
		}
		if err := inOrder(&c, period); err != nil {
			return c, err
		}
		if from := b.closableFrom(period); now.Before(from) {
			return c, notOver(b, period, from)
		}
		c.Closing, c.Pinned = period, c.Published
		return c, nil
	})
	if errors.Is(err, errStands) {
		return stands, nil
	}
	return c, err
}

// errStands says that the control block is as it should be, so nothing is
// written.
var errStands = errors.New("payrun: the period is closing or closed already")

// inOrder refuses to close a period while another comes first.
func inOrder(c *store.Control, period channel.Period) error {
	first := c.FirstOpen()
	if c.Closing != "" {
		first = c.Closing
	}
	if first == "" || period == first {
		return nil
	}
	return fault.New(fault.Conflict, "period_out_of_order", "%s cannot be closed yet: periods close in order, and %s comes first", period, first)
}

func notOver(b *books, period channel.Period, from time.Time) error {
	zone := b.calendar.Location()
	when := "it runs until then"
	if b.programme.GraceDays > 0 {
		when = "its end and " + days(b.programme.GraceDays) + " of grace"
	}
	return fault.New(fault.Conflict, "period_not_over", "%s cannot be closed before %s (%s): %s",
		period, from.In(zone).Format("2 January 2006 15:04"), zone, when)
}

// settleWrites is C2: whatever was decided on a control block that still had
// the period open has been sent, or is dropped by its own clock, once lease,
// write and grace have passed. Embedded, the gate was the fence: no wait.
func (p *Payrun) settleWrites() {
	o := p.store.Options()
	if wait := o.Lease + o.Write + o.Grace; wait > 0 {
		o.Sleep(wait)
	}
}

// firstReader is C3: per owner, by its portfolio.
func (p *Payrun) firstReader(ctx context.Context, b *books, progress func(int)) (*reading, error) {
	period, owners := b.period, b.owners()
	all := newReading(len(owners))
	err := each(ctx, len(owners), progress, func(ctx context.Context, i int) error {
		customers, err := p.portfolio(ctx, owners[i], period)
		if err != nil {
			return err
		}
		m, err := p.make(ctx, b, owners[i], customers)
		if err != nil {
			return err
		}
		if err := p.commit(ctx, m, period); err != nil {
			return err
		}
		return all.set(i, m)
	})
	return all, err
}

// end is C5: one root over all seals, then closing -> closed, in one
// transaction.
func (p *Payrun) end(ctx context.Context, b *books, user string, found readings) (PeriodStatus, error) {
	period, now := b.period, p.now()
	head, err := p.head(ctx, b, found)
	if err != nil {
		return PeriodStatus{}, err
	}
	head.At, head.By = now, user
	body, err := seal.Canonical(head)
	if err != nil {
		return PeriodStatus{}, err
	}
	var stands store.Control
	c, err := p.store.UpdateControl(ctx, now, func(c store.Control, batch *store.Batch) (store.Control, error) {
		if stands = c; c.State(period) == PeriodClosed {
			return c, errStands // another closer was faster and agreed with us
		}
		batch.Body(store.PeriodHeadKey(period), body)
		if c.FirstClosed == "" {
			c.FirstClosed = period
		}
		c.Closed, c.Closing, c.Pinned = period, "", 0
		return c, nil
	})
	if errors.Is(err, errStands) {
		c, err = stands, nil
	}
	if err != nil {
		return PeriodStatus{}, err
	}
	return p.status(ctx, &c, period)
}

// readings are what the two readers of a period found.
type readings struct{ first, second *reading }

// head sums the period up. Every entry the second reader saw is in exactly one
// seal, or nobody was credited with it.
func (p *Payrun) head(ctx context.Context, b *books, found readings) (store.PeriodHead, error) {
	first, second := found.first, found.second
	h := store.PeriodHead{Documents: b.pin, Owners: len(first.roots), Root: seal.HashOf(seal.Root(first.roots)),
		Statements: first.statements, Totals: first.totals, Unattributed: second.unattributed.sums}
	h.Entries = first.count + len(second.unattributed.leaves)
	if h.Entries != second.seen {
		return h, internal("closing %s: %d entries are sealed and %d unattributed, but %d are booked", b.period, first.count, len(second.unattributed.leaves), second.seen)
	}
	if b.period > b.first {
		items, err := p.store.Get(ctx, store.PeriodHeadKey(b.period.Prev()))
		if err != nil {
			return h, err
		}
		h.Previous = seal.Hash(items[0].Body)
	}
	return h, nil
}
