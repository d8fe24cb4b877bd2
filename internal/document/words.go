package document

import (
	"fmt"
	"math/big"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// message words an error about one value: what was found and what is wanted.
func (s *Schema) message(err *jsonschema.ValidationError) string {
	switch k := err.ErrorKind.(type) {
	case *kind.Enum:
		known := make([]string, len(k.Want))
		for i, w := range k.Want {
			known[i] = show(w)
		}
		return oneOf(show(k.Got), known)
	case *kind.Const:
		return fmt.Sprintf("is %s; it must be %s", show(k.Got), show(k.Want))
	case *kind.Pattern:
		return s.form(err, k.Got, "it must match "+k.Want)
	case *kind.Format:
		return s.form(err, fmt.Sprint(k.Got), "it must be a valid "+k.Want)
	case *kind.OneOf:
		return "fits more than one of the forms it may have"
	case *kind.UniqueItems:
		return fmt.Sprintf("items %d and %d are the same", k.Duplicates[0]+1, k.Duplicates[1]+1)
	}
	if m := bounds(err.ErrorKind); m != "" {
		return m
	}
	return err.ErrorKind.LocalizedString(message.NewPrinter(language.English))
}

// form says what a text must be in the schema's own words where it has some.
func (s *Schema) form(err *jsonschema.ValidationError, got, otherwise string) string {
	if d := s.description(err); d != "" {
		return fmt.Sprintf("%q is not valid; it must be %s", clip(got), d)
	}
	return fmt.Sprintf("%q is not valid; %s", clip(got), otherwise)
}

// bounds words the kinds that compare a size with a limit, "" for others.
func bounds(k jsonschema.ErrorKind) string {
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
	case *kind.ExclusiveMinimum:
		return fmt.Sprintf("is %s; it must be more than %s", plainRat(k.Got), plainRat(k.Want))
	case *kind.ExclusiveMaximum:
		return fmt.Sprintf("is %s; it must be less than %s", plainRat(k.Got), plainRat(k.Want))
	}
	return ""
}

func plainRat(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return r.FloatString(3)
}
