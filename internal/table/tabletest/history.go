package tabletest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/table"
)

// cells is how many items the recorded histories share: few, so that workers
// meet all the time.
const cells = 3

// forever is the return of a call whose outcome is unknown: its write may
// land at any time after its start, so also after everything else, never seen.
const forever = int64(1) << 62

func cellKey(i int) table.Key { return state("cells", string(rune('a'+i))) }

// event is one call on a table and what came back.
type event struct {
	worker     int
	start, end int64      // ticks of one shared counter
	ops        []table.Op // of a transaction
	reads      []int      // cells read, by Get or by Query
	got        []table.Item
	ok         bool
	unknown    bool
	refused    *table.Refused
}

// recorder collects what several workers did to one table.
type recorder struct {
	tb    table.Table
	ticks atomic.Int64
	mu    sync.Mutex
	all   []event
}

// Linearizable runs workers that read and write the same three items, calls
// times each, and fails the test unless some order of all their calls, each
// between its start and its end, explains every answer. A call that ends in
// ErrAmbiguous may have happened or not, then or later. Calls that end in a
// conflict or a throttle must have had no effect.
func Linearizable(t *testing.T, tb table.Table, workers, calls int) {
	t.Helper()
	r := &recorder{tb: tb}
	failed := make(chan error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(7, uint64(w)))
			for i := range calls {
				if err := r.step(rng, w, i); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	wg.Wait()
	for w := range workers {
		for i := range cells { // what is left must be explained as well
			if err := r.get(w, i); err != nil {
				t.Fatal(err)
			}
		}
	}
	select {
	case err := <-failed:
		t.Fatal(err)
	default:
	}
	if err := checkHistory(r.all); err != nil {
		t.Error(err)
	}
}

// step does one call of a worker: half of them reads.
func (r *recorder) step(rng *rand.Rand, worker, i int) error {
	switch rng.IntN(6) {
	case 0:
		return r.query(worker)
	case 1, 2:
		return r.get(worker, rng.IntN(cells))
	}
	items, _, err := read(r.tb, cellKey(0), cellKey(1), cellKey(2))
	if err != nil {
		return err
	}
	var ops []table.Op
	for c, it := range items {
		if rng.IntN(2) == 0 {
			continue
		}
		ops = append(ops, randomOp(rng, cellKey(c), it.Version, fmt.Sprintf("%d.%d", worker, i)))
	}
	return r.transact(worker, ops)
}

// randomOp is most often a compare-and-swap on the version just read.
func randomOp(rng *rand.Rand, k table.Key, seen uint64, body string) table.Op {
	switch rng.IntN(8) {
	case 0:
		return table.Op{Kind: table.Add, Key: k, Delta: 1, If: table.Cond{Kind: table.NAtMost, Want: 2}}
	case 1:
		return table.Op{Kind: table.Add, Key: k, Delta: -1, If: table.Cond{Kind: table.NAtLeast, Want: 1}}
	case 2:
		return table.Op{Kind: table.Delete, Key: k, If: table.Cond{Kind: table.VersionIs, Want: int64(seen)}}
	case 3:
		return table.Op{Kind: table.Check, Key: k, If: table.Cond{Kind: table.VersionIs, Want: int64(seen)}}
	case 4:
		return put(k, body)
	default:
		return version(put(k, body), int64(seen))
	}
}

func (r *recorder) transact(worker int, ops []table.Op) error {
	for try := 0; ; try++ {
		e := event{worker: worker, ops: ops, start: r.ticks.Add(1)}
		_, err := r.tb.Transact(bg, table.Tx{Ops: ops})
		e.end = r.ticks.Add(1)
		switch {
		case err == nil:
			e.ok = true
		case errors.As(err, &e.refused):
		case errors.Is(err, table.ErrAmbiguous):
			e.unknown, e.end = true, forever
		case errors.Is(err, table.ErrConflict) || errors.Is(err, table.ErrThrottled):
			if try == 1000 {
				return err
			}
			time.Sleep(time.Duration(min(try, 20)) * 100 * time.Microsecond)
			continue
		default:
			return err
		}
		r.add(e)
		return nil
	}
}

func (r *recorder) get(worker, cell int) error {
	e := event{worker: worker, reads: []int{cell}, start: r.ticks.Add(1)}
	items, _, err := read(r.tb, cellKey(cell))
	if err != nil {
		return err
	}
	e.got, e.end = items, r.ticks.Add(1)
	r.add(e)
	return nil
}

// query reads all cells in one page; an item that is not in it is absent.
func (r *recorder) query(worker int) error {
	e := event{worker: worker, start: r.ticks.Add(1)}
	items, err := walk(r.tb, table.Range{Table: table.State, PK: "cells", Desc: worker%2 == 1})
	if err != nil {
		return err
	}
	e.end = r.ticks.Add(1)
	for c := range cells {
		it := table.Item{Key: cellKey(c)}
		for _, found := range items {
			if found.Key == it.Key {
				it = found
			}
		}
		e.reads, e.got = append(e.reads, c), append(e.got, it)
	}
	r.add(e)
	return nil
}

func (r *recorder) add(e event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, e)
}
