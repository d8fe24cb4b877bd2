package paying

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// The answers to a run.
const (
	answerApprove = "approve"
	answerDeny    = "deny"
)

// Approve lets a run be paid: 403 same_person for who prepared it, 409
// run_denied after a veto, 409 beyond_limit without a reason to override.
// Before it counts, lines, statements and ledger are compared.
func (p *Runs) Approve(ctx context.Context, r ApproveRequest) (wire.Run, error) {
	return p.answer(ctx, r.Run, func(ctx context.Context, run payout.Run, now time.Time) (payout.Run, store.Approval, error) {
		lines, err := p.store.Lines(ctx, run.Period)
		if err != nil {
			return run, store.Approval{}, err
		}
		hash, err := run.HashOf(plainLines(lines))
		if err != nil {
			return run, store.Approval{}, err
		}
		diff, _, _, err := p.compare(ctx, run, plainLines(lines))
		if err != nil {
			return run, store.Approval{}, err
		}
		next, err := run.Approve(payout.Approval{By: r.User, At: now, Hash: hash, Refusals: diff.Refusals, Override: r.Override, Reason: r.Reason})
		if err == nil && next.State != run.State {
			err = p.verify(ctx, run.Period, lines)
		}
		return next, store.Approval{Answer: answerApprove, At: now, By: r.User, Hash: hash, Override: r.Override, Reason: r.Reason}, err
	})
}

// Deny vetoes a run for good; the period may then be prepared anew.
func (p *Runs) Deny(ctx context.Context, r DenyRequest) (wire.Run, error) {
	return p.answer(ctx, r.Run, func(_ context.Context, run payout.Run, now time.Time) (payout.Run, store.Approval, error) {
		next, err := run.Deny(r.User, r.Reason, now)
		return next, store.Approval{Answer: answerDeny, At: now, By: r.User, Hash: run.Hash, Reason: r.Reason}, err
	})
}

// answer commits somebody's answer to a run: the approval for ever and the run
// by compare and swap, in one transaction. An answer that changes nothing is
// not written again.
func (p *Runs) answer(ctx context.Context, id string, decide func(context.Context, payout.Run, time.Time) (payout.Run, store.Approval, error)) (wire.Run, error) {
	now := p.library.Now()
	for range 5 {
		run, err := p.store.FindRun(ctx, id)
		if err != nil {
			return wire.Run{}, err
		}
		next, approval, err := decide(ctx, run.Value, now)
		if err != nil {
			return wire.Run{}, err
		}
		if next.State == run.Value.State {
			return p.ShowRun(ctx, next)
		}
		given, err := p.store.Approvals(ctx, next.Period)
		if err != nil {
			return wire.Run{}, err
		}
		approval.Run = next.ID()
		b := &store.Batch{}
		run = run.With(next)
		b.PutRun(&run)
		b.PutApproval(next.Period, len(given)+1, approval)
		err = p.store.Commit(ctx, b)
		if err == nil {
			return p.ShowRun(ctx, next)
		}
		if !store.IsRefused(err) {
			return wire.Run{}, err
		}
	}
	return wire.Run{}, fault.New(fault.Unavailable, "unavailable", "several people answer run %s at once; try again", id)
}

// verify compares three independent tellings of what a period owes: the lines,
// the statements, and the balances that the transfers fold to.
func (p *Runs) verify(ctx context.Context, period channel.Period, lines []lineAtVersion) error {
	return closing.Each(ctx, len(lines), nil, func(ctx context.Context, i int) error {
		l := lines[i].Value
		s, ok, err := p.store.Statement(ctx, l.Partner, period)
		if err != nil {
			return err
		}
		if !ok || s.Currency != l.Currency || s.Payable != l.Payable || s.Closing != l.Carried || s.Earned != l.Earned {
			return mismatch(l, "its statement")
		}
		transfers, _, err := p.store.Transfers(ctx, l.Partner, period, period)
		if err != nil {
			return err
		}
		accruals := transfers[:0:0]
		for _, t := range transfers {
			if t.Code != ledger.Payout {
				accruals = append(accruals, t)
			}
		}
		balances, err := ledger.Fold(accruals, nil)
		if err != nil {
			return err
		}
		if balances.Of(ledger.Owed(l.Partner), l.Currency).Posted != s.Closing+s.Payable-s.Opening {
			return mismatch(l, "the ledger")
		}
		return nil
	})
}

func mismatch(l payout.Line, with string) error {
	return fault.New(fault.Internal, "run_mismatch", "the line of %s in %s for %s differs from %s: nothing is approved; run audit", l.Partner, l.Currency, l.Period, with)
}
