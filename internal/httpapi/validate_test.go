package httpapi

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-playground/validator/v10"
	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/fault"
)

// transparent is the oracle's name of fields that callers do not see in a path.
const transparent = "~"

func newOracle() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		if name := fieldName(f); name != "" {
			return name
		}
		return transparent
	})
	return v
}

// said is what the oracle finds wrong, in our words.
func said(oracle *validator.Validate, q any) []fault.Field {
	var found validator.ValidationErrors
	if !errors.As(oracle.Struct(q), &found) {
		return nil
	}
	var fields []fault.Field
	for _, e := range found {
		_, path, _ := strings.Cut(e.Namespace(), ".")
		fields = append(fields, fault.Field{Field: strings.ReplaceAll(path, transparent+".", ""), Message: sentence(e)})
	}
	return fields
}

func sentence(e validator.FieldError) string {
	switch e.Tag() {
	case "required":
		return "is missing"
	case "oneof":
		return fmt.Sprintf("must be one of %s", strings.Join(strings.Fields(e.Param()), ", "))
	case "len":
		return fmt.Sprintf("must be %s characters long", e.Param())
	}
	how := map[string]string{"min": "at least", "max": "at most"}[e.Tag()]
	switch e.Kind() {
	case reflect.String:
		return fmt.Sprintf("must have %s %s characters", how, e.Param())
	case reflect.Slice:
		return fmt.Sprintf("must have %s %s items", how, e.Param())
	}
	return fmt.Sprintf("must be %s %s", how, e.Param())
}

// fill makes up a value: texts that fit and texts that are too long, lists with
// empty items, numbers on both sides of every limit.
func fill(r *rand.Rand, v reflect.Value, tag string) {
	switch v.Kind() {
	case reflect.Pointer:
		if r.IntN(2) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), tag)
		}
	case reflect.Struct:
		for f, field := range v.Fields() {
			if field.CanSet() || f.Anonymous {
				fill(r, field, f.Tag.Get("validate"))
			}
		}
	case reflect.Slice:
		if n := []int{0, 0, 1, 2, 101, 301}[r.IntN(6)]; n > 0 || r.IntN(2) == 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		for i := range v.Len() {
			fill(r, v.Index(i), "")
		}
	case reflect.String:
		words := []string{"", "a", "EUR", "é€𝄞", strings.Repeat("é", 64), strings.Repeat("x", 65), strings.Repeat("é", 501), strings.Repeat("x", 2049)}
		if _, list, ok := strings.Cut(tag, "oneof="); ok {
			words = append(words, strings.Fields(list)...)
		}
		v.SetString(words[r.IntN(len(words))])
	case reflect.Int, reflect.Int64:
		v.SetInt([]int64{-1, 0, 1, 1000, 1001}[r.IntN(5)])
	}
}

// TestCheck_EveryRequest_IsRefusedAsTheOracleRefusesIt holds our reading of the
// tags to the validator whose words they are, for every request that there is.
func TestCheck_EveryRequest_IsRefusedAsTheOracleRefusesIt(t *testing.T) {
	oracle, r := newOracle(), rand.New(rand.NewPCG(1, 2))
	refused := map[string]bool{}
	for _, route := range Routes() {
		for range 60 {
			q := reflect.New(reflectType(route.request)).Elem()
			fill(r, q, "")
			ours, theirs := check(q.Interface()), said(oracle, q.Interface())
			if diff := cmp.Diff(theirs, slices.Clone(ours)); diff != "" {
				t.Fatalf("%s: the oracle (-) and we (+) differ:\n%s", route.name(), diff)
			}
			for _, f := range ours {
				refused[f.Message] = true
			}
		}
	}
	if len(refused) < 15 {
		t.Errorf("only %d different problems: that shows little", len(refused))
	}
}
