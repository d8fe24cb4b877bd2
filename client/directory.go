package client

import (
	"context"
	"iter"
)

// PutPartner makes or changes a partner: all of it, every time.
func (c *Client) PutPartner(ctx context.Context, id PartnerID, p PartnerBody) (Partner, error) {
	return ask[Partner](ctx, c, put("/partners/%s", id), p)
}

// Partner is one partner.
func (c *Client) Partner(ctx context.Context, id PartnerID) (Partner, error) {
	return ask[Partner](ctx, c, get("/partners/%s", id), nil)
}

// Partners lists partners; a partner sees itself.
func (c *Client) Partners(ctx context.Context, p Page) iter.Seq2[Partner, error] {
	return All[Partner](ctx, c, get("/partners").page(p))
}

// AssignPlan puts a partner on a plan from a day on.
func (c *Client) AssignPlan(ctx context.Context, id PartnerID, r AssignPlanRequest) (Partner, error) {
	return ask[Partner](ctx, c, put("/partners/%s/plan", id), r)
}

// PutPod makes or changes a pod: all of it, every time.
func (c *Client) PutPod(ctx context.Context, id PodID, p PodBody) (Pod, error) {
	return ask[Pod](ctx, c, put("/pods/%s", id), p)
}

// Pod is one pod.
func (c *Client) Pod(ctx context.Context, id PodID) (Pod, error) {
	return ask[Pod](ctx, c, get("/pods/%s", id), nil)
}

// Pods lists pods; a pod sees itself.
func (c *Client) Pods(ctx context.Context, p Page) iter.Seq2[Pod, error] {
	return All[Pod](ctx, c, get("/pods").page(p))
}
