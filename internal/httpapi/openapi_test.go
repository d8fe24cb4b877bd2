package httpapi

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fairlead/fairlead/events"
)

// described is the parsed OpenAPI document of the whole table, and a mux that
// finds the row of a request.
var described = sync.OnceValues(func() (object, *http.ServeMux) {
	data, err := openAPI(Routes(), "")
	if err != nil {
		panic(err)
	}
	var doc object
	if err := json.Unmarshal(data, &doc); err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	for _, rt := range Routes() {
		mux.Handle(rt.name(), http.NotFoundHandler())
	}
	return doc, mux
})

// mustBeDescribed holds every answer that a test gets to the description: the
// route names its status, so that nobody has to guess what may come.
func mustBeDescribed(t *testing.T, r *http.Request, status int) {
	t.Helper()
	doc, mux := described()
	_, pattern := mux.Handler(r)
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		return // no route of the table
	}
	responses := at(doc, "paths", strings.TrimSuffix(path, "{$}"), strings.ToLower(method), "responses")
	if responses[strconv.Itoa(status)] == nil {
		t.Errorf("%s answered %d, which is not described", pattern, status)
	}
}

// at walks into objects by their keys.
func at(o object, keys ...string) object {
	for _, k := range keys {
		o, _ = o[k].(object)
	}
	return o
}

// schemaAt compiles the schema at a place of the document, keys from the root.
func schemaAt(t *testing.T, keys ...string) *jsonschema.Schema {
	t.Helper()
	doc, _ := described()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:openapi", doc); err != nil {
		t.Fatal(err)
	}
	pointer := ""
	for _, k := range keys {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(k)
	}
	schema, err := c.Compile("mem:openapi#" + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func takes(t *testing.T, s *jsonschema.Schema, text string) bool {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s.Validate(doc) == nil
}

var eventRoutes = []string{"/v1/facts", "/v1/hooks/{source}"}

func TestOpenAPI_EventRoutesTakeEveryEventAndNothingElse(t *testing.T) {
	for _, path := range eventRoutes {
		body := func(media string) *jsonschema.Schema {
			return schemaAt(t, "paths", path, "post", "requestBody", "content", media, "schema")
		}
		either, single := body("application/json"), body("application/cloudevents+json")
		batch := body("application/cloudevents-batch+json")
		var all []string
		for _, name := range events.In() {
			sample := string(events.Sample(name))
			all = append(all, sample)
			if !takes(t, either, sample) || !takes(t, single, sample) || takes(t, batch, sample) {
				t.Errorf("%s: the sample of %s is taken wrongly", path, name)
			}
			other := strings.Replace(sample, `"`+name+`"`, `"order.lost"`, 1)
			if takes(t, either, other) || takes(t, single, other) || takes(t, batch, "["+other+"]") {
				t.Errorf("%s: a type that is not known is taken", path)
			}
		}
		list := "[" + strings.Join(all, ",") + "]"
		if !takes(t, either, list) || takes(t, single, list) || !takes(t, batch, list) {
			t.Errorf("%s: a batch of all samples is taken wrongly", path)
		}
		first := all[0]
		for text, want := range map[string]bool{
			`{}`: false, `[]`: false, `null`: false, `[{}]`: false, `"x"`: false,
			"[" + strings.Repeat(first+",", 99) + first + "]":  true,
			"[" + strings.Repeat(first+",", 100) + first + "]": false,
		} {
			if takes(t, either, text) != want {
				t.Errorf("%s: %.40s: taken is %t", path, text, !want)
			}
		}
	}
}

func TestOpenAPI_AnswersToFactsAreAsDescribed(t *testing.T) {
	h := village(t)
	answer := schemaAt(t, "paths", "/v1/facts", "post", "responses", "200", "content", "application/json", "schema")
	for _, name := range events.In() {
		sample := string(events.Sample(name))
		for _, body := range []string{sample, "[" + sample + "]", "[" + sample + `,{}]`} {
			r := h.role(crm).post("/v1/facts", body).expect(http.StatusOK)
			if !takes(t, answer, r.Body) {
				t.Errorf("%s: not as described: %s", name, r.Body)
			}
			if other := strings.ReplaceAll(r.Body, `"outcome":"`, `"outcome":"x`); takes(t, answer, other) {
				t.Errorf("%s: an outcome of no name is taken: %s", name, other)
			}
		}
	}
}

func TestOpenAPI_WhatIsHandedOnIsDescribedAs202(t *testing.T) {
	doc, _ := described()
	for path, want := range map[string][]string{
		"/v1/hooks/{source}": {"202"}, "/v1/facts": {"200"}, "/v1/payout-runs": {"200", "201"},
		"/v1/periods/{period}/close": {"200", "202"}, "/v1/payout-runs/{id}/pay": {"200", "202"},
	} {
		responses := at(doc, "paths", path, "post", "responses")
		for _, code := range []string{"200", "201", "202"} {
			if got := responses[code] != nil; got != strings.Contains(strings.Join(want, " "), code) {
				t.Errorf("%s: %s is described: %t", path, code, got)
			}
		}
	}
}
