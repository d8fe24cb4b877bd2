// Package sweep is what the clock asks for: offers that end, customers that wait
// or lost their owner, values that changed, the night. It decides nothing by
// itself: assign does.
package sweep

import (
	"log/slog"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/valuing"
)

// Sweeper does what the schedule does. It is safe for concurrent use.
type Sweeper struct {
	store   *store.Store
	clock   func() time.Time
	log     *slog.Logger
	docs    *documents.Documents
	valuing *valuing.Valuing
	router  *assign.Router
}

// New wires a Sweeper.
func New(c documents.Config, docs *documents.Documents, v *valuing.Valuing, r *assign.Router) *Sweeper {
	return &Sweeper{c.Store, c.Clock, c.Log, docs, v, r}
}
