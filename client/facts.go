package client

import (
	"context"
	"io"
	"time"
)

// Event is a fact as it is sent, a CloudEvent. Data is what the schema of its
// type says; SpecVersion "" is 1.0.
type Event struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"`
	Source      string    `json:"source"`
	Type        string    `json:"type"`
	Time        time.Time `json:"time"`
	Data        any       `json:"data"`
}

// SendFacts sends up to 100 facts; each has an outcome of its own, in order.
func (c *Client) SendFacts(ctx context.Context, events ...Event) (FactsAnswer, error) {
	list := make([]Event, len(events))
	for i, e := range events {
		if e.SpecVersion == "" {
			e.SpecVersion = "1.0"
		}
		list[i] = e
	}
	return ask[FactsAnswer](ctx, c, post("/facts"), list)
}

// Fact is what became of a fact.
func (c *Client) Fact(ctx context.Context, source Source, id string) (FactOutcome, error) {
	return ask[FactOutcome](ctx, c, get("/facts/%s/%s", source, id), nil)
}

// File is a CSV file to import, of any size. Kind is what its lines are: one of
// Import*. Route, of customers, routes each as of its arrival.
type File struct {
	Kind  string
	Route bool
	Lines io.Reader
}

// Import sends a file. The answer names the first lines that were not taken;
// with EachReject all of them are told as they occur, and with Watch how far
// it is.
func (c *Client) Import(ctx context.Context, f File, options ...Option) (ImportAnswer, error) {
	r := post("/imports").With("kind", f.Kind)
	if f.Route {
		r.Query.Set("route", "true")
	}
	r.Type, r.Body = "text/csv", f.Lines
	return ask[ImportAnswer](ctx, c, r, nil, options...)
}

// ImportByID is the account of a finished import.
func (c *Client) ImportByID(ctx context.Context, id string) (ImportSummary, error) {
	return ask[ImportSummary](ctx, c, get("/imports/%s", id), nil)
}
