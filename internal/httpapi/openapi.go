package httpapi

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/internal/wire"
)

// object is a piece of a JSON document; maps marshal with sorted keys, so the
// document is the same bytes every time.
type object = map[string]any

// openAPI makes the OpenAPI 3.1 document from the table of routes. It is made
// when somebody asks for it, not at start. (A test reads it with kin-openapi.)
func openAPI(routes []Route, version string) ([]byte, error) {
	s := &schemas{components: object{}, types: map[string]reflect.Type{}}
	paths := object{}
	for _, rt := range routes {
		path := strings.TrimSuffix(rt.Path, "{$}")
		item, ok := paths[path].(object)
		if !ok {
			item = object{}
			paths[path] = item
		}
		item[strings.ToLower(rt.Method)] = operation(rt, s)
	}
	s.of(reflectType(wire.Problem{}), false)
	if err := s.eventSchemas(); err != nil {
		return nil, err
	}
	if version == "" {
		version = "development"
	}
	return json.Marshal(object{
		"openapi": "3.1.0",
		"info": object{"title": "Fairlead", "version": version,
			"description": "Routes customers to the right channel by value, pays partners for exactly the work that channel exists to do, and explains every decision and every cent.",
			"license":     object{"name": "Apache-2.0", "identifier": "Apache-2.0"}},
		"servers": []any{object{"url": "/"}},
		"paths":   paths,
		"components": object{
			"schemas": s.components,
			"securitySchemes": object{"bearer": object{"type": "http", "scheme": "bearer", "bearerFormat": "JWT",
				"description": "A JWT (RS256, ES256 or EdDSA) with sub, roles, and partner or pod where the role needs it."}},
		},
	})
}

func operation(rt Route, s *schemas) object {
	op := object{"operationId": operationID(rt), "summary": rt.Summary, "tags": []any{tagOf(rt.Path)}, "responses": responses(rt, s)}
	if ps := parameters(rt, s); len(ps) > 0 {
		op["parameters"] = ps
	}
	if body, ok := requestBody(rt, s); ok {
		op["requestBody"] = body
	}
	op["security"] = []any{}
	if len(rt.Roles) > 0 {
		op["security"] = []any{object{"bearer": []any{}}}
		op["x-roles"] = rt.Roles
	}
	return op
}

// operationID is a name made of method and path: getPartnersIdStatements.
func operationID(rt Route) string {
	var b strings.Builder
	b.WriteString(strings.ToLower(rt.Method))
	up := true
	for _, c := range strings.TrimPrefix(rt.Path, "/v1") {
		switch {
		case c >= 'a' && c <= 'z' && up:
			b.WriteRune(c - 'a' + 'A')
			up = false
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			b.WriteRune(c)
		default:
			up = true
		}
	}
	return b.String()
}

func tagOf(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/v1/"), "/")
	if first == "" || !strings.HasPrefix(path, "/v1/") {
		return "service"
	}
	return first
}

func parameters(rt Route, s *schemas) []any {
	var out []any
	for _, p := range params(reflectType(rt.request)) {
		schema := s.of(p.field.Type, false)
		required := constrain(schema, p.field.Tag.Get("validate"))
		out = append(out, object{"name": p.name, "in": p.in, "required": required || p.in == "path", "schema": schema})
	}
	if rt.Keyed {
		out = append(out, object{"name": "Idempotency-Key", "in": "header", "required": false,
			"description": "The same key with the same request gets the stored answer; with another one it is a 409.",
			"schema":      object{"type": "string", "maxLength": maxKey}})
	}
	return out
}

func requestBody(rt Route, s *schemas) (object, bool) {
	if rt.events {
		return eventBody(), true
	}
	if rt.Takes != "" {
		return object{"required": true, "content": object{rt.Takes: object{"schema": object{"type": "string"}}}}, true
	}
	for f := range reflectType(rt.request).Fields() {
		how := f.Tag.Get("body")
		if how == "" {
			continue
		}
		schema := object{"type": "object", "description": "See /schemas/."}
		if how != "document" {
			schema = s.of(f.Type, true)
		}
		return object{"required": how != "optional", "content": object{"application/json": object{"schema": schema}}}, true
	}
	return nil, false
}

func responses(rt Route, s *schemas) object {
	content := object{}
	media := rt.Gives
	if media == nil {
		media = []string{"application/json"}
	}
	for _, m := range media {
		schema := object{"type": "string"}
		if strings.HasSuffix(m, "json") {
			schema = object{}
			if rt.response != nil && m == "application/json" {
				schema = s.of(reflectType(rt.response), false)
			}
		}
		content[m] = object{"schema": schema}
	}
	out := problems(rt)
	for _, code := range rt.successes() {
		out[strconv.Itoa(code)] = object{"description": successWords[code], "content": content}
	}
	return out
}

// constrain adds what validator tags say to a schema and reports whether a
// value is required.
func constrain(schema object, tag string) (required bool) {
	for rule := range strings.SplitSeq(tag, ",") {
		name, arg, _ := strings.Cut(rule, "=")
		if name == "dive" {
			return required
		}
		n, _ := strconv.Atoi(arg)
		switch name {
		case "required":
			required = true
		case "oneof":
			schema["enum"] = strings.Fields(arg)
		case "min", "max", "len":
			bounds(schema, name, n)
		}
	}
	return required
}

func bounds(schema object, rule string, n int) {
	low, high := "minimum", "maximum"
	switch typ := schema["type"]; {
	case typ == "string":
		low, high = "minLength", "maxLength"
	case typ == "array":
		low, high = "minItems", "maxItems"
	}
	if rule != "max" {
		schema[low] = n
	}
	if rule != "min" {
		schema[high] = n
	}
}
