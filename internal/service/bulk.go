package service

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

// RouteAll routes everyone not yet routed, and everyone waiting; the most
// valuable first, since room may be short.
func (s *Service) RouteAll(ctx context.Context, a Actor, r RouteAllRequest) (RouteSummary, error) {
	req := store.Request{Call: "POST /v1/routes", Caller: a.User, Key: r.Key, Body: struct{}{}}
	var before RouteSummary
	if found, err := s.store.Replay(ctx, req, &before); found || err != nil {
		before.Replayed = true
		return before, err
	}
	m, err := s.moment(ctx)
	if err != nil {
		return RouteSummary{}, err
	}
	if _, err := s.policyAt(ctx, &m, m.now); err != nil {
		return RouteSummary{}, err
	}
	stem := r.Key
	if stem == "" {
		stem = "at " + m.now.Format(time.RFC3339)
	}
	jobs, err := s.unrouted(ctx, &m)
	if err != nil {
		return RouteSummary{}, err
	}
	for i := range jobs {
		jobs[i].key = "all " + stem + " " + string(jobs[i].after)
		jobs[i].cause, jobs[i].by = routing.ByCall, a.User
	}
	run := theseJobs(jobs)
	run.progress = r.Progress
	sum, err := s.bulk(ctx, run)
	if err != nil {
		return sum, err
	}
	return sum, s.store.KeepAnswer(ctx, req, sum)
}

// bulkJob is one customer of a bulk route.
type bulkJob struct {
	customer channel.CustomerID
	at       time.Time // zero: the instant of the decision
	key      string
	cause    routing.Cause
	by       string
	onlyNew  bool // skip who has a decision by now
	idle     bool // do not record a decision that changes nothing
	placing  bool // do not record a decision that leaves the customer waiting

	after    channel.DecisionID // the decision in force when the job was made
	value    int64              // for the order: minor units of currency
	currency string
}

// unrouted are all customers without a decision and all that wait, the most
// valuable first, then by id.
func (s *Service) unrouted(ctx context.Context, m *moment) ([]bulkJob, error) {
	var jobs []bulkJob
	for bucket := range store.Buckets {
		for head, err := range s.store.Heads(ctx, bucket, "") {
			if err != nil {
				return nil, err
			}
			if head.Decision == "" || head.State == StateWaiting {
				j, err := s.valued(ctx, m, head)
				if err != nil {
					return nil, err
				}
				jobs = append(jobs, j)
			}
		}
	}
	slices.SortFunc(jobs, mostValuableFirst)
	return jobs, nil
}

func mostValuableFirst(a, b bulkJob) int {
	return cmp.Or(strings.Compare(a.currency, b.currency), cmp.Compare(b.value, a.value), cmp.Compare(a.customer, b.customer))
}

// valued is the job of a customer with its value, as the policy sees it now; a
// customer whose value cannot be told comes last and fails in its turn.
func (s *Service) valued(ctx context.Context, m *moment, head *store.Head) (bulkJob, error) {
	j := bulkJob{customer: head.ID, after: head.Decision}
	a, err := s.appraise(ctx, m, head, m.now)
	switch {
	case a.unvalued:
		j.currency = "~"
	case err != nil:
		return j, err
	default:
		j.value, j.currency = a.value.Amount, a.value.Currency
	}
	return j, nil
}

// bulkRun is many routes, decided in order and written side by side.
type bulkRun struct {
	n        int
	job      func(i int) bulkJob
	progress func(done int)
}

func theseJobs(jobs []bulkJob) bulkRun {
	return bulkRun{n: len(jobs), job: func(i int) bulkJob { return jobs[i] }}
}

// bulk routes many customers. Decisions are made one after another, each
// seeing the room that those before it took, so the result does not depend on
// how fast the writes are; the writes go out side by side. Whatever another
// process got in between is decided again on its own.
func (s *Service) bulk(ctx context.Context, r bulkRun) (RouteSummary, error) {
	sum := newSummary()
	b := &bulkState{service: s, sum: &sum}
	jobs := make([]bulkJob, 0, table.MaxGet)
	for i := range r.n {
		if jobs = append(jobs, r.job(i)); len(jobs) < table.MaxGet && i < r.n-1 {
			continue
		}
		if err := b.chunk(ctx, jobs); err != nil {
			return sum, err
		}
		jobs = jobs[:0]
		if r.progress != nil {
			r.progress(i + 1)
		}
	}
	slices.SortFunc(sum.Failed, func(a, b FailedRoute) int { return cmp.Compare(a.Customer, b.Customer) })
	sum.Failed = sum.Failed[:min(len(sum.Failed), 100)]
	return sum, b.err
}

func newSummary() RouteSummary {
	return RouteSummary{ByOutcome: map[string]int{}, ByTier: map[string]int{}, ByOwner: map[string]int{}}
}

// changed is a customer before and after its decision.
type changed struct{ before, after *store.Head }

type bulkState struct {
	service  *Service
	sum      *RouteSummary
	counters map[channel.Owner]int64 // what each owner with a limit holds, as of the decisions made

	mu    sync.Mutex // protects what follows, and sum
	err   error
	after []changed // of this chunk
}

// chunk decides as many customers as one Get may read, and waits for all their
// writes: the gate is held until each has its answer.
func (b *bulkState) chunk(ctx context.Context, jobs []bulkJob) error {
	s := b.service
	s.store.Gate.RLock()
	defer s.store.Gate.RUnlock()
	m, err := s.moment(ctx)
	if err != nil {
		return err
	}
	if err := b.count(ctx, &m); err != nil {
		return err
	}
	keys := make([]table.Key, len(jobs))
	for i, j := range jobs {
		keys[i] = store.HeadKey(j.customer)
	}
	items, err := s.store.Get(ctx, keys...)
	if err != nil {
		return err
	}
	var chunk sync.WaitGroup
	defer chunk.Wait()
	for i, j := range jobs {
		head, err := store.DecodeHead(j.customer, items[i])
		if err != nil {
			return err
		}
		if err := b.one(ctx, &m, j, head, &chunk); err != nil {
			return err
		}
	}
	chunk.Wait()
	slices.SortFunc(b.after, func(x, y changed) int { return cmp.Compare(x.after.ID, y.after.ID) })
	for _, c := range b.after {
		s.afterDecision(ctx, &m, c.before, c.after)
	}
	b.after = nil
	return b.err
}

// count reads the counters of all owners that have a limit, once.
func (b *bulkState) count(ctx context.Context, m *moment) error {
	if b.counters != nil {
		return nil
	}
	dir, err := b.service.directory(ctx, m)
	if err != nil {
		return err
	}
	var owners []channel.Owner
	for _, p := range dir.people.Partners {
		if p.Capacity != channel.Unlimited {
			owners = append(owners, channel.PartnerOwner(p.ID))
		}
	}
	for _, p := range dir.people.Pods {
		if p.Capacity != channel.Unlimited {
			owners = append(owners, channel.PodOwner(p.ID))
		}
	}
	held, err := b.service.store.Held(ctx, owners...)
	if err != nil {
		return err
	}
	b.counters = make(map[channel.Owner]int64, len(owners))
	for i, o := range owners {
		b.counters[o] = held[i]
	}
	return nil
}

// one decides a customer and sends the write off.
func (b *bulkState) one(ctx context.Context, m *moment, j bulkJob, head *store.Head, chunk *sync.WaitGroup) error {
	if head.Version == 0 || head.Offer != nil || j.onlyNew && head.Decision != "" {
		return nil
	}
	at := j.at
	if at.IsZero() || at.After(m.now) {
		at = m.now
	}
	req := asked{Call: "bulk"}
	t := &task{head: head, id: store.NewDecisionID(j.customer, j.key), at: at, cause: j.cause, by: j.by, request: hash16(req),
		counters: b.counters, preview: true}
	res, err := b.service.decideAndWrite(ctx, m, t)
	if err != nil {
		return b.failed(j.customer, err)
	}
	v := res.verdict
	if j.idle && !changes(head, v) || j.placing && v.Commit.State == routing.StateWaiting {
		return nil
	}
	if err := b.service.keepTerms(ctx, v.dir); err != nil { // once, not in each write
		return err
	}
	b.reserve(v)
	chunk.Add(1)
	again := job{customer: j.customer, key: j.key, at: at, cause: j.cause, by: j.by, asked: req, onlyNew: j.onlyNew}
	go func() {
		defer chunk.Done()
		b.settle(ctx, m, t, v, again)
	}()
	return nil
}

// changes reports whether a decision does anything to the customer: to its
// owner, offer, state or tier.
func changes(h *store.Head, v *verdict) bool {
	if v.Commit.Moved || v.Commit.Offer != nil || v.Commit.State == routing.StateDeclined {
		return true
	}
	if h.State == StateWaiting && v.Commit.State == routing.StateWaiting {
		return v.Record.Tier != h.Tier || len(v.Record.Reasons) > 0 && h.Waiting != nil && string(v.Record.Reasons[0]) != h.Waiting.Why
	}
	return v.Record.Tier != h.Tier || h.Owner == channel.Nobody && h.State != v.Commit.State
}

// reserve counts the room that a decision takes and gives back.
func (b *bulkState) reserve(v *verdict) {
	if _, limited := b.counters[v.Commit.Takes]; limited {
		b.counters[v.Commit.Takes]++
	}
	if _, limited := b.counters[v.Commit.Releases]; limited {
		b.counters[v.Commit.Releases]--
	}
}

// settle writes a decision; where something changed meanwhile the customer is
// routed on its own.
func (b *bulkState) settle(ctx context.Context, m *moment, t *task, v *verdict, again job) {
	head, full, err := b.service.commit(ctx, m, t, v)
	if errors.Is(err, errAgain) || errors.Is(err, table.ErrExpired) || full != channel.Nobody {
		var res *result
		err = b.service.fresh(ctx, func(m *moment) (err error) {
			res, err = b.service.route(ctx, m, again)
			return err
		})
		if err == nil {
			if v = res.verdict; v == nil {
				return // routed by somebody else
			}
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.note(again.customer, err)
		return
	}
	addVerdict(b.sum, v)
	if head != nil {
		b.after = append(b.after, changed{t.head, head})
	}
}

// addVerdict counts a decision.
func addVerdict(sum *RouteSummary, v *verdict) {
	sum.Routed++
	sum.ByOutcome[string(v.Record.Outcome)]++
	if v.Record.Tier != "" {
		sum.ByTier[v.Record.Tier]++
	}
	switch {
	case v.Commit.Offer != nil:
		sum.ByOwner[string(channel.PartnerOwner(v.Commit.Offer.Partner))]++
	case v.Commit.Owner != channel.Nobody:
		sum.ByOwner[string(v.Commit.Owner)]++
	}
}

func (b *bulkState) failed(id channel.CustomerID, err error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.note(id, err)
	return b.err
}

// ofStore tells an error that would meet every row or customer from one that is
// about the one at hand: it ends what works through many.
func ofStore(err error) bool {
	kind := fault.Of(err).Kind
	return kind == fault.Internal || kind == fault.Unavailable
}

// note lists a customer that cannot be routed; what is wrong with the store
// ends the run.
func (b *bulkState) note(id channel.CustomerID, err error) {
	f := fault.Of(err)
	switch {
	case ofStore(err):
		if b.err == nil {
			b.err = err
		}
	case len(b.sum.Failed) < 10_000:
		b.sum.Failed = append(b.sum.Failed, FailedRoute{Customer: id, Slug: f.Slug, Message: f.Error()})
	}
}
