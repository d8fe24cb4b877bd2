// Package store is the one place where the data model lives: it builds every
// key, maps every item, and offers typed reads and writes on a table.Table. It
// owns how things are kept and nothing of what they mean.
package store

import (
	"time"

	"github.com/fairlead/fairlead/internal/table"
)

// Options are the constants of the wiring (docs/data-model.md, "Closing").
type Options struct {
	Lease time.Duration // L: how long a loaded control block may be used
	Write time.Duration // W: how long after its instant a write may be sent; 0: no limit
	Grace time.Duration // G: how long signed requests may be under way after that

	Clock  func() time.Time    // the wall clock
	Jitter func() float64      // uniform in [0, 1); nil: always 1
	Sleep  func(time.Duration) // nil: time.Sleep
}

// Store offers typed reads and writes. It is safe for concurrent use.
type Store struct {
	table table.Table
	opts  Options
}

// New wires a Store on a table.
func New(t table.Table, o Options) *Store { return &Store{table: t, opts: o} }
