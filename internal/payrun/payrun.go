package payrun

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/store"
)

// Config is what a Payrun is wired with.
type Config struct {
	Store *store.Store
	Clock func() time.Time // called once per use case
	Rails rail.Rails       // carry the payments; none: nothing can be paid (409 no_rail)
}

// Payrun closes and pays. It is safe for concurrent use; its only state beside
// the store is a cache of immutable plans.
type Payrun struct {
	store *store.Store
	clock func() time.Time
	rails rail.Rails

	closing sync.Mutex // one close at a time and process; a second one finds the first one's work
	plans   planCache
	parsed  sync.Map // other documents as they are read, by what they are and their hash
}

// New wires a Payrun.
func New(c Config) *Payrun { return &Payrun{store: c.Store, clock: c.Clock, rails: c.Rails} }

// now is the one reading of the clock of a use case: UTC, whole seconds, no
// monotonic part.
func (p *Payrun) now() time.Time { return p.clock().Round(0).UTC().Truncate(time.Second) }

type planCache struct {
	mu  sync.Mutex
	all map[string]*incentive.Plan // by id, version and hash
}

// internal is an error that only the log explains.
func internal(format string, args ...any) *fault.Error {
	return fault.New(fault.Internal, "internal", "internal error").Because(fmt.Errorf(format, args...))
}

// workers is how many owners or lines are worked on at a time.
const workers = 4

// each calls do for 0..n-1, a few at a time, until one fails; the first error
// wins. after, if set, is called after each with how many are done.
func each(ctx context.Context, n int, after func(done int), do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		next  int
		done  int
		first error
	)
	for range min(workers, n) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				stop := i >= n || first != nil
				mu.Unlock()
				if stop {
					return
				}
				err := do(ctx, i)
				mu.Lock()
				if done++; after != nil && err == nil {
					after(done)
				}
				if err != nil && first == nil {
					first = err
					cancel()
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return first
}
