// Package service is the use cases of Fairlead, one file each: load, decide
// with a pure function, commit in one transaction. It owns no rule about who
// serves a customer (routing), none about money (incentive, payout) and no key
// (store); closing and paying are payrun's.
package service

import (
	"log/slog"
	"time"

	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// Config is what a Service is wired with.
type Config struct {
	Store *store.Store
	Clock func() time.Time // called once per use case
	Log   *slog.Logger     // nil: nothing is logged
}

// Service runs the use cases. It is safe for concurrent use; its only state
// beside the store are caches of immutable documents.
type Service struct {
	store *store.Store
	clock func() time.Time
	log   *slog.Logger

	programmes programmeCache
	catalog    catalog
	full       fullOwners
	fitted     fitted
}

// New wires a Service.
func New(c Config) *Service {
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Service{store: c.Store, clock: c.Clock, log: log}
	s.catalog.policies = map[string]*routing.Policy{}
	s.catalog.terms = map[string]*routing.Directory{}
	return s
}

// now is the one reading of the clock of a use case: UTC, whole seconds, no
// monotonic part (a frozen process's may have stood still).
func (s *Service) now() time.Time { return s.clock().Round(0).UTC().Truncate(time.Second) }
