package intake

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// FactsInFlight is how many rows may be under way at once: three of the embedded
// store's group commits, so that while one is written to the disk the next is
// being made. It bounds the memory of an import of any size.
const FactsInFlight = 12288

// Import takes a file, streamed. An error means that it stopped in the middle;
// everything counted is stored, and the same file again continues.
func (s *Importer) Import(ctx context.Context, a wire.Actor, r ImportRequest) (wire.ImportSummary, error) {
	now := s.docs.Now()
	sum := wire.ImportSummary{ID: importID(r, a, now), Kind: r.Kind}
	var err error
	switch r.Kind {
	case wire.ImportPartners:
		err = s.importPartners(ctx, a, r, &sum)
	case wire.ImportPods:
		err = s.importPods(ctx, a, r, &sum)
	case wire.ImportCustomers, wire.ImportOrders, wire.ImportRefunds, wire.ImportFeedback:
		err = s.importFacts(ctx, a, r, &importRun{now: now, sum: &sum, report: r.Rejected})
	default:
		return sum, fault.New(fault.Invalid, "unknown_kind", "there is no import of %q", fault.Clip(r.Kind))
	}
	if err != nil {
		return sum, err
	}
	return sum, s.store.KeepAnswer(ctx, importRequest(sum.ID), sum)
}

func importID(r ImportRequest, a wire.Actor, now time.Time) string {
	if r.Key != "" {
		return "imp-" + store.Hash16("key "+a.User+" "+r.Kind+" "+r.Key)
	}
	return "imp-" + store.Hash16("at "+now.Format(time.RFC3339)+" "+a.User+" "+r.Kind)
}

// importRequest is under what the account of a finished import is kept for
// GET /imports/{id}.
func importRequest(id string) store.Request {
	return store.Request{Call: "GET /v1/imports", Key: id, Body: id}
}

// ImportByID is the account of a finished import. 404 import_not_found.
func (s *Importer) ImportByID(ctx context.Context, a wire.Actor, id string) (wire.ImportSummary, error) {
	var sum wire.ImportSummary
	none := fault.New(fault.NotFound, "import_not_found", "there is no finished import %q", fault.Clip(id))
	if _, err := channel.ParseID[string]("id", id); err != nil {
		return sum, none
	}
	found, err := s.store.Replay(ctx, importRequest(id), &sum)
	if err == nil && !found {
		return sum, none
	}
	return sum, err
}

// importRun is one import of facts under way.
type importRun struct {
	now    time.Time
	sum    *wire.ImportSummary
	report func(wire.ImportReject) error
	routes []arrival                   // customers to route when all rows are in
	orders map[channel.CustomerID]bool // whose orders changed, to be valued anew
}

// maxTouched bounds the memory of an import: that many customers whose orders
// changed are valued anew before it goes on.
const maxTouched = 50_000

// arrival is a customer to route as of when it came.
type arrival struct {
	customer channel.CustomerID
	at       int64 // seconds
}

// future is a row whose outcome is on its way.
type future struct {
	line    int
	key     string // what rows of one order, or one customer, share
	done    chan struct{}
	before  *future // of the same key
	fact    channel.Fact
	outcome wire.FactOutcome
	err     error
}

func (s *Importer) importFacts(ctx context.Context, a wire.Actor, r ImportRequest, run *importRun) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if m, err := s.docs.Current(ctx); err == nil && m.Control.Newest(store.KindModel, store.ModelID) > 0 {
		run.orders = map[channel.CustomerID]bool{}
	}
	if r.Route {
		if err := s.mayRoute(ctx); err != nil {
			return err
		}
	}
	for f := range s.applyRows(ctx, a, r.Facts, run.now) {
		if err := s.takeRow(ctx, a, &r, run, f); err != nil {
			cancel() // what is under way would meet the same
			return err
		}
	}
	err := s.sweeper.RevalueImported(ctx, a, run.orders)
	if err != nil || !r.Route || len(run.routes) == 0 {
		return err
	}
	return s.routeImported(ctx, a, run)
}

// takeRow takes one row into the account. What is wrong with the row is in its
// outcome; an error is of the store or of who reads the account, and would meet
// every row: it ends the import.
func (s *Importer) takeRow(ctx context.Context, a wire.Actor, r *ImportRequest, run *importRun, f *future) error {
	if f.err != nil {
		return f.err
	}
	if err := run.take(f, r.Route); err != nil {
		return err
	}
	if len(run.orders) >= maxTouched {
		if err := s.sweeper.RevalueImported(ctx, a, run.orders); err != nil {
			return err
		}
		clear(run.orders)
	}
	if r.Progress != nil && run.sum.Read%1000 == 0 {
		r.Progress(run.sum.Read)
	}
	return nil
}

// take counts the outcome of a row, in the order of the lines.
func (run *importRun) take(f *future, route bool) error {
	run.sum.Count(f.outcome.Outcome)
	switch f.outcome.Outcome {
	case channel.Rejected, channel.Conflict:
		if run.report == nil {
			return nil
		}
		return run.report(wire.ImportReject{Line: f.line, Outcome: f.outcome.Outcome, Field: f.outcome.Field, Message: f.outcome.Message})
	}
	if run.orders != nil && f.outcome.Outcome == channel.Applied && f.outcome.Customer != "" && (f.fact.Order != nil || f.fact.Refund != nil) {
		run.orders[f.outcome.Customer] = true
	}
	if route && f.fact.Upsert != nil {
		run.routes = append(run.routes, arrival{customer: f.fact.Upsert.Customer, at: f.fact.Time.Unix()})
	}
	return nil
}

// applyRows applies rows side by side and yields their outcomes in the order of
// the lines. Rows of one order or one customer go one after another, so that
// the outcome of each does not depend on luck.
func (s *Importer) applyRows(ctx context.Context, a wire.Actor, rows iter.Seq[FactRow], now time.Time) iter.Seq[*future] {
	return func(yield func(*future) bool) {
		work := make(chan *future, FactsInFlight)
		var joined sync.WaitGroup
		defer joined.Wait()
		defer close(work)
		workers := 0
		ring := make([]*future, 0, FactsInFlight)
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
			if len(ring)-head == FactsInFlight && !yield(pop()) {
				return
			}
			if head == FactsInFlight { // the ring is used up: begin anew with what is under way
				ring, head = append(ring[:0], ring[head:]...), 0
			}
			f := &future{line: row.Line, done: make(chan struct{}), fact: row.Fact}
			ring = append(ring, f)
			if !f.prepare(row, last, now) {
				continue
			}
			if workers < FactsInFlight { // a worker keeps its grown stack for the next row
				workers++
				joined.Go(func() { s.work(ctx, a, work) })
			}
			work <- f
		}
		for head < len(ring) {
			if !yield(pop()) {
				return
			}
		}
	}
}

// prepare readies a row for a worker; false if there is nothing to apply.
func (f *future) prepare(row FactRow, last map[string]*future, now time.Time) bool {
	if row.Err != nil {
		f.outcome = rejected(string(row.Fact.ID), string(row.Fact.Source), row.Fact.Type, row.Err)
		close(f.done)
		return false
	}
	if f.fact.Time.IsZero() {
		f.fact.Time, f.fact.TimeAssumed = now, true
	}
	f.key = rowKey(&f.fact)
	f.before = last[f.key]
	last[f.key] = f
	return true
}

// work applies rows as they come. A row waits for the one before it of the same
// key, which a worker has taken earlier: the channel keeps the order.
func (s *Importer) work(ctx context.Context, a wire.Actor, work <-chan *future) {
	for f := range work {
		if f.before != nil {
			<-f.before.done
			f.before = nil
		}
		f.outcome, f.err = s.applyRow(ctx, &f.fact, a.User)
		close(f.done)
	}
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

func (s *Importer) applyRow(ctx context.Context, f *channel.Fact, by string) (wire.FactOutcome, error) {
	var o wire.FactOutcome
	err := s.docs.Writing(ctx, func(m *documents.Current) (err error) {
		o, err = s.intake.ApplyIn(ctx, &Application{Current: m, Fact: f, By: by, file: true})
		return err
	})
	return o, err
}

// mayRoute refuses to route anybody before a row is read, where nobody could be:
// no policy is in force, or the directory that decisions name cannot be stored.
func (s *Importer) mayRoute(ctx context.Context) error {
	return s.docs.Writing(ctx, func(m *documents.Current) error {
		if _, err := s.docs.PolicyAt(ctx, m, m.Now); err != nil {
			return err
		}
		dir, err := s.docs.Directory(ctx, m)
		if err != nil {
			return err
		}
		return s.docs.KeepTerms(ctx, dir)
	})
}

// routeImported routes imported customers in the order in which they arrived,
// each as of then, and skips who has a decision.
func (s *Importer) routeImported(ctx context.Context, a wire.Actor, run *importRun) error {
	slices.SortFunc(run.routes, func(x, y arrival) int {
		return cmp.Or(cmp.Compare(x.customer, y.customer), cmp.Compare(x.at, y.at))
	})
	run.routes = slices.CompactFunc(run.routes, func(x, y arrival) bool { return x.customer == y.customer })
	slices.SortFunc(run.routes, func(x, y arrival) int {
		return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.customer, y.customer))
	})
	sum, err := s.router.Bulk(ctx, assign.BulkRun{N: len(run.routes), Job: func(i int) assign.BulkJob {
		r := run.routes[i]
		return assign.BulkJob{Customer: r.customer, At: time.Unix(r.at, 0).UTC(), Key: "import", Cause: routing.ByImport, By: a.User, OnlyNew: true}
	}})
	run.sum.Routes = &sum
	return err
}
