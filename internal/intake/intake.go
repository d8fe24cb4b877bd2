// Package intake takes facts: from the API, files and webhooks. Claim, entry and
// head are one transaction; what a fact causes (a route, a new value) follows it
// and may be repeated. It knows no format of the outside (source does).
package intake

import (
	"log/slog"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/sweep"
	"github.com/fairlead/fairlead/internal/views"
)

// Intake applies facts. It is safe for concurrent use.
type Intake struct {
	store   *store.Store
	log     *slog.Logger
	docs    *documents.Documents
	views   *views.Views
	router  *assign.Router
	sweeper *sweep.Sweeper
}

// Rooms are the rooms below that intake calls.
type Rooms struct {
	Documents *documents.Documents
	Registrar *documents.Registrar
	Views     *views.Views
	Router    *assign.Router
	Sweeper   *sweep.Sweeper
}

// New wires an Intake.
func New(c documents.Config, r Rooms) *Intake {
	return &Intake{c.Store, c.Log, r.Documents, r.Views, r.Router, r.Sweeper}
}

// Importer takes whole files.
type Importer struct {
	store     *store.Store
	log       *slog.Logger
	docs      *documents.Documents
	registrar *documents.Registrar
	router    *assign.Router
	sweeper   *sweep.Sweeper
	intake    *Intake
}

// NewImporter wires an Importer.
func NewImporter(c documents.Config, r Rooms, in *Intake) *Importer {
	return &Importer{c.Store, c.Log, r.Documents, r.Registrar, r.Router, r.Sweeper, in}
}
