package httpapi

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/wire"
)

// order is a request with every rule, and with fields at every kind of place.
type order struct {
	wire.Page
	Path string `path:"id" validate:"len=3"`
	Body struct {
		Name  string   `json:"name" validate:"required,max=5"`
		Code  string   `json:"code,omitempty" validate:"omitempty,min=2"`
		Size  *int64   `json:"size,omitempty" validate:"omitempty,min=0,max=9"`
		State string   `json:"state,omitempty" validate:"omitempty,oneof=open shut"`
		Words []string `json:"words,omitempty" validate:"max=2,dive,required,max=3"`
		To    *struct {
			Lines []struct {
				Text string `json:"text" validate:"min=1"`
			} `json:"lines" validate:"len=1,dive"`
		} `json:"to,omitempty"`
		Mail string `json:"mail,omitempty" validate:"omitempty,email"`
	} `body:"json"`
}

func TestValidateRequest_SaysWhatIsWrongByTheNameThatCallersUse(t *testing.T) {
	for _, c := range []struct {
		body string
		want []fault.Field
	}{
		{`{"name": "é€𝄞xy"}`, nil},
		{`{"size": 0}`, []fault.Field{{Field: "name", Message: "is missing"}}},
		{`{"name": "abcdef", "code": "a", "size": -1, "state": "opne"}`, []fault.Field{
			{Field: "name", Message: "must have at most 5 characters"}, {Field: "code", Message: "must have at least 2 characters"},
			{Field: "size", Message: "must be at least 0"}, {Field: "state", Message: "must be one of open, shut"}}},
		{`{"name": "a", "size": 10, "words": ["a", "", "abcd"]}`, []fault.Field{
			{Field: "size", Message: "must be at most 9"}, {Field: "words", Message: "must have at most 2 items"}}},
		{`{"name": "a", "words": ["", "abcd"]}`, []fault.Field{
			{Field: "words[0]", Message: "is missing"}, {Field: "words[1]", Message: "must have at most 3 characters"}}},
		{`{"name": "a", "to": {"lines": []}}`, []fault.Field{{Field: "to.lines", Message: "must have 1 items"}}},
		{`{"name": "a", "to": {"lines": [{}]}}`, []fault.Field{{Field: "to.lines[0].text", Message: "must have at least 1 characters"}}},
		{`{"name": "a", "mail": "x"}`, []fault.Field{{Field: "mail", Message: "does not satisfy the rule email"}}},
	} {
		var q order
		if err := json.Unmarshal([]byte(c.body), &q.Body); err != nil {
			t.Fatal(err)
		}
		q.Path = "abc"
		if diff := cmp.Diff(c.want, validateRequest(q)); diff != "" {
			t.Errorf("%s\n%s", c.body, diff)
		}
	}
	outside := order{Page: wire.Page{Limit: 1001}, Path: "ab"}
	outside.Body.Name = "a"
	want := []fault.Field{{Field: "limit", Message: "must be at most 1000"}, {Field: "id", Message: "must be 3 characters long"}}
	if diff := cmp.Diff(want, validateRequest(outside)); diff != "" {
		t.Error(diff)
	}
}

// breach is one field of a route's request that breaks one rule of its tag.
type breach struct {
	in    string // query, path, or body, as the request's tags have it
	name  string // of the parameter or the key
	value any    // nil: the field is left out
	told  string // the path of the field in the answer
}

// breaches lists how a request can break the rules of its tags, one at a time.
func breaches(request reflect.Type) []breach {
	var all []breach
	for _, f := range reflect.VisibleFields(request) {
		for _, in := range []string{"query", "path"} {
			if name := f.Tag.Get(in); name != "" {
				all = append(all, broken(breach{in: in, name: name, told: name}, f.Type, f.Tag.Get("validate"))...)
			}
		}
		if how := f.Tag.Get("body"); (how == "json" || how == "optional") && f.Type.Kind() == reflect.Struct {
			for b := range f.Type.Fields() {
				name := fieldName(b)
				all = append(all, broken(breach{in: "body", name: name, told: name}, b.Type, b.Tag.Get("validate"))...)
			}
		}
	}
	return all
}

// broken is one breach for each rule of a tag.
func broken(b breach, t reflect.Type, tag string) []breach {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var all []breach
	for rule := range strings.SplitSeq(tag, ",") {
		name, param, _ := strings.Cut(rule, "=")
		limit, _ := strconv.Atoi(param)
		next := b
		switch {
		case name == "" || name == "omitempty" || name == "required" && b.in == "path": // the mux takes no empty path
			continue
		case name == "required":
			next.value = nil
		case name == "oneof":
			next.value = "no such word"
		case name == "dive":
			_, inner, _ := strings.Cut(tag, "dive,")
			for _, item := range broken(breach{in: b.in, name: b.name, told: b.told + "[0]"}, t.Elem(), inner) {
				if item.value == nil {
					item.value = ""
				}
				item.value = []any{item.value}
				all = append(all, item)
			}
			return all
		case t.Kind() == reflect.Slice:
			next.value = slices.Repeat([]string{"a"}, limit+1)
		case t.Kind() == reflect.String:
			next.value = strings.Repeat("a", limit+1)
		case name == "min":
			next.value = min(limit-1, -1) // 0 is left out
		default:
			next.value = limit + 1
		}
		all = append(all, next)
	}
	return all
}

// TestEveryRoute_FieldThatBreaksARuleOfItsTag_IsRefusedByName sends to every
// route every request that breaks one rule: a route that does not validate what
// it binds is found, in any package that the struct of its request is in.
func TestEveryRoute_FieldThatBreaksARuleOfItsTag_IsRefusedByName(t *testing.T) {
	h, sent := newHouse(t), 0
	for _, rt := range Routes() {
		caller := person{h: h}
		if len(rt.Roles) > 0 {
			caller = h.role(rt.Roles[0])
		}
		for _, b := range breaches(reflectType(rt.request)) {
			sent++
			r := send(caller, rt, b)
			var p wire.Problem
			if r.Status != http.StatusUnprocessableEntity || r.slug() != "invalid_request" {
				t.Errorf("%s with %s %v: %d %s", rt.name(), b.told, b.value, r.Status, r.Body)
				continue
			}
			r.into(&p)
			i := slices.IndexFunc(p.Errors, func(f fault.Field) bool { return f.Field == b.told })
			if i < 0 || strings.Contains(p.Errors[i].Message, "satisfy") {
				t.Errorf("%s with %s %v: %s", rt.name(), b.told, b.value, r.Body)
			}
		}
	}
	if sent < 80 {
		t.Errorf("only %d requests: the routes have more rules than that", sent)
	}
}

func send(caller person, rt Route, b breach) reply {
	path, body := somewhere(rt.Path, "p1"), ""
	switch {
	case b.in == "path":
		path = strings.ReplaceAll(rt.Path, "{"+b.name+"}", url.PathEscape(b.value.(string)))
	case b.in == "query" && b.value != nil:
		path += "?" + url.Values{b.name: {strings.Trim(string(mustJSON(b.value)), `"`)}}.Encode()
	case b.in == "body" && b.value != nil:
		body = string(mustJSON(map[string]any{b.name: b.value}))
	case b.in == "body":
		body = "{}"
	}
	return caller.do(rt.Method, path, body)
}

func mustJSON(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

// judgedLater are bodies without tags, and who judges them instead.
var judgedLater = map[reflect.Type]string{
	reflect.TypeFor[wire.ProfileBody](): "channel.RawUpsert.Parse, as it does the same data in a fact",
}

// TestEveryRoute_BodyWithTextOrLists_HasTagsThatBoundIt: a body that no rule
// speaks of would pass the validator as it is.
func TestEveryRoute_BodyWithTextOrLists_HasTagsThatBoundIt(t *testing.T) {
	for _, rt := range Routes() {
		for _, f := range reflect.VisibleFields(reflectType(rt.request)) {
			how := f.Tag.Get("body")
			if how != "json" && how != "optional" || judgedLater[f.Type] != "" {
				continue
			}
			for b := range f.Type.Fields() {
				if b.Type.Kind() != reflect.Bool && b.Tag.Get("validate") == "" {
					t.Errorf("%s: no rule says what %s may be", rt.name(), fieldName(b))
				}
			}
		}
	}
}

func BenchmarkValidateRequest(b *testing.B) {
	q := putPartner{Body: wire.PartnerBody{Name: "Nordwind", Currency: "EUR", Regions: []string{"DE", "FR"}, Status: "active"}}
	for b.Loop() {
		if wrong := validateRequest(q); wrong != nil {
			b.Fatal(wrong)
		}
	}
}
