package closing

import (
	"context"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/incentive"
)

// opening is what a statement opens with: the position of the one before, and
// where frozen shares of earlier orders are found.
type opening struct {
	position incentive.Position
	shares   []incentive.Share
	values   *ValueBook // nil: nobody was observed when the month began
}

// input is everything that the statement of a partner for a period is computed
// from. Close, the second reader, preview and the statement shown later all
// come through here: there is no second path.
func (b *Books) input(partner channel.Partner, period channel.Period, customers []Customer, open opening) incentive.Input {
	in := incentive.Input{
		Calendar: b.calendar,
		Partner: incentive.Partner{ID: partner.ID, Currency: partner.Currency, Regions: partner.Regions,
			Level: partner.Level, Certifications: partner.Certifications},
		Period: period, First: b.first, Plans: b.timeline(partner),
		Opening: open.position, Shares: open.shares,
		MinimumPayout: b.Programme.MinimumPayout[partner.Currency],
	}
	for _, g := range b.guarded {
		if g.Period <= period {
			in.Guarded = append(in.Guarded, g)
		}
	}
	for _, k := range customers {
		in.Customers = append(in.Customers, k.Past)
	}
	return in
}

// valued is the input of a statement with the values of its customers, and the
// book of them that its position keeps. Where the month has its position
// already, they are read from there.
func (p *Maker) valued(ctx context.Context, b *Books, in incentive.Input, customers []Customer, before *ValueBook) (incentive.Input, *ValueBook, error) {
	if before == nil && len(b.valuing.models) == 0 {
		return in, nil, nil
	}
	book, found, err := p.library.StoredValues(ctx, in.Partner.ID, in.Period)
	if err == nil && !found {
		book, err = p.value(ctx, b, &in, customers, before)
	}
	in.Values = growthValues(before, book)
	return in, book, err
}

// compute is the statement in numbers. The error names the partner and period,
// because it stops a close and somebody has to mend it.
func compute(in incentive.Input) (incentive.Result, error) {
	r, err := incentive.Compute(in)
	if err != nil {
		f := fault.Of(err)
		return r, fault.New(f.Kind, f.Slug, "the statement of %s for %s cannot be computed: %s", in.Partner.ID, in.Period, f.Error()).Because(err)
	}
	return r, nil
}

// open loads what the statement of a partner for a period opens with. The first
// statement of all, and a partner's own first, open with nothing.
func (p *Maker) open(ctx context.Context, b *Books, partner channel.PartnerID, customers []Customer) (opening, error) {
	return p.openAt(ctx, b, partner, b.period, customers)
}

func (p *Maker) openAt(ctx context.Context, b *Books, partner channel.PartnerID, period channel.Period, customers []Customer) (opening, error) {
	if period <= b.first {
		return opening{}, nil
	}
	parts, err := p.library.LoadPosition(ctx, partner, period.Prev())
	if err != nil || parts == nil {
		return opening{}, err
	}
	o := opening{position: parts.Position}
	if o.values, err = p.library.Values(ctx, partner, period.Prev(), parts); err != nil {
		return o, err
	}
	o.shares, err = p.frozen(ctx, b, partner, period, customers)
	return o, err
}

// frozen loads the frozen shares of orders that have a refund: those of no
// other order are ever needed. An order's share stands in the statement that
// first knew it, which is that of the period it is booked in, or a later one if
// its customer was routed later.
func (p *Maker) frozen(ctx context.Context, b *Books, partner channel.PartnerID, period channel.Period, customers []Customer) ([]incentive.Share, error) {
	wanted := refunded(customers, channel.PartnerOwner(partner), b.first)
	var out []incentive.Share
	for q := b.first; q < period && len(wanted) > 0; q = q.Next() {
		var due []channel.OrderID
		for id, from := range wanted {
			if from <= q {
				due = append(due, id)
			}
		}
		if len(due) == 0 {
			continue
		}
		slices.Sort(due)
		shares, err := p.library.SharesOf(ctx, partner, q, due)
		if err != nil {
			return nil, err
		}
		for _, s := range shares {
			delete(wanted, s.Order)
		}
		out = append(out, shares...)
	}
	return out, nil
}

// refunded are the orders with a refund that the owner was credited with, each
// with the first period whose statement may have its share.
func refunded(customers []Customer, o channel.Owner, first channel.Period) map[channel.OrderID]channel.Period {
	out := map[channel.OrderID]channel.Period{}
	for _, k := range customers {
		for i := range k.Past.Orders {
			if order := &k.Past.Orders[i]; len(order.Refunds) > 0 && k.Past.OwnerAt(order.Occurred) == o {
				out[order.ID] = max(order.Booked, first)
			}
		}
	}
	return out
}

// creditedTo is whose seal an entry belongs to: the customer's owner when it
// occurred; a refund goes with its order, a churn with whom it left.
func creditedTo(past *history.History, e *history.Entry, orders map[channel.OrderID]*history.Order) channel.Owner {
	switch {
	case e.Refund != nil:
		if order := orders[e.Refund.Order]; order != nil {
			return past.OwnerAt(order.Occurred)
		}
		return channel.Nobody
	case !e.Applied.IsZero():
		return past.OwnerAt(e.Applied.Add(-1))
	}
	return past.OwnerAt(e.Occurred)
}
