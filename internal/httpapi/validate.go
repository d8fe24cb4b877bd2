package httpapi

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/go-playground/validator/v10"

	"github.com/fairlead/fairlead/internal/fault"
)

// requestValidator reads the validator tags of request structs. The tags say only
// what a request must look like (present, of a known word, not too long); what an
// amount or an id is, the Parse functions of channel and money say. It is made
// when the first request needs it, so that a start does not wait for it, and
// remembers the tags of every type that it has seen.
var requestValidator = sync.OnceValue(func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		if name := fieldName(f); name != "" {
			return name
		}
		return unseen
	})
	return v
})

// unseen is the validator's name for fields that callers do not see in a path.
const unseen = "~"

// validateRequest returns what is wrong with a bound request, one problem for each
// field. Structs of any package may be requests; a tag that the validator does
// not know, or a request that is no struct, panics: it is part of the program.
func validateRequest(request any) []fault.Field {
	err := requestValidator().Struct(request)
	if err == nil {
		return nil
	}
	var broken validator.ValidationErrors
	if !errors.As(err, &broken) {
		panic("httpapi: " + err.Error())
	}
	fields := make([]fault.Field, len(broken))
	for i, rule := range broken {
		fields[i] = fault.Field{Field: callerPath(rule), Message: wordRule(rule)}
	}
	return fields
}

// callerPath is where callers find the field: without the name of the request's
// Go type, and without what they do not see.
func callerPath(rule validator.FieldError) string {
	_, path, _ := strings.Cut(rule.Namespace(), ".")
	return strings.ReplaceAll(path, unseen+".", "")
}

// fieldName is what callers call a field, "" for those that they do not see in a
// path: the body itself, and embedded structs.
func fieldName(f reflect.StructField) string {
	if f.Tag.Get("body") != "" || f.Anonymous {
		return ""
	}
	for _, tag := range []string{"json", "query", "path"} {
		if name, _, _ := strings.Cut(f.Tag.Get(tag), ","); name != "" && name != "-" {
			return name
		}
	}
	return f.Name
}

// ruleWords say what a rule asks for, by its tag; where a tag means something else
// for texts, lists and numbers, by the tag and that. %s is the rule's parameter.
var ruleWords = map[string]string{
	"required":   "is missing",
	"oneof":      "must be one of %s",
	"len text":   "must be %s characters long",
	"len list":   "must have %s items",
	"min text":   "must have at least %s characters",
	"min list":   "must have at least %s items",
	"min number": "must be at least %s",
	"max text":   "must have at most %s characters",
	"max list":   "must have at most %s items",
	"max number": "must be at most %s",
}

// wordRule words the rule that a field breaks. A tag without words of ours is
// told by its name.
func wordRule(rule validator.FieldError) string {
	param := rule.Param()
	if rule.Tag() == "oneof" {
		param = strings.Join(strings.Fields(param), ", ")
	}
	words, known := ruleWords[rule.Tag()]
	if !known {
		words, known = ruleWords[rule.Tag()+" "+measured(rule.Kind())]
	}
	switch {
	case !known:
		return strings.TrimSpace("does not satisfy the rule " + rule.Tag() + " " + param)
	case strings.Contains(words, "%s"):
		return fmt.Sprintf(words, param)
	}
	return words
}

// measured is what the size of a value is counted in.
func measured(kind reflect.Kind) string {
	switch kind {
	case reflect.String:
		return "text"
	case reflect.Slice, reflect.Array, reflect.Map:
		return "list"
	}
	return "number"
}
