package closing

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/statement"
	"github.com/fairlead/fairlead/internal/store"
)

// otherPartner stands in a statement for every partner but its own: that
// another one had the customer is part of the computation, who it was is not.
const otherPartner = channel.Owner("partner:other")

// inputsShown is what a statement's inputs show of its customers: what the partner
// was credited with, what its trails pay on, and of the rest each customer's
// earliest live order, which says whose first order it was. That is shown only
// if the statement computed from it is the same to the number; a plan whose
// conditions read a customer's sums needs every order, and then all are shown.
func (b *Books) inputsShown(in incentive.Input, customers []Customer, r *incentive.Result) (*statement.Inputs, error) {
	owner, less := channel.PartnerOwner(in.Partner.ID), make([]Customer, len(customers))
	shown := in
	shown.Customers = nil
	for i, k := range customers {
		less[i] = k.seenBy(owner, in.Period)
		shown.Customers = append(shown.Customers, less[i].Past)
	}
	again, err := compute(shown)
	if err != nil {
		return nil, err
	}
	want, err := seal.HashOfValue(statementItem(r))
	if err != nil {
		return nil, err
	}
	got, err := seal.HashOfValue(statementItem(&again))
	if err != nil {
		return nil, err
	}
	if got != want {
		return inputs(in, b, customers)
	}
	return inputs(shown, b, less)
}

// seenBy is the customer without what happened under other owners.
func (k Customer) seenBy(o channel.Owner, upTo channel.Period) Customer {
	file := &store.CustomerFile{Partition: history.Partition{Customer: k.file.Partition.Customer}}
	visible := k.ordersOf(o)
	for i, e := range k.file.Partition.Entries {
		switch {
		case e.Order != nil && !visible[e.Order.ID],
			e.Refund != nil && !visible[e.Refund.Order],
			e.Score != 0 && k.Past.OwnerAt(e.Occurred) != o:
			continue
		}
		file.Partition.Entries = append(file.Partition.Entries, e)
		file.Entries = append(file.Entries, k.file.Entries[i])
	}
	before := channel.Nobody
	for _, s := range k.Past.Spans {
		m := s.Move
		if _, partner := m.Owner.Partner(); partner && m.Owner != o {
			m.Owner = otherPartner
		}
		if before != o {
			m.Value, m.Basis = money.Amount{}, ""
		}
		before = s.Owner
		file.Partition.Moves = append(file.Partition.Moves, m)
	}
	for _, m := range k.file.Partition.Moves {
		if m.Owner == channel.Nobody {
			file.Partition.Moves = append(file.Partition.Moves, m)
		}
	}
	return Customer{file, history.Fold(file.Partition, upTo)}
}

// ordersOf are the orders that o may see.
func (k Customer) ordersOf(o channel.Owner) map[channel.OrderID]bool {
	out := map[channel.OrderID]bool{}
	var handedOver time.Time
	for i, s := range k.Past.Spans {
		if i > 0 && k.Past.Spans[i-1].Owner == o && s.Owner.Channel() == channel.SalesForce && handedOver.IsZero() {
			handedOver = s.From
		}
	}
	first := true
	for i := range k.Past.Orders {
		order := &k.Past.Orders[i]
		last := order.Occurred
		for _, r := range order.Refunds {
			last = r.Occurred
		}
		switch {
		case k.Past.OwnerAt(order.Occurred) == o, !handedOver.IsZero() && !order.Occurred.Before(handedOver):
			out[order.ID] = true
		case first && order.Live(last):
			out[order.ID] = true
		}
		first = first && !order.Live(last)
	}
	return out
}
