package document_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/fault"
)

// menu is a small document with every construction the real ones use: nested
// objects, lists, open maps, forms told apart by a key and forms that are not.
const menuSchema = `{
  "type": "object", "additionalProperties": false, "required": ["id", "courses"],
  "properties": {
    "id": {"type": "string", "minLength": 1, "maxLength": 8},
    "currency": {"enum": ["EUR", "USD"]},
    "guests": {"type": "integer", "minimum": 1, "maximum": 100},
    "minValue": {"$ref": "#/$defs/amount"},
    "prices": {"type": "object", "propertyNames": {"maxLength": 5}, "additionalProperties": {"$ref": "#/$defs/amount"}},
    "courses": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"$ref": "#/$defs/course"}},
    "then": {"oneOf": [
      {"type": "object", "additionalProperties": false, "required": ["channel"], "properties": {"channel": {"enum": ["table", "door"]}}},
      {"type": "object", "additionalProperties": false, "required": ["decline"], "properties": {"decline": {"type": "object"}}},
      {"type": "null"}]}
  },
  "$defs": {
    "amount": {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?$", "description": "an amount, such as \"12.50\""},
    "course": {"oneOf": [
      {"type": "object", "additionalProperties": false, "required": ["type", "spoon"], "properties": {"type": {"const": "soup"}, "spoon": {"type": "boolean"}}},
      {"type": "object", "additionalProperties": false, "required": ["type"], "properties": {"type": {"const": "roast"}, "sauces": {"type": "array", "uniqueItems": true, "items": {"type": "string"}}}}]}
  }
}`

type menu struct {
	ID      string
	Guests  int8
	Courses []struct {
		Type string
		Note string
	}
}

var menuDoc = document.MustSchema("menu", []byte(menuSchema))

const goodMenu = `{"$schema": "/schemas/menu.json", "id": "m", "note": "for Sunday", "guests": 4, "courses": [{"type": "soup", "spoon": true, "note": "hot"}], "prices": {"a b": "1.00"}}`

func TestDecode_GoodDocument_FillsTheStruct(t *testing.T) {
	for _, text := range []string{goodMenu, "\xef\xbb\xbf" + goodMenu, "\n " + goodMenu + " \n"} {
		var m menu
		if err := menuDoc.Decode([]byte(text), &m); err != nil {
			t.Fatal(err)
		}
		if m.ID != "m" || m.Guests != 4 || len(m.Courses) != 1 || m.Courses[0].Note != "hot" {
			t.Errorf("decoded %+v", m)
		}
	}
}

func TestDecode_BadDocument_SaysWhatAndWhere(t *testing.T) {
	for _, c := range []struct{ name, doc, want string }{
		{"empty", "", "the menu is empty"},
		{"only spaces", " \n", "the menu is empty"},
		{"truncated", `{"id": "m",` + "\n" + `"courses": [`, "line 2, column 13: the text ends in the middle"},
		{"truncated in a string", `{"id": "m`, "line 1, column 10: the text ends in the middle"},
		{"trailing garbage", goodMenu + "}", "line 1, column 168: something stands behind the JSON value"},
		{"two documents", `{} {}`, "line 1, column 4: something stands behind the JSON value"},
		{"NaN", `{"guests": NaN}`, "line 1, column 12: invalid character 'N' at start of value"},
		{"comment", "{\n// no\n}", "line 2, column 1: invalid character '/' at start of value"},
		{"not UTF-8", "{\"é\": \"\xff\"}", "line 1, column 8: the text is not UTF-8"},
		{"half a surrogate", `{"id": "\ud800"}`, "line 1, column 9: half of a surrogate pair: the escape stands for no character"},
		{"key twice", `{"id": "m", "courses": [{"type": "soup", "spoon": true, "type": "soup"}], "id": "n"}`,
			"courses[0].type: the key stands here twice; id: the key stands here twice"},
		{"exponent", `{"id": "m", "guests": 1e999999999}`, `guests: the number 1e999999999 is too long or has an exponent; amounts and rates are text, such as "1234.56"`},
		{"too deep", strings.Repeat("[", 33) + strings.Repeat("]", 33), strings.Repeat("[0]", 32) + ": more than 32 levels"},
		{"not an object", `[1]`, "is a list; it must be an object"},
		{"missing keys", `{}`, "id: is missing; courses: is missing"},
		{"unknown key", `{"id": "m", "cources": [], "courses": [{"type": "soup", "spoon": true}]}`, `cources: unknown key "cources"; the nearest known one is "courses"`},
		{"unknown key in snake case", `{"id": "m", "min_value": "1", "courses": [{"type": "roast"}]}`, `min_value: unknown key "min_value"; the nearest known one is "minValue"`},
		{"wrong types", `{"id": 7, "minValue": 12.50, "guests": 1.5, "courses": [{"type": "roast", "sauces": "red"}]}`,
			"id: is a number; it must be text; " + `minValue: is a number; it must be text: an amount, such as "12.50"; ` +
				"guests: is a number; it must be a whole number; courses[0].sauces: is text; it must be a list"},
		{"wrong form", `{"id": "m", "minValue": "12,50", "prices": {"a b": "x"}, "courses": [{"type": "roast"}]}`,
			`minValue: "12,50" is not valid; it must be an amount, such as "12.50"; prices["a b"]: "x" is not valid; it must be an amount, such as "12.50"`},
		{"wrong word", `{"id": "m", "currency": "EURO", "courses": [{"type": "roast"}]}`, `currency: "EURO" is not one of "EUR", "USD"; the nearest is "EUR"`},
		{"unknown form", `{"id": "m", "courses": [{"type": "roats"}]}`, `courses[0].type: "roats" is not one of "soup", "roast"; the nearest is "roast"`},
		{"no form", `{"id": "m", "courses": [{}]}`, `courses[0].type: is missing`},
		{"form of another type", `{"id": "m", "courses": ["soup"]}`, `courses[0]: is text; it must be an object`},
		{"a key of the form missing", `{"id": "m", "courses": [{"type": "soup"}, {"type": "soup", "spoom": true}]}`,
			`courses[0].spoon: is missing; courses[1].spoon: is missing; courses[1].spoom: unknown key "spoom"; the nearest known one is "spoon"`},
		{"form without a name", `{"id": "m", "courses": [{"type": "roast"}], "then": {"chanel": "door"}}`,
			`then.channel: is missing; then.chanel: unknown key "chanel"; the nearest known one is "channel"`},
		{"form without a name, wrong type", `{"id": "m", "courses": [{"type": "roast"}], "then": 4}`, `then: is a number; it must be an object or null`},
		{"bounds", `{"id": "", "guests": 101, "courses": []}`, "id: must not be empty; guests: is 101; it must be 100 or less; courses: has 0 items; at least 1 are needed"},
		{"note that is no text", `{"id": "m", "note": 1, "courses": [{"type": "roast"}]}`, "note: is a number; it must be text: words for people"},
		{"wrong keys", `{"id": "m", "guests": 2, "prices": {"a": "1", "banana": "2", "carrots": "3"}, "courses": [{"type": "roast"}]}`,
			"prices.banana: the key has 6 characters; at most 5 are allowed; prices.carrots: the key has 7 characters; at most 5 are allowed"},
		{"items twice", `{"id": "m", "courses": [{"type": "roast", "sauces": ["a", "a"]}]}`, "courses[0].sauces: items 1 and 2 are the same"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := menu{ID: "untouched"}
			err := menuDoc.Decode([]byte(c.doc), &m)
			if !fault.Is(err, document.Slug) || fault.Of(err).Kind != fault.Invalid {
				t.Fatalf("error %v, want an invalid_document", err)
			}
			if got := err.Error(); !strings.Contains(got, c.want) {
				t.Errorf("error\n %s\nwant\n %s", got, c.want)
			}
			if m.ID != "untouched" {
				t.Errorf("a refused document changed the value")
			}
		})
	}
}

func TestDecode_DocumentAboveTheLimit_IsRefusedUnread(t *testing.T) {
	big := []byte(`{"id": "` + strings.Repeat("x", document.MaxBytes) + `"}`)
	err := menuDoc.Decode(big, &menu{})
	want := fmt.Sprintf("the menu is too large: %d bytes, at most %d are allowed", len(big), document.MaxBytes)
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestDecode_ManyProblems_TwentyAreToldAndTheRestCounted(t *testing.T) {
	var keys []string
	for i := range 30 {
		keys = append(keys, fmt.Sprintf(`"k%02d": 1`, i))
	}
	err := menuDoc.Decode([]byte(`{"id": "m", "courses": [{"type": "roast"}], `+strings.Join(keys, ",")+`}`), &menu{})
	f := fault.Of(err)
	if len(f.Fields) != document.MaxProblems || f.Msg != "the menu is not valid (10 more problems)" {
		t.Errorf("%d fields, %q", len(f.Fields), f.Msg)
	}
	if f.Fields[0].Field != "k00" || f.Fields[19].Field != "k19" {
		t.Errorf("not in the order of the document: %v", f.Fields)
	}
}

// TestDecode_LongKeyAroundManyMistakes_TakesNoMemoryForEachOfThem: a path that is
// written out for every value or mistake makes hundreds of megabytes of a small
// document.
func TestDecode_LongKeyAroundManyMistakes_TakesNoMemoryForEachOfThem(t *testing.T) {
	lists := document.MustSchema("lists", []byte(`{"type": "object",
	  "additionalProperties": {"type": "array", "items": {"type": "string"}}}`))
	data := []byte(`{"` + strings.Repeat("k", 20000) + `":[` + strings.Repeat("1,", 20000) + `1]}`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := lists.Decode(data, new(any))
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 100<<20 {
		t.Errorf("a document of %d bytes took %d bytes", len(data), took)
	}
	if got := fault.Of(err).Msg; got != "the lists is not valid (19981 more problems)" {
		t.Error(got)
	}
}

func TestDecode_NumberTooLargeForTheField_IsToldWithItsPath(t *testing.T) {
	err := menuDoc.Decode([]byte(`{"id": "m", "guests": 100, "courses": [{"type": "roast"}]}`), &struct {
		Guests bool `json:"guests"`
	}{})
	if err == nil || !strings.Contains(err.Error(), "guests: number does not fit here") {
		t.Errorf("error %v", err)
	}
}

func TestDecode_SameDocument_SameReport(t *testing.T) {
	doc := []byte(`{"z": 1, "y": 2, "x": 3, "guests": "four", "courses": [{"type": "?"}, {"tipe": 1}, 7]}`)
	first := menuDoc.Decode(doc, &menu{}).Error()
	for range 50 {
		if again := menuDoc.Decode(doc, &menu{}).Error(); again != first {
			t.Fatalf("told differently:\n%s\n%s", first, again)
		}
	}
}

func TestMustSchema_SourceIsServableAndAllowsNotes(t *testing.T) {
	var v struct {
		Properties map[string]any `json:"properties"`
	}
	if err := json.Unmarshal(menuDoc.Source(), &v); err != nil || v.Properties["note"] == nil || menuDoc.Name() != "menu" {
		t.Errorf("source %s: %v", menuDoc.Source(), err)
	}
}

func TestMustSchema_BrokenOrReachingOutside_Panics(t *testing.T) {
	for _, src := range []string{`{`, `{"type": "thing"}`, `{"$ref": "https://example.org/other.json"}`, `{"$ref": "file:///etc/passwd"}`} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("schema %s compiled", src)
				}
			}()
			document.MustSchema("bad", []byte(src))
		}()
	}
}

func TestTree_KeepsNumbersAsWritten(t *testing.T) {
	got, err := document.Tree([]byte(`{"a": [1, 12.50, true, null, "x"]}`))
	want := map[string]any{"a": []any{json.Number("1"), json.Number("12.50"), true, nil, "x"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestNearest_TellsTheWordMeant(t *testing.T) {
	known := []string{"minValue", "channel", "certifications", "name", "podKind"}
	for word, want := range map[string]string{"min_value": "minValue", "MINVALUE": "minValue", "chanel": "channel", "certificates": "certifications", "naem": "name", "kind": "podKind"} {
		if got := document.Nearest(word, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
	if got := document.Nearest("x", nil); got != "" {
		t.Errorf("nearest of nothing is %q", got)
	}
}

func TestPath_ReadsAsPeopleWriteIt(t *testing.T) {
	for want, parts := range map[string][]any{
		"tiers[1].minValue":              {"tiers", 1, "minValue"},
		"regions.JP.tiers[0]":            {"regions", document.Key("JP"), "tiers", 0},
		`prior["a b"]`:                   {"prior", document.Key("a b")},
		`["1"].x`:                        {document.Key("1"), "x"},
		"[3]":                            {3},
		"rules[2].when":                  {document.Path("rules", 2), "when"},
		"rules[2]":                       {"rules[2]", ""},
		"when":                           {"", "when"},
		"regions.JP.rules[0].then.where": {"regions.JP", "rules[0].then", "where"},
	} {
		if got := document.Path(parts...); got != want {
			t.Errorf("Path(%v) = %s, want %s", parts, got, want)
		}
	}
}

func TestProblems_MergeMovesPathsBelowThePrefix(t *testing.T) {
	var p document.Problems
	p.Merge("a", nil)
	if p.Err("plan") != nil {
		t.Fatal("nothing wrong, and yet an error")
	}
	p.Merge("tiers[0]", fault.New(fault.Invalid, "x", "no").At("from", "is late").At("[1]", "is odd"))
	p.Merge("tiers[1]", fault.New(fault.Invalid, "x", "not an amount"))
	want := []fault.Field{{Field: "tiers[0].from", Message: "is late"}, {Field: "tiers[0][1]", Message: "is odd"}, {Field: "tiers[1]", Message: "not an amount"}}
	if diff := cmp.Diff(want, fault.Of(p.Err("plan")).Fields); diff != "" || p.Len() != 3 {
		t.Error(diff)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{goodMenu, `{"id": "m", "courses": [{"type": "roats"}]}`, `{"a":{"a":1,"a":2}}`, "\xef\xbb\xbf{}", `"\ud83d\ude00"`, `"\\ud800"`, `[1e9, -0, 00]`, `{"then": [null]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		err := menuDoc.Decode(data, &menu{})
		if err == nil {
			if !json.Valid([]byte(strings.TrimPrefix(string(data), "\xef\xbb\xbf"))) {
				t.Errorf("accepted what is not JSON: %q", data)
			}
			return
		}
		if !fault.Is(err, document.Slug) {
			t.Errorf("error without the slug: %v", err)
		}
		if len(fault.Of(err).Fields) > document.MaxProblems {
			t.Errorf("too many problems at once")
		}
	})
}
