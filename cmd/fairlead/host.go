package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/fairlead/fairlead/internal/httpapi"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/sweep"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/bolt"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// host is an open data folder with everything wired on it.
type host struct {
	dir     string
	table   *bolt.Table // nil of an emptyHost
	store   *store.Store
	key     *httpapi.DevKey
	handler http.Handler
	clock   func() time.Time
	fixed   bool // the clock stands still
	log     *slog.Logger
	sweep   func(context.Context) error
}

// openHost opens a data folder, making it where there is none.
func openHost(dir string, clock func() time.Time, log *slog.Logger, issuers ...httpapi.Issuer) (*host, error) {
	t, err := bolt.Open(dir, bolt.Options{Clock: clock})
	if err != nil {
		return nil, err
	}
	key, err := httpapi.OpenDevKey(dir)
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	secrets, err := httpapi.OpenHookSecrets(dir)
	if err != nil {
		return nil, errors.Join(err, t.Close())
	}
	h := &host{dir: dir, table: t, store: store.New(t, store.Options{}), key: key, clock: clock, log: log}
	h.wire(&httpapi.Hooks{Senders: source.KnownSenders(), Secrets: secrets}, issuers)
	return h, nil
}

// emptyHost has an empty store in memory and a key of its own, for a command
// that does as well without a data folder: nothing of it outlives the command.
func emptyHost(clock func() time.Time, log *slog.Logger) (*host, error) {
	key, err := httpapi.NewDevKey()
	if err != nil {
		return nil, err
	}
	h := &host{store: store.New(table.NewMemory(), store.Options{}), key: key, clock: clock, log: log}
	h.wire(nil, nil)
	return h, nil
}

// wire puts the use cases and the door on the store.
func (h *host) wire(hooks *httpapi.Hooks, issuers []httpapi.Issuer) {
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	uses := usecases.New(usecases.Config{Store: h.store, Clock: h.clock, Log: h.log, Rails: rail.Embedded()})
	h.handler = httpapi.New(httpapi.Config{
		UseCases: uses, Store: h.store,
		Issuers: append([]httpapi.Issuer{h.key.Issuer()}, issuers...),
		Hooks:   hooks,
		Clock:   h.clock, Log: h.log, Version: version(), Instance: instance(),
		Ready: h.store.Reach,
	})
	h.sweep = func(ctx context.Context) error {
		sweeper := wire.Actor{User: "sweep", Roles: []string{wire.RoleManager}}
		if _, err := uses.Sweeper.SweepMinute(ctx, sweeper); err != nil {
			return err
		}
		_, err := uses.Sweeper.Night(ctx, sweeper, sweep.NightScope{IfDue: true})
		return err
	}
}

// Close gives the data folder back.
func (h *host) Close() error {
	if h.table == nil {
		return nil
	}
	return h.table.Close()
}

// instance names this process in /healthz.
func instance() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails
	return hex.EncodeToString(b[:])
}
