package document_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/programme"
	"github.com/fairlead/fairlead/internal/routing"
)

// writer makes up documents of a schema, most of them with something wrong.
type writer struct {
	*rand.Rand
	root  map[string]any
	wrong float64 // how likely each value is not what it should be
	// fitting are the words that a schema of texts lets pass.
	fitting map[string][]string
}

func (w *writer) often(p float64) bool { return w.Float64() < p }

func pick[T any](w *writer, of ...T) T { return of[w.IntN(len(of))] }

// words are texts of which some match any pattern of our schemas.
var words = []string{"", "a", "DE", "EUR", "12", "12.50", "-3.25", "0.05", "2026-03-02", "2026-03", "partner:p1", "x y", "a;b", "\x01", "Ünïcode", strings.Repeat("long", 20), strings.Repeat("é", 201)}

func (w *writer) anything() any {
	return pick[any](w, nil, true, json.Number("3"), json.Number("2.0"), json.Number("-7.25"), pick(w, words...), []any{}, []any{"a", "a"}, map[string]any{}, map[string]any{"type": "cap"})
}

// value makes a value of a schema.
func (w *writer) value(schema map[string]any) any {
	if w.often(w.wrong) {
		return w.anything()
	}
	if ref, ok := schema["$ref"].(string); ok {
		return w.value(w.root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any))
	}
	if v, ok := schema["const"]; ok {
		return v
	}
	if list, ok := schema["enum"].([]any); ok {
		return pick(w, list...)
	}
	if forms, ok := schema["oneOf"].([]any); ok {
		return w.value(pick(w, forms...).(map[string]any))
	}
	switch schema["type"] {
	case "object":
		return w.object(schema)
	case "array":
		list := []any{}
		for range w.IntN(4) {
			items, _ := schema["items"].(map[string]any)
			list = append(list, w.value(items))
		}
		return list
	case "integer":
		return json.Number(strconv.Itoa(pick(w, 0, 1, 4, 5, 6, 100, 101, -1, 36501)))
	case "boolean":
		return w.often(0.5)
	case "string":
		return w.text(schema)
	}
	return w.anything()
}

// text is one that fits, where the words have one.
func (w *writer) text(schema map[string]any) string {
	key := fmt.Sprint(schema)
	if w.fitting[key] == nil {
		source, _ := json.Marshal(schema) // read from JSON a moment ago
		one := document.MustSchema("text", source)
		w.fitting[key] = slices.DeleteFunc(slices.Clone(words), func(s string) bool {
			return one.Decode([]byte(strconv.Quote(s)), new(any)) != nil
		})
	}
	if len(w.fitting[key]) == 0 {
		return "a"
	}
	return pick(w, w.fitting[key]...)
}

func (w *writer) object(schema map[string]any) any {
	object := map[string]any{}
	properties, _ := schema["properties"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		required, _ := schema["required"].([]any)
		keep := 0.3
		if slices.Contains(required, any(key)) {
			keep = 1 - w.wrong
		}
		if w.often(keep) {
			object[key] = w.value(properties[key].(map[string]any))
		}
	}
	if others, ok := schema["additionalProperties"].(map[string]any); ok {
		for range w.IntN(3) {
			object[pick(w, words...)] = w.value(others)
		}
	}
	if w.often(w.wrong) {
		object[pick(w, "nmae", "rates", "min_value", "zzz")] = w.anything()
	}
	return object
}

// places are where the validator finds something wrong: surely, and where it
// depends on which form is meant.
type places struct {
	sure, maybe map[string]bool
	keys        bool // a wrong key, whose place the validator overwrites while it goes on
}

func (p *places) collect(root any, err *jsonschema.ValidationError, into map[string]bool) {
	at := func(more ...string) { into[worded(root, append(slices.Clone(err.InstanceLocation), more...))] = true }
	switch k := err.ErrorKind.(type) {
	case *kind.PropertyNames:
		p.keys = true
		return
	case *kind.OneOf:
		into = p.maybe
		at()
	case *kind.Required:
		for _, key := range k.Missing {
			at(key)
		}
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			at(key)
		}
	default:
		if len(err.Causes) == 0 {
			at()
		}
	}
	for _, cause := range err.Causes {
		p.collect(root, cause, into)
	}
}

func worded(root any, tokens []string) string {
	var parts []any
	for _, token := range tokens {
		switch v := root.(type) {
		case []any:
			i, _ := strconv.Atoi(token)
			parts, root = append(parts, i), v[i]
		case map[string]any:
			parts, root = append(parts, document.Key(token)), v[token]
		}
	}
	return document.Path(parts...)
}

// TestDecode_RandomDocuments_NothingTheValidatorFindsIsLost holds what is told to
// the validator's own errors: the same documents are refused, and for something
// at the same places.
func TestDecode_RandomDocuments_NothingTheValidatorFindsIsLost(t *testing.T) {
	const documents = 400
	for _, s := range []*document.Schema{menuDoc, routing.Schema, incentive.Schema, programme.Schema} {
		t.Run(s.Name(), func(t *testing.T) {
			source, err := document.Tree(s.Source())
			if err != nil {
				t.Fatal(err)
			}
			compiler := jsonschema.NewCompiler()
			if err := compiler.AddResource("mem:schema", source); err != nil {
				t.Fatal(err)
			}
			plain := compiler.MustCompile("mem:schema")
			w := &writer{Rand: rand.New(rand.NewPCG(1, 2)), root: source.(map[string]any), fitting: map[string][]string{}}
			fine := 0
			for i := range documents {
				w.wrong = float64(i%4) / 100
				fine += agree(t, s, plain, w.value(w.root))
			}
			if fine < documents/20 || fine > documents*19/20 {
				t.Errorf("%d of %d documents are fine: that shows little", fine, documents)
			}
		})
	}
}

// agree compares what is said about one document, and returns 1 if it is fine.
func agree(t *testing.T, s *document.Schema, plain *jsonschema.Schema, doc any) int {
	t.Helper()
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := s.Decode(data, new(any)), plain.Validate(doc)
	if (ours == nil) != (theirs == nil) {
		t.Fatalf("%s\nwe say %v,\nthe validator %v", data, ours, theirs)
	}
	if ours == nil {
		return 1
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(theirs, &invalid) {
		t.Fatal(theirs)
	}
	p := places{sure: map[string]bool{}, maybe: map[string]bool{}}
	p.collect(doc, invalid, p.sure)
	told := map[string]bool{}
	for _, f := range fault.Of(ours).Fields {
		told[f.Field] = true
		if !p.sure[f.Field] && !p.maybe[f.Field] && !p.keys {
			t.Errorf("%s\nwe say %s %s, the validator does not:\n%v", data, f.Field, f.Message, theirs)
		}
	}
	for at := range p.sure {
		if !told[at] && len(fault.Of(ours).Fields) < document.MaxProblems {
			t.Errorf("%s\nthe validator finds something at %q, we say %v", data, at, ours)
		}
	}
	return 0
}

// strict is JSON Schema's own schema, with every keyword refused that it does not
// name: a mistyped one would be asked of nobody.
const strict = `{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "mem:strict", "$dynamicAnchor": "meta",
  "$ref": "https://json-schema.org/draft/2020-12/schema", "unevaluatedProperties": false}`

func TestSchemas_HaveNoKeywordThatJSONSchemaDoesNotKnow(t *testing.T) {
	tree, err := document.Tree([]byte(strict))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:strict", tree); err != nil {
		t.Fatal(err)
	}
	known := c.MustCompile("mem:strict")
	for _, s := range []*document.Schema{menuDoc, routing.Schema, incentive.Schema, programme.Schema} {
		source, err := document.Tree(s.Source())
		if err != nil {
			t.Fatal(err)
		}
		if err := known.Validate(source); err != nil {
			t.Errorf("%s: %v", s.Name(), err)
		}
	}
	mistyped := map[string]any{"properties": map[string]any{"a": map[string]any{"minLenght": json.Number("1")}}}
	if known.Validate(mistyped) == nil {
		t.Error("minLenght is a keyword")
	}
}

func TestMustSchema_KeywordWithAWrongValue_Panics(t *testing.T) {
	for _, src := range []string{
		`{"minLength": -1}`, `{"minLength": "1"}`, `{"minimum": "1"}`, `{"pattern": "("}`, `{"required": "a"}`, `{"$ref": "#/$defs/none"}`,
	} {
		t.Run(src, func(t *testing.T) {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, "schema of the bad") {
					t.Errorf("compiled, or said only %s", said)
				}
			}()
			document.MustSchema("bad", []byte(src))
		})
	}
}
