package intake

import (
	"context"
	"fmt"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// applyOrder records an order: one read of the customer (is it known?), one
// transaction of claim, entry and order. The order's id is claimed by its item:
// what stands there makes a second event a duplicate, a conflict, or, if it is
// a placeholder, the arrival that its refunds waited for.
func (s *Intake) applyOrder(ctx context.Context, ap *Application) (wire.FactOutcome, error) {
	o := ap.Fact.Order
	known, err := s.store.Known(ctx, o.Customer)
	if err != nil {
		return wire.FactOutcome{}, err
	}
	outcome := channel.Applied
	if !known {
		outcome = channel.Pending
	}
	var kept store.Loaded[store.Order]
	item := &kept.Value
	*item = store.Order{ID: o.ID, Customer: o.Customer, Amount: o.Amount, Currency: o.Currency, Hash: store.Short(ap.hash)}
	for {
		e, orig := ap.entry(history.KindOrder, string(o.ID))
		e.Order, item.Entry = o, e.SK()
		claim := ap.claim(outcome, o.Customer, e)
		b := &store.Batch{}
		b.PutEntry(o.Customer, e, orig)
		s.bookWaiting(b, ap, item)
		b.PutOrder(&kept)
		done, refused, err := s.commitFact(ctx, ap, b, claim)
		if err != nil || done.Outcome != "" {
			return done, err
		}
		if refused == nil {
			return ap.outcome(claim), nil
		}
		there, err := refused.Order()
		standing := &there.Value
		switch {
		case err != nil:
			return wire.FactOutcome{}, err
		case !there.Exists():
			return wire.FactOutcome{}, documents.ErrAgain
		case standing.Placeholder():
			item.Refunds = standing.Refunds
			kept = there.With(*item)
			continue
		case standing.Hash == item.Hash:
			return ap.duplicate(standing.Customer, standing.Entry), nil
		}
		return s.conflict(ctx, ap, "order "+string(o.ID), fmt.Sprintf("order %s is here with another content", o.ID))
	}
}

// bookWaiting books the refunds that came before their order. One that turns
// out to be above it, or to have too many decimals, is marked as rejected.
func (s *Intake) bookWaiting(b *store.Batch, ap *Application, o *store.Order) {
	refunds := make([]store.OrderRefund, len(o.Refunds))
	copy(refunds, o.Refunds)
	for i := range refunds {
		r := &refunds[i]
		if r.Raw == nil {
			continue
		}
		amount, err := channel.Refund{ID: r.ID, Order: o.ID, RawAmount: r.Raw.Amount}.Minor(o.Currency)
		switch {
		case err != nil:
			r.Rejected = firstMessage(err)
		case amount > o.Amount:
			r.Rejected = aboveOrder(amount, o)
		default:
			r.Amount = amount
			booked, orig := ap.Book(r.Raw.Occurred)
			b.PutEntry(o.Customer, &history.Entry{
				Kind: history.KindRefund, ID: string(r.ID), Booked: booked, Source: r.Raw.Source, EventID: r.Raw.Event,
				Occurred: r.Raw.Occurred, Refund: &history.RefundEntry{Order: o.ID, Amount: amount},
			}, orig)
		}
		r.Raw = nil
	}
	o.Refunds = refunds
}

func aboveOrder(amount int64, o *store.Order) string {
	return fmt.Sprintf("%s is above the order's %s", money.Of(amount, o.Currency), money.Of(o.Amount, o.Currency))
}

func firstMessage(err error) string { return rejected("", "", "", err).Message }
