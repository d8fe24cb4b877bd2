package service

import (
	"context"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// task is one decision to be made for a customer.
type task struct {
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

// verdict is a decision with what it was decided by.
type verdict struct {
	routing.Decision
	value  routing.Value
	policy *routing.Policy
	dir    *directory
}

// decide loads what routing needs and decides. It writes nothing: preview is
// this function without the commit.
func (s *Service) decide(ctx context.Context, m *moment, t *task) (*verdict, error) {
	a, err := s.appraise(ctx, m, t.head, t.at)
	if err != nil {
		return nil, err
	}
	if a.memo != nil {
		t.memo = a.memo
	}
	dir, err := s.directory(ctx, m)
	if err != nil {
		return nil, err
	}
	census, err := s.censusFor(ctx, m, a.customer.Region, t.at)
	if err != nil {
		return nil, err
	}
	d, err := routing.Decide(routing.Input{
		Census: census,
		Policy: a.policy, Directory: dir.terms, Customer: a.customer, Value: a.value, State: stateOf(t.head, t.round),
		Full: t.full, Arm: a.arm, At: t.at, AtOnce: t.at.Before(m.now), Cause: t.cause, Hand: t.hand,
	})
	return &verdict{Decision: d, value: a.value, policy: a.policy, dir: dir}, err
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

// claims are the ops of a decision's transaction whose refusal means something.
type claims struct{ decision, head, take int }

// write adds a decision and everything it changes to a batch: the decision is
// its own claim, the head's version keeps one owner at most. It returns the
// head as it will be.
func (s *Service) write(b *store.Batch, m *moment, t *task, v *verdict) (*store.Head, claims) {
	c, h := v.Commit, *t.head
	kept := &store.Decision{ID: t.id, By: t.by, Request: t.request, Record: v.Bytes, Seq: h.Version}
	ops := claims{take: -1}
	if c.Moved {
		kept.From = m.from(t.head, t.at)
		kept.Booked, _ = m.book(kept.From)
		writeMove(b, &h, store.Span{Owner: c.Owner, From: kept.From, Decision: t.id})
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
		h.State = StateAssigned
	}
	writeWaiting(b, &h, t, v)
	if c.Takes != channel.Nobody && c.Limit != channel.Unlimited {
		ops.take = b.Take(c.Takes, c.Limit, c.MayExceed)
	}
	if c.Releases != channel.Nobody && v.dir.limit(c.Releases) != channel.Unlimited {
		b.Release(c.Releases)
	}
	ops.decision = b.PutDecision(kept)
	ops.head = b.PutHead(&h)
	return &h, ops
}

// writeMove ends one ownership and begins the next, in the head and in both
// portfolios. Owner Nobody begins none.
func writeMove(b *store.Batch, h *store.Head, next store.Span) {
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
func writeWaiting(b *store.Batch, h *store.Head, t *task, v *verdict) {
	listed := t.head.State == StateWaiting
	switch {
	case h.State == StateWaiting:
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
	case h.State != StateOffered:
		h.Waiting = nil
	}
	if listed {
		b.DeleteWaiting(h.ID)
	}
}
