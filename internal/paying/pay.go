package paying

import (
	"context"
	"sync"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
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
	if w.run.State == payout.Settled {
		return p.runs.ShowRun(ctx, w.run)
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
	return p.settle(ctx, w.run, w.version)
}

// payable is a run that may be paid: with the version of its item, its lines as
// they were approved, and the rail that carries them. A settled run is an answer
// and has neither lines nor rail.
type payable struct {
	run     payout.Run
	version uint64
	lines   []lineAtVersion
	by      rail.Named
}

// begin starts to pay a run, if it may be paid and has not begun.
func (p *Payer) begin(ctx context.Context, id string) (payable, error) {
	w, err := p.mayPay(ctx, id)
	if err != nil || w.run.State == payout.Settled {
		return w, err
	}
	next, err := w.run.Start()
	if err == nil && next.State != w.run.State {
		w.version, err = p.putRun(ctx, next, w.version)
	}
	w.run = next
	return w, err
}

// mayPay loads a run that may be paid, and compares its lines with what was
// approved.
func (p *Payer) mayPay(ctx context.Context, id string) (payable, error) {
	w, err := p.mayGoOn(ctx, id)
	if err != nil || w.run.State == payout.Settled {
		return w, err
	}
	w.lines, err = p.runs.approvedLines(ctx, w.run)
	return w, err
}

// mayGoOn is mayPay without the lines, for whoever pays some of them.
func (p *Payer) mayGoOn(ctx context.Context, id string) (payable, error) {
	run, version, err := p.started(ctx, id)
	w := payable{run: run, version: version}
	if err != nil || run.State == payout.Settled {
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
func (p *Payer) started(ctx context.Context, id string) (payout.Run, uint64, error) {
	run, version, err := p.library.FindRun(ctx, id)
	if err != nil {
		return run, 0, err
	}
	c, err := p.library.Control(ctx)
	if err != nil {
		return run, 0, err
	}
	_, err = run.Start()
	if err == nil && run.State != payout.Settled && c.Frozen {
		err = fault.New(fault.Conflict, "payouts_frozen", "payouts are frozen: run %s waits", run.ID())
	}
	return run, version, err
}

// unpaid are the lines that are neither final nor exported: those that a rail
// has still to do with.
func unpaid(lines []lineAtVersion) []lineAtVersion {
	left := lines[:0:0]
	for _, l := range lines {
		if !l.Final() && l.State != payout.Exported {
			left = append(left, l)
		}
	}
	return left
}

// putRun replaces a run by compare and swap and returns the version it has now.
func (p *Payer) putRun(ctx context.Context, r payout.Run, version uint64) (uint64, error) {
	b := &store.Batch{}
	b.Put(store.RunKey(r.Period, r.N), r, version)
	err := p.store.Commit(ctx, b)
	if store.AsRefused(err) != nil {
		return 0, fault.New(fault.Unavailable, "unavailable", "run %s was changed by somebody else just now; try again, that is safe", r.ID()).Because(err)
	}
	return version + 1, err
}

// payLines takes each line as far as it goes.
func (p *Payer) payLines(ctx context.Context, w payable, left []lineAtVersion, progress func(done int)) error {
	var mu sync.Mutex
	var failed []error
	err := closing.Each(ctx, len(left), progress, func(ctx context.Context, i int) error {
		if err := p.payLine(ctx, w.by, left[i]); err != nil {
			mu.Lock()
			failed = append(failed, err)
			mu.Unlock()
		}
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
		len(failed), len(left), w.run.ID()).Because(failed[0])
}

// payLine takes one line as far as it goes. The order of the writes is what
// keeps a payment from being made twice: the attempt and its money are set
// aside together; it is marked as submitted before the rail hears of it; and
// whoever finds it marked asks the rail about the very same attempt first.
func (p *Payer) payLine(ctx context.Context, by rail.Named, l lineAtVersion) error {
	if l.State == payout.Open || l.State == payout.Rejected {
		if lost, err := p.reserve(ctx, by.Name, &l); err != nil || lost {
			return err
		}
	}
	a, err := p.attempt(ctx, l.Line)
	if err != nil {
		return err
	}
	carrier, err := p.carrier(by, a)
	if err != nil {
		return err
	}
	found := l.Underway()
	if l.State == payout.Reserved {
		if lost, err := p.submit(ctx, &l); err != nil || lost {
			return err
		}
	}
	var answer payout.Answer
	known := false
	if found {
		answer, known = carrier.Lookup(a)
	}
	if !known {
		answer = carrier.Submit(a)
	}
	return p.record(ctx, l, answer)
}

// carrier is the rail of an attempt. One that was begun on another rail than
// the one of today stays with it: nobody else knows what became of it.
func (p *Payer) carrier(by rail.Named, a payout.Attempt) (rail.Rail, error) {
	if a.Rail == "" || a.Rail == by.Name {
		return by.Rail, nil
	}
	if carrier, ok := p.rails.Named(a.Rail); ok {
		return carrier, nil
	}
	return nil, fault.New(fault.Conflict, "rail_differs",
		"the payment %s was begun on the rail %q, but payments leave here by %s: only that rail knows what became of it",
		a.Key, a.Rail, p.rails)
}

// reserve writes attempt, pending transfer and line together. lost: another
// process moved the line, and goes on with it.
func (p *Payer) reserve(ctx context.Context, on string, l *lineAtVersion) (lost bool, err error) {
	next, a, t, err := l.Reserve(on, p.library.Now())
	if err != nil {
		return false, err
	}
	b := &store.Batch{}
	b.New(store.AttemptKey(a.Period, a.Partner, a.Currency, a.N), a)
	b.New(store.TransferKey(channel.PartnerOwner(l.Partner), t.Period, t.ID), t)
	b.Put(lineKey(next), next, l.version)
	return p.move(ctx, b, l, next)
}

// submit marks the line, alone, before the rail hears of it.
func (p *Payer) submit(ctx context.Context, l *lineAtVersion) (lost bool, err error) {
	next, err := l.Submit()
	if err != nil {
		return false, err
	}
	b := &store.Batch{}
	b.Put(lineKey(next), next, l.version)
	return p.move(ctx, b, l, next)
}

// record writes the rail's answer: the resolution of the pending transfer, of
// which there can be one, and the line.
func (p *Payer) record(ctx context.Context, l lineAtVersion, answer payout.Answer) error {
	next, end, err := l.Answered(answer, p.library.Now())
	if err != nil {
		return err
	}
	if next == l.Line {
		return nil // still unknown, in the same words
	}
	return p.resolve(ctx, l, next, end)
}

// resolve writes a line and, if there is one, the resolution of its pending
// transfer. That another process was faster is as good.
func (p *Payer) resolve(ctx context.Context, l lineAtVersion, next payout.Line, end *ledger.Resolution) error {
	b := &store.Batch{}
	if end != nil {
		b.New(store.ResolutionKey(channel.PartnerOwner(l.Partner), end.Period, end.Pending), end)
	}
	b.Put(lineKey(next), next, l.version)
	_, err := p.move(ctx, b, &l, next)
	return err
}

func (p *Payer) move(ctx context.Context, b *store.Batch, l *lineAtVersion, next payout.Line) (lost bool, err error) {
	err = p.store.Commit(ctx, b)
	if lost = store.AsRefused(err) != nil; lost {
		err = nil // not ours any more, and no failure
	} else if err == nil {
		l.Line, l.version = next, l.version+1
	}
	return lost, err
}

func lineKey(l payout.Line) table.Key { return store.LineKey(l.Period, l.Partner, l.Currency) }

// attempt loads the latest attempt of a line, as it was recorded.
func (p *Payer) attempt(ctx context.Context, l payout.Line) (payout.Attempt, error) {
	var a payout.Attempt
	version, err := p.store.Load(ctx, store.AttemptKey(l.Period, l.Partner, l.Currency, l.Attempts), &a)
	if err == nil && (version == 0 || a.Key != l.PaymentID || a.Minor != l.Payable) {
		err = closing.Internal("attempt %d of %s for %s is not the line's", l.Attempts, l.Partner, l.Period)
	}
	return a, err
}
