package client

import (
	"context"
	"iter"
	"time"
)

// Decisions lists decisions; a partner sees those that concern it.
func (c *Client) Decisions(ctx context.Context, q DecisionsQuery) iter.Seq2[Decision, error] {
	since := ""
	if !q.Since.IsZero() {
		since = q.Since.Format(time.RFC3339Nano)
	}
	return All[Decision](ctx, c, get("/decisions").page(q.Page).With("since", since, "outcome", q.Outcome,
		"owner", string(q.Owner), "reason", q.Reason, "customer", string(q.Customer)))
}

// Decision is one decision.
func (c *Client) Decision(ctx context.Context, id DecisionID) (Decision, error) {
	return ask[Decision](ctx, c, get("/decisions/%s", id), nil)
}

// Why explains a decision, or of a customer the one in force: the reasoning,
// computed again, and what would have to differ.
func (c *Client) Why(ctx context.Context, decisionOrCustomer string) (Explanation, error) {
	return ask[Explanation](ctx, c, get("/decisions/%s/explanation", decisionOrCustomer), nil)
}

// Replay decides again from the record and compares the bytes.
func (c *Client) Replay(ctx context.Context, id DecisionID) (ReplayResult, error) {
	return ask[ReplayResult](ctx, c, post("/decisions/%s/replay", id), nil)
}

// Offers lists offers, open ones unless the query names another state.
func (c *Client) Offers(ctx context.Context, q OffersQuery) iter.Seq2[Offer, error] {
	return All[Offer](ctx, c, get("/offers").page(q.Page).With("state", q.State, "partner", string(q.Partner)))
}

// AcceptOffer takes the offered customer, as the partner it was offered to.
func (c *Client) AcceptOffer(ctx context.Context, id OfferID, options ...Option) (OfferAnswered, error) {
	return ask[OfferAnswered](ctx, c, post("/offers/%s/accept", id), nil, options...)
}

// RefuseOffer refuses the offered customer, for ever.
func (c *Client) RefuseOffer(
	ctx context.Context, id OfferID, r AnswerRequest, options ...Option,
) (OfferAnswered, error) {
	return ask[OfferAnswered](ctx, c, post("/offers/%s/refuse", id), r, options...)
}
