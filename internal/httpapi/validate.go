package httpapi

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-playground/validator/v10"

	"github.com/fairlead/fairlead/internal/fault"
)

// checker runs the validator tags of request structs. The tags say only what a
// request must look like (present, of a known word, not too long); what an
// amount or an id is, is said once, by the Parse functions of channel and money.
var checker = newChecker()

func newChecker() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		if f.Tag.Get("body") != "" || f.Anonymous {
			return transparent
		}
		for _, tag := range []string{"json", "query", "path"} {
			if name, _, _ := strings.Cut(f.Tag.Get(tag), ","); name != "" && name != "-" {
				return name
			}
		}
		return f.Name
	})
	return v
}

// check returns what the validator finds wrong with a bound request.
func check(q any) []fault.Field {
	err := checker.Struct(q)
	var found validator.ValidationErrors
	if !errors.As(err, &found) {
		return nil
	}
	fields := make([]fault.Field, 0, len(found))
	for _, e := range found {
		fields = append(fields, fault.Field{Field: fieldPath(e), Message: sentence(e)})
	}
	return fields
}

// fieldPath is the JSON path of a failed field, without the request struct's
// own name and the name of its body field.
func fieldPath(e validator.FieldError) string {
	_, path, _ := strings.Cut(e.Namespace(), ".")
	return strings.ReplaceAll(path, transparent+".", "")
}

// transparent is the name of fields that callers do not see in a path: the body
// itself, and embedded structs.
const transparent = "~"

// sentence says in words what a validator tag wants.
func sentence(e validator.FieldError) string {
	switch e.Tag() {
	case "required":
		return "is missing"
	case "oneof":
		return fmt.Sprintf("must be one of %s", strings.Join(strings.Fields(e.Param()), ", "))
	case "max", "lte":
		return bound(e, "at most")
	case "min", "gte":
		return bound(e, "at least")
	case "excludesall":
		return "holds a character that is not allowed"
	case "len":
		return fmt.Sprintf("must be %s characters long", e.Param())
	}
	return "is not valid (" + e.Tag() + ")"
}

func bound(e validator.FieldError, how string) string {
	switch e.Kind() {
	case reflect.String:
		return fmt.Sprintf("must have %s %s characters", how, e.Param())
	case reflect.Slice, reflect.Map, reflect.Array:
		return fmt.Sprintf("must have %s %s items", how, e.Param())
	}
	return fmt.Sprintf("must be %s %s", how, e.Param())
}
