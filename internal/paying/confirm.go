package paying

import (
	"context"
	"slices"

	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/wire"
)

// Confirm records that the bank has paid exported lines of a run: their pending
// transfers are posted, and the run is settled with the last of them. 404
// line_not_found, 409 line_state for a line that is not exported, 409
// nothing_exported for a run without any, 409 run_changed where its lines are not
// those that were approved. What was confirmed before is an answer: repeating it
// is safe at any age.
func (p *Payer) Confirm(ctx context.Context, r ConfirmRequest) (wire.Run, error) {
	run, err := p.store.FindRun(ctx, r.Run)
	if err != nil {
		return wire.Run{}, err
	}
	if _, err := run.Value.Start(); err != nil {
		return wire.Run{}, err
	}
	lines, err := p.runs.approvedLines(ctx, run.Value)
	if err != nil {
		return wire.Run{}, err
	}
	now := p.library.Now()
	left, err := toConfirm(run.Value, lines, r.Line)
	if err != nil {
		return wire.Run{}, err
	}
	if err := closing.Each(ctx, len(left), nil, func(ctx context.Context, i int) error {
		if _, err := p.attempt(ctx, left[i].Value); err != nil {
			return err
		}
		next, end, err := left[i].Value.Confirm(r.User, now)
		if err != nil {
			return err
		}
		return p.resolve(ctx, left[i], next, end)
	}); err != nil {
		return wire.Run{}, err
	}
	return p.settle(ctx, run)
}

// toConfirm are the lines that a confirmation is about and that have not had
// theirs: the one of a payment id, or all that are exported.
func toConfirm(run payout.Run, lines []lineAtVersion, payment string) ([]lineAtVersion, error) {
	if payment != "" {
		i := slices.IndexFunc(lines, func(l lineAtVersion) bool { return l.Value.PaymentID == payment })
		if i < 0 {
			return nil, fault.New(fault.NotFound, "line_not_found", "run %s has no payment %q", run.ID(), payment)
		}
		if lines[i].Value.ConfirmedBy != "" {
			return nil, nil
		}
		return lines[i : i+1], nil
	}
	exported := slices.DeleteFunc(slices.Clone(lines), func(l lineAtVersion) bool { return l.Value.State != payout.Exported })
	before := slices.ContainsFunc(lines, func(l lineAtVersion) bool { return l.Value.ConfirmedBy != "" })
	if len(exported) == 0 && !before && run.State != payout.Settled {
		return nil, fault.New(fault.Conflict, "nothing_exported",
			"run %s is %s and none of its lines is exported: there is nothing to confirm", run.ID(), run.State)
	}
	return exported, nil
}
