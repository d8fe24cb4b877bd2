package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/wire"
)

// parcel has one of everything a request struct may have.
type parcel struct {
	Name    string             `json:"name"`
	Weight  int                `json:"weight,omitempty"`
	Fragile bool               `json:"fragile,omitempty"`
	Tags    []string           `json:"tags,omitempty"`
	To      *address           `json:"to,omitempty"`
	Notes   map[string]*string `json:"notes,omitempty"`
	Gift    wire.Opt[string]   `json:"gift,omitzero"`
	Free    json.RawMessage    `json:"free,omitempty"`
}

type address struct {
	Street string `json:"street"`
	Lines  []struct {
		Text string `json:"text"`
	} `json:"lines,omitempty"`
}

// told is status, slug and fields of an error, on one line.
func told(err error) string {
	if err == nil {
		return "ok"
	}
	p := problemOf(err)
	parts := []string{fmt.Sprintf("%d %s", p.Status, p.Slug)}
	if p.Slug == "malformed_json" {
		parts = append(parts, p.Detail)
	}
	for _, f := range p.Errors {
		parts = append(parts, f.Field+": "+f.Message)
	}
	return strings.Join(parts, "; ")
}

func TestDecode_SaysWhatIsWrongAndWhere(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{`{"name":"a"}`, "ok"},
		{"\xef\xbb\xbf{\"name\":\"a\"}", "ok"},
		{`{"name":"a","to":{"street":"s","lines":[{"text":"t"}]},"notes":{"k":null},"gift":null,"free":{"any":[1]}}`, "ok"},
		{``, "400 malformed_json; the body is empty; a JSON value is needed"},
		{`{"name":`, "400 malformed_json; malformed JSON at line 1, column 9: the text ends in the middle"},
		{"{\"name\":\"a\",\n \"weight\":}", "400 malformed_json; malformed JSON at line 2, column 11: missing value after object name"},
		{`{"name":"a"} {}`, "400 malformed_json; malformed JSON at line 1, column 14: something stands behind the JSON value"},
		{"{\"name\":\"\xff\"}", "400 malformed_json; malformed JSON at line 1, column 10: the text is not UTF-8"},
		{strings.Repeat("[", 40), "400 malformed_json; malformed JSON at line 1, column 33: more than 32 objects and lists inside one another"},
		{`[]`, "422 invalid_request; : must be an object, not a list"},
		{`null`, "422 invalid_request; : must not be null"},
		{`{"nmae":"a"}`, `422 invalid_request; nmae: is not known; did you mean "name"?`},
		{`{"name":"a","name":"b"}`, "422 invalid_request; name: stands twice"},
		{`{"free":{"x":1,"x":2}}`, "422 invalid_request; free.x: stands twice"},
		{`{"name":7,"weight":"7","fragile":1,"tags":"x"}`, "422 invalid_request; name: must be a text, not a number; weight: must be a number, not a text; fragile: must be true or false, not a number; tags: must be a list, not a text"},
		{`{"name":null}`, "422 invalid_request; name: must not be null"},
		{`{"to":{"stret":"s","lines":[{"text":"a"},{"txt":"b"}]}}`, `422 invalid_request; to.stret: is not known; did you mean "street"?; to.lines[1].txt: is not known; did you mean "text"?`},
		{`{"weight":1.5}`, "422 invalid_request; weight: number 1.5 does not fit here"},
		{`{"weight":99999999999999999999}`, "422 invalid_request; weight: number 99999999999999999999 does not fit here"},
	} {
		var p parcel
		if got := told(decodeJSON([]byte(c.body), &p)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.body, got, c.want)
		}
	}
}

func TestDecode_AbsentNullAndAValueAreThreeThings(t *testing.T) {
	for body, want := range map[string]wire.Opt[string]{
		`{}`: {}, `{"gift":null}`: {Set: true, Null: true}, `{"gift":"bow"}`: {Set: true, Value: "bow"},
	} {
		var p parcel
		if err := decodeJSON([]byte(body), &p); err != nil || p.Gift != want {
			t.Errorf("%s: %+v, %v", body, p.Gift, err)
		}
	}
}

func TestDecode_NamesAtMostTwentyProblems(t *testing.T) {
	var b strings.Builder
	for i := range 50 {
		fmt.Fprintf(&b, `"x%d":1,`, i)
	}
	err := decodeJSON([]byte("{"+b.String()+`"name":"a"}`), new(parcel))
	if n := len(fault.Of(err).Fields); n != maxErrors {
		t.Errorf("%d problems", n)
	}
}

// The reader and the shape find different mistakes: they are told as one list.
func TestDecode_MistakesAreToldInTheOrderOfTheText(t *testing.T) {
	body := []byte(`{"weight":"7","free":{"x":1,"x":2},"nmae":1,"name":true}`)
	want := "422 invalid_request; weight: must be a number, not a text; free.x: stands twice; " +
		`nmae: is not known; did you mean "name"?; name: must be a text, not true or false`
	for range 20 {
		if got := told(decodeJSON(body, new(parcel))); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	}
}

// TestDecode_LongNameAroundManyValues_TakesNoMemoryForEachOfThem: a path that is
// written out for every value makes hundreds of megabytes of a small body.
func TestDecode_LongNameAroundManyValues_TakesNoMemoryForEachOfThem(t *testing.T) {
	long := `{"` + strings.Repeat("k", 20000) + `":[` + strings.Repeat("1,", 20000) + `1]}`
	for body, want := range map[string]string{
		`{"free":` + long + `}`: "ok", `{"notes":` + long + `}`: "must be a text, not a list",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := told(decodeJSON([]byte(body), new(parcel)))
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 || !strings.HasSuffix(got, want) {
			t.Errorf("%.20s: %.60s, with %d bytes of memory", body, got, took)
		}
	}
}

func TestReadBody_RefusesWhatIsNoJSONOrTooLarge(t *testing.T) {
	for _, c := range []struct {
		media, body string
		status      int
	}{
		{"application/json", "{}", 0},
		{"application/json; charset=utf-8", "{}", 0},
		{"application/merge-patch+json", "{}", 0},
		{"", "{}", http.StatusUnsupportedMediaType},
		{"", "", 0}, // no body has no type: it is what is missing that is told
		{"text/plain", "{}", http.StatusUnsupportedMediaType},
		{"application/json; charset=latin1", "{}", http.StatusUnsupportedMediaType},
		{"application/json", `"` + strings.Repeat("a", MaxBody) + `"`, http.StatusRequestEntityTooLarge},
	} {
		w, r := request(t, "POST", "/", c.body)
		r.Header.Set("Content-Type", c.media)
		_, err := readJSON(w, r)
		var m *malformed
		if got := errors.As(err, &m); got != (c.status != 0) || got && m.status != c.status {
			t.Errorf("%q of %d bytes: %v, want %d", c.media, len(c.body), err, c.status)
		}
	}
}

// FuzzDecode: no panic on any bytes, and what is accepted is what
// encoding/json reads, too.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"name":"a","tags":["b"],"to":{"street":"s"}}`, `{"a":{"a":1}}`, `[[[[`, `{"gift":null}`, "{\"name\":\"\\ud800\"}", `{"name":"a"}x`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var strict, loose parcel
		if err := decodeJSON(data, &strict); err != nil {
			p := problemOf(err)
			if p.Status != http.StatusBadRequest && p.Status != http.StatusUnprocessableEntity {
				t.Fatalf("%q: %+v", data, p)
			}
			return
		}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(string(data), "\xef\xbb\xbf")), &loose); err != nil {
			t.Fatalf("%q was accepted, but: %v", data, err)
		}
	})
}
