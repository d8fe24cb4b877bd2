package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// Roles says who may call a route. Empty: anyone, without a token.
type Roles []string

// The roles of a token (wire owns the words).
const (
	crm     = wire.RoleCRM
	manager = wire.RoleManager
	finance = wire.RoleFinance
	auditor = wire.RoleAuditor
	pod     = wire.RolePod
	partner = wire.RolePartner
)

// readers are who may read something: those named, and always manager and
// auditor, who read everything.
func readers(also ...string) Roles { return append(Roles{manager, auditor}, also...) }

// writers are who may change something: exactly those named. The auditor is
// never among them.
func writers(roles ...string) Roles { return roles }

// anyone needs no token.
var anyone Roles

// Route is one row of the table.
type Route struct {
	Method  string // GET, PUT, POST
	Path    string // a net/http pattern's path; {id} and such are bound by `path` tags
	Roles   Roles
	Summary string
	Keyed   bool     // takes Idempotency-Key
	Self    string   // partner or pod: who comes by that role alone sees only itself under {id}
	Answers []int    // statuses of success; nil is 200
	Takes   string   // media type of a streamed body; "" is JSON or none
	Gives   []string // media types; nil is JSON

	keep              bool // the door keeps the answers to keyed requests
	events            bool // its body is one event or a batch of them
	request, response any  // zero values of the types, for binding and OpenAPI; nil none
	serve             func(*Call) error
}

// name is the route as people write it.
func (r Route) name() string { return r.Method + " " + r.Path }

// Call is one request on its way through a handler.
type Call struct {
	context.Context
	Actor wire.Actor
	Key   string // Idempotency-Key, "" if none was sent

	w        http.ResponseWriter
	r        *http.Request
	status   int  // of success
	replayed bool // the answer was stored by an earlier request
	stream   *stream
	route    Route
	store    *store.Store
}

// Created answers 201 instead of 200.
func (c *Call) Created(yes bool) {
	if yes {
		c.status = http.StatusCreated
	}
}

// Accepted answers 202 instead of 200: the work was handed on.
func (c *Call) Accepted(yes bool) {
	if yes {
		c.status = http.StatusAccepted
	}
}

// Replayed marks the answer as the stored one of an earlier request.
func (c *Call) Replayed(yes bool) { c.replayed = yes }

// onlyAs reports whether the actor comes in by this role alone, having none of
// the route's others.
func (r Route) onlyAs(role string, a wire.Actor) bool {
	for _, other := range r.Roles {
		if other != role && a.Has(other) {
			return false
		}
	}
	return slices.Contains(r.Roles, role) && a.Has(role)
}

// none is the request of a route that takes nothing.
type none struct{}

// route makes a row whose handler takes a bound, validated request and whose
// answer is JSON.
func route[Q, R any](method, path string, roles Roles, f func(*Call, Q) (R, error), summary string) Route {
	var q Q
	var res R
	return Route{Method: method, Path: path, Roles: roles, Summary: summary, request: q, response: res,
		serve: func(c *Call) error {
			req, err := bind[Q](c.w, c.r)
			if err != nil {
				return err
			}
			return c.once(req, func() (any, error) { return f(c, req) })
		}}
}

func get[Q, R any](path string, roles Roles, f func(*Call, Q) (R, error), summary string) Route {
	return route(http.MethodGet, path, roles, f, summary)
}

func put[Q, R any](path string, roles Roles, f func(*Call, Q) (R, error), summary string) Route {
	return route(http.MethodPut, path, roles, f, summary)
}

func post[Q, R any](path string, roles Roles, f func(*Call, Q) (R, error), summary string) Route {
	return route(http.MethodPost, path, roles, f, summary)
}

// raw makes a row whose handler writes its own answer (streams, pages, files).
func raw[Q any](method, path string, roles Roles, f func(*Call, Q) error, summary string) Route {
	var q Q
	return Route{Method: method, Path: path, Roles: roles, Summary: summary, request: q,
		serve: func(c *Call) error {
			req, err := bind[Q](c.w, c.r)
			if err != nil {
				return err
			}
			return f(c, req)
		}}
}

// keyed marks a row that takes Idempotency-Key.
func (r Route) keyed() Route { r.Keyed = true; return r }

// self limits one role to the resource of its own id.
func (r Route) self(role string) Route { r.Self = role; return r }

// creates marks a row that answers 201 where it made something, else 200.
func (r Route) creates() Route { return r.answers(http.StatusOK, http.StatusCreated) }

// answers sets the statuses of success that a row sends.
func (r Route) answers(statuses ...int) Route { r.Answers = statuses; return r }

// takesEvents marks a row whose body is one event or a batch of them.
func (r Route) takesEvents() Route { r.events = true; return r }

// media sets what a streaming row takes and gives.
func (r Route) media(takes string, gives ...string) Route {
	r.Takes, r.Gives = takes, gives
	return r
}

// responds names the type of a raw row's JSON answer, for OpenAPI.
func (r Route) responds(v any) Route { r.response = v; return r }

// json writes an answer.
func (c *Call) json(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if c.stream.begun() {
		return c.stream.line(wire.Streamed{Result: data})
	}
	return c.write("application/json", data)
}

func (c *Call) write(media string, data []byte) error {
	h := c.w.Header()
	h.Set("Content-Type", media)
	if c.replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	c.w.WriteHeader(c.status)
	_, err := c.w.Write(append(data, '\n'))
	if err != nil {
		return errGone
	}
	return nil
}
