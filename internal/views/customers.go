package views

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// maySee reports whether the actor may see a customer: a partner or pod only
// one it has, had or is offered.
func maySee(a wire.Actor, h *store.Head) bool {
	if a.SeesAll() || a.Partner == "" && a.Pod == "" {
		return true
	}
	if a.Partner != "" && h.Offer != nil && h.Offer.Partner == a.Partner {
		return true
	}
	return slices.ContainsFunc(h.Spans, func(sp store.Span) bool {
		return a.Partner != "" && sp.Owner == channel.PartnerOwner(a.Partner) || a.Pod != "" && sp.Owner == channel.PodOwner(a.Pod)
	})
}

// Customer is one customer with its past. 404 customer_not_found also for what
// a partner may not see.
func (s *Views) Customer(ctx context.Context, a wire.Actor, id channel.CustomerID) (wire.CustomerDetail, error) {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return wire.CustomerDetail{}, err
	}
	head, err := s.store.Head(ctx, id)
	if err != nil {
		return wire.CustomerDetail{}, err
	}
	if !head.Exists() || !maySee(a, head) {
		return wire.CustomerDetail{}, CustomerNotFound(id)
	}
	file, err := s.store.Customer(ctx, id, "")
	if err != nil {
		return wire.CustomerDetail{}, err
	}
	past := file.History()
	out := wire.CustomerDetail{Customer: CustomerView(&m, head), Spans: []wire.Span{}, Decisions: []wire.Decision{}, Summary: summaryView(past.Summary(m.Now, m.Cal)),
		History: historyItems(file)}
	for _, sp := range past.Spans {
		span := wire.Span{Owner: sp.Owner, From: sp.From, Decision: sp.Move.Decision}
		if !sp.Until.IsZero() {
			span.Until = &sp.Until
		}
		out.Spans = append(out.Spans, span)
	}
	for i := range file.Decisions {
		d, err := s.Show(ctx, &m, a, &file.Decisions[i], file.Answers[file.Decisions[i].ID])
		if err == nil {
			out.Decisions = append(out.Decisions, d)
		} else if a.Partner == "" {
			return out, err
		}
	}
	return out, nil
}

// CustomerView is a customer as others see it.
func CustomerView(m *documents.Current, h *store.Head) wire.Customer {
	c := wire.Customer{
		ID: h.ID, Region: h.Profile.Region, Segment: h.Profile.Segment, Attributes: h.Profile.Attributes, SourcedBy: h.Profile.SourcedBy,
		ReferredBy: h.Profile.ReferredBy, Tier: h.Tier, Channel: h.Owner.Channel(), State: h.State, Decision: h.Decision,
		AtRisk: h.Memo != nil && h.Memo.AtRisk,
	}
	if f := h.Profile.DeclaredValue; !f.IsZero() {
		c.DeclaredValue = &wire.Money{Amount: f.Decimal, Currency: f.Currency}
		if a, err := f.Amount(""); err == nil {
			c.DeclaredValue.Amount = money.Format(a.Minor, a.Currency)
		}
		if f.Currency == "" { // it is read in the policy's
			c.DeclaredValue.Currency = h.Value.Currency
		}
	}
	if v := h.Value; v.Currency != "" {
		c.Value = &wire.Value{Amount: money.Format(v.Amount, v.Currency), Currency: v.Currency, Basis: v.Basis}
		if v.Referral != 0 {
			c.Value.Referral = money.Format(v.Referral, v.Currency)
		}
	}
	if h.Owner != channel.Nobody {
		owner, since := h.Owner, h.Since()
		c.Owner, c.OwnerSince = &owner, &since
	}
	if o := h.Offer; o != nil {
		c.Offer = &wire.Offer{ID: store.NewOfferID(o.Decision), CustomerID: h.ID, PartnerID: o.Partner, Decision: o.Decision,
			OfferedAt: o.At, ExpiresAt: o.ExpiresAt, State: wire.OfferOpen}
		if !m.Now.Before(o.ExpiresAt) {
			c.Offer.State = store.Expired
		}
	}
	return c
}

func summaryView(s history.Summary) wire.CustomerSummary {
	out := wire.CustomerSummary{Orders: s.Orders, Revenue: []wire.Money{}}
	for _, x := range s.Sums {
		out.Revenue = append(out.Revenue, wire.Money{Amount: money.Format(x.Revenue, x.Currency), Currency: x.Currency})
	}
	if s.Orders > 0 {
		out.FirstOrder, out.LatestOrder = &s.First, &s.Last
	}
	return out
}

// historyItems are the facts of a customer, oldest first.
func historyItems(f *store.CustomerFile) []wire.HistoryItem {
	currency := map[channel.OrderID]string{}
	for i := range f.Partition.Entries {
		if o := f.Partition.Entries[i].Order; o != nil {
			currency[o.ID] = o.Currency
		}
	}
	out := []wire.HistoryItem{}
	for i := range f.Partition.Entries {
		e := &f.Partition.Entries[i]
		item := wire.HistoryItem{At: e.Occurred, ID: e.ID}
		switch {
		case e.Order != nil:
			item.Kind, item.Text = "order", "ordered for "+money.Of(e.Order.Amount, e.Order.Currency).String()
		case e.Refund != nil:
			item.Kind, item.Text = "refund", fmt.Sprintf("%s given back of order %s", money.Of(e.Refund.Amount, currency[e.Refund.Order]), e.Refund.Order)
		case e.Profile != nil:
			item.Kind, item.Text = "profile", "profile changed"
		case e.Score != 0:
			item.Kind, item.Text = "feedback", "answered "+strconv.Itoa(e.Score)+" of 5"
		default:
			item.Kind, item.Text = "churn", "left"
		}
		out = append(out, item)
	}
	slices.SortStableFunc(out, func(a, b wire.HistoryItem) int { return a.At.Compare(b.At) })
	return out
}

// Customers lists customers: of an owner those it has, by id; in a state;
// or all. A partner or pod sees its own.
func (s *Views) Customers(ctx context.Context, a wire.Actor, q wire.CustomersQuery) (wire.List[wire.Customer], error) {
	out := wire.List[wire.Customer]{Items: []wire.Customer{}}
	limit, err := q.Size()
	if err != nil {
		return out, err
	}
	if !a.SeesAll() && a.Partner != "" {
		q.Owner = channel.PartnerOwner(a.Partner)
	} else if !a.SeesAll() && a.Pod != "" {
		q.Owner = channel.PodOwner(a.Pod)
	}
	name := "customers " + string(q.Owner) + " " + q.State // their order differs
	at, err := q.Place(name, 1)
	if err != nil {
		return out, err
	}
	m, err := s.docs.Current(ctx)
	if err != nil {
		return out, err
	}
	for head, err := range s.heads(ctx, q, channel.CustomerID(at[0])) {
		if err != nil {
			return out, err
		}
		if !head.Exists() || q.State != "" && head.State != q.State || q.Owner != "" && head.Owner != q.Owner {
			continue
		}
		if len(out.Items) == limit {
			out.NextCursor = channel.Cursor(name, string(out.Items[limit-1].ID))
			break
		}
		out.Items = append(out.Items, CustomerView(&m, head))
	}
	return out, nil
}

// heads walks the customers that a query may list, after an id.
func (s *Views) heads(ctx context.Context, q wire.CustomersQuery, after channel.CustomerID) iter.Seq2[*store.Head, error] {
	switch {
	case q.Owner != "":
		return readHeads(ctx, s.store, s.store.Portfolio(ctx, q.Owner, after), func(e store.PortfolioEntry) (channel.CustomerID, bool) {
			return e.Customer, e.Until.IsZero()
		})
	case q.State == wire.StateWaiting:
		return readHeads(ctx, s.store, s.store.WaitingCustomers(ctx, after), func(w store.WaitingCustomer) (channel.CustomerID, bool) {
			return w.Customer, true
		})
	}
	return s.store.AllHeads(ctx, after)
}

func readHeads[T any](ctx context.Context, st *store.Store, from iter.Seq2[T, error], id func(T) (channel.CustomerID, bool)) iter.Seq2[*store.Head, error] {
	return func(yield func(*store.Head, error) bool) {
		for v, err := range from {
			if err != nil {
				yield(nil, err)
				return
			}
			customer, wanted := id(v)
			if !wanted {
				continue
			}
			if head, err := st.Head(ctx, customer); !yield(head, err) || err != nil {
				return
			}
		}
	}
}

// CustomerNotFound is 404 customer_not_found.
func CustomerNotFound(id channel.CustomerID) error {
	return fault.New(fault.NotFound, "customer_not_found", "there is no customer %q", string(id))
}
