package document

import (
	"errors"
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/message"
)

// The validator tells a wrong key ("propertyNames") at a location that it
// overwrites while it goes on, so keys are checked a second time here, by an
// extension that reads the same keyword, and what the validator says of them is
// dropped.

// badKey is the kind of error of this extension.
type badKey struct {
	key string
	err *jsonschema.ValidationError
}

// KeywordPath names the keyword.
func (*badKey) KeywordPath() []string { return []string{"propertyNames"} }

// LocalizedString is not shown: findings takes the cause apart.
func (b *badKey) LocalizedString(*message.Printer) string { return b.err.Error() }

type keyCheck struct{ names *jsonschema.Schema }

// Validate checks every key of an object.
func (c keyCheck) Validate(ctx *jsonschema.ValidatorContext, v any) {
	object, _ := v.(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(object)) {
		var invalid *jsonschema.ValidationError
		if errors.As(c.names.Validate(key), &invalid) {
			ctx.AddError(&badKey{key, invalid})
		}
	}
}

// keyVocabulary registers keyCheck for every schema with "propertyNames".
func keyVocabulary() *jsonschema.Vocabulary {
	const url = "mem:keys"
	return &jsonschema.Vocabulary{
		URL:    url,
		Schema: anything(url),
		Compile: func(ctx *jsonschema.CompilerContext, schema map[string]any) (jsonschema.SchemaExt, error) {
			if _, has := schema["propertyNames"]; !has {
				return nil, nil
			}
			return keyCheck{ctx.Enqueue([]string{"propertyNames"})}, nil
		},
	}
}

// anything is a schema that everything fits.
func anything(url string) *jsonschema.Schema {
	c := jsonschema.NewCompiler()
	if err := c.AddResource(url, true); err != nil {
		panic("document: " + err.Error())
	}
	return c.MustCompile(url)
}
