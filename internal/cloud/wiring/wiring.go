// Package wiring wires the use cases on DynamoDB, for the functions that have them.
// It writes no keys.
package wiring

import (
	"math/rand/v2"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/dynamo"
	"github.com/fairlead/fairlead/internal/usecases"
)

// Rooms are the use cases and the store below them.
type Rooms struct {
	Store *store.Store
	*usecases.UseCases
}

// New wires the use cases on DynamoDB.
func New(a *cloud.App) Rooms {
	return On(
		a,
		dynamo.New(dynamo.Options{Config: a.AWS, Ledger: a.Config.LedgerTable, State: a.Config.StateTable, Clock: a.Clock}),
	)
}

// On wires the use cases on any table. A lease of nothing means that the
// control block is loaded for every use: here, unlike in the embedded service,
// there are always other writers.
func On(a *cloud.App, t table.Table) Rooms {
	lease := a.Config.Lease
	if lease == 0 {
		lease = -1
	}
	kept := store.New(t, store.Options{Lease: lease, Write: a.Config.Write, Grace: a.Config.Grace, Jitter: rand.Float64})
	uses := usecases.New(usecases.Config{Store: kept, Clock: a.Clock, Log: a.Log, Rails: rail.Of(a.Config.Rail)})
	return Rooms{kept, uses}
}
