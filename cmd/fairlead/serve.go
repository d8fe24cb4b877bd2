package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/fairlead/fairlead/internal/announce"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/httpapi"
)

type serveCmd struct {
	Addr         string        `default:"127.0.0.1:8080" help:"Address to listen on."`
	Sweep        time.Duration `default:"1m" help:"How often to sweep; 0 never."`
	OIDCIssuer   string        `name:"oidc-issuer" help:"Also believe the tokens of this OpenID Connect issuer." placeholder:"URL"`
	OIDCAudience string        `name:"oidc-audience" help:"Audience its tokens must have." placeholder:"TEXT"`
	OIDCScope    string        `name:"oidc-scope" help:"Scope its tokens must have." placeholder:"TEXT"`
	OIDCJWKS     string        `name:"oidc-jwks" help:"Address of its keys." placeholder:"URL"`
}

// Run serves until the context ends (Ctrl-C), then lets requests finish.
func (c *serveCmd) Run(s *session) error {
	if s.remote() || s.Partner != "" {
		return usage("serve serves a data folder: --server, --token and --partner do not go with it")
	}
	now, err := s.fixedNow()
	if err != nil {
		return err
	}
	clock, fixed := s.clock, ""
	if !now.IsZero() {
		clock, fixed = func() time.Time { return now }, now.Format(time.RFC3339)
	}
	issuers, err := c.issuers(s.ctx)
	if err != nil {
		return err
	}
	h, err := openHost(s.dataDir(), clock, s.logger(), issuers...)
	if err != nil {
		return err
	}
	err = c.listen(s, h, fixed)
	return errors.Join(err, h.Close())
}

// logger writes for people on a terminal, for machines elsewhere.
func (s *session) logger() *slog.Logger {
	if s.tty {
		return slog.New(slog.NewTextHandler(s.err, nil))
	}
	return slog.New(slog.NewJSONHandler(s.err, nil))
}

// failures is the log of a command that serves itself: it says why something
// went wrong on our side, and nothing else.
func (s *session) failures() *slog.Logger {
	return slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelError}))
}

func (c *serveCmd) issuers(ctx context.Context) ([]httpapi.Issuer, error) {
	if c.OIDCIssuer == "" && c.OIDCAudience == "" && c.OIDCScope == "" && c.OIDCJWKS == "" {
		return nil, nil
	}
	if c.OIDCIssuer == "" || c.OIDCAudience == "" || c.OIDCJWKS == "" {
		return nil, usage("--oidc-issuer, --oidc-audience and --oidc-jwks go together")
	}
	i, err := httpapi.OIDC(ctx, httpapi.OIDCConfig{Issuer: c.OIDCIssuer, Audience: c.OIDCAudience, Scope: c.OIDCScope, JWKS: c.OIDCJWKS})
	return []httpapi.Issuer{i}, err
}

func (c *serveCmd) listen(s *session, h *host, fixed string) error {
	listener, err := new(net.ListenConfig).Listen(s.ctx, "tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", c.Addr, err)
	}
	address := listener.Addr().String()
	if err := h.table.Announce(address, fixed); err != nil {
		return errors.Join(err, listener.Close())
	}
	s.printf("Fairlead serves %s on http://%s - Ctrl-C ends it.\n", h.dir, address)
	if fixed != "" {
		s.printf("Its clock stands at %s.\n", fixed)
	}
	ctx, stop := context.WithCancel(s.ctx)
	swept, told := make(chan struct{}), make(chan struct{})
	go c.sweeping(ctx, h, swept)
	go telling(ctx, h, told)
	err = serveUntil(s.ctx, h.handler, listener)
	stop()
	<-swept
	<-told
	return errors.Join(err, h.table.Announce("", ""))
}

// drain is how long requests under way may take after Ctrl-C.
const drain = 10 * time.Second

// serveUntil serves until ctx ends, then answers what is under way.
func serveUntil(ctx context.Context, h http.Handler, listener net.Listener) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		_ = server.Close()
		return fmt.Errorf("some requests did not finish within %s and were cut off; their callers may repeat them", drain)
	}
	return nil
}

// sweeping sweeps at once and then again and again, until ctx ends.
func (c *serveCmd) sweeping(ctx context.Context, h *host, done chan<- struct{}) {
	defer close(done)
	if c.Sweep <= 0 {
		return
	}
	tick := time.NewTicker(c.Sweep)
	defer tick.Stop()
	for {
		if err := h.sweep(ctx); err != nil && ctx.Err() == nil && !fault.Is(err, "no_policy_in_force") {
			h.log.Error("sweep", "cause", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// telling writes every event into the log that the stream of a deployed service
// would put on its bus, from now on.
func telling(ctx context.Context, h *host, done chan<- struct{}) {
	defer close(done)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	announce.New(h.store).Follow(ctx, announce.Follower{
		Tick: tick.C, Now: h.clock,
		Hear: func(e announce.Event) {
			data, _ := json.Marshal(e.Data)
			h.log.Info("event", "type", e.Type, "id", e.ID, "at", e.At, "data", string(data))
		},
		Failed: func(err error) {
			if ctx.Err() == nil {
				f := fault.Of(err)
				h.log.Error("an event could not be told", "slug", f.Slug, "cause", errors.Join(f, f.Err).Error())
			}
		},
	})
}
