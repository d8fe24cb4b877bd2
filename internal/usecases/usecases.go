// Package usecases wires the rooms of the use cases on a store, in the one order
// in which they know each other. It has no rule of its own.
package usecases

import (
	"context"
	"log/slog"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/sweep"
	"github.com/fairlead/fairlead/internal/valuing"
	"github.com/fairlead/fairlead/internal/views"
	"github.com/fairlead/fairlead/internal/wire"
)

// Config is what the use cases are wired with.
type Config struct {
	Store *store.Store
	Clock func() time.Time // called once per use case
	Log   *slog.Logger     // nil: nothing is logged
	Rails rail.Rails       // carry the payments; none: nothing can be paid (409 no_rail)
}

// UseCases are the rooms, each by what is asked of it.
type UseCases struct {
	Documents *documents.Documents
	Publisher *documents.Publisher
	Registrar *documents.Registrar
	Valuing   *valuing.Valuing
	Views     *views.Views
	Values    *views.Values
	Router    *assign.Router
	Assign    *assign.Assign
	Sweeper   *sweep.Sweeper
	Intake    *intake.Intake
	Importer  *intake.Importer

	Library    *closing.Library
	Closing    *closing.Closing
	Statements *closing.Statements
	Strays     *closing.Strays
	Runs       *paying.Runs
	Payer      *paying.Payer
}

// InPlace closes and pays within the request.
func (u *UseCases) InPlace() InPlace { return InPlace{u.Closing, u.Payer} }

// InPlace is the Starter that hands nothing on.
type InPlace struct {
	closing *closing.Closing
	payer   *paying.Payer
}

var _ paying.Starter = InPlace{}

// Close closes a period.
func (i InPlace) Close(ctx context.Context, r closing.CloseRequest) (wire.PeriodStatus, error) {
	return i.closing.Close(ctx, r)
}

// Pay pays what is left of a run.
func (i InPlace) Pay(ctx context.Context, r paying.PayRequest) (wire.Run, error) {
	return i.payer.Pay(ctx, r)
}

// Working is nothing: requests do their work themselves.
func (InPlace) Working(context.Context, string) (string, error) { return "", nil }

// New wires the use cases.
func New(c Config) *UseCases {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	cfg := documents.Config{Store: c.Store, Clock: c.Clock, Log: c.Log}
	u := &UseCases{Documents: documents.New(cfg)}
	u.Publisher = documents.NewPublisher(cfg, u.Documents)
	u.Registrar = documents.NewRegistrar(cfg, u.Documents)
	u.Valuing = valuing.New(cfg, u.Documents)
	u.Views = views.New(cfg, u.Documents)
	u.Values = views.NewValues(cfg, u.Documents, u.Valuing)
	u.Router = assign.NewRouter(cfg, u.Documents, u.Valuing, u.Views)
	u.Assign = assign.New(cfg, u.Documents, u.Views, u.Router)
	u.Sweeper = sweep.New(cfg, u.Documents, u.Valuing, u.Router)
	rooms := intake.Rooms{Documents: u.Documents, Registrar: u.Registrar, Views: u.Views, Router: u.Router, Sweeper: u.Sweeper}
	u.Intake = intake.New(cfg, rooms)
	u.Importer = intake.NewImporter(cfg, rooms, u.Intake)
	u.Library = closing.NewLibrary(c.Store, c.Clock)
	u.Closing, u.Statements, u.Strays = closing.New(c.Store, u.Library)
	u.Runs = paying.NewRuns(c.Store, u.Library)
	u.Payer = paying.NewPayer(c.Store, u.Library, u.Runs, c.Rails)
	return u
}
