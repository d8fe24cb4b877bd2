package closing

import (
	"context"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
	"github.com/fairlead/fairlead/internal/workflow"
)

// CloseName names the close of a period wherever it is worked on: there is one.
func CloseName(p channel.Period) string { return workflow.Close + "-" + string(p) }

// ClosePlan is what a close is made of.
type ClosePlan struct {
	Closed bool            // the period was closed already
	Wait   time.Duration   // before the first batch, counted from the plan's answer; also when it is planned again
	Owners []channel.Owner // each gets a seal; none for a period that was closed without statements
}

// PlanClose shuts the period (C1) and says what is to be done. It fails as
// Close does.
func (p *Closing) PlanClose(ctx context.Context, period channel.Period) (ClosePlan, error) {
	plan, _, err := p.planClose(ctx, period)
	return plan, err
}

// closingBooks are the books of a period that is being closed; nil once it is
// closed, since nothing is left to do then.
func (p *Closing) closingBooks(ctx context.Context, period channel.Period) (*Books, error) {
	c, err := p.store.LatestControl(ctx, p.library.Now())
	if err != nil {
		return nil, err
	}
	switch c.State(period) {
	case wire.PeriodClosed:
		return nil, nil
	case wire.PeriodOpen:
		return nil, fault.New(fault.Conflict, "period_not_closing", "%s is open: plan its close first", period)
	}
	return p.library.OpenBooks(ctx, c, c.Pinned, period)
}

// CloseOwners makes and stores the statements and seals of some owners (C3). It
// returns how many have a statement.
func (p *Closing) CloseOwners(ctx context.Context, period channel.Period, owners []channel.Owner) (int, error) {
	b, err := p.closingBooks(ctx, period)
	if b == nil || err != nil {
		return 0, err
	}
	return p.closeOwners(ctx, b, owners, nil)
}

// WalkBuckets reads the customers of the buckets from (inclusive) to
// (exclusive) of store.Buckets for the second reader (C4).
func (p *Closing) WalkBuckets(ctx context.Context, period channel.Period, from, to int) (*Walk, error) {
	w := newWalk(0)
	b, err := p.closingBooks(ctx, period)
	if b == nil || err != nil {
		return w, err
	}
	return w, p.walkBuckets(ctx, b, from, to, w)
}

// VerifyOwners makes the statements and seals of some owners again, from the
// whole walk, and compares them with what is stored (C4): readers_disagree.
func (p *Closing) VerifyOwners(ctx context.Context, period channel.Period, owners []channel.Owner, w *Walk) error {
	b, err := p.closingBooks(ctx, period)
	if b == nil || err != nil {
		return err
	}
	return p.verifyOwners(ctx, b, owners, w, nil)
}

// FinishClose ends the period with one root (C5). It is for after every owner
// has been verified.
func (p *Closing) FinishClose(ctx context.Context, period channel.Period, user string, w *Walk) (wire.PeriodStatus, error) {
	b, err := p.closingBooks(ctx, period)
	if err != nil {
		return wire.PeriodStatus{}, err
	}
	if b == nil {
		s, err := p.Period(ctx, period)
		s.Already = true
		return s, err
	}
	return p.end(ctx, b, user, w)
}

// sealedSums is what the seals and statements of a period say in all.
type sealedSums struct {
	mu         sync.Mutex
	roots      []seal.Digest // the leaf of each owner's seal, by owner
	count      int           // entries in all seals
	statements int
	totals     map[string]store.PeriodTotal
}

// sealsPerGet is for how many owners seal and statement are read at once: seals
// of large owners have hundreds of kilobytes.
const sealsPerGet = 25

// sealed reads the seals and statements of all owners.
func (p *Closing) sealed(ctx context.Context, period channel.Period, owners []channel.Owner) (*sealedSums, error) {
	all := &sealedSums{roots: make([]seal.Digest, len(owners)), totals: map[string]store.PeriodTotal{}}
	err := Each(ctx, (len(owners)+sealsPerGet-1)/sealsPerGet, nil, func(ctx context.Context, n int) error {
		from := n * sealsPerGet
		some := owners[from:min(from+sealsPerGet, len(owners))]
		closed, err := p.store.OwnersClosed(ctx, period, some...)
		if err != nil {
			return err
		}
		for i, o := range some {
			if closed[i].Seal == nil {
				return Internal("closing %s: %s has no seal", period, o)
			}
			all.add(from+i, closed[i])
		}
		return nil
	})
	return all, err
}

// add counts owner number i.
func (all *sealedSums) add(i int, o store.OwnerClosed) {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.roots[i] = o.Seal.Leaf()
	all.count += o.Seal.Count
	s := o.Statement
	if s == nil {
		return
	}
	all.statements++
	t := all.totals[s.Currency]
	t.Earned.Add(s.Earned)
	t.Payable.Add(s.Payable)
	t.Carried.Add(s.Closing)
	all.totals[s.Currency] = t
}

// MayClose says whether a close of the period would be begun: the errors of
// Close, or the status with Already set where it is closed.
func (p *Closing) MayClose(ctx context.Context, period channel.Period) (wire.PeriodStatus, error) {
	c, err := p.store.LatestControl(ctx, p.library.Now())
	if err != nil {
		return wire.PeriodStatus{}, err
	}
	if c.State(period) == wire.PeriodOpen {
		if err := p.closable(ctx, c, period, p.library.Now()); err != nil {
			return wire.PeriodStatus{}, err
		}
	}
	s, err := p.status(ctx, c, period)
	s.Already = s.State == wire.PeriodClosed
	return s, err
}

// closable refuses to close a period out of order or before its time.
func (p *Closing) closable(ctx context.Context, c *store.Control, period channel.Period, now time.Time) error {
	b := &Books{Pin: c.Published}
	if err := p.library.LoadProgramme(ctx, c, b); err != nil {
		return err
	}
	if err := inOrder(c, period); err != nil {
		return err
	}
	if from := b.closableFrom(period); now.Before(from) {
		return notOver(b, period, from)
	}
	return nil
}
