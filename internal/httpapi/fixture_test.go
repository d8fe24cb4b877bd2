package httpapi

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// noon is where the clock of every test stands, unless the test moves it.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// house is a whole service in memory behind its door.
type house struct {
	t     *testing.T
	now   time.Time
	key   *DevKey
	store *store.Store
	door  http.Handler
	log   bytes.Buffer
}

func newHouse(t *testing.T) *house {
	t.Helper()
	key, err := OpenDevKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, now: noon, key: key, store: store.New(table.NewMemory(), store.Options{})}
	h.door = New(h.config())
	return h
}

func (h *house) clock() time.Time { return h.now }

func (h *house) config() Config {
	return Config{
		UseCases: usecases.New(usecases.Config{Store: h.store, Clock: h.clock, Rails: rail.Embedded()}),
		Store:    h.store, Issuers: []Issuer{h.key.Issuer()}, Clock: h.clock, Log: slog.New(slog.NewTextHandler(&h.log, nil)),
	}
}

// person acts with a token of its own, so that a test reads as a story.
type person struct {
	h     *house
	token string
}

func (h *house) as(a wire.Actor) person {
	h.t.Helper()
	token, err := h.key.Mint(a, h.now, time.Hour)
	if err != nil {
		h.t.Fatal(err)
	}
	return person{h, token}
}

// role is somebody with one role; the partner is p1, the pod north.
func (h *house) role(role string) person {
	a := wire.Actor{User: "the " + role, Roles: []string{role}}
	switch role {
	case partner:
		a.Partner = "p1"
	case pod:
		a.Pod = "north"
	}
	return h.as(a)
}

func (h *house) partner(id string) person {
	return h.as(wire.Actor{User: "somebody at " + id, Roles: []string{partner}, Partner: channelPartner(id)})
}

// reply is an answer.
type reply struct {
	t      *testing.T
	what   string
	Status int
	Header http.Header
	Body   string
}

// do sends a request; extra headers are pairs of name and value.
func (p person) do(method, path, body string, headers ...string) reply {
	p.h.t.Helper()
	w, r := request(p.h.t, method, path, body)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	p.h.door.ServeHTTP(w, r)
	mustBeDescribed(p.h.t, r, w.Code)
	return reply{p.h.t, method + " " + path, w.Code, w.Header(), w.Body.String()}
}

func (p person) get(path string) reply { p.h.t.Helper(); return p.do("GET", path, "") }

func (p person) post(path, body string) reply { p.h.t.Helper(); return p.do("POST", path, body) }

func (p person) put(path, body string) reply { p.h.t.Helper(); return p.do("PUT", path, body) }

// expect checks the status and returns the reply.
func (r reply) expect(status int) reply {
	r.t.Helper()
	if r.Status != status {
		r.t.Fatalf("%s: %d, want %d\n%s", r.what, r.Status, status, r.Body)
	}
	return r
}

// slug is the slug of a problem, "" of anything else.
func (r reply) slug() string {
	if r.Header.Get("Content-Type") != "application/problem+json" {
		return ""
	}
	var p wire.Problem
	if err := json.Unmarshal([]byte(r.Body), &p); err != nil {
		r.t.Fatalf("%s: %v", r.Body, err)
	}
	return p.Slug
}

// into decodes the body.
func (r reply) into(v any) reply {
	r.t.Helper()
	if err := json.Unmarshal([]byte(r.Body), v); err != nil {
		r.t.Fatalf("%s: %v\n%s", r.what, err, r.Body)
	}
	return r
}

func request(t *testing.T, method, path, body string) (*httptest.ResponseRecorder, *http.Request) {
	t.Helper()
	return httptest.NewRecorder(), httptest.NewRequest(method, path, strings.NewReader(body))
}
