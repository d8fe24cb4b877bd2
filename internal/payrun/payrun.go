package payrun

import (
	"context"
	"io"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/statement"
	"github.com/fairlead/fairlead/internal/store"
)

// Config is what a Payrun is wired with.
type Config struct {
	Store *store.Store
	Clock func() time.Time // called once per use case
}

// Payrun closes and pays. It is safe for concurrent use.
type Payrun struct {
	store *store.Store
	clock func() time.Time
}

// New wires a Payrun.
func New(c Config) *Payrun { return &Payrun{store: c.Store, clock: c.Clock} }

var errNotBuilt = fault.New(fault.Unavailable, "not_built", "this is not built yet")

// Close closes a period: 409 period_not_over before its grace days have ended,
// 409 period_out_of_order naming the one that comes first. Closing a closed
// period is an answer. Safe to repeat after any crash.
func (p *Payrun) Close(ctx context.Context, r CloseRequest) (PeriodStatus, error) {
	return PeriodStatus{}, errNotBuilt
}

// Period is the state of a period, whether anything happened in it or not.
func (p *Payrun) Period(ctx context.Context, period channel.Period) (PeriodStatus, error) {
	return PeriodStatus{}, errNotBuilt
}

// Prepare makes the payout run of a closed period: 409 period_not_closed.
func (p *Payrun) Prepare(ctx context.Context, r PrepareRequest) (Run, error) {
	return Run{}, errNotBuilt
}

// Runs lists runs, newest first, without their lines.
func (p *Payrun) Runs(ctx context.Context, page Page) (List[Run], error) {
	return List[Run]{}, errNotBuilt
}

// Show is one run with its lines. 404 run_not_found.
func (p *Payrun) Show(ctx context.Context, run string) (Run, error) {
	return Run{}, errNotBuilt
}

// Lines lists the lines of a run by partner and currency.
func (p *Payrun) Lines(ctx context.Context, run string, page Page) (List[RunLine], error) {
	return List[RunLine]{}, errNotBuilt
}

// Diff compares a run with the last settled one.
func (p *Payrun) Diff(ctx context.Context, run string) (Diff, error) {
	return Diff{}, errNotBuilt
}

// Approve lets a run be paid: 403 same_person for who prepared it, 409
// run_denied after a veto, 409 beyond_limit without a reason to override.
func (p *Payrun) Approve(ctx context.Context, r ApproveRequest) (Run, error) {
	return Run{}, errNotBuilt
}

// Deny vetoes a run for good; the period may then be prepared anew.
func (p *Payrun) Deny(ctx context.Context, r DenyRequest) (Run, error) {
	return Run{}, errNotBuilt
}

// Pay pays what is left of an approved run: 409 run_not_approved.
func (p *Payrun) Pay(ctx context.Context, r PayRequest) (Run, error) {
	return Run{}, errNotBuilt
}

// Payments writes the payments file of a run (CSV).
func (p *Payrun) Payments(ctx context.Context, run string, w io.Writer) error {
	return errNotBuilt
}

// Statement is one statement, closed or as a preview, with its live payment.
// 404 statement_not_found, partner_not_found.
func (p *Payrun) Statement(ctx context.Context, r StatementRequest) (*statement.Document, error) {
	return nil, errNotBuilt
}

// Statements lists a partner's closed statements, newest first.
func (p *Payrun) Statements(ctx context.Context, partner channel.PartnerID, page Page) (List[StatementSummary], error) {
	return List[StatementSummary]{}, errNotBuilt
}

// Ledger is a partner's account in one period.
func (p *Payrun) Ledger(ctx context.Context, partner channel.PartnerID, period channel.Period) (PartnerLedger, error) {
	return PartnerLedger{}, errNotBuilt
}
