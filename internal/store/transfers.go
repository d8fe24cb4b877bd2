package store

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	books "github.com/fairlead/fairlead/internal/ledger" // ledger is the table's name in here
	"github.com/fairlead/fairlead/internal/table"
)

// transferBody is a transfer as it is kept. Who adds a member to
// ledger.Transfer adds it here, with omitempty, or the two no longer convert.
type transferBody struct {
	ID       string         `json:"id"`
	Period   channel.Period `json:"period"`
	Debit    books.Account  `json:"debit"`
	Credit   books.Account  `json:"credit"`
	Minor    int64          `json:"minor"`
	Currency string         `json:"currency"`
	Code     books.Code     `json:"code"`
	Cause    string         `json:"cause"`
	Pending  bool           `json:"pending,omitempty"`
}

// resolutionBody is the end of a pending transfer as it is kept.
type resolutionBody struct {
	Pending string         `json:"pending"`
	Period  channel.Period `json:"period"`
	Post    bool           `json:"post"`
	Cause   string         `json:"cause"`
}

// Transfers reads a partner's transfers and resolutions of the periods from
// (inclusive; "": the first) to (inclusive), each by period and id.
func (s *Store) Transfers(
	ctx context.Context, partner channel.PartnerID, from, to channel.Period,
) ([]books.Transfer, []books.Resolution, error) {
	pk := TransferKey(channel.PartnerOwner(partner), "", "").PK
	r := table.Range{Table: table.Ledger, PK: pk, From: string(from), To: string(to) + "$"}
	var transfers []books.Transfer
	var resolutions []books.Resolution
	for it, err := range s.Items(ctx, r) {
		if err != nil {
			return nil, nil, err
		}
		if isResolution(it.SK) {
			var body resolutionBody
			if err := Decode(it, &body); err != nil {
				return nil, nil, err
			}
			resolutions = append(resolutions, books.Resolution(body))
			continue
		}
		var body transferBody
		if err := Decode(it, &body); err != nil {
			return nil, nil, err
		}
		transfers = append(transfers, books.Transfer(body))
	}
	return transfers, resolutions, nil
}

// PutTransfer adds a transfer of a partner's accounts, where none stands.
func (b *Batch) PutTransfer(partner channel.PartnerID, t books.Transfer) {
	b.New(TransferKey(channel.PartnerOwner(partner), t.Period, t.ID), transferBody(t))
}

// PutResolution adds how a pending transfer of a partner's accounts ended: it
// can be said once.
func (b *Batch) PutResolution(partner channel.PartnerID, r books.Resolution) {
	b.New(ResolutionKey(channel.PartnerOwner(partner), r.Period, r.Pending), resolutionBody(r))
}
