package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// Config is what the door is wired with.
type Config struct {
	*usecases.UseCases
	Store   *store.Store     // for the stored answers of keyed requests
	Issuers []Issuer         // whose tokens are believed; none: nobody gets in
	Clock   func() time.Time // the service's clock, which tokens are checked against
	Log     *slog.Logger     // access log and causes of 500s; nil: nothing is logged
	Version string           // shown in /openapi.json and on the index page
	// Ready reports whether the store answers; nil: always.
	Ready func(context.Context) error
	// Work closes and pays; nil: in place, within the request.
	Work paying.Starter
	// Hooks takes webhooks; nil: there is no source.
	Hooks *Hooks
	// Instance names the running process in /healthz, so that a command can
	// tell the service of its own data folder from another one on that address.
	Instance string
}

// api holds what the handlers need.
type api struct {
	Config
	tokens  *tokens
	openapi func() ([]byte, error)
}

// New makes the handler of the whole API. The table of routes becomes a mux with
// the first request: a function on AWS asks for that request the sooner. One
// that is inconsistent, a bug of ours, would answer all with a 500.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Work == nil {
		c.Work = c.InPlace()
	}
	a := &api{Config: c, tokens: &tokens{issuers: c.Issuers, clock: c.Clock}}
	return a.serving(a.routes)
}

// NewHook makes the handler of the webhooks alone, for a process that has
// nothing else: Clock, Log and Hooks are all it needs.
func NewHook(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	a := &api{Config: c, tokens: &tokens{clock: c.Clock}}
	return a.serving(a.hookRoutes)
}

func (a *api) serving(routes func() []Route) http.Handler {
	a.openapi = sync.OnceValues(func() ([]byte, error) { return openAPI(routes(), a.Version) })
	return a.outermost(sync.OnceValue(func() http.Handler {
		mux := http.NewServeMux()
		for _, rt := range routes() {
			mux.Handle(rt.name(), a.handler(rt))
		}
		mux.Handle("/", a.nowhere(mux))
		return mux
	}))
}

// Routes is the table, for those who want to read it: tests walk every route
// with every role.
func Routes() []Route { return (&api{}).routes() }

// handler runs one route: who asks, may they, what do they want, the answer.
func (a *api) handler(rt Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		note := noteOf(r.Context())
		note.route = rt.name()
		c := &Call{Context: r.Context(), w: w, r: r, status: http.StatusOK, route: rt, store: a.Store}
		err := a.serve(rt, c, note)
		if err == nil || errors.Is(err, errGone) {
			return
		}
		note.err = err
		p := problemOf(err)
		p.Instance = note.id
		if c.stream.begun() {
			_ = c.stream.line(wire.Streamed{Problem: &p})
			return
		}
		writeProblem(note.w, p)
	})
}

func (a *api) serve(rt Route, c *Call, note *note) error {
	if len(rt.Roles) > 0 {
		actor, err := a.tokens.actor(c.r)
		if err != nil {
			return err
		}
		note.roles = actor.Roles
		if err := rt.admit(actor, c.r); err != nil {
			return err
		}
		c.Actor = actor
		c.w.Header().Set("Cache-Control", "no-store")
	}
	if err := c.readKey(rt); err != nil {
		return err
	}
	return rt.serve(c)
}

// maxKey is how long an Idempotency-Key may be, in bytes.
const maxKey = 255

func (c *Call) readKey(rt Route) error {
	if !rt.Keyed {
		return nil
	}
	keys := c.r.Header.Values("Idempotency-Key")
	if len(keys) == 0 {
		return nil
	}
	for _, b := range []byte(keys[0]) {
		if b <= ' ' || b > '~' {
			keys[0] = ""
			break
		}
	}
	if len(keys) > 1 || keys[0] == "" || len(keys[0]) > maxKey {
		return badSyntax(http.StatusBadRequest, "invalid_idempotency_key", "Idempotency-Key must be one text of 1 to %d printable ASCII characters", maxKey)
	}
	c.Key = keys[0]
	return nil
}

// nowhere answers what no route matches: 405 with Allow where another method
// would, else 404.
func (a *api) nowhere(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPost} {
			probe := r.Clone(r.Context())
			probe.Method = method
			if _, pattern := mux.Handler(probe); pattern != "/" {
				allowed = append(allowed, method)
			}
		}
		n := noteOf(r.Context())
		n.route = "none"
		var err error
		if len(allowed) > 0 {
			for _, m := range allowed {
				w.Header().Add("Allow", m)
			}
			err = badSyntax(http.StatusMethodNotAllowed, "method_not_allowed", "%s is not possible here", r.Method)
		} else {
			err = fault.New(fault.NotFound, "no_such_route", "there is nothing at this address; /openapi.json lists what there is")
		}
		p := problemOf(err)
		p.Instance = n.id
		writeProblem(n.w, p)
	})
}
