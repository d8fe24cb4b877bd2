package payrun

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

// Pay pays what is left of an approved run: 409 run_not_approved, 409
// payouts_frozen. Each line is taken as far as it goes; one that fails does not
// stop the others. Repeating it is safe at any age: every step finds what the
// last attempt left and goes on from there.
func (p *Payrun) Pay(ctx context.Context, r PayRequest) (Run, error) {
	run, version, err := p.begin(ctx, r.Run)
	if err != nil {
		return Run{}, err
	}
	if run.State == payout.Settled {
		return p.show(ctx, run)
	}
	lines, err := p.lines(ctx, run.Period)
	if err != nil {
		return Run{}, err
	}
	left := unpaid(lines)
	progress := func(done int) {
		if r.Progress != nil {
			r.Progress(len(lines)-len(left)+done, len(lines))
		}
	}
	if err := p.payLines(ctx, run, left, progress); err != nil {
		return Run{}, err
	}
	return p.settle(ctx, run, version)
}

// begin starts to pay a run, if it may be paid and has not begun.
func (p *Payrun) begin(ctx context.Context, id string) (payout.Run, uint64, error) {
	run, version, err := p.mayPay(ctx, id)
	if err != nil || run.State == payout.Settled {
		return run, version, err
	}
	next, err := run.Start()
	if err == nil && next.State != run.State {
		version, err = p.putRun(ctx, next, version)
	}
	return next, version, err
}

// mayPay loads a run that may be paid; a settled one is an answer.
func (p *Payrun) mayPay(ctx context.Context, id string) (payout.Run, uint64, error) {
	run, version, err := p.find(ctx, id)
	if err != nil {
		return run, 0, err
	}
	c, err := p.control(ctx)
	if err != nil {
		return run, 0, err
	}
	_, err = run.Start()
	if err == nil && run.State != payout.Settled && c.Frozen {
		err = fault.New(fault.Conflict, "payouts_frozen", "payouts are frozen: run %s waits", run.ID())
	}
	return run, version, err
}

// unpaid are the lines that are not final.
func unpaid(lines []versioned) []versioned {
	left := lines[:0:0]
	for _, l := range lines {
		if !l.Final() {
			left = append(left, l)
		}
	}
	return left
}

// putRun replaces a run by compare and swap and returns the version it has now.
func (p *Payrun) putRun(ctx context.Context, r payout.Run, version uint64) (uint64, error) {
	b := &store.Batch{}
	b.Put(store.RunKey(r.Period, r.N), r, version)
	err := p.store.Commit(ctx, b)
	if store.AsRefused(err) != nil {
		return 0, fault.New(fault.Unavailable, "unavailable", "run %s was changed by somebody else just now; try again, that is safe", r.ID()).Because(err)
	}
	return version + 1, err
}

// payLines takes each line as far as it goes.
func (p *Payrun) payLines(ctx context.Context, run payout.Run, left []versioned, progress func(done int)) error {
	var mu sync.Mutex
	var failed []error
	err := each(ctx, len(left), progress, func(ctx context.Context, i int) error {
		if err := p.payLine(ctx, left[i]); err != nil {
			mu.Lock()
			failed = append(failed, err)
			mu.Unlock()
		}
		return ctx.Err()
	})
	if err == nil && len(failed) > 0 {
		err = fault.New(fault.Unavailable, "unavailable", "%d of %d lines of run %s could not be recorded; pay it again, that is safe", len(failed), len(left), run.ID()).
			Because(failed[0])
	}
	return err
}

// payLine takes one line as far as it goes. The order of the writes is what
// keeps a payment from being made twice: the attempt and its money are set
// aside together; it is marked as submitted before the rail hears of it; and
// whoever finds it marked asks the rail about the very same attempt first.
func (p *Payrun) payLine(ctx context.Context, l versioned) error {
	if l.State == payout.Open || l.State == payout.Rejected {
		if lost, err := p.reserve(ctx, &l); err != nil || lost {
			return err
		}
	}
	found := l.Underway()
	if l.State == payout.Reserved {
		if lost, err := p.submit(ctx, &l); err != nil || lost {
			return err
		}
	}
	a, err := p.attempt(ctx, l.Line)
	if err != nil {
		return err
	}
	var answer payout.Answer
	known := false
	if found {
		answer, known = p.rail.Lookup(a)
	}
	if !known {
		answer = p.rail.Submit(a)
	}
	return p.record(ctx, l, answer)
}

// reserve writes attempt, pending transfer and line together. lost: another
// process moved the line, and goes on with it.
func (p *Payrun) reserve(ctx context.Context, l *versioned) (lost bool, err error) {
	next, a, t, err := l.Reserve(p.now())
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
func (p *Payrun) submit(ctx context.Context, l *versioned) (lost bool, err error) {
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
func (p *Payrun) record(ctx context.Context, l versioned, answer payout.Answer) error {
	next, end, err := l.Answered(answer, p.now())
	if err != nil {
		return err
	}
	b := &store.Batch{}
	if end != nil {
		b.New(store.ResolutionKey(channel.PartnerOwner(l.Partner), end.Period, end.Pending), end)
	} else if next == l.Line {
		return nil // still unknown, in the same words
	}
	b.Put(lineKey(next), next, l.version)
	_, err = p.move(ctx, b, &l, next)
	return err
}

func (p *Payrun) move(ctx context.Context, b *store.Batch, l *versioned, next payout.Line) (lost bool, err error) {
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
func (p *Payrun) attempt(ctx context.Context, l payout.Line) (payout.Attempt, error) {
	var a payout.Attempt
	version, err := p.store.Load(ctx, store.AttemptKey(l.Period, l.Partner, l.Currency, l.Attempts), &a)
	if err == nil && (version == 0 || a.Key != l.PaymentID || a.Minor != l.Payable) {
		err = internal("attempt %d of %s for %s is not the line's", l.Attempts, l.Partner, l.Period)
	}
	return a, err
}

// settle ends the run if every line is final and lines and transfers agree.
func (p *Payrun) settle(ctx context.Context, run payout.Run, version uint64) (Run, error) {
	lines, err := p.lines(ctx, run.Period)
	if err != nil {
		return Run{}, err
	}
	posted, err := p.posted(ctx, run.Period, lines)
	if err != nil {
		return Run{}, err
	}
	next, err := run.Settle(plain(lines), posted, p.now())
	if err != nil {
		return Run{}, err
	}
	if next.State != run.State {
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

// Payments writes the payments file of a run (CSV): every line that it pays,
// under the id of its latest attempt. 409 run_not_approved before somebody has
// approved it, because what is in the file can be sent to a bank.
func (p *Payrun) Payments(ctx context.Context, id string, w io.Writer) error {
	run, _, err := p.find(ctx, id)
	if err != nil {
		return err
	}
	if _, err := run.Start(); err != nil {
		return err
	}
	lines, err := p.lines(ctx, run.Period)
	if err != nil {
		return err
	}
	var out []rail.Payment
	for _, l := range lines {
		if l.Payable <= 0 {
			continue
		}
		payment := l.PaymentID
		if payment == "" || l.State == payout.Rejected {
			payment = payout.PaymentID(l.Line, l.Attempts+1)
		}
		out = append(out, rail.Payment{ID: payment, Partner: l.Partner, Period: l.Period, Amount: money.Of(l.Payable, l.Currency),
			Statement: statementName(l.Partner, l.Period)})
	}
	if err := rail.WriteCSV(w, out); err != nil {
		return fmt.Errorf("payments of run %s: %w", run.ID(), err)
	}
	return nil
}
