package views

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// Decisions lists decisions, customer by customer, each customer's oldest first.
// A partner sees those that concern it, of customers it has or had or is
// offered.
func (s *Views) Decisions(ctx context.Context, a wire.Actor, q wire.DecisionsQuery) (wire.List[wire.Decision], error) {
	out := wire.List[wire.Decision]{Items: []wire.Decision{}}
	limit, err := q.Size()
	if err != nil {
		return out, err
	}
	at, err := q.Place("decisions", 2)
	if err != nil {
		return out, err
	}
	skip, err := wire.ParseNumber(at[1])
	if err != nil {
		return out, err
	}
	m, err := s.docs.Current(ctx)
	if err != nil {
		return out, err
	}
	for id, err := range s.decided(ctx, a, q, channel.CustomerID(at[0])) {
		if err != nil {
			return out, err
		}
		file, err := s.store.Decisions(ctx, id)
		if err != nil {
			return out, err
		}
		for i := range file.Decisions {
			if string(id) == at[0] && i < skip {
				continue
			}
			d := &file.Decisions[i]
			if !wants(&q, d, a) {
				continue
			}
			if len(out.Items) == limit {
				out.NextCursor = channel.Cursor("decisions", string(id), strconv.Itoa(i))
				return out, nil
			}
			shown, err := s.Show(ctx, &m, a, d, file.Answers[d.ID])
			if err != nil {
				return out, err
			}
			out.Items = append(out.Items, shown)
		}
	}
	return out, nil
}

// wants reports whether a decision passes the query's filters.
func wants(q *wire.DecisionsQuery, d *store.Decision, a wire.Actor) bool {
	r, err := ParseRecord(d)
	if err != nil {
		return true // shown, so that somebody sees the error
	}
	if !a.SeesAll() && a.Partner != "" && !concerns(&r, a.Partner) {
		return false
	}
	if q.Owner != "" {
		id, partner := q.Owner.Partner()
		offered := partner && r.Offer != nil && r.Offer.Partner == id
		if !offered && (r.Owner == nil || *r.Owner != q.Owner) {
			return false
		}
	}
	reason := q.Reason == ""
	for _, c := range r.Reasons {
		reason = reason || string(c) == q.Reason
	}
	return reason && (q.Outcome == "" || string(r.Outcome) == q.Outcome) && (q.Since.IsZero() || !ParseTime(r.At).Before(q.Since))
}

// decided walks the customers whose decisions a query may list, the one the
// cursor stopped at first.
func (s *Views) decided(ctx context.Context, a wire.Actor, q wire.DecisionsQuery, from channel.CustomerID) iter.Seq2[channel.CustomerID, error] {
	return func(yield func(channel.CustomerID, error) bool) {
		if q.Customer != "" {
			yield(q.Customer, nil)
			return
		}
		if from != "" && !yield(from, nil) {
			return
		}
		if a.Partner == "" || a.SeesAll() {
			for head, err := range s.store.AllHeads(ctx, from) {
				if err != nil {
					yield("", err)
					return
				}
				if head.Decision != "" && !yield(head.ID, nil) {
					return
				}
			}
			return
		}
		ids, err := s.customersOf(ctx, a.Partner)
		if err != nil {
			yield("", err)
			return
		}
		for _, id := range ids {
			if id > from && !yield(id, nil) {
				return
			}
		}
	}
}

// customersOf are all customers that a partner has, had or is offered, by id.
func (s *Views) customersOf(ctx context.Context, p channel.PartnerID) ([]channel.CustomerID, error) {
	var ids []channel.CustomerID
	for e, err := range s.store.Portfolio(ctx, channel.PartnerOwner(p), "") {
		if err != nil {
			return nil, err
		}
		ids = append(ids, e.Customer)
	}
	for o, err := range s.store.Offers(ctx, p, store.OpenOffer{}, time.Time{}) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, o.Customer)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
