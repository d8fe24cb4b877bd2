package assign

import (
	"context"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// draft is one decision to be made for a customer.
type draft struct {
	head    *store.Head
	id      channel.DecisionID
	at      time.Time // as of; before the clock: assigned at once
	cause   routing.Cause
	round   store.Round   // of offers so far; zero begins a new one
	hand    *routing.Hand // a person's decision
	by      string
	request string          // first 16 digits of the hash of what was asked
	full    []channel.Owner // whose capacity refused

	counters map[channel.Owner]int64 // read with the customer: how many each holds or is offered
	preview  bool                    // decide only
	idle     bool                    // do not record what changes neither owner nor tier
	memo     *store.Memo             // of the orders, folded on the way; nil: what the head has stays
	more     func(*store.Batch)      // what else belongs to the transaction; called anew for each try
}

// Verdict is a decision with what it was decided by.
type Verdict struct {
	routing.Decision
	value  routing.Value
	policy *routing.Policy
	dir    *documents.Directory
}

// decide loads what routing needs and decides. It writes nothing: preview is
// this function without the commit.
func (s *Router) decide(ctx context.Context, m *documents.Current, t *draft) (*Verdict, error) {
	a, err := s.valuing.Appraise(ctx, m, t.head, t.at)
	if err != nil {
		return nil, err
	}
	if a.Memo != nil {
		t.memo = a.Memo
	}
	dir, err := s.docs.Directory(ctx, m)
	if err != nil {
		return nil, err
	}
	census, err := s.docs.CensusFor(ctx, m, a.Customer.Region, t.at)
	if err != nil {
		return nil, err
	}
	d, err := routing.Decide(routing.Input{
		Census: census,
		Policy: a.Policy, Directory: dir.Terms, Customer: a.Customer, Value: a.Value, State: stateOf(t.head, t.round),
		Full: t.full, Arm: a.Arm, At: t.at, AtOnce: t.at.Before(m.Now), Cause: t.cause, Hand: t.hand,
	})
	return &Verdict{Decision: d, value: a.Value, policy: a.Policy, dir: dir}, err
}

// stateOf is what earlier decisions and answers left behind.
func stateOf(h *store.Head, round store.Round) routing.State {
	st := routing.State{
		Owner: h.Owner, Tier: h.Tier, Former: h.Former, Refused: h.Refused,
		Round: routing.Round{Offers: round.Offers, Expired: round.Expired},
	}
	if h.Moved != nil {
		st.LastMove = &routing.LastMove{At: h.Moved.At, ByRule: h.Moved.ByRule, First: h.Moved.First}
	}
	if h.Profile.Registered != "" {
		st.Protection = &routing.Protection{Partner: h.Profile.Registered, At: h.Profile.RegisteredAt}
	}
	return st
}

// write adds a decision and everything it changes to a batch: the decision is
// its own claim, the head's version keeps one owner at most. It returns the
// head as it will be.
func (s *Router) write(b *store.Batch, m *documents.Current, t *draft, v *Verdict) *store.Head {
	c, h := v.Commit, *t.head
	kept := &store.Decision{ID: t.id, By: t.by, Request: t.request, Record: v.Bytes, Seq: h.Version()}
	if c.Moved {
		kept.From = m.OwnedFrom(t.head, t.at)
		kept.Booked, _ = m.Book(kept.From)
		WriteMove(b, &h, store.Span{Owner: c.Owner, From: kept.From, Decision: t.id})
		h.Moved = &store.Moved{At: kept.From, ByRule: c.ByRule, ByHand: t.cause == routing.ByHand, First: c.First}
	}
	h.Tier, h.Decision, h.State, h.Round = v.Record.Tier, t.id, c.State, store.Round{}
	h.Value = headValue(v.value)
	if t.memo != nil {
		h.Memo = t.memo
	}
	if c.Offer != nil {
		h.Offer = &store.Offer{At: t.at, ByRule: c.ByRule, Decision: t.id, ExpiresAt: c.Offer.ExpiresAt, Partner: c.Offer.Partner}
		h.Round = store.Round{Offers: t.round.Offers + 1, Expired: t.round.Expired}
		b.PutOffer(h.Offer.Listed(h.ID))
	}
	if h.Owner != channel.Nobody {
		h.State = wire.StateAssigned
	}
	writeWaiting(b, &h, t, v)
	if c.Takes != channel.Nobody && c.Limit != channel.Unlimited {
		b.Take(c.Takes, c.Limit, c.MayExceed)
	}
	if c.Releases != channel.Nobody && v.dir.Limit(c.Releases) != channel.Unlimited {
		b.Release(c.Releases)
	}
	b.PutDecision(kept)
	b.PutHead(&h)
	return &h
}

// WriteMove ends one ownership and begins the next, in the head and in both
// portfolios. Owner Nobody begins none.
func WriteMove(b *store.Batch, h *store.Head, next store.Span) {
	old := h.Owner
	h.Move(next.Owner, next.From, next.Decision)
	if old != channel.Nobody {
		for _, span := range slices.Backward(h.Spans) {
			if span.Owner == old && span.Until.Equal(next.From) {
				b.SetPortfolio(old, store.PortfolioEntry{Customer: h.ID, Decision: span.Decision, Since: span.From, Until: next.From})
				break
			}
		}
	}
	if next.Owner != channel.Nobody {
		b.SetPortfolio(next.Owner, store.PortfolioEntry{Customer: h.ID, Decision: next.Decision, Since: next.From})
	}
}

// writeWaiting lists who waits and takes off who does not. Since when it waits
// is remembered through offers that came to nothing, for the fallback.
func writeWaiting(b *store.Batch, h *store.Head, t *draft, v *Verdict) {
	listed := t.head.State == wire.StateWaiting
	switch {
	case h.State == wire.StateWaiting:
		why := ""
		if len(v.Record.Reasons) > 0 {
			why = string(v.Record.Reasons[0])
		}
		w := store.Waiting{Since: t.at, Why: why}
		if h.Waiting != nil {
			w.Since = h.Waiting.Since
		}
		h.Waiting = &w
		b.SetWaiting(store.WaitingCustomer{Customer: h.ID, Waiting: w})
		return
	case h.State != wire.StateOffered:
		h.Waiting = nil
	}
	if listed {
		b.DeleteWaiting(h.ID)
	}
}

func headValue(v routing.Value) store.Value {
	return store.Value{Amount: v.Amount, Referral: v.Referral, Currency: v.Currency, Basis: string(v.Basis)}
}
