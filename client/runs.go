package client

import (
	"context"
	"io"
	"iter"
)

// PrepareRun makes the payout run of a closed month, or finds the one there is.
func (c *Client) PrepareRun(ctx context.Context, r PrepareRequest, options ...Option) (Run, error) {
	return ask[Run](ctx, c, post("/payout-runs"), r, options...)
}

// Runs lists payout runs, newest first.
func (c *Client) Runs(ctx context.Context, p Page) iter.Seq2[Run, error] {
	return All[Run](ctx, c, get("/payout-runs").page(p))
}

// Run is one payout run with its lines.
func (c *Client) Run(ctx context.Context, id string) (Run, error) {
	return ask[Run](ctx, c, get("/payout-runs/%s", id), nil)
}

// RunLines lists the lines of a run.
func (c *Client) RunLines(ctx context.Context, id string, p Page) iter.Seq2[RunLine, error] {
	return All[RunLine](ctx, c, get("/payout-runs/%s/lines", id).page(p))
}

// RunDiff is what changed against the last settled run, and why.
func (c *Client) RunDiff(ctx context.Context, id string) (Diff, error) {
	return ask[Diff](ctx, c, get("/payout-runs/%s/diff", id), nil)
}

// ApproveRun approves a run that somebody else prepared.
func (c *Client) ApproveRun(ctx context.Context, id string, r ApproveRequest, options ...Option) (Run, error) {
	return ask[Run](ctx, c, post("/payout-runs/%s/approve", id), r, options...)
}

// DenyRun vetoes a run that has not begun to pay.
func (c *Client) DenyRun(ctx context.Context, id string, r DenyRequest, options ...Option) (Run, error) {
	return ask[Run](ctx, c, post("/payout-runs/%s/deny", id), r, options...)
}

// PayRun pays what is left of an approved run; repeating it is safe at any age.
// Where the service hands the work on, the answer's Work is WorkRunning: ask by
// Run how it stands.
func (c *Client) PayRun(ctx context.Context, id string, options ...Option) (Run, error) {
	return ask[Run](ctx, c, post("/payout-runs/%s/pay", id), nil, options...)
}

// ConfirmRun says that the bank has paid what was exported; repeating it is safe
// at any age.
func (c *Client) ConfirmRun(ctx context.Context, id string, r ConfirmRequest, options ...Option) (Run, error) {
	return ask[Run](ctx, c, post("/payout-runs/%s/confirm", id), r, options...)
}

// Payments is the payments file of a run, a CSV file for the bank. The caller
// closes it.
func (c *Client) Payments(ctx context.Context, id string) (io.ReadCloser, error) {
	r := get("/payout-runs/%s/payments", id)
	r.Accept = "text/csv"
	return c.file(ctx, r)
}
