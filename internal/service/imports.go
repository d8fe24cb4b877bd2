package service

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// The kinds of an import.
const (
	ImportPartners  = "partners"
	ImportPods      = "pods"
	ImportCustomers = "customers"
	ImportOrders    = "orders"
	ImportRefunds   = "refunds"
	ImportFeedback  = "feedback"
)

// factsInFlight is how many rows may be under way at once: what fills the
// embedded store's group commits. It bounds the memory of an import of any
// size.
const factsInFlight = 4096

// Import takes a file, streamed. An error means that it stopped in the middle;
// everything counted is stored, and the same file again continues.
func (s *Service) Import(ctx context.Context, a Actor, r ImportRequest) (ImportSummary, error) {
	now := s.now()
	sum := ImportSummary{ID: importID(r, a, now), Kind: r.Kind}
	var err error
	switch r.Kind {
	case ImportPartners:
		err = s.importPartners(ctx, a, r, &sum)
	case ImportPods:
		err = s.importPods(ctx, a, r, &sum)
	case ImportCustomers, ImportOrders, ImportRefunds, ImportFeedback:
		err = s.importFacts(ctx, a, r, &importRun{now: now, sum: &sum, report: r.Rejected})
	default:
		return sum, fault.New(fault.Invalid, "unknown_kind", "there is no import of %q", clip(r.Kind))
	}
	if err != nil {
		return sum, err
	}
	return sum, s.keepImport(ctx, sum)
}

func importID(r ImportRequest, a Actor, now time.Time) string {
	if r.Key != "" {
		return "imp-" + store.Hash16("key "+a.User+" "+r.Kind+" "+r.Key)
	}
	return "imp-" + store.Hash16("at "+now.Format(time.RFC3339)+" "+a.User+" "+r.Kind)
}

// keepImport stores the account of a finished import for GET /imports/{id}; the
// first one stays, whatever is repeated under its key.
func (s *Service) keepImport(ctx context.Context, sum ImportSummary) error {
	b := &store.Batch{}
	b.PutStoredAnswer(importRequest(sum.ID), sum)
	if err := s.store.Commit(ctx, b); err != nil && !isRefusal(err) {
		return err
	}
	return nil
}

func importRequest(id string) store.Request {
	return store.Request{Call: "GET /v1/imports", Key: id, Body: id}
}

// ImportByID is the account of a finished import. 404 import_not_found.
func (s *Service) ImportByID(ctx context.Context, a Actor, id string) (ImportSummary, error) {
	var sum ImportSummary
	none := fault.New(fault.NotFound, "import_not_found", "there is no finished import %q", clip(id))
	if _, err := channel.ParseID[string]("id", id); err != nil {
		return sum, none
	}
	found, err := s.store.Replay(ctx, importRequest(id), &sum)
	if err == nil && !found {
		return sum, none
	}
	return sum, err
}

// count takes one outcome into the account.
func (sum *ImportSummary) count(o channel.Outcome) {
	sum.Read++
	switch o {
	case channel.Applied:
		sum.Applied++
	case channel.Duplicate:
		sum.Duplicate++
	case channel.Conflict:
		sum.Conflict++
	case channel.Pending:
		sum.Pending++
	case channel.Rejected:
		sum.Rejected++
	}
}

// importRun is one import of facts under way.
type importRun struct {
	now    time.Time
	sum    *ImportSummary
	report func(ImportReject) error
	routes []bulkJob // customers to route when all rows are in
}

// future is a row whose outcome is on its way.
type future struct {
	line    int
	key     string // what rows of one order, or one customer, share
	done    chan struct{}
	fact    channel.Fact
	outcome FactOutcome
	err     error
}

func (s *Service) importFacts(ctx context.Context, a Actor, r ImportRequest, run *importRun) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var err error
	for f := range s.applyRows(ctx, a, r.Facts, run.now) {
		if err = f.err; err != nil {
			break
		}
		if err = run.take(f, r.Route); err != nil {
			break
		}
		if r.Progress != nil && run.sum.Read%1000 == 0 {
			r.Progress(run.sum.Read)
		}
	}
	if err != nil || !r.Route || len(run.routes) == 0 {
		return err
	}
	return s.routeImported(ctx, a, r, run)
}

// take counts the outcome of a row, in the order of the lines.
func (run *importRun) take(f *future, route bool) error {
	run.sum.count(f.outcome.Outcome)
	switch f.outcome.Outcome {
	case channel.Rejected, channel.Conflict:
		if run.report == nil {
			return nil
		}
		return run.report(ImportReject{Line: f.line, Outcome: f.outcome.Outcome, Field: f.outcome.Field, Message: f.outcome.Message})
	}
	if route && f.fact.Upsert != nil {
		run.routes = append(run.routes, bulkJob{customer: f.fact.Upsert.Customer, at: f.fact.Time})
	}
	return nil
}

// applyRows applies rows side by side and yields their outcomes in the order of
// the lines. Rows of one order or one customer go one after another, so that
// the outcome of each does not depend on luck.
func (s *Service) applyRows(ctx context.Context, a Actor, rows iter.Seq[FactRow], now time.Time) iter.Seq[*future] {
	return func(yield func(*future) bool) {
		ring := make([]*future, 0, factsInFlight)
		last := map[string]*future{}
		head := 0
		pop := func() *future {
			f := ring[head]
			head++
			<-f.done
			if last[f.key] == f {
				delete(last, f.key)
			}
			return f
		}
		defer func() { // whoever stops early leaves no writer behind
			for head < len(ring) {
				pop()
			}
		}()
		for row := range rows {
			if len(ring)-head == factsInFlight && !yield(pop()) {
				return
			}
			if head == factsInFlight { // the ring is used up: begin anew with what is under way
				ring, head = append(ring[:0], ring[head:]...), 0
			}
			f := &future{line: row.Line, done: make(chan struct{}), fact: row.Fact}
			ring = append(ring, f)
			s.launch(ctx, a, row, launch{f, last, now})
		}
		for head < len(ring) {
			if !yield(pop()) {
				return
			}
		}
	}
}

type launch struct {
	*future
	last map[string]*future
	now  time.Time
}

// launch begins one row.
func (s *Service) launch(ctx context.Context, a Actor, row FactRow, l launch) {
	f := l.future
	if row.Err != nil {
		f.outcome = rejected(string(row.Fact.ID), string(row.Fact.Source), row.Fact.Type, row.Err)
		close(f.done)
		return
	}
	if f.fact.Time.IsZero() {
		f.fact.Time, f.fact.TimeAssumed = l.now, true
	}
	f.key = rowKey(&f.fact)
	before := l.last[f.key]
	l.last[f.key] = f
	go func() {
		defer close(f.done)
		if before != nil {
			<-before.done
		}
		f.outcome, f.err = s.applyRow(ctx, &f.fact, a.User)
	}()
}

func rowKey(f *channel.Fact) string {
	switch {
	case f.Order != nil:
		return "o" + string(f.Order.ID)
	case f.Refund != nil:
		return "o" + string(f.Refund.Order)
	}
	return "c" + string(f.Customer())
}

func (s *Service) applyRow(ctx context.Context, f *channel.Fact, by string) (FactOutcome, error) {
	s.store.Gate.RLock()
	defer s.store.Gate.RUnlock()
	m, err := s.moment(ctx)
	if err != nil {
		return FactOutcome{}, err
	}
	return s.applyIn(ctx, &m, f, by, true)
}

// routeImported routes imported customers in the order in which they arrived,
// each as of then, and skips who has a decision.
func (s *Service) routeImported(ctx context.Context, a Actor, r ImportRequest, run *importRun) error {
	slices.SortFunc(run.routes, func(x, y bulkJob) int {
		return cmp.Or(x.at.Compare(y.at), strings.Compare(string(x.customer), string(y.customer)))
	})
	seen := map[channel.CustomerID]bool{}
	run.routes = slices.DeleteFunc(run.routes, func(j bulkJob) bool {
		again := seen[j.customer]
		seen[j.customer] = true
		return again
	})
	for i := range run.routes {
		j := &run.routes[i]
		j.key, j.cause, j.by, j.onlyNew = "import", routing.ByImport, a.User, true
	}
	sum, err := s.bulk(ctx, bulkRun{jobs: run.routes})
	run.sum.Routes = &sum
	return err
}
