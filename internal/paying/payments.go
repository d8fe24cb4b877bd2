package paying

import (
	"context"
	"fmt"
	"io"

	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/rail"
)

// Payments writes the payments file of a run (CSV): every payment that has left,
// under the id of its attempt; the same bytes whenever it is asked for. A payment
// that the bank refused is not in it, nor what it refused it under. 409
// run_not_approved before somebody has approved the run, 409 payments_missing
// before all of its payments have left: of two files that differ, somebody sends
// both. 409 run_changed where its lines are not those that were approved.
func (p *Payer) Payments(ctx context.Context, id string, w io.Writer) error {
	stands, err := p.store.FindRun(ctx, id)
	if err != nil {
		return err
	}
	run := stands.Value
	if _, err := run.Start(); err != nil {
		return err
	}
	lines, err := p.runs.approvedLines(ctx, run)
	if err != nil {
		return err
	}
	var out []rail.Payment
	missing := 0
	for _, stands := range lines {
		l := stands.Value
		switch {
		case l.State == payout.Open || l.State == payout.Reserved:
			missing++
		case l.Sent():
			out = append(out, rail.Payment{ID: l.PaymentID, Partner: l.Partner, Period: l.Period,
				Amount: money.Of(l.Payable, l.Currency), Statement: closing.StatementName(l.Partner, l.Period)})
		}
	}
	if missing > 0 {
		return fault.New(fault.Conflict, "payments_missing",
			"run %s is %s: %d of its payments have not left yet, and the file has all of them; pay it first: fairlead payout pay %s",
			run.ID(), run.State, missing, run.ID())
	}
	if err := rail.WriteCSV(w, out); err != nil {
		return fmt.Errorf("payments of run %s: %w", run.ID(), err)
	}
	return nil
}
