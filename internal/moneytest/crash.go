package moneytest

import (
	"sync"
	"testing"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/faulty"
)

// Repeat calls until it does not ask to be repeated; what else fails, fails.
func (w *World) Repeat(what string, call func() error) {
	w.T.Helper()
	for range 4 {
		err := call()
		if err == nil {
			return
		}
		if fault.Of(err).Kind != fault.Unavailable {
			w.T.Fatalf("%s: %v (%v)", what, err, fault.Of(err).Err)
		}
	}
	w.T.Fatalf("%s: does not end", what)
}

// Crash builds a world, runs the scenario under every fault at every write, and
// checks what is left after late writes have landed.
func Crash(t *testing.T, ready, scenario func(*World), check func(*testing.T, *World)) {
	t.Helper()
	var w *World
	faulty.Each(t, faulty.WriteFaults(), func(t *testing.T) table.Table {
		inner := table.NewMemory()
		w = Open(t, inner)
		ready(w)
		return inner
	}, func(t *testing.T, tb *faulty.Table) {
		seen := w.Through(tb)
		seen.T = t
		scenario(seen)
		tb.Deliver()
		check(t, seen)
	})
}

// Together calls do for 0 to n-1, all at once.
func Together(n int, do func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { do(i) })
	}
	wg.Wait()
}
