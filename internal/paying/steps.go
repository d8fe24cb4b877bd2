package paying

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/wire"
	"github.com/fairlead/fairlead/internal/workflow"
)

// Starter closes and pays on request: in place, as Payrun does, or by handing
// the work on, as the API on AWS does. Close and Pay fail alike either way;
// where the work was handed on, the answer is how things stand, with Started.
type Starter interface {
	Close(ctx context.Context, r closing.CloseRequest) (wire.PeriodStatus, error)
	Pay(ctx context.Context, r PayRequest) (wire.Run, error)
	// Working says how the work of that name (CloseName, PayName) is doing: one
	// of the Work* words, or nothing.
	Working(ctx context.Context, name string) (string, error)
}

// PayName names the payment of a run; a bare period means its first run.
func PayName(run string) (string, error) {
	period, n, err := payout.ParseRunID("run", run)
	return workflow.Pay + "-" + payout.RunID(period, n), err
}

// IsRun reports whether an id has the form of a run's: a payment's has not.
func IsRun(id string) bool {
	_, _, err := payout.ParseRunID("run", id)
	return err == nil
}

// LineRef names a line of a run.
type LineRef struct {
	Partner  channel.PartnerID `json:"partner"`
	Currency string            `json:"currency"`
}

// PayPlan is what is left to pay of a run.
type PayPlan struct {
	Settled bool
	Lines   []LineRef // neither final nor exported yet
}

// PlanPay begins to pay a run and says what is left. It fails as Pay does.
func (p *Payer) PlanPay(ctx context.Context, id string) (PayPlan, error) {
	w, err := p.begin(ctx, id)
	if err != nil || w.run.Value.State == payout.Settled {
		return PayPlan{Settled: err == nil}, err
	}
	plan := PayPlan{Lines: []LineRef{}}
	for _, l := range unpaid(w.lines) {
		plan.Lines = append(plan.Lines, LineRef(payeeOf(l.Value)))
	}
	return plan, err
}

// PayLines takes some lines of a run as far as they go, and returns how many of
// them are paid or exported now. Before anything is paid it compares these lines
// with their statements; the hash of all lines is compared by PlanPay and Settle,
// because a run of many batches would be read whole as many times.
func (p *Payer) PayLines(ctx context.Context, id string, refs []LineRef) (int, error) {
	w, err := p.mayGoOn(ctx, id)
	if err != nil || w.run.Value.State == payout.Settled {
		return 0, err
	}
	if w.lines, err = p.runs.loadSomeLines(ctx, w.run.Value.Period, refs); err != nil {
		return 0, err
	}
	if err := p.runs.asStated(ctx, w.run.Value, w.lines); err != nil {
		return 0, err
	}
	if err := p.payLines(ctx, w, unpaid(w.lines), nil); err != nil {
		return 0, err
	}
	lines, err := p.runs.loadSomeLines(ctx, w.run.Value.Period, refs)
	return len(lines) - len(unpaid(lines)), err
}

// Settle ends a run whose lines are all final, if they agree with the ledger.
// One that has lines left stays as it is: that is an answer, not an error.
func (p *Payer) Settle(ctx context.Context, id string) (wire.Run, error) {
	run, err := p.started(ctx, id)
	if err != nil {
		return wire.Run{}, err
	}
	if run.Value.State == payout.Settled {
		return p.runs.ShowRun(ctx, run.Value)
	}
	return p.settle(ctx, run)
}

// MayPay says whether a run may be paid: the errors of Pay, or the run.
func (p *Payer) MayPay(ctx context.Context, id string) (wire.Run, error) {
	w, err := p.mayPay(ctx, id)
	if err != nil {
		return wire.Run{}, err
	}
	return p.runs.ShowRun(ctx, w.run.Value)
}
