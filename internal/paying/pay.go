package paying

import (
	"context"
	"slices"
	"sync"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// Pay pays what is left of an approved run: 409 run_not_approved, 409
// payouts_frozen, 409 run_changed where its lines are not those that were
// approved, 409 no_rail and rail_differs where there is no way to pay. Each line
// is taken as far as it goes; one that fails does not stop the others. Repeating
// it is safe at any age: every step finds what the last attempt left and goes on
// from there.
func (p *Payer) Pay(ctx context.Context, r PayRequest) (wire.Run, error) {
	w, err := p.begin(ctx, r.Run)
	if err != nil {
		return wire.Run{}, err
	}
	if w.run.Value.State == payout.Settled {
		return p.runs.ShowRun(ctx, w.run.Value)
	}
	left := unpaid(w.lines)
	progress := func(done int) {
		if r.Progress != nil {
			r.Progress(len(w.lines)-len(left)+done, len(w.lines))
		}
	}
	if err := p.payLines(ctx, w, left, progress); err != nil {
		return wire.Run{}, err
	}
	return p.settle(ctx, w.run)
}

// payable is a run that may be paid: with its lines as they were approved, and the
// rail that carries them. A settled run is an answer and has neither lines nor
// rail.
type payable struct {
	run    store.Loaded[payout.Run]
	lines  []lineAtVersion
	by     rail.Named
	payees map[channel.PartnerID]rail.Payee // only while its lines are paid
}

// begin starts to pay a run, if it may be paid and has not begun.
func (p *Payer) begin(ctx context.Context, id string) (payable, error) {
	w, err := p.mayPay(ctx, id)
	if err != nil || w.run.Value.State == payout.Settled {
		return w, err
	}
	next, err := w.run.Value.Start()
	if err == nil && next.State != w.run.Value.State {
		err = p.putRun(ctx, &w.run, next)
	}
	return w, err
}

// mayPay loads a run that may be paid, and compares its lines with what was
// approved.
func (p *Payer) mayPay(ctx context.Context, id string) (payable, error) {
	w, err := p.mayGoOn(ctx, id)
	if err != nil || w.run.Value.State == payout.Settled {
		return w, err
	}
	w.lines, err = p.runs.approvedLines(ctx, w.run.Value)
	return w, err
}

// mayGoOn is mayPay without the lines, for a payer of some of them.
func (p *Payer) mayGoOn(ctx context.Context, id string) (payable, error) {
	run, err := p.started(ctx, id)
	w := payable{run: run}
	if err != nil || run.Value.State == payout.Settled {
		return w, err
	}
	c, err := p.library.Control(ctx)
	if err != nil {
		return w, err
	}
	b := &closing.Books{Pin: c.Published}
	if err := p.library.LoadProgramme(ctx, c, b); err != nil {
		return w, err
	}
	w.by, err = p.rails.Choose(b.Programme.Rail)
	return w, err
}

// started loads a run that is approved and not held up; a settled one is an
// answer.
func (p *Payer) started(ctx context.Context, id string) (store.Loaded[payout.Run], error) {
	run, err := p.store.FindRun(ctx, id)
	if err != nil {
		return run, err
	}
	c, err := p.library.Control(ctx)
	if err != nil {
		return run, err
	}
	_, err = run.Value.Start()
	if err == nil && run.Value.State != payout.Settled && c.Frozen {
		err = fault.New(fault.Conflict, "payouts_frozen", "payouts are frozen: run %s waits", run.Value.ID())
	}
	return run, err
}

// unpaid are the lines that are neither final nor exported: those that a rail
// has still to do with.
func unpaid(lines []lineAtVersion) []lineAtVersion {
	left := lines[:0:0]
	for _, l := range lines {
		if !l.Value.Final() && l.Value.State != payout.Exported {
			left = append(left, l)
		}
	}
	return left
}

// putRun replaces a run by compare and swap.
func (p *Payer) putRun(ctx context.Context, run *store.Loaded[payout.Run], next payout.Run) error {
	saved := run.With(next)
	b := &store.Batch{}
	b.PutRun(&saved)
	err := p.store.Commit(ctx, b)
	if store.IsRefused(err) {
		return fault.New(fault.Unavailable, "unavailable", "run %s was changed by somebody else just now; try again, that is safe", next.ID()).Because(err)
	}
	if err == nil {
		*run = saved
	}
	return err
}

// payLines takes each line as far as it goes, in batches of the rail's size.
func (p *Payer) payLines(ctx context.Context, w payable, left []lineAtVersion, progress func(done int)) error {
	if len(left) == 0 {
		return nil
	}
	var err error
	if w.payees, err = p.payees(ctx); err != nil {
		return err
	}
	size := max(1, w.by.Batch)
	batches := slices.Collect(slices.Chunk(left, size))
	after := func(done int) {
		if progress != nil {
			progress(min(done*size, len(left)))
		}
	}
	var mu sync.Mutex
	var failed []error
	err = closing.Each(ctx, len(batches), after, func(ctx context.Context, i int) error {
		some := p.payBatch(ctx, w, batches[i])
		mu.Lock()
		failed = append(failed, some...)
		mu.Unlock()
		return ctx.Err()
	})
	if err != nil || len(failed) == 0 {
		return err
	}
	if fault.Of(failed[0]).Kind == fault.Conflict {
		return failed[0] // trying again would not help
	}
	return fault.New(fault.Unavailable, "unavailable",
		"%d of %d lines of run %s could not be recorded; pay it again, that is safe",
		len(failed), len(left), w.run.Value.ID()).Because(failed[0])
}

// reserve writes attempt, pending transfer and line together. lost: another
// process moved the line, and goes on with it.
func (p *Payer) reserve(ctx context.Context, on string, l *lineAtVersion) (lost bool, err error) {
	next, a, t, err := l.Value.Reserve(on, p.library.Now())
	if err != nil {
		return false, err
	}
	b := &store.Batch{}
	b.PutAttempt(a)
	b.PutTransfer(a.Partner, t)
	return p.move(ctx, b, l, next)
}

// submit marks the line, alone, before the rail hears of it.
func (p *Payer) submit(ctx context.Context, l *lineAtVersion) (lost bool, err error) {
	next, err := l.Value.Submit()
	if err != nil {
		return false, err
	}
	return p.move(ctx, &store.Batch{}, l, next)
}

// record writes the rail's answer: the resolution of the pending transfer, of
// which there can be one, and the line.
func (p *Payer) record(ctx context.Context, l lineAtVersion, answer payout.Answer) error {
	next, end, err := l.Value.Answered(answer, p.library.Now())
	if err != nil {
		return err
	}
	if next == l.Value {
		return nil // still unknown, in the same words
	}
	return p.resolve(ctx, l, next, end)
}

// resolve writes a line and, if there is one, the resolution of its pending
// transfer. That another process was faster is as good.
func (p *Payer) resolve(ctx context.Context, l lineAtVersion, next payout.Line, end *ledger.Resolution) error {
	b := &store.Batch{}
	if end != nil {
		b.PutResolution(next.Partner, *end)
	}
	_, err := p.move(ctx, b, &l, next)
	return err
}

// move writes a line with what else the batch holds. lost: another process moved
// the line.
func (p *Payer) move(ctx context.Context, b *store.Batch, l *lineAtVersion, next payout.Line) (lost bool, err error) {
	moved := l.With(next)
	b.PutLine(&moved)
	err = p.store.Commit(ctx, b)
	switch {
	case store.IsRefused(err):
		return true, nil // not ours any more, and no failure
	case err == nil:
		*l = moved
	}
	return false, err
}

// attempt loads the latest attempt of a line, as it was recorded.
func (p *Payer) attempt(ctx context.Context, l payout.Line) (payout.Attempt, error) {
	a, found, err := p.store.LatestAttempt(ctx, l)
	if err == nil && (!found || a.Key != l.PaymentID || a.Minor != l.Payable) {
		err = closing.Internal("attempt %d of %s for %s is not the line's", l.Attempts, l.Partner, l.Period)
	}
	return a, err
}
