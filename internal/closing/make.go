package closing

import (
	"bytes"
	"context"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/statement"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

// Closed is what one owner's closing puts into the ledger, as keys and bytes:
// first what is too large for the transaction, then the transaction. Both
// readers make it; they must agree to the byte.
type Closed struct {
	owner  channel.Owner
	Before []put // beyond 300 KB: put on their own, named by hash in the seal
	tx     []put
	Seal   store.SealItem
	result *incentive.Result // nil: the owner has no statement
	late   []late            // strays of the period before
}

type put struct {
	what string // for people: seal, statement, position, transfer
	Key  table.Key
	Body []byte
}

// make computes what an owner's closing puts. previous is the hash of the
// owner's seal of the period before.
func (p *Maker) make(ctx context.Context, b *Books, o channel.Owner, customers []customer) (*Closed, error) {
	m := &Closed{owner: o}
	customers, err := p.chain(ctx, b, m, customers)
	if err != nil {
		return nil, err
	}
	var sealed Entries
	for _, k := range customers {
		sealed.add(b, k, o)
	}
	m.Seal.Count, m.Seal.Root, m.Seal.Sums = len(sealed.Leaves), seal.HashOf(seal.Root(sealed.Leaves)), sealed.sums
	if err := m.Manifest(&sealed); err != nil {
		return nil, err
	}
	id, isPartner := o.Partner()
	if partner, ok := b.partner(id); isPartner && ok && b.assigned(partner) {
		if err := p.makeStatement(ctx, b, m, partner, customers); err != nil {
			return nil, err
		}
	}
	body, err := seal.Canonical(m.Seal)
	m.tx = append(m.tx, put{"seal", store.SealKey(o, b.period), body})
	return m, err
}

// chain names the owner's seal of the period before, so that none can be
// exchanged later without the newest one telling. What slipped in behind that
// seal is found by it, and left out of the customers that are returned.
func (p *Maker) chain(ctx context.Context, b *Books, m *Closed, customers []customer) ([]customer, error) {
	if b.period <= b.first {
		return customers, nil
	}
	items, err := p.store.Get(ctx, store.SealKey(m.owner, b.period.Prev()))
	if err != nil {
		return nil, err
	}
	var before store.SealItem
	if items[0].Version != 0 {
		m.Seal.Previous = seal.Hash(items[0].Body)
		if err := store.Decode(items[0], &before); err != nil {
			return nil, err
		}
	}
	customers, m.late, err = p.strays.strays(ctx, b, m.owner, before.Count, customers)
	return customers, err
}

func (m *Closed) Manifest(sealed *Entries) error {
	manifest := sealed.manifest()
	if len(manifest) <= MaxPart {
		m.Seal.Manifest = manifest
		return nil
	}
	for from := 0; from < len(manifest); from += MaxPart {
		body, err := seal.Canonical(manifest[from:min(from+MaxPart, len(manifest))])
		if err != nil {
			return err
		}
		hash := seal.Hash(body)
		m.Before = append(m.Before, put{"manifest", store.PartKey(hash), body})
		m.Seal.ManifestAt = append(m.Seal.ManifestAt, hash)
	}
	return nil
}

// makeStatement computes the statement and what goes with it.
func (p *Maker) makeStatement(ctx context.Context, b *Books, m *Closed, partner channel.Partner, customers []customer) error {
	open, err := p.open(ctx, b, partner.ID, customers)
	if err != nil {
		return err
	}
	in, values, err := p.valued(ctx, b, b.input(partner, b.period, customers, open), customers, open.values)
	if err != nil {
		return err
	}
	r, err := compute(in)
	if err != nil {
		return err
	}
	m.result = &r
	parts, err := EncodePosition(&r, values)
	if err != nil {
		return err
	}
	for n, body := range parts {
		position := put{"position", store.PositionKey(m.owner, b.period, n), body}
		if m.Seal.Position = append(m.Seal.Position, seal.Hash(body)); n == 0 {
			m.tx = append(m.tx, position)
		} else {
			m.Before = append(m.Before, position)
		}
	}
	item := statementItem(&r)
	item.Position = m.Seal.Position[0]
	if item.Document, err = documentHash(b.document(partner, &r, &m.Seal)); err != nil {
		return err
	}
	body, err := seal.Canonical(item)
	if err != nil {
		return err
	}
	m.Seal.Statement = seal.Hash(body)
	m.tx = append(m.tx, put{"statement", store.StatementKey(m.owner, b.period), body})
	return m.accrue(partner.ID, &r)
}

// accrue books the statement.
func (m *Closed) accrue(partner channel.PartnerID, r *incentive.Result) error {
	transfers, err := ledger.Accrue(ledger.Booking{Partner: partner, Period: r.Period, Currency: r.Currency, Earned: r.Earned,
		Held: r.Held, Released: r.Released, MDF: r.Fund.Earned, Cause: StatementName(partner, r.Period)})
	if err != nil {
		return err
	}
	for _, t := range transfers {
		body, err := seal.Canonical(t)
		if err != nil {
			return err
		}
		m.tx = append(m.tx, put{"transfer " + t.ID, store.TransferKey(m.owner, r.Period, t.ID), body})
	}
	return nil
}

// StatementName is how transfers and payments name a statement.
func StatementName(partner channel.PartnerID, period channel.Period) string {
	return string(partner) + "/" + string(period)
}

// statementItem is a result as it is kept.
func statementItem(r *incentive.Result) store.StatementItem {
	it := store.StatementItem{Currency: r.Currency, Opening: r.OpeningBalance, Earned: r.Earned, Held: r.Held, Released: r.Released,
		Payable: r.Payable, Closing: r.ClosingBalance, MDF: r.Fund.Earned, Points: r.Points.Closing}
	for _, l := range r.Lines {
		line := store.StatementLine{Amount: l.Amount, Component: l.Component, Kind: string(l.Kind)}
		if l.Period != r.Period {
			line.Period = l.Period
		}
		it.Lines = append(it.Lines, line)
	}
	if r.Plan != nil {
		it.Plan = &store.StatementPlan{ID: r.Plan.ID, Version: r.Plan.Version, Hash: r.Plan.Hash}
	}
	return it
}

// document is the closed statement without its inputs and without its payment.
func (b *Books) document(partner channel.Partner, r *incentive.Result, s *store.SealItem) *statement.Document {
	return statement.Build(statement.Source{Result: *r, Calendar: b.calendar, PartnerName: partner.Name, Programme: b.Programme.Name,
		MinimumPayout: b.Programme.MinimumPayout[r.Currency], StableShare: b.stableShare(partner.ID), Seal: &statement.Seal{Root: s.Root, Count: s.Count}})
}

func documentHash(d *statement.Document) (string, error) { return seal.HashOfValue(d) }

// commit puts it, each item if absent. What stands already, from an attempt
// that crashed, must be the same byte for byte.
func (p *Maker) commit(ctx context.Context, m *Closed, period channel.Period) error {
	for _, one := range m.Before {
		if err := p.putAll(ctx, m.owner, period, []put{one}); err != nil {
			return err
		}
	}
	return p.putAll(ctx, m.owner, period, m.tx)
}

func (p *Maker) putAll(ctx context.Context, o channel.Owner, period channel.Period, all []put) error {
	b := &store.Batch{}
	for _, one := range all {
		b.Body(one.Key, one.Body)
	}
	err := p.store.Commit(ctx, b)
	refused := store.AsRefused(err)
	if refused == nil {
		return err
	}
	for i, one := range all {
		stands, ok := refused.Find(i)
		if !ok || !bytes.Equal(stands.Standing.Body, one.Body) {
			return disagree(o, period, one.what, "what an earlier attempt at closing stored")
		}
	}
	return nil
}

// check compares what the second reader made with what stands.
func (p *Maker) check(ctx context.Context, m *Closed, period channel.Period) error {
	all := slices.Concat(m.Before, m.tx)
	for from := 0; from < len(all); from += table.MaxGet {
		some := all[from:min(from+table.MaxGet, len(all))]
		keys := make([]table.Key, len(some))
		for i := range some {
			keys[i] = some[i].Key
		}
		items, err := p.store.Get(ctx, keys...)
		if err != nil {
			return err
		}
		for i, it := range items {
			if it.Version == 0 || !bytes.Equal(it.Body, some[i].Body) {
				return disagree(m.owner, period, some[i].what, "what the second reader computed")
			}
		}
	}
	return nil
}

// disagree stops a close: nothing may be paid on numbers that two readers do
// not share.
func disagree(o channel.Owner, period channel.Period, what, with string) error {
	return fault.New(fault.Internal, "readers_disagree", "closing %s stopped: the %s of %s differs from %s; run audit", period, what, o, with)
}
