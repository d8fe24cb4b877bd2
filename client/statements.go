package client

import (
	"context"
	"io"
	"iter"
)

// PartnerCustomers lists the customers a partner serves.
func (c *Client) PartnerCustomers(ctx context.Context, id PartnerID, p Page) iter.Seq2[Customer, error] {
	return All[Customer](ctx, c, get("/partners/%s/customers", id).page(p))
}

// Statements lists a partner's closed statements, newest first.
func (c *Client) Statements(ctx context.Context, id PartnerID, p Page) iter.Seq2[StatementSummary, error] {
	return All[StatementSummary](ctx, c, get("/partners/%s/statements", id).page(p))
}

// Statement is what a partner earned in a closed month, line by line.
func (c *Client) Statement(ctx context.Context, id PartnerID, p Period) (Statement, error) {
	return ask[Statement](ctx, c, get("/partners/%s/statements/%s", id, p), nil)
}

// PreviewStatement is what a partner earned so far in an open month; nothing is
// promised by it.
func (c *Client) PreviewStatement(ctx context.Context, id PartnerID, p Period) (Statement, error) {
	return ask[Statement](ctx, c, get("/partners/%s/statements/%s", id, p).With("preview", "true"), nil)
}

// StatementFile is the statement of a closed month as a file: format is html, csv
// or json. The caller closes it.
func (c *Client) StatementFile(ctx context.Context, id PartnerID, p Period, format string) (io.ReadCloser, error) {
	return c.file(ctx, get("/partners/%s/statements/%s", id, p).With("format", format))
}

func (c *Client) file(ctx context.Context, r Request) (io.ReadCloser, error) {
	res, err := c.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}

// Ledger is a partner's account in a month, transfer by transfer.
func (c *Client) Ledger(ctx context.Context, id PartnerID, p Period) (PartnerLedger, error) {
	return ask[PartnerLedger](ctx, c, get("/partners/%s/ledger", id).With("period", string(p)), nil)
}
