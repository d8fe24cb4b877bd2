// Package client is a caller of the HTTP API, as the command line is one. It
// owns how requests are sent and answers read: tokens, problems as errors,
// pages followed to their end, answers that come line by line. It knows no
// route and no type of the API, and writes no keys.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/fairlead/fairlead/internal/fault"
)

// Client calls one service as one user. It is safe for concurrent use.
type Client struct {
	Base  string // http://127.0.0.1:8080, without a trailing slash
	HTTP  *http.Client
	Token func() (string, error) // asked before every request, so that it may be minted anew
}

// Request is one call. Body is sent as it is; an io.Reader may be a stream.
type Request struct {
	Method, Path string
	Query        url.Values
	Body         io.Reader
	Type         string // Content-Type; "" is application/json where there is a body
	Accept       string // "" is application/json
	Key          string // Idempotency-Key
}

// Problem is an answer that is an error.
type Problem struct {
	Title  string        `json:"title"`
	Status int           `json:"status"`
	Detail string        `json:"detail"`
	Slug   string        `json:"slug"`
	ID     string        `json:"instance"`
	Errors []fault.Field `json:"errors"`
}

// Error is the detail and every field, one per line.
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Detail)
	for _, f := range p.Errors {
		b.WriteString("\n  ")
		if f.Field != "" {
			b.WriteString(f.Field + ": ")
		}
		b.WriteString(strings.ReplaceAll(f.Message, "\n", "\n    "))
	}
	if p.Status >= 500 && p.ID != "" {
		b.WriteString("\n  request " + p.ID)
	}
	return b.String()
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
	res, err := c.HTTP.Do(req)
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
	token, err := c.Token()
	if err != nil {
		return nil, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Accept", or(r.Accept, "application/json"))
	if r.Body != nil {
		req.Header.Set("Content-Type", or(r.Type, "application/json"))
	}
	if r.Key != "" {
		req.Header.Set("Idempotency-Key", r.Key)
	}
	return req, nil
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
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
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		r.Body = bytes.NewReader(data)
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

// Each follows a list to its end and calls f with every item.
func (c *Client) Each(ctx context.Context, r Request, f func(json.RawMessage) error) error {
	query := url.Values{}
	for k, v := range r.Query {
		query[k] = v
	}
	for {
		var page struct {
			Items      []json.RawMessage `json:"items"`
			NextCursor string            `json:"nextCursor"`
		}
		r.Query = query
		if err := c.JSON(ctx, r, nil, &page); err != nil {
			return err
		}
		for _, item := range page.Items {
			if err := f(item); err != nil {
				return err
			}
		}
		if page.NextCursor == "" {
			return nil
		}
		query.Set("cursor", page.NextCursor)
	}
}
