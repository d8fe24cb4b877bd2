// Package paying moves what closing decided is owed: payout runs, the answers of
// people to them, payments by a rail, and the partners' accounts. A line is paid
// once, whatever crashes.
package paying

import (
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/store"
)

// Runs prepares, shows and answers payout runs, and shows accounts. It is safe
// for concurrent use.
type Runs struct {
	store   *store.Store
	library *closing.Library
}

// NewRuns wires Runs.
func NewRuns(s *store.Store, l *closing.Library) *Runs { return &Runs{s, l} }

// Payer pays approved runs. It is safe for concurrent use.
type Payer struct {
	store   *store.Store
	library *closing.Library
	runs    *Runs
	rails   rail.Rails
}

// NewPayer wires a Payer. Without rails nothing can be paid (409 no_rail).
func NewPayer(s *store.Store, l *closing.Library, runs *Runs, rails rail.Rails) *Payer {
	return &Payer{s, l, runs, rails}
}
