package document

import (
	"errors"
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/message"
)

// The validator keeps the place of a wrong key ("propertyNames") in memory that
// it goes on to overwrite. So keys are checked a second time, by an extension
// that reads the same keyword, and what the validator says of them is dropped.

// wrongKey is the kind of error of this extension.
type wrongKey struct {
	key string
	err *jsonschema.ValidationError
}

// KeywordPath names the keyword.
func (*wrongKey) KeywordPath() []string { return []string{"propertyNames"} }

// LocalizedString is not shown: collectFindings takes the cause apart.
func (w *wrongKey) LocalizedString(*message.Printer) string { return w.err.Error() }

// keyCheck holds the keys of an object against a schema.
type keyCheck struct{ names *jsonschema.Schema }

// Validate checks every key of v, if it is an object.
func (c keyCheck) Validate(ctx *jsonschema.ValidatorContext, v any) {
	object, _ := v.(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(object)) {
		var invalid *jsonschema.ValidationError
		if errors.As(c.names.Validate(key), &invalid) {
			ctx.AddError(&wrongKey{key, invalid})
		}
	}
}

// schemaKeys gives a keyCheck to every schema with "propertyNames".
func schemaKeys() *jsonschema.Vocabulary {
	const url = "mem:keys"
	c := jsonschema.NewCompiler()
	if err := c.AddResource(url, true); err != nil {
		panic("document: " + err.Error())
	}
	return &jsonschema.Vocabulary{
		URL:    url,
		Schema: c.MustCompile(url),
		Compile: func(ctx *jsonschema.CompilerContext, schema map[string]any) (jsonschema.SchemaExt, error) {
			if _, has := schema["propertyNames"]; !has {
				return nil, nil
			}
			return keyCheck{ctx.Enqueue([]string{"propertyNames"})}, nil
		},
	}
}
