package service

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/store"
)

// PutCustomer changes a customer's profile (a fact of source "api") and, unless
// the programme says otherwise, routes it where that is due.
func (s *Service) PutCustomer(ctx context.Context, a Actor, u channel.Upsert) (CustomerPut, error) {
	var out CustomerPut
	err := s.writing(ctx, func(m *moment) (err error) {
		out, err = s.putCustomer(ctx, m, a, u)
		return err
	})
	return out, err
}

func (s *Service) putCustomer(ctx context.Context, m *moment, a Actor, u channel.Upsert) (CustomerPut, error) {
	before, err := s.store.Head(ctx, u.Customer)
	if err != nil {
		return CustomerPut{}, err
	}
	f := &channel.Fact{Source: "api", Type: channel.CustomerUpserted, Time: m.now, TimeAssumed: true, Upsert: &u}
	ap := &application{moment: m, fact: f, by: a.User, file: true}
	o, err := s.applyIn(ctx, ap)
	if err == nil && !m.programme.RouteOnCall && o.Outcome != channel.Rejected {
		err = s.routeOnSight(ctx, ap, &o)
	}
	if err != nil {
		return CustomerPut{}, err
	}
	head, err := s.store.Head(ctx, u.Customer)
	if err != nil {
		return CustomerPut{}, err
	}
	out := CustomerPut{Customer: customerView(m, head), Outcome: o.Outcome, Created: before.Version == 0}
	if o.Decision != "" {
		d, err := s.Decision(ctx, a, o.Decision)
		if err != nil {
			return out, err
		}
		out.Routed = &d
	}
	return out, nil
}

// maySee reports whether the actor may see a customer: a partner or pod only
// one it has, had or is offered.
func maySee(a Actor, h *store.Head) bool {
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
func (s *Service) Customer(ctx context.Context, a Actor, id channel.CustomerID) (CustomerDetail, error) {
	m, err := s.moment(ctx)
	if err != nil {
		return CustomerDetail{}, err
	}
	head, err := s.store.Head(ctx, id)
	if err != nil {
		return CustomerDetail{}, err
	}
	if head.Version == 0 || !maySee(a, head) {
		return CustomerDetail{}, notFound(id)
	}
	file, err := s.store.Customer(ctx, id, "")
	if err != nil {
		return CustomerDetail{}, err
	}
	past := file.History()
	out := CustomerDetail{Customer: customerView(&m, head), Spans: []Span{}, Decisions: []Decision{}, Summary: summaryView(past.Summary(m.now, m.cal)),
		History: historyItems(file)}
	for _, sp := range past.Spans {
		span := Span{Owner: sp.Owner, From: sp.From, Decision: sp.Move.Decision}
		if !sp.Until.IsZero() {
			span.Until = &sp.Until
		}
		out.Spans = append(out.Spans, span)
	}
	for i := range file.Decisions {
		d, err := s.show(ctx, &m, a, &file.Decisions[i], file.Answers[file.Decisions[i].ID])
		if err == nil {
			out.Decisions = append(out.Decisions, d)
		} else if a.Partner == "" {
			return out, err
		}
	}
	return out, nil
}

func customerView(m *moment, h *store.Head) Customer {
	c := Customer{
		ID: h.ID, Region: h.Profile.Region, Segment: h.Profile.Segment, Attributes: h.Profile.Attributes, SourcedBy: h.Profile.SourcedBy,
		ReferredBy: h.Profile.ReferredBy, Tier: h.Tier, Channel: h.Owner.Channel(), State: h.State, Decision: h.Decision,
		AtRisk: h.Memo != nil && h.Memo.AtRisk,
	}
	if f := h.Profile.DeclaredValue; !f.IsZero() {
		c.DeclaredValue = &Money{Amount: f.Decimal, Currency: f.Currency}
		if a, err := f.Amount(""); err == nil {
			c.DeclaredValue.Amount = money.Format(a.Minor, a.Currency)
		}
		if f.Currency == "" { // it is read in the policy's
			c.DeclaredValue.Currency = h.Value.Currency
		}
	}
	if v := h.Value; v.Currency != "" {
		c.Value = &Value{Amount: money.Format(v.Amount, v.Currency), Currency: v.Currency, Basis: v.Basis}
		if v.Referral != 0 {
			c.Value.Referral = money.Format(v.Referral, v.Currency)
		}
	}
	if h.Owner != channel.Nobody {
		owner, since := h.Owner, h.Since()
		c.Owner, c.OwnerSince = &owner, &since
	}
	if o := h.Offer; o != nil {
		c.Offer = &Offer{ID: store.NewOfferID(o.Decision), CustomerID: h.ID, PartnerID: o.Partner, Decision: o.Decision,
			OfferedAt: o.At, ExpiresAt: o.ExpiresAt, State: "open"}
		if !m.now.Before(o.ExpiresAt) {
			c.Offer.State = store.Expired
		}
	}
	return c
}

func summaryView(s history.Summary) CustomerSummary {
	out := CustomerSummary{Orders: s.Orders, Revenue: []Money{}}
	for _, x := range s.Sums {
		out.Revenue = append(out.Revenue, Money{Amount: money.Format(x.Revenue, x.Currency), Currency: x.Currency})
	}
	if s.Orders > 0 {
		out.FirstOrder, out.LatestOrder = &s.First, &s.Last
	}
	return out
}

// historyItems are the facts of a customer, oldest first.
func historyItems(f *store.CustomerFile) []HistoryItem {
	currency := map[channel.OrderID]string{}
	for i := range f.Partition.Entries {
		if o := f.Partition.Entries[i].Order; o != nil {
			currency[o.ID] = o.Currency
		}
	}
	out := []HistoryItem{}
	for i := range f.Partition.Entries {
		e := &f.Partition.Entries[i]
		item := HistoryItem{At: e.Occurred, ID: e.ID}
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
	slices.SortStableFunc(out, func(a, b HistoryItem) int { return a.At.Compare(b.At) })
	return out
}

// Customers lists customers: of an owner those it has, by id; in a state;
// or all. A partner or pod sees its own.
func (s *Service) Customers(ctx context.Context, a Actor, q CustomersQuery) (List[Customer], error) {
	out := List[Customer]{Items: []Customer{}}
	limit, err := q.limit()
	if err != nil {
		return out, err
	}
	if !a.SeesAll() && a.Partner != "" {
		q.Owner = channel.PartnerOwner(a.Partner)
	} else if !a.SeesAll() && a.Pod != "" {
		q.Owner = channel.PodOwner(a.Pod)
	}
	name := "customers " + string(q.Owner) + " " + q.State // their order differs
	at, err := q.place(name, 1)
	if err != nil {
		return out, err
	}
	m, err := s.moment(ctx)
	if err != nil {
		return out, err
	}
	for head, err := range s.heads(ctx, q, channel.CustomerID(at[0])) {
		if err != nil {
			return out, err
		}
		if head.Version == 0 || q.State != "" && head.State != q.State || q.Owner != "" && head.Owner != q.Owner {
			continue
		}
		if len(out.Items) == limit {
			out.NextCursor = channel.Cursor(name, string(out.Items[limit-1].ID))
			break
		}
		out.Items = append(out.Items, customerView(&m, head))
	}
	return out, nil
}

// heads walks the customers that a query may list, after an id.
func (s *Service) heads(ctx context.Context, q CustomersQuery, after channel.CustomerID) iter.Seq2[*store.Head, error] {
	switch {
	case q.Owner != "":
		return readHeads(ctx, s.store, s.store.Portfolio(ctx, q.Owner, after), func(e store.PortfolioEntry) (channel.CustomerID, bool) {
			return e.Customer, e.Until.IsZero()
		})
	case q.State == StateWaiting:
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

// Decisions lists decisions, customer by customer, each customer's oldest first.
// A partner sees those that concern it, of customers it has or had or is
// offered.
func (s *Service) Decisions(ctx context.Context, a Actor, q DecisionsQuery) (List[Decision], error) {
	out := List[Decision]{Items: []Decision{}}
	limit, err := q.limit()
	if err != nil {
		return out, err
	}
	at, err := q.place("decisions", 2)
	if err != nil {
		return out, err
	}
	skip, err := number(at[1])
	if err != nil {
		return out, err
	}
	m, err := s.moment(ctx)
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
			shown, err := s.show(ctx, &m, a, d, file.Answers[d.ID])
			if err != nil {
				return out, err
			}
			out.Items = append(out.Items, shown)
		}
	}
	return out, nil
}

// wants reports whether a decision passes the query's filters.
func wants(q *DecisionsQuery, d *store.Decision, a Actor) bool {
	r, err := parseRecord(d)
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
	return reason && (q.Outcome == "" || string(r.Outcome) == q.Outcome) && (q.Since.IsZero() || !parseTime(r.At).Before(q.Since))
}

// decided walks the customers whose decisions a query may list, the one the
// cursor stopped at first.
func (s *Service) decided(ctx context.Context, a Actor, q DecisionsQuery, from channel.CustomerID) iter.Seq2[channel.CustomerID, error] {
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
func (s *Service) customersOf(ctx context.Context, p channel.PartnerID) ([]channel.CustomerID, error) {
	var ids []channel.CustomerID
	for e, err := range s.store.Portfolio(ctx, channel.PartnerOwner(p), "") {
		if err != nil {
			return nil, err
		}
		ids = append(ids, e.Customer)
	}
	for o, err := range s.store.Offers(ctx, p, "", time.Time{}) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, o.Customer)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
