package client

import (
	"context"
	"iter"
)

// PutCustomer makes or changes a customer: absent fields stay, Erase erases.
func (c *Client) PutCustomer(ctx context.Context, id CustomerID, profile ProfileBody) (CustomerPut, error) {
	return ask[CustomerPut](ctx, c, put("/customers/%s", id), profile)
}

// Customer is one customer with its past.
func (c *Client) Customer(ctx context.Context, id CustomerID) (CustomerDetail, error) {
	return ask[CustomerDetail](ctx, c, get("/customers/%s", id), nil)
}

// Customers lists customers, by owner or state.
func (c *Client) Customers(ctx context.Context, q CustomersQuery) iter.Seq2[Customer, error] {
	return All[Customer](ctx, c, get("/customers").page(q.Page).With("owner", string(q.Owner), "state", q.State))
}

// Route decides who serves a customer, and does it.
func (c *Client) Route(
	ctx context.Context, id CustomerID, r RouteRequest, options ...Option,
) (RouteResponse, error) {
	return ask[RouteResponse](ctx, c, post("/customers/%s/route", id), r, options...)
}

// PreviewRoute decides who would serve a customer, and does nothing.
func (c *Client) PreviewRoute(ctx context.Context, id CustomerID, r RouteRequest) (RouteResponse, error) {
	return ask[RouteResponse](ctx, c, post("/customers/%s/route", id).With("preview", "true"), r)
}

// Assign puts a customer with an owner by hand, with a reason.
func (c *Client) Assign(
	ctx context.Context, id CustomerID, r AssignRequest, options ...Option,
) (RouteResponse, error) {
	return ask[RouteResponse](ctx, c, post("/customers/%s/assign", id), r, options...)
}

// RouteAll routes everyone not yet routed, and everyone waiting.
func (c *Client) RouteAll(ctx context.Context, options ...Option) (RouteSummary, error) {
	return ask[RouteSummary](ctx, c, post("/routes"), nil, options...)
}

// Sweep does what the schedule does, the nightly part included.
func (c *Client) Sweep(ctx context.Context, options ...Option) (SweepSummary, error) {
	return ask[SweepSummary](ctx, c, post("/sweeps"), nil, options...)
}

// CustomerValue is what a customer is worth now, and why.
func (c *Client) CustomerValue(ctx context.Context, id CustomerID) (CustomerValue, error) {
	return ask[CustomerValue](ctx, c, get("/customers/%s/value", id), nil)
}

// FitValues fits the value model on the orders in the store.
func (c *Client) FitValues(ctx context.Context, r FitRequest) (FitResponse, error) {
	return ask[FitResponse](ctx, c, post("/values/fit"), r)
}

// Portfolio is what an owner holds.
func (c *Client) Portfolio(ctx context.Context, owner Owner) (Portfolio, error) {
	return ask[Portfolio](ctx, c, get("/portfolios/%s", owner), nil)
}

// Balance is the newest census, and where the balance guard is on.
func (c *Client) Balance(ctx context.Context) (Balance, error) {
	return ask[Balance](ctx, c, get("/balance"), nil)
}
