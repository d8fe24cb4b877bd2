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
	"github.com/fairlead/fairlead/internal/payrun"
	"github.com/fairlead/fairlead/internal/service"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table/bolt"
)

// host is an open data folder with everything wired on it.
type host struct {
	dir     string
	table   *bolt.Table
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
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	kept := store.New(t, store.Options{})
	uses := service.New(service.Config{Store: kept, Clock: clock, Log: log})
	h := &host{dir: dir, table: t, store: kept, key: key, clock: clock, log: log}
	h.handler = httpapi.New(httpapi.Config{
		Service: uses, Payrun: payrun.New(payrun.Config{Store: kept, Clock: clock}), Store: kept,
		Issuers: append([]httpapi.Issuer{key.Issuer()}, issuers...),
		Hooks:   &httpapi.Hooks{Secrets: secrets},
		Clock:   clock, Log: log, Version: version(), Instance: instance(),
		Ready: func(ctx context.Context) error { _, err := kept.Get(ctx, store.ControlKey()); return err },
	})
	h.sweep = func(ctx context.Context) error {
		sweeper := service.Actor{User: "sweep", Roles: []string{service.RoleManager}}
		if _, err := uses.SweepMinute(ctx, sweeper); err != nil {
			return err
		}
		_, err := uses.Night(ctx, sweeper, service.NightScope{IfDue: true})
		return err
	}
	return h, nil
}

// Close gives the data folder back.
func (h *host) Close() error { return h.table.Close() }

// instance names this process in /healthz.
func instance() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails
	return hex.EncodeToString(b[:])
}
