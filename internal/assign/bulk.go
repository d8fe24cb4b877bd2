package assign

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// BulkJob is one customer of a bulk route.
type BulkJob struct {
	Customer channel.CustomerID
	At       time.Time // zero: the instant of the decision
	Key      string
	Cause    routing.Cause
	By       string
	OnlyNew  bool // skip who has a decision by now
	Idle     bool // do not record a decision that changes nothing
	Placing  bool // do not record a decision that leaves the customer waiting

	After    channel.DecisionID // the decision in force when the job was made
	value    int64              // for the order: minor units of currency
	currency string
}

// MostValuableFirst orders jobs by value within a currency, then by customer id.
func MostValuableFirst(a, b BulkJob) int {
	return cmp.Or(strings.Compare(a.currency, b.currency), cmp.Compare(b.value, a.value), cmp.Compare(a.Customer, b.Customer))
}

// Valued is the job of a customer with its value, as the policy sees it now; a
// customer whose value cannot be told comes last and fails in its turn.
func (s *Router) Valued(ctx context.Context, m *documents.Current, head *store.Head) (BulkJob, error) {
	j := BulkJob{Customer: head.ID, After: head.Decision}
	a, err := s.valuing.Appraise(ctx, m, head, m.Now)
	switch {
	case a.Unvalued:
		j.currency = "~"
	case err != nil:
		return j, err
	default:
		j.value, j.currency = a.Value.Amount, a.Value.Currency
	}
	return j, nil
}

// BulkRun is many routes, decided in order and written side by side.
type BulkRun struct {
	N        int
	Job      func(i int) BulkJob
	progress func(done int)
}

// TheseJobs is a run over jobs that are at hand.
func TheseJobs(jobs []BulkJob) BulkRun {
	return BulkRun{N: len(jobs), Job: func(i int) BulkJob { return jobs[i] }}
}

// Bulk routes many customers. Decisions are made one after another, each
// seeing the room that those before it took, so the result does not depend on
// how fast the writes are; the writes go out side by side. Whatever another
// process got in between is decided again on its own.
func (s *Router) Bulk(ctx context.Context, r BulkRun) (wire.RouteSummary, error) {
	sum := newSummary()
	b := &bulkState{router: s, sum: &sum}
	jobs := make([]BulkJob, 0, store.MaxTogether)
	for i := range r.N {
		if jobs = append(jobs, r.Job(i)); len(jobs) < store.MaxTogether && i < r.N-1 {
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
	slices.SortFunc(sum.Failed, func(a, b wire.FailedRoute) int { return cmp.Compare(a.Customer, b.Customer) })
	sum.Failed = sum.Failed[:min(len(sum.Failed), 100)]
	return sum, b.err
}

func newSummary() wire.RouteSummary {
	return wire.RouteSummary{ByOutcome: map[string]int{}, ByTier: map[string]int{}, ByOwner: map[string]int{}}
}

// changed is a customer before and after its decision.
type changed struct{ before, after *store.Head }

type bulkState struct {
	router   *Router
	sum      *wire.RouteSummary
	counters map[channel.Owner]int64 // what each owner with a limit holds, as of the decisions made

	mu    sync.Mutex // protects what follows, and sum
	err   error
	after []changed // of this chunk
}

// chunk decides as many customers as one Get may read, and waits for all their
// writes: the gate is held until each has its answer.
func (b *bulkState) chunk(ctx context.Context, jobs []BulkJob) error {
	s := b.router
	s.store.Gate.RLock()
	defer s.store.Gate.RUnlock()
	m, err := s.docs.Current(ctx)
	if err != nil {
		return err
	}
	if err := b.count(ctx, &m); err != nil {
		return err
	}
	ids := make([]channel.CustomerID, len(jobs))
	for i := range jobs {
		ids[i] = jobs[i].Customer
	}
	var chunk sync.WaitGroup
	defer chunk.Wait()
	err = s.store.LoadHeads(ctx, ids, func(i int, head *store.Head, damaged error) error {
		if damaged != nil {
			return damaged
		}
		return b.one(ctx, &m, jobs[i], head, &chunk)
	})
	if err != nil {
		return err
	}
	chunk.Wait()
	slices.SortFunc(b.after, func(x, y changed) int { return cmp.Compare(x.after.ID, y.after.ID) })
	for _, c := range b.after {
		s.AfterDecision(ctx, &m, c.before, c.after)
	}
	b.after = nil
	return b.err
}

// count reads the counters of all owners that have a limit, once.
func (b *bulkState) count(ctx context.Context, m *documents.Current) error {
	if b.counters != nil {
		return nil
	}
	dir, err := b.router.docs.Directory(ctx, m)
	if err != nil {
		return err
	}
	var owners []channel.Owner
	for _, p := range dir.People.Partners {
		if p.Capacity != channel.Unlimited {
			owners = append(owners, channel.PartnerOwner(p.ID))
		}
	}
	for _, p := range dir.People.Pods {
		if p.Capacity != channel.Unlimited {
			owners = append(owners, channel.PodOwner(p.ID))
		}
	}
	held, err := b.router.store.Held(ctx, owners...)
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
func (b *bulkState) one(ctx context.Context, m *documents.Current, j BulkJob, head *store.Head, chunk *sync.WaitGroup) error {
	if !head.Exists() || head.Offer != nil || j.OnlyNew && head.Decision != "" {
		return nil
	}
	at := j.At
	if at.IsZero() || at.After(m.Now) {
		at = m.Now
	}
	req := RouteInput{Call: "bulk"}
	t := &draft{head: head, id: store.NewDecisionID(j.Customer, j.Key), at: at, cause: j.Cause, by: j.By, request: hash16(req),
		counters: b.counters, preview: true}
	res, err := b.router.decideAndWrite(ctx, m, t)
	if err != nil {
		return b.failed(j.Customer, err)
	}
	v := res.verdict
	if j.Idle && !Changes(head, v) || j.Placing && v.Commit.State == routing.StateWaiting {
		return nil
	}
	if err := b.router.docs.KeepTerms(ctx, v.dir); err != nil { // once, not in each write
		return err
	}
	b.reserve(v)
	chunk.Add(1)
	again := RouteJob{Customer: j.Customer, Key: j.Key, At: at, Cause: j.Cause, By: j.By, Asked: req, onlyNew: j.OnlyNew}
	go func() {
		defer chunk.Done()
		b.settle(ctx, m, t, v, again)
	}()
	return nil
}

// Changes reports whether a decision does anything to the customer: to its
// owner, offer, state or tier.
func Changes(h *store.Head, v *Verdict) bool {
	if v.Commit.Moved || v.Commit.Offer != nil || v.Commit.State == routing.StateDeclined {
		return true
	}
	if h.State == wire.StateWaiting && v.Commit.State == routing.StateWaiting {
		return v.Record.Tier != h.Tier || len(v.Record.Reasons) > 0 && h.Waiting != nil && string(v.Record.Reasons[0]) != h.Waiting.Why
	}
	return v.Record.Tier != h.Tier || h.Owner == channel.Nobody && h.State != v.Commit.State
}

// reserve counts the room that a decision takes and gives back.
func (b *bulkState) reserve(v *Verdict) {
	if _, limited := b.counters[v.Commit.Takes]; limited {
		b.counters[v.Commit.Takes]++
	}
	if _, limited := b.counters[v.Commit.Releases]; limited {
		b.counters[v.Commit.Releases]--
	}
}

// settle writes a decision; where something changed meanwhile the customer is
// routed on its own.
func (b *bulkState) settle(ctx context.Context, m *documents.Current, t *draft, v *Verdict, again RouteJob) {
	head, full, err := b.router.commit(ctx, m, t, v)
	if errors.Is(err, documents.ErrAgain) || errors.Is(err, store.ErrExpired) || full != channel.Nobody {
		var res *RouteResult
		err = b.router.docs.Deciding(ctx, func(m *documents.Current) (err error) {
			res, err = b.router.Route(ctx, m, again)
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
		b.note(again.Customer, err)
		return
	}
	addVerdict(b.sum, v)
	if head != nil {
		b.after = append(b.after, changed{t.head, head})
	}
}

// addVerdict counts a decision.
func addVerdict(sum *wire.RouteSummary, v *Verdict) {
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

// note lists a customer that cannot be routed; what is wrong with the store
// ends the run.
func (b *bulkState) note(id channel.CustomerID, err error) {
	f := fault.Of(err)
	switch {
	case documents.OfStore(err):
		if b.err == nil {
			b.err = err
		}
	case len(b.sum.Failed) < 10_000:
		b.sum.Failed = append(b.sum.Failed, wire.FailedRoute{Customer: id, Slug: f.Slug, Message: f.Error()})
	}
}

// Rerouted is the job of a customer that waits as a new round.
func (j BulkJob) Rerouted() BulkJob {
	j.Cause, j.Key, j.Placing = routing.BySweep, "sweep after "+string(j.After), false
	return j
}
