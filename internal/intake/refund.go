package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// applyRefund records a refund: one read of its order, one transaction of
// claim, entry and order. A refund above its order is rejected; a sum above it
// is recorded (and capped where it counts), so that the order of arrival does
// not matter. Before its order it waits in a placeholder.
func (s *Intake) applyRefund(ctx context.Context, ap *Application) (wire.FactOutcome, error) {
	r := ap.Fact.Refund
	kept, err := s.store.Order(ctx, r.Order)
	if err != nil {
		return wire.FactOutcome{}, err
	}
	o := &kept.Value
	if known, ok := o.Refund(r.ID); ok {
		return s.knownRefund(ctx, ap, o, known)
	}
	if o.Placeholder() {
		return s.refundWaits(ctx, ap, &kept)
	}
	amount, err := r.Minor(o.Currency)
	if err != nil {
		return rejected(string(ap.Fact.ID), string(ap.Fact.Source), ap.Fact.Type, err), nil
	}
	if amount > o.Amount {
		return ap.reject("data.amount", "%s", aboveOrder(amount, o)), nil
	}
	if len(o.Refunds) >= store.MaxRefunds {
		return ap.reject("data.orderId", "order %s has %d refunds already", o.ID, len(o.Refunds)), nil
	}
	e, orig := ap.entry(history.KindRefund, string(r.ID))
	e.Refund = &history.RefundEntry{Order: o.ID, Amount: amount}
	o.Refunds = append(slices.Clone(o.Refunds), store.OrderRefund{ID: r.ID, Amount: amount, Hash: store.Short(ap.hash)})
	claim := ap.claim(channel.Applied, o.Customer, e)
	claim.Order = o.ID
	b := &store.Batch{}
	b.PutEntry(o.Customer, e, orig)
	b.PutOrder(&kept)
	done, refused, err := s.commitFact(ctx, ap, b, claim)
	if err != nil || done.Outcome != "" {
		return done, err
	}
	if refused == nil {
		return ap.outcome(claim), nil
	}
	if refused.OnlyEntry() { // the same customer's refund of another order
		return s.conflict(ctx, ap, "refund "+string(r.ID), fmt.Sprintf("refund %s is here for another order", r.ID))
	}
	return wire.FactOutcome{}, documents.ErrAgain
}

func (ap *Application) reject(field, format string, args ...any) wire.FactOutcome {
	return rejected(string(ap.Fact.ID), string(ap.Fact.Source), ap.Fact.Type,
		fault.New(fault.Invalid, "invalid_fact", "the fact is not valid").At(field, format, args...))
}

// knownRefund answers a refund whose id its order has already.
func (s *Intake) knownRefund(ctx context.Context, ap *Application, o *store.Order, known store.OrderRefund) (wire.FactOutcome, error) {
	if known.Hash == store.Short(ap.hash) {
		return ap.duplicate(o.Customer, ""), nil
	}
	return s.conflict(ctx, ap, "refund "+string(known.ID), fmt.Sprintf("refund %s is here with another content", known.ID))
}

// refundWaits keeps a refund whose order is not here yet.
func (s *Intake) refundWaits(ctx context.Context, ap *Application, kept *store.Loaded[store.Order]) (wire.FactOutcome, error) {
	r, o := ap.Fact.Refund, &kept.Value
	if len(o.Refunds) >= store.MaxPendingRefunds {
		return ap.reject("data.orderId", "%d refunds wait for order %s already", len(o.Refunds), o.ID), nil
	}
	whole, err := json.Marshal(map[string]any{"data": ap.Fact.Data(), "time": ap.Fact.Time, "type": ap.Fact.Type})
	if err != nil {
		return wire.FactOutcome{}, fault.New(fault.Internal, "internal", "internal error").Because(err)
	}
	o.Refunds = append(slices.Clone(o.Refunds), store.OrderRefund{
		ID: r.ID, Hash: store.Short(ap.hash),
		Raw: &store.RawRefund{Amount: r.RawAmount, Event: ap.Fact.ID, Source: ap.Fact.Source, Occurred: ap.Fact.Time},
	})
	claim := ap.claim(channel.Pending, "", nil)
	claim.Order, claim.Fact = o.ID, whole
	b := &store.Batch{}
	b.PutOrder(kept)
	done, refused, err := s.commitFact(ctx, ap, b, claim)
	switch {
	case err != nil || done.Outcome != "":
		return done, err
	case refused != nil:
		return wire.FactOutcome{}, documents.ErrAgain
	}
	return ap.outcome(claim), nil
}
