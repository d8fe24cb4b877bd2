package events_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fairlead/fairlead/events"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/source"
)

func compile(t *testing.T, eventType string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(events.Schema(eventType)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:"+eventType, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("mem:" + eventType)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestEveryFactHasASampleAndASchema(t *testing.T) {
	if got, want := len(events.In()), len(channel.FactTypes()); got != want {
		t.Errorf("%d events come in, but there are %d types of facts", got, want)
	}
	for _, ft := range channel.FactTypes() {
		if events.Sample(string(ft)) == nil || events.Schema(string(ft)) == nil {
			t.Errorf("%s has no sample or no schema", ft)
		}
	}
	if events.Sample("order.lost") != nil {
		t.Error("an unknown type has a sample")
	}
}

func TestSamples_AreReadStrictlyAndWrittenAgain(t *testing.T) {
	for _, eventType := range events.In() {
		sample := events.Sample(eventType)
		items, err := source.Events(source.MediaEvent, sample)
		if err != nil || items[0].Err != nil {
			t.Errorf("%s: %v, %v", eventType, err, items)
			continue
		}
		again, err := source.Encode(&items[0].Fact)
		if err != nil {
			t.Fatal(err)
		}
		want, err := seal.CanonicalJSON(sample)
		if err != nil {
			t.Fatal(err)
		}
		got, err := seal.CanonicalJSON(again)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: written again as %s, %v; want %s", eventType, got, err, want)
		}
	}
}

// TestSchemas_AgreeWithTheCode changes each sample in every simple way and
// wants the schema and the code to take or refuse the same.
func TestSchemas_AgreeWithTheCode(t *testing.T) {
	for _, eventType := range events.In() {
		schema := compile(t, eventType)
		refused := 0
		for name, change := range changes(t, eventType) {
			text, err := json.Marshal(change)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			bySchema := schema.Validate(doc)
			items, err := source.Events("", text)
			if err != nil {
				t.Fatal(err)
			}
			if (bySchema == nil) != (items[0].Err == nil) {
				t.Errorf("%s, %s: the schema says %v, the code %v", eventType, name, bySchema, items[0].Err)
			}
			if bySchema != nil {
				refused++
			}
		}
		if refused < 20 {
			t.Errorf("%s: only %d changes were refused", eventType, refused)
		}
	}
}

// changes are the sample with one member left out, of another type, empty,
// too long, or unknown.
func changes(t *testing.T, eventType string) map[string]any {
	t.Helper()
	out := map[string]any{"as it is": parse(t, eventType)}
	for _, in := range []string{"", "data"} {
		root := parse(t, eventType)
		members := member(root, in)
		for name := range members {
			for what, value := range map[string]any{
				"null": nil, "a number": 7, "a fraction": 1.5, "true": true, "a list": []any{}, "an object": map[string]any{}, "empty": "",
				"a space": "a b", "negative": "-1.00", "many decimals": "1.00001", "a word": "word", "an amount": "17.25", "long": string(bytes.Repeat([]byte("x"), 300)),
			} {
				changed := parse(t, eventType)
				member(changed, in)[name] = value
				out[fmt.Sprintf("%s.%s is %s", in, name, what)] = changed
			}
			without := parse(t, eventType)
			delete(member(without, in), name)
			out[in+"."+name+" is left out"] = without
		}
		unknown := parse(t, eventType)
		member(unknown, in)["Amount"] = "1"
		out[in+".Amount is unknown"] = unknown
	}
	return out
}

func parse(t *testing.T, eventType string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(events.Sample(eventType), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func member(root map[string]any, name string) map[string]any {
	if name == "" {
		return root
	}
	return root[name].(map[string]any)
}
