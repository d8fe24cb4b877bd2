// Package client calls a Fairlead service from Go. A Client has a method for
// every call of the API; lists are iterators that follow their pages, an answer
// that is an error is a *Problem, and every type that a method takes or gives
// has a name here. It needs nothing but the address of a service and a token:
//
//	c := &client.Client{Base: "https://fairlead.example.org", Token: client.Fixed(token)}
//	answer, err := c.Route(ctx, "c-1001", client.RouteRequest{}, client.Key("order-5001"))
//	if client.IsSlug(err, "customer_not_found") { .. }
//	for offer, err := range c.Offers(ctx, client.OffersQuery{Partner: "p1"}) { .. }
//
// It writes no keys.
package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// Client calls one service as one user. It is safe for concurrent use.
type Client struct {
	Base  string                 // http://127.0.0.1:8080, without a trailing slash
	HTTP  *http.Client           // nil: http.DefaultClient
	Token func() (string, error) // asked before every request, so that it may be a new one; nil: none is sent
}

// Fixed is a token that stays the same.
func Fixed(token string) func() (string, error) {
	return func() (string, error) { return token, nil }
}

// IsSlug reports whether err is a problem with this slug.
func IsSlug(err error, slug string) bool {
	var p *Problem
	return errors.As(err, &p) && p.Slug == slug
}

// MayPass reports whether an error may pass by itself: no answer at all, or one
// that says "later".
func MayPass(err error) bool {
	var p *Problem
	return !errors.As(err, &p) || p.Status >= http.StatusInternalServerError || p.Status == http.StatusTooManyRequests
}

// Do sends a request and returns a successful answer, or a *Problem, or an
// error of the connection. The caller closes the body.
func (c *Client) Do(ctx context.Context, r Request) (*http.Response, error) {
	req, err := c.build(ctx, r)
	if err != nil {
		return nil, err
	}
	res, err := cmp.Or(c.HTTP, http.DefaultClient).Do(req)
	if err != nil {
		return nil, unreachable(c.Base, err)
	}
	if res.StatusCode < 300 {
		return res, nil
	}
	defer res.Body.Close()
	return nil, problemOf(res)
}

func (c *Client) build(ctx context.Context, r Request) (*http.Request, error) {
	u := c.Base + r.Path
	if len(r.Query) > 0 {
		u += "?" + r.Query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, u, r.Body)
	if err != nil {
		return nil, err
	}
	if c.Token != nil {
		token, err := c.Token()
		if err != nil {
			return nil, err
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
	}
	req.Header.Set("Accept", cmp.Or(r.Accept, "application/json"))
	if r.Body != nil {
		req.Header.Set("Content-Type", cmp.Or(r.Type, "application/json"))
	}
	if r.Key != "" {
		req.Header.Set("Idempotency-Key", r.Key)
	}
	return req, nil
}

func unreachable(base string, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("the service at %s cannot be reached: %w", base, err)
}

// problemOf reads an answer that is an error; a proxy's page becomes a problem
// with its status.
func problemOf(res *http.Response) error {
	data, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	p := &Problem{Status: res.StatusCode, Title: http.StatusText(res.StatusCode)}
	media, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if media != "application/problem+json" || json.Unmarshal(data, p) != nil || p.Detail == "" {
		p.Detail = fmt.Sprintf("the service answered %d %s", p.Status, http.StatusText(p.Status))
	}
	return p
}

// JSON sends a request whose body (if not nil) and answer (if into is not nil)
// are JSON.
func (c *Client) JSON(ctx context.Context, r Request, body, into any) error {
	if err := r.encode(body); err != nil {
		return err
	}
	res, err := c.Do(ctx, r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		return fmt.Errorf("the answer to %s %s cannot be read: %w", r.Method, r.Path, err)
	}
	return nil
}
