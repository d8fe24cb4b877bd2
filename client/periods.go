package client

import (
	"context"
)

// ClosePeriod makes the statements of a month and books nothing in it any more.
// Where the service hands the work on, the answer's Work is WorkRunning: ask by
// Period how it stands.
func (c *Client) ClosePeriod(ctx context.Context, p Period, options ...Option) (PeriodStatus, error) {
	return ask[PeriodStatus](ctx, c, post("/periods/%s/close", p), nil, options...)
}

// Period is how far a month is.
func (c *Client) Period(ctx context.Context, p Period) (PeriodStatus, error) {
	return ask[PeriodStatus](ctx, c, get("/periods/%s", p), nil)
}
