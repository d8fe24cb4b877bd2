package assign

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/views"
)

// hash16 is the short hash of what was asked, kept beside a key.
func hash16(v any) string {
	h, err := seal.HashOfValue(v)
	if err != nil {
		panic("service: a request that has no canonical form: " + err.Error())
	}
	return store.Short(h)
}

// RouteInput is the canonical form of a route or an assignment: the same key with
// another one is a conflict.
type RouteInput struct {
	At     time.Time     `json:"at,omitzero"`
	Call   string        `json:"call"`
	Owner  channel.Owner `json:"owner,omitempty"`
	Reason string        `json:"reason,omitempty"`
}

// RouteJob is a route to be done: whom, under which key, as of when and why.
type RouteJob struct {
	Customer channel.CustomerID
	Key      string // "": derived from the instant
	At       time.Time
	Cause    routing.Cause
	preview  bool
	By       string
	Asked    RouteInput
	hand     *routing.Hand
	onlyNew  bool // skip a customer that has a decision
	Idle     bool // do not record a decision that changes neither owner nor tier
}

// RouteResult is what a job came to. Exactly one of verdict (made now) and
// standing (found) is set, or neither where a customer was skipped.
type RouteResult struct {
	id       channel.DecisionID
	head     *store.Head // as it is after the job
	verdict  *Verdict
	standing *store.Decision
	answer   *store.Answer
	replayed bool
	preview  bool
}

// Route is the one path of a route: read the customer and the decision of this
// key, decide, commit. What another writer changed meanwhile is read again and
// decided again; a capacity that refuses becomes an input.
func (s *Router) Route(ctx context.Context, m *documents.Current, j RouteJob) (*RouteResult, error) {
	if j.Key == "" {
		j.Key = "at " + j.At.Format(time.RFC3339) + " " + string(j.Cause)
	}
	id := store.NewDecisionID(j.Customer, j.Key)
	for range documents.Rounds {
		read, err := s.store.LoadRoute(ctx, id, s.full.recent(m.Now)) // with the counters of those that were full a moment ago
		if err != nil {
			return nil, err
		}
		head, standing := read.Head, read.Standing
		if !head.Exists() {
			return nil, views.CustomerNotFound(j.Customer)
		}
		if standing != nil && !j.preview {
			return s.replayed(ctx, head, standing, hash16(j.Asked))
		}
		if j.onlyNew && head.Decision != "" {
			return &RouteResult{head: head}, nil
		}
		if head.Offer != nil && j.hand == nil {
			res, again, err := s.routeOffered(ctx, m, j, id, head)
			if err != nil || !again {
				return res, err
			}
			continue
		}
		t := &draft{head: head, id: id, at: j.At, cause: j.Cause, hand: j.hand, by: j.By, request: hash16(j.Asked), counters: read.Held, preview: j.preview, idle: j.Idle}
		if err := s.overruling(ctx, m, t); err != nil {
			return nil, err
		}
		res, err := s.decideAndWrite(ctx, m, t)
		if !errors.Is(err, documents.ErrAgain) {
			return res, err
		}
	}
	return nil, documents.ErrBusy(documents.ErrAgain)
}

// replayed answers a key that was used before.
func (s *Router) replayed(ctx context.Context, head *store.Head, d *store.Decision, request string) (*RouteResult, error) {
	if d.Request != request {
		return nil, fault.New(fault.Conflict, "key_reused", "the Idempotency-Key was used for another request about this customer")
	}
	if d.Alias == "" && !answered(head, d) {
		return &RouteResult{id: d.ID, head: head, standing: d, replayed: true}, nil
	}
	id := d.ID
	if d.Alias != "" {
		id = d.Alias
	}
	found, answer, err := s.views.LoadDecision(ctx, id)
	return &RouteResult{id: id, head: head, standing: found, answer: answer, replayed: true}, err
}

// answered reports whether a decision's offer may have been answered, so that
// there is one more item to read.
func answered(head *store.Head, d *store.Decision) bool {
	if head.Offer != nil && head.Offer.Decision == d.ID {
		return false
	}
	r, err := views.ParseRecord(d)
	return err != nil || r.Offer != nil
}

// routeOffered answers a route while an offer is open: with the decision that
// made it, claiming the key for it. An offer that has ended by the clock is
// closed first; again says so.
func (s *Router) routeOffered(ctx context.Context, m *documents.Current, j RouteJob, id channel.DecisionID, head *store.Head) (res *RouteResult, again bool, err error) {
	if !m.Now.Before(head.Offer.ExpiresAt) && !j.preview {
		_, err := s.EndOffer(ctx, m, head, Ending{How: store.Expired, By: j.By})
		if err != nil && !errors.Is(err, documents.ErrAgain) {
			return nil, false, err
		}
		return nil, true, nil
	}
	standing, answer, err := s.views.LoadDecision(ctx, head.Offer.Decision)
	if err != nil {
		return nil, false, err
	}
	res = &RouteResult{id: head.Offer.Decision, head: head, standing: standing, answer: answer}
	if j.preview || id == head.Offer.Decision {
		res.preview = j.preview
		return res, false, nil
	}
	b := &store.Batch{NotAfter: s.store.NotAfter(m.Now)}
	b.PutDecision(&store.Decision{ID: id, Alias: head.Offer.Decision, By: j.By, Request: hash16(j.Asked)})
	b.CheckHead(head)
	switch err := s.store.Commit(ctx, b); {
	case store.IsRefused(err):
		return nil, true, nil
	case err != nil:
		return nil, false, err
	}
	return res, false, nil
}

// decideAndWrite decides and commits. Each capacity that refuses costs one more
// round trip; anything else that stands in the way is errAgain.
func (s *Router) decideAndWrite(ctx context.Context, m *documents.Current, t *draft) (*RouteResult, error) {
	for {
		v, err := s.decide(ctx, m, t)
		if err != nil {
			return nil, err
		}
		if err := s.countForPreview(ctx, t, v); err != nil {
			return nil, err
		}
		if t.knownFull(v) {
			t.full = append(t.full, v.Commit.Takes)
			continue
		}
		if t.preview {
			return &RouteResult{id: t.id, head: t.head, verdict: v, preview: true}, nil
		}
		if t.idle && !Changes(t.head, v) {
			return &RouteResult{head: t.head}, nil
		}
		head, refused, err := s.commit(ctx, m, t, v)
		switch {
		case err != nil:
			return nil, err
		case refused != channel.Nobody:
			t.full = append(t.full, refused)
		default:
			s.AfterDecision(ctx, m, t.head, head)
			return &RouteResult{id: t.id, head: head, verdict: v}, nil
		}
	}
}

// countForPreview reads the counter of the owner that a preview chose: no
// transaction will refuse it.
func (s *Router) countForPreview(ctx context.Context, t *draft, v *Verdict) error {
	c := v.Commit
	_, known := t.counters[c.Takes]
	if !t.preview || known || c.Takes == channel.Nobody || c.MayExceed || c.Limit == channel.Unlimited {
		return nil
	}
	held, err := s.store.Held(ctx, c.Takes)
	if err != nil {
		return err
	}
	t.counters[c.Takes] = held[0]
	return nil
}

// knownFull reports whether the counter read with the customer says already that
// the chosen owner has no room.
func (t *draft) knownFull(v *Verdict) bool {
	c := v.Commit
	if c.Takes == channel.Nobody || c.MayExceed || c.Limit == channel.Unlimited {
		return false
	}
	n, known := t.counters[c.Takes]
	return known && n >= c.Limit && !slices.Contains(t.full, c.Takes)
}

// commit writes a verdict in one transaction, with what else the task adds. It names the owner whose capacity refused, if that is all that did.
func (s *Router) commit(ctx context.Context, m *documents.Current, t *draft, v *Verdict) (*store.Head, channel.Owner, error) {
	if err := s.docs.KeepTerms(ctx, v.dir); err != nil {
		return nil, "", err
	}
	b := &store.Batch{NotAfter: s.store.NotAfter(m.Now)}
	head := s.write(b, m, t, v)
	if t.more != nil {
		t.more(b)
	}
	err := s.store.Commit(ctx, b)
	if refused := store.RefusalOf(err); refused != nil {
		if refused.OnlyFull() {
			s.full.remember(v.Commit.Takes, m.Now)
			return nil, v.Commit.Takes, nil
		}
		return nil, "", documents.ErrAgain
	}
	if err != nil {
		return nil, "", err
	}
	return head, "", nil
}

// AfterDecision does what belongs to a decision but not to its transaction, and
// may be repeated: the value of who was referred counts for who referred.
func (s *Router) AfterDecision(ctx context.Context, m *documents.Current, before, after *store.Head) {
	if err := s.NoteReferral(ctx, m, before, after); err != nil {
		s.log.Warn("referral value not updated", "customer", after.ID, "error", err)
	}
}
