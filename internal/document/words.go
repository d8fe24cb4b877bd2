package document

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/fairlead/fairlead/internal/fault"
)

// word says what is wrong with one value: what was found and what is wanted. A
// kind of error that our schemas have not led to has the validator's own words.
func (s *Schema) word(err *jsonschema.ValidationError) string {
	switch k := err.ErrorKind.(type) {
	case *kind.Type:
		return s.wordType(err, k.Got, k.Want)
	case *kind.Enum:
		return wordChoice(show(k.Got), showAll(k.Want))
	case *kind.Const:
		return fmt.Sprintf("is %s; it must be %s", show(k.Got), show(k.Want))
	case *kind.Pattern:
		if d := s.description(err); d != "" {
			return fmt.Sprintf("%q is not valid; it must be %s", fault.Clip(k.Got), d)
		}
		return fmt.Sprintf("%q is not valid; it must match %s", fault.Clip(k.Got), k.Want)
	case *kind.OneOf:
		return "fits more than one of the forms it may have"
	case *kind.UniqueItems:
		return fmt.Sprintf("items %d and %d are the same", k.Duplicates[0]+1, k.Duplicates[1]+1)
	}
	if words := wordBound(err.ErrorKind); words != "" {
		return words
	}
	return err.ErrorKind.LocalizedString(message.NewPrinter(language.English))
}

// wordBound words the kinds that compare a size with a limit, "" for others.
func wordBound(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.MinLength:
		if k.Got == 0 {
			return "must not be empty"
		}
		return fmt.Sprintf("has %d characters; at least %d are needed", k.Got, k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("has %d characters; at most %d are allowed", k.Got, k.Want)
	case *kind.MinItems:
		return fmt.Sprintf("has %d items; at least %d are needed", k.Got, k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("has %d items; at most %d are allowed", k.Got, k.Want)
	case *kind.MinProperties:
		return fmt.Sprintf("has %d keys; at least %d are needed", k.Got, k.Want)
	case *kind.MaxProperties:
		return fmt.Sprintf("has %d keys; at most %d are allowed", k.Got, k.Want)
	case *kind.Minimum:
		return fmt.Sprintf("is %s; it must be %s or more", plainRat(k.Got), plainRat(k.Want))
	case *kind.Maximum:
		return fmt.Sprintf("is %s; it must be %s or less", plainRat(k.Got), plainRat(k.Want))
	}
	return ""
}

var typeWords = map[string]string{
	"null": "null", "boolean": "true or false", "number": "a number", "integer": "a whole number",
	"string": "text", "array": "a list", "object": "an object",
}

// wordType says that a value has the type got and none of those wanted.
func (s *Schema) wordType(err *jsonschema.ValidationError, got string, want []string) string {
	var words []string
	for _, w := range want {
		if !slices.Contains(words, typeWords[w]) {
			words = append(words, typeWords[w])
		}
	}
	text := fmt.Sprintf("is %s; it must be %s", typeWords[got], strings.Join(words, " or "))
	if d := s.description(err); d != "" {
		text += ": " + d
	}
	return text
}

// description is the schema's own words for what stands there.
func (s *Schema) description(err *jsonschema.ValidationError) string {
	sch := s.inside[err.SchemaURL]
	switch {
	case sch == nil:
		return ""
	case sch.Description == "" && sch.Ref != nil:
		return sch.Ref.Description
	}
	return sch.Description
}

// wordChoice says that got is none of the known values, and which is near.
func wordChoice(got string, known []string) string {
	text := fmt.Sprintf("%s is not one of %s", got, strings.Join(known, ", "))
	if near := Nearest(got, known); near != "" && distance(fold(got), fold(near)) <= 3 {
		text += "; the nearest is " + near
	}
	return text
}

// show is a value as JSON, shortened.
func show(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return fault.Clip(string(data))
}

func showAll(values []any) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = show(v)
	}
	return all
}

func plainRat(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return r.FloatString(3)
}
