package service

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

// rounds is how often a use case reads and decides again because another writer
// was faster, before it asks the caller to try again.
const rounds = 10

func errBusy(err error) error {
	return fault.New(fault.Unavailable, "unavailable", "too many changes at once; try the same request again, that is safe").Because(err)
}

func notFound(id channel.CustomerID) error {
	return fault.New(fault.NotFound, "customer_not_found", "there is no customer %q", string(id))
}

// hash16 is the short hash of what was asked, kept beside a key.
func hash16(v any) string {
	h, err := seal.HashOfValue(v)
	if err != nil {
		panic("service: a request that has no canonical form: " + err.Error())
	}
	return store.Short(h)
}

// asked is the canonical form of a route or an assignment: the same key with
// another one is a conflict.
type asked struct {
	At     time.Time     `json:"at,omitzero"`
	Call   string        `json:"call"`
	Owner  channel.Owner `json:"owner,omitempty"`
	Reason string        `json:"reason,omitempty"`
}

// Route decides who serves a customer. 404 customer_not_found; 409
// no_policy_in_force, key_reused; 422 currency_not_in_policy.
func (s *Service) Route(ctx context.Context, a Actor, r RouteRequest) (RouteResponse, error) {
	var out RouteResponse
	err := s.writing(ctx, func(m *moment) (err error) {
		out, err = s.routeNow(ctx, m, a, r)
		return err
	})
	return out, err
}

func (s *Service) routeNow(ctx context.Context, m *moment, a Actor, r RouteRequest) (RouteResponse, error) {
	j := job{customer: r.Customer, key: r.Key, preview: r.Preview, by: a.User, cause: routing.ByCall, asked: asked{Call: "route", At: r.At}}
	if j.at = r.At.UTC().Truncate(time.Second); r.At.IsZero() {
		j.at = m.now
	}
	if j.at.After(m.now) {
		return RouteResponse{}, fault.New(fault.Invalid, "invalid_time", "a route cannot be as of a time to come").At("at", "%s is after %s", j.at.Format(time.RFC3339), m.now.Format(time.RFC3339))
	}
	res, err := s.route(ctx, m, j)
	if err != nil {
		return RouteResponse{}, err
	}
	return s.routeResponse(ctx, m, a, res)
}

// job is a route to be done: whom, under which key, as of when and why.
type job struct {
	customer channel.CustomerID
	key      string // "": derived from the instant
	at       time.Time
	cause    routing.Cause
	preview  bool
	by       string
	asked    asked
	hand     *routing.Hand
	onlyNew  bool // skip a customer that has a decision
	idle     bool // do not record a decision that changes neither owner nor tier
}

// result is what a job came to. Exactly one of verdict (made now) and
// standing (found) is set, or neither where a customer was skipped.
type result struct {
	id       channel.DecisionID
	head     *store.Head // as it is after the job
	verdict  *verdict
	standing *store.Decision
	answer   *store.Answer
	replayed bool
	preview  bool
}

// route is the one path of a route: read the customer and the decision of this
// key, decide, commit. What another writer changed meanwhile is read again and
// decided again; a capacity that refuses becomes an input.
func (s *Service) route(ctx context.Context, m *moment, j job) (*result, error) {
	if j.key == "" {
		j.key = "at " + j.at.Format(time.RFC3339) + " " + string(j.cause)
	}
	id := store.NewDecisionID(j.customer, j.key)
	for range rounds {
		head, standing, counters, err := s.loadRoute(ctx, m, id)
		if err != nil {
			return nil, err
		}
		if head.Version == 0 {
			return nil, notFound(j.customer)
		}
		if standing != nil && !j.preview {
			return s.replayed(ctx, head, standing, hash16(j.asked))
		}
		if j.onlyNew && head.Decision != "" {
			return &result{head: head}, nil
		}
		if head.Offer != nil && j.hand == nil {
			res, again, err := s.routeOffered(ctx, m, j, id, head)
			if err != nil || !again {
				return res, err
			}
			continue
		}
		t := &task{head: head, id: id, at: j.at, cause: j.cause, hand: j.hand, by: j.by, request: hash16(j.asked), counters: counters, preview: j.preview, idle: j.idle}
		if err := s.overruling(ctx, m, t); err != nil {
			return nil, err
		}
		res, err := s.decideAndWrite(ctx, m, t)
		if !errors.Is(err, errAgain) {
			return res, err
		}
	}
	return nil, errBusy(errAgain)
}

// errAgain says that another writer was faster: read and decide again.
var errAgain = errors.New("service: the customer has changed meanwhile")

// loadRoute reads the customer, the decision of this key, and the counters of
// owners that were full a moment ago, in one round trip.
func (s *Service) loadRoute(ctx context.Context, m *moment, id channel.DecisionID) (*store.Head, *store.Decision, map[channel.Owner]int64, error) {
	customer, _, err := store.SplitDecisionID(id)
	if err != nil {
		return nil, nil, nil, err
	}
	decision, _, _ := store.DecisionKeys(id)
	keys := []table.Key{store.HeadKey(customer), decision}
	full := s.full.recent(m.now)
	for _, o := range full {
		keys = append(keys, store.CapacityKey(o))
	}
	items, err := s.store.Get(ctx, keys...)
	if err != nil {
		return nil, nil, nil, err
	}
	head, err := store.DecodeHead(customer, items[0])
	if err != nil {
		return nil, nil, nil, err
	}
	standing, err := store.DecodeDecision(id, items[1])
	counters := map[channel.Owner]int64{}
	for i, o := range full {
		counters[o] = items[2+i].N
	}
	return head, standing, counters, err
}

// replayed answers a key that was used before.
func (s *Service) replayed(ctx context.Context, head *store.Head, d *store.Decision, request string) (*result, error) {
	if d.Request != request {
		return nil, fault.New(fault.Conflict, "key_reused", "the Idempotency-Key was used for another request about this customer")
	}
	if d.Alias == "" && !answered(head, d) {
		return &result{id: d.ID, head: head, standing: d, replayed: true}, nil
	}
	id := d.ID
	if d.Alias != "" {
		id = d.Alias
	}
	found, answer, err := s.loadDecision(ctx, id)
	return &result{id: id, head: head, standing: found, answer: answer, replayed: true}, err
}

// answered reports whether a decision's offer may have been answered, so that
// there is one more item to read.
func answered(head *store.Head, d *store.Decision) bool {
	if head.Offer != nil && head.Offer.Decision == d.ID {
		return false
	}
	r, err := parseRecord(d)
	return err != nil || r.Offer != nil
}

// routeOffered answers a route while an offer is open: with the decision that
// made it, claiming the key for it. An offer that has ended by the clock is
// closed first; again says so.
func (s *Service) routeOffered(ctx context.Context, m *moment, j job, id channel.DecisionID, head *store.Head) (res *result, again bool, err error) {
	if !m.now.Before(head.Offer.ExpiresAt) && !j.preview {
		_, err := s.endOffer(ctx, m, head, ending{how: store.Expired, by: j.by})
		if err != nil && !errors.Is(err, errAgain) {
			return nil, false, err
		}
		return nil, true, nil
	}
	standing, answer, err := s.loadDecision(ctx, head.Offer.Decision)
	if err != nil {
		return nil, false, err
	}
	res = &result{id: head.Offer.Decision, head: head, standing: standing, answer: answer}
	if j.preview || id == head.Offer.Decision {
		res.preview = j.preview
		return res, false, nil
	}
	b := &store.Batch{NotAfter: s.store.NotAfter(m.now)}
	b.PutDecision(&store.Decision{ID: id, Alias: head.Offer.Decision, By: j.by, Request: hash16(j.asked)})
	b.Check(store.HeadKey(head.ID), head.Version)
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
func (s *Service) decideAndWrite(ctx context.Context, m *moment, t *task) (*result, error) {
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
			return &result{id: t.id, head: t.head, verdict: v, preview: true}, nil
		}
		if t.idle && !changes(t.head, v) {
			return &result{head: t.head}, nil
		}
		head, refused, err := s.commit(ctx, m, t, v)
		switch {
		case err != nil:
			return nil, err
		case refused != channel.Nobody:
			t.full = append(t.full, refused)
		default:
			s.afterDecision(ctx, m, t.head, head)
			return &result{id: t.id, head: head, verdict: v}, nil
		}
	}
}

// countForPreview reads the counter of the owner that a preview chose: no
// transaction will refuse it.
func (s *Service) countForPreview(ctx context.Context, t *task, v *verdict) error {
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
func (t *task) knownFull(v *verdict) bool {
	c := v.Commit
	if c.Takes == channel.Nobody || c.MayExceed || c.Limit == channel.Unlimited {
		return false
	}
	n, known := t.counters[c.Takes]
	return known && n >= c.Limit && !slices.Contains(t.full, c.Takes)
}

// commit writes a verdict in one transaction, with what else the task adds. It names the owner whose capacity refused, if that is all that did.
func (s *Service) commit(ctx context.Context, m *moment, t *task, v *verdict) (*store.Head, channel.Owner, error) {
	if err := s.keepTerms(ctx, v.dir); err != nil {
		return nil, "", err
	}
	b := &store.Batch{NotAfter: s.store.NotAfter(m.now)}
	head, ops := s.write(b, m, t, v)
	if t.more != nil {
		t.more(b)
	}
	err := s.store.Commit(ctx, b)
	if refused := store.AsRefused(err); refused != nil {
		if _, full := refused.Find(ops.take); full && len(refused.Refusals) == 1 {
			s.full.remember(v.Commit.Takes, m.now)
			return nil, v.Commit.Takes, nil
		}
		return nil, "", errAgain
	}
	if err != nil {
		return nil, "", err
	}
	head.Version++
	return head, "", nil
}

// afterDecision does what belongs to a decision but not to its transaction, and
// may be repeated: the value of who was referred counts for who referred.
func (s *Service) afterDecision(ctx context.Context, m *moment, before, after *store.Head) {
	if err := s.noteReferral(ctx, m, before, after); err != nil {
		s.log.Warn("referral value not updated", "customer", after.ID, "error", err)
	}
}

// fullOwners remembers for a few seconds whose capacity refused, so that their
// counters are read together with the next customer: a full partner costs one
// refusal per process and 5 s, not one per route.
type fullOwners struct {
	mu sync.Mutex
	at map[channel.Owner]time.Time
}

const (
	rememberFull = 5 * time.Second
	maxFull      = 20
)

func (f *fullOwners) remember(o channel.Owner, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.at == nil {
		f.at = map[channel.Owner]time.Time{}
	}
	f.at[o] = now
}

// recent are the owners remembered, at most maxFull, in order of their names.
func (f *fullOwners) recent(now time.Time) []channel.Owner {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.at, func(_ channel.Owner, t time.Time) bool { return now.Sub(t) >= rememberFull || now.Before(t) })
	owners := slices.Sorted(maps.Keys(f.at))
	return owners[:min(len(owners), maxFull)]
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
