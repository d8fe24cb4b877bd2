package closing

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/statement"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// Statement is one statement, closed or as a preview, with its live payment.
// 404 statement_not_found, partner_not_found. Asking for a preview of a closed
// period gives its statement: there is nothing left to preview.
//
// A closed statement is computed again from the ledger, by the function that
// closed it, and must agree with the numbers that were sealed.
func (p *Statements) Statement(ctx context.Context, r StatementRequest) (*statement.Document, error) {
	now := p.library.Now()
	c, err := p.store.Control(ctx, now)
	if err != nil {
		return nil, err
	}
	head, closed, err := p.store.PeriodHead(ctx, r.Period)
	if err != nil {
		return nil, err
	}
	if !closed && !r.Preview {
		return nil, noStatement(c, r)
	}
	pin := c.Published
	if closed {
		pin = head.Documents
	}
	b, err := p.library.OpenBooks(ctx, c, pin, r.Period)
	if err != nil {
		return nil, err
	}
	partner, ok := b.partner(r.Partner)
	switch {
	case !ok && closed:
		return nil, p.notThen(ctx, c, r)
	case !ok:
		return nil, fault.New(fault.NotFound, "partner_not_found", "there is no partner %q", r.Partner)
	case closed:
		return p.closedStatement(ctx, b, partner, &head)
	}
	return p.preview(ctx, c, b, partner, now)
}

func noStatement(c *store.Control, r StatementRequest) error {
	if c.State(r.Period) == wire.PeriodClosed {
		return fault.New(fault.NotFound, "statement_not_found", "%s has no statements: the first period that was closed is %s, and earlier facts are in its own", r.Period, c.FirstClosed)
	}
	return fault.New(fault.NotFound, "statement_not_found", "%s is not closed yet: ask for a preview", r.Period)
}

// notThen tells a partner that came later from one that does not exist.
func (p *Statements) notThen(ctx context.Context, c *store.Control, r StatementRequest) error {
	b, err := p.library.OpenBooks(ctx, c, c.Published, r.Period)
	if err != nil {
		return err
	}
	if _, ok := b.partner(r.Partner); !ok {
		return fault.New(fault.NotFound, "partner_not_found", "there is no partner %q", r.Partner)
	}
	return neverAssigned(r.Partner, r.Period)
}

func neverAssigned(partner channel.PartnerID, period channel.Period) error {
	return fault.New(fault.NotFound, "statement_not_found", "%s has no statement for %s: it was not on a plan by then", partner, period)
}

func (p *Statements) closedStatement(ctx context.Context, b *Books, partner channel.Partner, head *store.PeriodHead) (*statement.Document, error) {
	period := b.period
	owner := channel.PartnerOwner(partner.ID)
	closed, err := p.store.OwnersClosed(ctx, period, owner)
	if err != nil {
		return nil, err
	}
	stored, sealed := closed[0].Statement, closed[0].Seal
	switch {
	case stored == nil:
		return nil, neverAssigned(partner.ID, period)
	case sealed == nil:
		return nil, Internal("the statement of %s for %s has no seal", partner.ID, period)
	}
	customers, err := p.library.LoadPortfolio(ctx, owner, period)
	if err != nil {
		return nil, err
	}
	open, err := p.maker.open(ctx, b, partner.ID, customers)
	if err != nil {
		return nil, err
	}
	in, _, err := p.maker.valued(ctx, b, b.input(partner, period, customers, open), customers, open.values)
	if err != nil {
		return nil, err
	}
	r, err := compute(in)
	if err != nil {
		return nil, err
	}
	if !sameNumbers(stored, &r) {
		return nil, Internal("the statement of %s for %s, computed again, differs from the sealed one", partner.ID, period)
	}
	d := b.document(partner, &r, &sealed.SealItem)
	d.Seal.Signature, d.Seal.KeyID = head.Signature, head.KeyID
	if d.Inputs, err = b.inputsShown(in, customers, &r); err != nil {
		return nil, err
	}
	d.Payment, err = p.payment(ctx, b, stored, partner.ID, head.At)
	return d, err
}

// sameNumbers compares what was sealed with what was computed again. Words may
// have been put better since; numbers may not have changed.
func sameNumbers(stored *store.StatementItem, r *incentive.Result) bool {
	again := statementItem(r)
	again.Position, again.Document = stored.Position, stored.Document
	a, err := seal.HashOfValue(stored)
	b, errAgain := seal.HashOfValue(again)
	return err == nil && errAgain == nil && a == b
}

// preview is the statement of an open month as of now: what closing it would
// give, without the commit. Where months between the last closed one and this
// are still open, they are computed first, in order, as their closing would.
// While nothing is closed, the month counts as the first: what is known of
// earlier ones is in its statement, as it would be.
func (p *Statements) preview(ctx context.Context, c *store.Control, b *Books, partner channel.Partner, now time.Time) (*statement.Document, error) {
	period := b.period
	if now.Before(b.calendar.Start(period)) {
		return nil, fault.New(fault.NotFound, "statement_not_found", "%s has not begun", period)
	}
	owner := channel.PartnerOwner(partner.ID)
	customers, err := p.library.LoadPortfolio(ctx, owner, period)
	if err != nil {
		return nil, err
	}
	q := period
	switch {
	case c.Closed != "":
		q = c.Closed.Next()
	case c.Closing != "":
		q = min(c.Closing, period)
	}
	b.first = min(b.first, q)
	open, err := p.maker.openAt(ctx, b, partner.ID, q, customers)
	if err != nil {
		return nil, err
	}
	for ; q < period; q = q.Next() {
		then := ofOwner(Again(customers, q), owner)
		in, values, err := p.maker.valued(ctx, b, b.input(partner, q, then, open), then, open.values)
		if err != nil {
			return nil, err
		}
		r, err := compute(in)
		if err != nil {
			return nil, err
		}
		open = opening{position: r.Position, shares: append(open.shares, r.Shares...), values: values}
	}
	in, _, err := p.maker.valued(ctx, b, b.input(partner, period, customers, open), customers, open.values)
	if err != nil {
		return nil, err
	}
	r, err := compute(in)
	if err != nil {
		return nil, err
	}
	d := statement.Build(statement.Source{Result: r, Calendar: b.calendar, PartnerName: partner.Name, Programme: b.Programme.Name,
		MinimumPayout: b.Programme.MinimumPayout[r.Currency], StableShare: b.stableShare(partner.ID), AsOf: now})
	d.Inputs, err = b.inputsShown(in, customers, &r)
	return d, err
}

// payment is how far the money of a closed statement has come. Without a payday
// in the programme it is expected on the day the period was closed.
func (p *Statements) payment(ctx context.Context, b *Books, s *store.StatementItem, partner channel.PartnerID, closed time.Time) (*statement.Payment, error) {
	if s.Payable <= 0 {
		return &statement.Payment{State: statement.PaymentNothing}, nil
	}
	out := &statement.Payment{State: statement.PaymentScheduled, ExpectedOn: closed.In(b.calendar.Location()).Format(time.DateOnly)}
	stands, err := p.store.Line(ctx, b.period, partner, s.Currency)
	if err != nil || !stands.Exists() {
		return out, err
	}
	line := stands.Value
	run, err := p.store.Run(ctx, b.period, line.Run)
	if err != nil {
		return nil, err
	}
	switch line.State {
	case payout.Paid:
		at := line.PaidAt.In(b.calendar.Location())
		out.State, out.PaidAt, out.Reference = statement.PaymentPaid, &at, line.PaymentID
	case payout.Rejected:
		out.State = statement.PaymentFailed
	case payout.Reserved, payout.Submitted, payout.Unknown, payout.Exported:
		out.State, out.Reference = statement.PaymentPaying, line.PaymentID
	default:
		if run.Value.State == payout.Approved || run.Value.State == payout.Paying {
			out.State = statement.PaymentApproved
		}
	}
	return out, nil
}

// Statements lists a partner's closed statements, newest first.
func (p *Statements) Statements(ctx context.Context, partner channel.PartnerID, page wire.Page) (wire.List[wire.StatementSummary], error) {
	limit, err := page.Size()
	if err != nil {
		return wire.List[wire.StatementSummary]{}, err
	}
	name := "statements " + string(partner)
	at, err := channel.ParseCursor(name, page.Cursor, 1)
	if err != nil {
		return wire.List[wire.StatementSummary]{}, err
	}
	before := channel.Period(at[0])
	if _, err := channel.ParsePeriod("cursor", at[0]); err != nil && before != "" {
		return wire.List[wire.StatementSummary]{}, channel.BadCursor()
	}
	out := wire.List[wire.StatementSummary]{Items: []wire.StatementSummary{}}
	for s, err := range p.store.Statements(ctx, partner, before) {
		if err != nil {
			return wire.List[wire.StatementSummary]{}, err
		}
		if len(out.Items) == limit {
			out.NextCursor = channel.Cursor(name, string(out.Items[limit-1].Period))
			break
		}
		out.Items = append(out.Items, wire.StatementSummary{PartnerID: partner, Period: s.Period, Currency: s.Currency, State: statement.Closed,
			Earned: money.Format(s.Earned, s.Currency), Payable: money.Format(s.Payable, s.Currency),
			ClosingBalance: money.Format(s.Closing, s.Currency), Points: s.Points})
	}
	return out, nil
}
