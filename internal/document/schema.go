package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fairlead/fairlead/internal/fault"
)

// Schema is one compiled JSON Schema (draft 2020-12) together with its source,
// which is also what /schemas/ serves. It is safe for concurrent use.
type Schema struct {
	name   string
	source []byte
	root   *jsonschema.Schema
	inside map[string]*jsonschema.Schema // root and every schema that it is made of, by location

	written []byte // of a LazySchema, compiled by the first who needs it
	once    sync.Once
}

// Name is the document's name, "policy", as used in messages.
func (s *Schema) Name() string { return s.name }

// Source is the schema as compiled, for serving; callers must not change it.
func (s *Schema) Source() []byte {
	s.ready()
	return s.source
}

// MustSchema compiles the JSON Schema of a document. name is what messages call
// the document ("policy"). Every object whose keys are closed
// (additionalProperties or unevaluatedProperties false) also gets the key
// "note", because words for people are welcome anywhere; the schema as written
// need not say so; the document itself may also name its "$schema", which
// editors look for. A `description` completes the sentence "it must be ..." in
// messages about a value of the wrong type or form: "an amount, such as
// 1234.56". A schema that does not compile, or refers to another, panics: it is
// part of the program.
func MustSchema(name string, src []byte) *Schema {
	s, err := newSchema(name, src)
	if err != nil {
		panic(fmt.Sprintf("document: schema of the %s: %v", name, err))
	}
	return s
}

// LazySchema is MustSchema that compiles when the schema is first used: most
// processes start for requests that read no document at all.
func LazySchema(name string, src []byte) *Schema { return &Schema{name: name, written: src} }

// ready compiles a LazySchema, once.
func (s *Schema) ready() {
	s.once.Do(func() {
		if s.written != nil {
			c := MustSchema(s.name, s.written)
			s.source, s.root, s.inside = c.source, c.root, c.inside
		}
	})
}

func newSchema(name string, src []byte) (*Schema, error) {
	tree, err := Tree(src)
	if err != nil {
		return nil, err
	}
	allowNotes(tree)
	allowSchema(tree)
	source, err := json.MarshalIndent(tree, "", "  ")
	if err != nil {
		return nil, err
	}
	root, err := compile("mem:"+strings.ReplaceAll(name, " ", "-"), tree)
	if err != nil {
		return nil, err
	}
	s := &Schema{name: name, source: append(source, '\n'), root: root, inside: map[string]*jsonschema.Schema{}}
	s.index(root)
	return s, nil
}

func compile(location string, tree any) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.RegisterVocabulary(schemaKeys())
	c.AssertVocabs()
	c.UseLoader(noLoader{})
	if err := c.AddResource(location, tree); err != nil {
		return nil, err
	}
	return c.Compile(location)
}

// noLoader keeps a schema from reaching outside itself.
type noLoader struct{}

// Load always fails.
func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("a schema stands alone, but this one refers to %s", url)
}

// index notes a schema and those that it is made of.
func (s *Schema) index(sch *jsonschema.Schema) {
	if sch == nil || s.inside[sch.Location] != nil {
		return
	}
	s.inside[sch.Location] = sch
	for _, property := range sch.Properties {
		s.index(property)
	}
	others, _ := sch.AdditionalProperties.(*jsonschema.Schema)
	for _, part := range append(listJoined(sch), others, sch.Items2020, sch.PropertyNames) {
		s.index(part)
	}
}

// listJoined lists the schemas that a value may have to fit beside sch; some are nil.
func listJoined(sch *jsonschema.Schema) []*jsonschema.Schema {
	return slices.Concat(sch.AllOf, sch.AnyOf, sch.OneOf, []*jsonschema.Schema{sch.Ref})
}

// allowNotes adds "note" to every closed object of a schema's source.
func allowNotes(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			allowNotes(item)
		}
	case map[string]any:
		for _, item := range v {
			allowNotes(item)
		}
		if v["additionalProperties"] != false && v["unevaluatedProperties"] != false {
			return
		}
		properties, ok := v["properties"].(map[string]any)
		if !ok {
			properties = map[string]any{}
			v["properties"] = properties
		}
		if _, has := properties["note"]; !has {
			properties["note"] = map[string]any{"type": "string", "description": "words for people"}
		}
	}
}

// allowSchema lets a document say which schema it follows.
func allowSchema(root any) {
	object, _ := root.(map[string]any)
	if properties, ok := object["properties"].(map[string]any); ok {
		properties["$schema"] = map[string]any{"type": "string", "description": "the address of this schema, for editors"}
	}
}

// Decode reads data strictly into the value that into points at: at most
// MaxBytes of UTF-8 (a byte order mark is accepted), exactly one JSON value, no
// key twice, no unknown key, nothing missing, nothing of the wrong type. On
// failure it returns a fault.Invalid with slug invalid_document that lists all
// problems in the order of the document, and leaves *into alone. "note" keys
// reach into only where its type has a field for them.
func (s *Schema) Decode(data []byte, into any) error {
	s.ready()
	text, err := parse(s.name, data)
	if err != nil {
		return err
	}
	var invalid *jsonschema.ValidationError
	switch err := s.root.Validate(text.Root); {
	case errors.As(err, &invalid):
		return s.report(s.collectFindings(invalid), text)
	case err != nil:
		return fault.Of(err)
	}
	fresh := reflect.New(reflect.TypeOf(into).Elem())
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), fresh.Interface()); err != nil {
		return s.mismatch(err)
	}
	reflect.ValueOf(into).Elem().Set(fresh.Elem())
	return nil
}

// mismatch words what the Go type refuses although the schema lets it pass,
// mostly a whole number that is too large.
func (s *Schema) mismatch(err error) error {
	var wrong *json.UnmarshalTypeError
	var p Problems
	if errors.As(err, &wrong) {
		p.Add(wrong.Field, "%s does not fit here", fault.Clip(wrong.Value))
		return p.Err(s.name)
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return fault.Of(err)
}
