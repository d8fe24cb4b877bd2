package client

import (
	"bytes"
	"context"
	"iter"
)

// Kind is a kind of document that has ids, as the paths of the API name it.
type Kind string

// The kinds. There is one programme: see PublishProgramme.
const (
	Policies Kind = "policies"
	Plans    Kind = "plans"
)

// DryRun has a document validated and its examples computed, and nothing published.
func DryRun(r *Request) { *r = r.With("dryRun", "true") }

// Publish publishes a policy or a plan; with DryRun it only checks it.
func (c *Client) Publish(ctx context.Context, k Kind, document []byte, options ...Option) (Published, error) {
	return c.publish(ctx, post("/%s", k), document, options)
}

// Documents lists every version of every document of a kind.
func (c *Client) Documents(ctx context.Context, k Kind, p Page) iter.Seq2[DocumentInfo, error] {
	return All[DocumentInfo](ctx, c, get("/%s", k).page(p))
}

// Document is the newest version of a document, with its text in plain sentences.
func (c *Client) Document(ctx context.Context, k Kind, id string) (Document, error) {
	return ask[Document](ctx, c, get("/%s/%s", k, id), nil)
}

// Version is one version of a document.
func (c *Client) Version(ctx context.Context, k Kind, id string, version int) (Document, error) {
	return ask[Document](ctx, c, get("/%s/%s/versions/%s", k, id, version), nil)
}

// DiffDocuments is what differs between two versions, each ID or ID@VERSION.
func (c *Client) DiffDocuments(ctx context.Context, k Kind, a, b string) (DocumentDiff, error) {
	return ask[DocumentDiff](ctx, c, get("/%s/%s/diff", k, a).With("with", b), nil)
}

// PublishProgramme publishes the programme; with DryRun it only checks it.
func (c *Client) PublishProgramme(ctx context.Context, document []byte, options ...Option) (Published, error) {
	return c.publish(ctx, put("/programme"), document, options)
}

// publish sends a document byte for byte: what is wrong with it is told by place.
func (c *Client) publish(ctx context.Context, r Request, document []byte, options []Option) (Published, error) {
	r.Body = bytes.NewReader(document)
	return ask[Published](ctx, c, r, nil, options...)
}

// Programme is the programme in force.
func (c *Client) Programme(ctx context.Context) (Document, error) {
	return ask[Document](ctx, c, get("/programme"), nil)
}
