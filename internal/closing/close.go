package closing

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// Close closes a period: 409 period_not_over before its grace days have ended,
// 409 period_out_of_order naming the one that comes first. Closing a closed
// period is an answer. Safe to repeat after any crash.
//
// The steps are those of docs/data-model.md, "Closing a period": C1 shuts the
// period, C2 waits for what is under way, C3 makes every owner's statement, C4
// reads all again another way, C5 ends it with one root. Here they run one after
// the other, each over everything; on AWS the state machine calls them batch by
// batch (steps.go).
func (p *Closing) Close(ctx context.Context, r CloseRequest) (wire.PeriodStatus, error) {
	p.closing.Lock()
	defer p.closing.Unlock()
	if err := p.rehearse(ctx, r.Period); err != nil {
		return wire.PeriodStatus{}, err
	}
	plan, b, err := p.planClose(ctx, r.Period)
	if err != nil {
		return wire.PeriodStatus{}, err
	}
	if plan.Closed {
		s, err := p.Period(ctx, r.Period)
		s.Already = true
		return s, err
	}
	if plan.Wait > 0 {
		p.store.Options().Sleep(plan.Wait)
	}
	progress := r.Progress
	if progress == nil {
		progress = func(int, int) {}
	}
	n := len(plan.Owners)
	if _, err := p.closeOwners(ctx, b, plan.Owners, func(done int) { progress(done, 2*n) }); err != nil {
		return wire.PeriodStatus{}, err
	}
	w := newWalk(keepEntries)
	if err := p.walkBuckets(ctx, b, 0, store.Buckets, w); err != nil {
		return wire.PeriodStatus{}, err
	}
	if err := p.verifyOwners(ctx, b, plan.Owners, w, func(done int) { progress(n+done, 2*n) }); err != nil {
		return wire.PeriodStatus{}, err
	}
	return p.end(ctx, b, r.User, w)
}

// planClose is C1 and the documents that the rest goes by. C2 begins when it
// returns: whatever was decided on a control block that still had the period
// open has been sent, or is dropped by its own clock, once lease, write and
// grace have passed. Embedded, the gate was the fence: no wait.
func (p *Closing) planClose(ctx context.Context, period channel.Period) (ClosePlan, *Books, error) {
	c, err := p.Shut(ctx, period, p.library.Now())
	if err != nil {
		return ClosePlan{}, nil, err
	}
	pin, closed := c.Pinned, c.State(period) == wire.PeriodClosed
	if closed {
		head, sealed, err := p.store.PeriodHead(ctx, period)
		if err != nil || !sealed {
			return ClosePlan{Closed: true}, nil, err
		}
		pin = head.Documents
	}
	b, err := p.library.OpenBooks(ctx, &c, pin, period)
	if err != nil {
		return ClosePlan{}, nil, err
	}
	return ClosePlan{Closed: closed, Wait: p.store.Options().Fence(), Owners: b.owners()}, b, nil
}

// Shut is C1: open -> closing, by compare and swap on the control block, while
// no writer of this process is between reading the block and its answer.
func (p *Closing) Shut(ctx context.Context, period channel.Period, now time.Time) (store.Control, error) {
	p.store.Gate.Lock()
	defer p.store.Gate.Unlock()
	var stands store.Control
	c, err := p.store.UpdateControl(ctx, now, func(c store.Control, _ *store.Batch) (store.Control, error) {
		if stands = c; c.State(period) != wire.PeriodOpen {
			return c, errStands
		}
		if err := p.closable(ctx, &c, period, now); err != nil {
			return c, err
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

func notOver(b *Books, period channel.Period, from time.Time) error {
	zone := b.calendar.Location()
	when := "it runs until then"
	if b.Programme.GraceDays > 0 {
		when = "its end and " + days(b.Programme.GraceDays) + " of grace"
	}
	return fault.New(fault.Conflict, "period_not_over", "%s cannot be closed before %s (%s): %s",
		period, from.In(zone).Format("2 January 2006 15:04"), zone, when)
}

// closeOwners is C3: per owner, by its portfolio. It returns how many of them
// have a statement.
func (p *Closing) closeOwners(ctx context.Context, b *Books, owners []channel.Owner, progress func(int)) (statements int, err error) {
	var made atomic.Int64
	err = Each(ctx, len(owners), progress, func(ctx context.Context, i int) error {
		customers, err := p.library.LoadPortfolio(ctx, owners[i], b.period)
		if err != nil {
			return err
		}
		m, err := p.maker.make(ctx, b, owners[i], customers)
		if err != nil {
			return err
		}
		if m.result != nil {
			made.Add(1)
		}
		if err := p.maker.commit(ctx, m, b.period); err != nil {
			return err
		}
		return p.strays.bookLate(ctx, m.late)
	})
	return int(made.Load()), err
}

// end is C5: one root over all seals, then closing -> closed, in one
// transaction.
func (p *Closing) end(ctx context.Context, b *Books, user string, w *Walk) (wire.PeriodStatus, error) {
	period, now := b.period, p.library.Now()
	head, err := p.head(ctx, b, w)
	if err != nil {
		return wire.PeriodStatus{}, err
	}
	head.At, head.By = now, user
	var stands store.Control
	c, err := p.store.UpdateControl(ctx, now, func(c store.Control, batch *store.Batch) (store.Control, error) {
		if stands = c; c.State(period) == wire.PeriodClosed {
			return c, errStands // another closer was faster and agreed with us
		}
		batch.PutPeriodHead(period, head)
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
		return wire.PeriodStatus{}, err
	}
	return p.status(ctx, &c, period)
}

// head sums the period up from what is sealed. Every entry the second reader
// saw is in exactly one seal, or nobody was credited with it.
func (p *Closing) head(ctx context.Context, b *Books, w *Walk) (store.PeriodHead, error) {
	owners := b.owners()
	if err := w.strangers(b.period, owners); err != nil {
		return store.PeriodHead{}, err
	}
	all, err := p.sealed(ctx, b.period, owners)
	if err != nil {
		return store.PeriodHead{}, err
	}
	h := store.PeriodHead{Documents: b.Pin, Owners: len(owners), Root: seal.HashOf(seal.Root(all.roots)), Statements: all.statements,
		Totals: all.totals, Unattributed: w.Unattributed, Entries: all.count + w.Nobody, Late: w.Late}
	if h.Entries != w.Seen {
		return h, Internal("closing %s: %d entries are sealed and %d unattributed, but %d are booked", b.period, all.count, w.Nobody, w.Seen)
	}
	if b.period > b.first {
		h.Previous, err = p.store.PeriodHeadHash(ctx, b.period.Prev())
	}
	return h, err
}
