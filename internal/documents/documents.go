// Package documents is what holds for a use case: its one reading of the clock,
// the control block, and the programme, policies, plans, directory, model and
// census in force. It publishes documents and keeps the directory. It decides
// nothing about a customer.
package documents

import (
	"log/slog"
	"time"

	"github.com/fairlead/fairlead/internal/cache"
	"github.com/fairlead/fairlead/internal/store"
)

// Config is what the rooms above the store are wired with.
type Config struct {
	Store *store.Store
	Clock func() time.Time // called once per use case
	Log   *slog.Logger
}

// Documents are the documents in force. It is safe for concurrent use; its only
// state beside the store are caches of immutable documents.
type Documents struct {
	store *store.Store
	clock func() time.Time

	programmes cache.Cache[inForce] // by hash
	catalog    catalog
	fitted     fitted
}

// New wires Documents.
func New(c Config) *Documents {
	d := &Documents{store: c.Store, clock: c.Clock}
	d.catalog.dir.Most, d.catalog.versions.Most = 1, 1 // each replaces the one before
	d.fitted.dated.Most = 8                            // a model and a census, each night another
	return d
}

// Publisher publishes and lists the documents that people write.
type Publisher struct {
	store *store.Store
	docs  *Documents
}

// NewPublisher wires a Publisher.
func NewPublisher(c Config, docs *Documents) *Publisher { return &Publisher{c.Store, docs} }

// Registrar keeps the directory: partners, pods, and the plans that are assigned.
type Registrar struct {
	store *store.Store
	docs  *Documents
}

// NewRegistrar wires a Registrar.
func NewRegistrar(c Config, docs *Documents) *Registrar { return &Registrar{c.Store, docs} }

// Now is the one reading of the clock of a use case: UTC, whole seconds, no
// monotonic part (a frozen process's may have stood still).
func (s *Documents) Now() time.Time { return s.clock().Round(0).UTC().Truncate(time.Second) }
