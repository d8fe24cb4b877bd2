package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/wire"
)

func TestProblem_EveryKindHasAStatusOfItsOwn(t *testing.T) {
	seen := map[int]fault.Kind{}
	for _, k := range fault.Kinds() {
		code, ok := status[k]
		if !ok || code < 400 {
			t.Errorf("%s has the status %d", k, code)
		}
		if other, twice := seen[code]; twice {
			t.Errorf("%s and %s are both %d", k, other, code)
		}
		seen[code] = k
		p := problemOf(fault.New(k, "a_slug", "a message").At("a.b", "is wrong"))
		if internal := k == fault.Internal; p.Status != code || internal != (p.Slug == "internal") || internal == (p.Detail == "a message") {
			t.Errorf("%s: %+v", k, p)
		}
	}
	if len(status) != len(fault.Kinds()) {
		t.Errorf("%d statuses for %d kinds", len(status), len(fault.Kinds()))
	}
}

func TestProblem_OfAnUnknownErrorSaysNothingOfIt(t *testing.T) {
	p := problemOf(errors.New("password in /etc/secret"))
	data, _ := json.Marshal(p)
	if p.Status != http.StatusInternalServerError || strings.Contains(string(data), "secret") {
		t.Errorf("%s", data)
	}
}

// odd is a house whose door has one more route.
func odd(t *testing.T, rt Route) (*house, http.Handler) {
	t.Helper()
	h := newHouse(t)
	c := h.config()
	a := &api{Config: c, tokens: &tokens{issuers: c.Issuers, clock: c.Clock}}
	mux := http.NewServeMux()
	mux.Handle(rt.name(), a.handler(rt))
	h.door = a.outermost(func() http.Handler { return mux })
	return h, h.door
}

func TestAPanicIsA500AndTheCauseIsInTheLog(t *testing.T) {
	h, _ := odd(t, get("/v1/odd", anyone, func(*Call, none) (string, error) { panic("the sky fell") }, ""))
	r := person{h: h}.get("/v1/odd").expect(http.StatusInternalServerError)
	if r.slug() != "internal" || strings.Contains(r.Body, "sky") || !strings.Contains(h.log.String(), "the sky fell") {
		t.Errorf("%s\n%s", r.Body, h.log.String())
	}
}

func TestTheAccessLogNamesNobody(t *testing.T) {
	h := newHouse(t)
	h.as(wire.Actor{User: "ann@example.org", Roles: []string{manager}}).get("/v1/customers/max-mustermann?x=secret")
	line := h.log.String()
	for _, personal := range []string{"ann", "max", "secret", "192.0.2.1", "Bearer", "eyJ"} {
		if strings.Contains(line, personal) {
			t.Errorf("%q is in %s", personal, line)
		}
	}
	for _, wanted := range []string{`route="GET /v1/customers/{id}"`, "status=", "request=", "roles=[manager]"} {
		if !strings.Contains(line, wanted) {
			t.Errorf("%q is not in %s", wanted, line)
		}
	}
}

func TestEveryAnswerCarriesSecurityHeaders(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/", "/healthz", "/v1/policies", "/nowhere"} {
		r := h.role(manager).get(path)
		for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "X-Request-Id"} {
			if r.Header.Get(name) == "" {
				t.Errorf("%s lacks %s", path, name)
			}
		}
		if strings.HasPrefix(path, "/v1/") && r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be cached: %q", path, r.Header.Get("Cache-Control"))
		}
	}
}

func TestWhatIsNotThere_Is404OrSaysWhatIsPossible(t *testing.T) {
	h := newHouse(t)
	if r := h.role(manager).get("/v1/custmers").expect(http.StatusNotFound); r.slug() != "no_such_route" {
		t.Error(r.Body)
	}
	r := h.role(manager).do("DELETE", "/v1/customers/c1", "").expect(http.StatusMethodNotAllowed)
	if got := r.Header.Values("Allow"); !slices.Equal(got, []string{"GET", "PUT"}) || r.slug() != "method_not_allowed" {
		t.Errorf("%v %s", got, r.Body)
	}
}

func TestQuery_UnknownTwiceOrWrongIsRefusedByName(t *testing.T) {
	h := newHouse(t)
	for query, want := range map[string]string{
		"stat=new":            `422 invalid_request; stat: is not known; did you mean "state"?`,
		"state=odd":           "422 invalid_request; state: must be one of new, offered, assigned, waiting, declined, churned",
		"limit=5&limit=6":     "422 invalid_request; limit: is given twice",
		"limit=many":          "422 invalid_request; limit: must be a whole number",
		"limit=1001":          "422 invalid_request; limit: must be at most 1000",
		"limit=-1":            "422 invalid_request; limit: must be at least 1",
		"limit=%zz":           "400 malformed_query",
		"owner=partner:p%231": `422 invalid_id; owner: "p#1": only letters, digits and . _ : - are allowed, byte 2 is '#'`,
	} {
		var p wire.Problem
		h.role(manager).get("/v1/customers?" + query).into(&p)
		got := told(&malformed{p.Status, &fault.Error{Kind: fault.Invalid, Slug: p.Slug, Fields: p.Errors}})
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", query, got, want)
		}
	}
}

func TestBody_OfAPostThatTakesNone_MayBeEmptyButNothingElse(t *testing.T) {
	h, _ := odd(t, post("/v1/odd", anyone, func(*Call, none) (string, error) { return "done", nil }, ""))
	for body, want := range map[string]int{"": 200, "{}": 200, `{"x":1}`: 422, "{": 400} {
		if r := (person{h: h}).post("/v1/odd", body); r.Status != want {
			t.Errorf("%q: %d, want %d", body, r.Status, want)
		}
	}
}

func TestBody_ValidatorSpeaksInJSONPaths(t *testing.T) {
	h := newHouse(t)
	var p wire.Problem
	h.role(manager).put("/v1/partners/p1", `{"currency":"EURO","regions":["DE",""],"status":"gone","capacity":-1}`).expect(422).into(&p)
	got := map[string]string{}
	for _, f := range p.Errors {
		got[f.Field] = f.Message
	}
	for field, want := range map[string]string{
		"name": "is missing", "currency": "must be 3 characters long", "regions[1]": "is missing",
		"status": "must be one of active, paused, left", "capacity": "must be at least 0",
	} {
		if got[field] != want {
			t.Errorf("%s: %q, want %q", field, got[field], want)
		}
	}
}

func TestOpenAPI_IsValidAndNamesEveryRoute(t *testing.T) {
	h := newHouse(t)
	r := person{h: h}.get("/openapi.json").expect(http.StatusOK)
	doc, err := openapi3.NewLoader().LoadFromData([]byte(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %s", doc.OpenAPI)
	}
	ids := map[string]bool{}
	for _, rt := range Routes() {
		item := doc.Paths.Value(strings.TrimSuffix(rt.Path, "{$}"))
		if item == nil || item.GetOperation(rt.Method) == nil {
			t.Errorf("%s is missing", rt.name())
			continue
		}
		op := item.GetOperation(rt.Method)
		if ids[op.OperationID] {
			t.Errorf("two operations are called %s", op.OperationID)
		}
		ids[op.OperationID] = true
	}
	customer := doc.Components.Schemas["Customer"].Value
	for _, key := range []string{"id", "region", "segment", "attributes", "value", "tier", "channel", "owner", "ownerSince", "state", "decision"} {
		if customer.Properties[key] == nil {
			t.Errorf("a customer has no %s", key)
		}
	}
}

func TestPages_AreSelfContained(t *testing.T) {
	h := newHouse(t)
	r := person{h: h}.get("/").expect(http.StatusOK)
	for _, outside := range []string{"<script", "<link", "http://www", "https://", "@import", "src="} {
		if strings.Contains(r.Body, outside) {
			t.Errorf("the page has %s", outside)
		}
	}
	for _, wanted := range []string{`href="/openapi.json"`, `href="/schemas/policy.json"`, "GET /v1/customers/{id}"} {
		if !strings.Contains(r.Body, wanted) {
			t.Errorf("the page lacks %s", wanted)
		}
	}
}

func TestOpenRoutes_AnswerWithoutAToken(t *testing.T) {
	h := newHouse(t)
	for path, media := range map[string]string{
		"/healthz": "application/json", "/readyz": "application/json", "/.well-known/fairlead-keys.json": "application/json",
		"/schemas/policy.json": "application/schema+json", "/schemas/plan.json": "application/schema+json", "/schemas/programme.json": "application/schema+json",
	} {
		r := person{h: h}.get(path).expect(http.StatusOK)
		if r.Header.Get("Content-Type") != media || !json.Valid([]byte(r.Body)) {
			t.Errorf("%s: %s", path, r.Header.Get("Content-Type"))
		}
	}
	if r := (person{h: h}).get("/schemas/other.json").expect(http.StatusNotFound); r.slug() != "schema_not_found" {
		t.Error(r.Body)
	}
}
