package closing

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/statement"
	"github.com/fairlead/fairlead/internal/store"
)

// closed is what one owner's closing puts into the ledger. Both readers make it;
// they must agree to the byte.
type closed struct {
	owner  channel.Owner
	items  *store.OwnerItems
	result *incentive.Result // nil: the owner has no statement
	late   []late            // strays of the period before
}

// make computes what an owner's closing puts. previous is the hash of the
// owner's seal of the period before.
func (p *Maker) make(ctx context.Context, b *Books, o channel.Owner, customers []Customer) (*closed, error) {
	m := &closed{owner: o, items: store.NewOwnerItems(o, b.period)}
	customers, err := p.chain(ctx, b, m, customers)
	if err != nil {
		return nil, err
	}
	var sealed entries
	for _, k := range customers {
		sealed.add(b, k, o)
	}
	z := &m.items.Seal
	z.Count, z.Root, z.Sums = len(sealed.leaves), seal.HashOf(seal.Root(sealed.leaves)), sealed.sums
	if err := m.items.AddManifest(sealed.manifest()); err != nil {
		return nil, err
	}
	id, isPartner := o.Partner()
	if partner, ok := b.partner(id); isPartner && ok && b.assigned(partner) {
		if err := p.makeStatement(ctx, b, m, partner, customers); err != nil {
			return nil, err
		}
	}
	return m, m.items.AddSeal()
}

// chain names the owner's seal of the period before, so that none can be
// exchanged later without the newest one telling. What slipped in behind that
// seal is found by it, and left out of the customers that are returned.
func (p *Maker) chain(ctx context.Context, b *Books, m *closed, customers []Customer) ([]Customer, error) {
	if b.period <= b.first {
		return customers, nil
	}
	before, err := p.store.Seal(ctx, m.owner, b.period.Prev())
	if err != nil {
		return nil, err
	}
	sealed := 0
	if before != nil {
		m.items.Seal.Previous, sealed = before.Hash(), before.Count
	}
	customers, m.late, err = p.strays.strays(ctx, b, m.owner, sealed, customers)
	return customers, err
}

// makeStatement computes the statement and what goes with it.
func (p *Maker) makeStatement(ctx context.Context, b *Books, m *closed, partner channel.Partner, customers []Customer) error {
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
	m.items.AddPosition(parts)
	item := statementItem(&r)
	item.Position = m.items.Seal.Position[0]
	if item.Document, err = documentHash(b.document(partner, &r, &m.items.Seal)); err != nil {
		return err
	}
	if err := m.items.AddStatement(item); err != nil {
		return err
	}
	return m.accrue(partner.ID, &r)
}

// accrue books the statement.
func (m *closed) accrue(partner channel.PartnerID, r *incentive.Result) error {
	transfers, err := ledger.Accrue(ledger.Booking{Partner: partner, Period: r.Period, Currency: r.Currency, Earned: r.Earned,
		Held: r.Held, Released: r.Released, MDF: r.Fund.Earned, Cause: StatementName(partner, r.Period)})
	if err != nil {
		return err
	}
	for _, t := range transfers {
		if err := m.items.AddTransfer(t); err != nil {
			return err
		}
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

// commit puts it. What stands already, from an attempt that crashed, must be the
// same byte for byte.
func (p *Maker) commit(ctx context.Context, m *closed, period channel.Period) error {
	differs, err := p.store.PutOwnerItems(ctx, m.items)
	if differs != "" {
		return disagree(m.owner, period, differs, "what an earlier attempt at closing stored")
	}
	return err
}

// check compares what the second reader made with what stands.
func (p *Maker) check(ctx context.Context, m *closed, period channel.Period) error {
	differs, err := p.store.CompareOwnerItems(ctx, m.items)
	if differs != "" {
		return disagree(m.owner, period, differs, "what the second reader computed")
	}
	return err
}

// disagree stops a close: nothing may be paid on numbers that two readers do
// not share.
func disagree(o channel.Owner, period channel.Period, what, with string) error {
	return fault.New(fault.Internal, "readers_disagree", "closing %s stopped: the %s of %s differs from %s; run audit", period, what, o, with)
}
