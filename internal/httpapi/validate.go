package httpapi

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fairlead/fairlead/internal/fault"
)

// checks runs the validator tags of request structs. The tags say only what a
// request must look like (present, of a known word, not too long); what an
// amount or an id is, is said once, by the Parse functions of channel and money.
// The words are those of go-playground's validator, and so is what they mean:
//
//	required    not the zero value
//	omitempty   the zero value is fine, whatever follows
//	min max len characters of a text, items of a list, or the number itself
//	oneof       one of these texts
//	dive        what follows is said of each item of a list
type checks []fault.Field

// check returns what is wrong with a bound request, one problem for each field.
func check(q any) []fault.Field {
	var c checks
	c.fields(reflect.ValueOf(q), "")
	return c
}

func (c *checks) fail(path, format string, args ...any) {
	*c = append(*c, fault.Field{Field: path, Message: fmt.Sprintf(format, args...)})
}

// fields checks the fields of a struct, and those of structs inside it.
func (c *checks) fields(v reflect.Value, path string) {
	for f, field := range v.Fields() {
		if !f.IsExported() && !f.Anonymous {
			continue
		}
		at := join(path, fieldName(f))
		if tag := f.Tag.Get("validate"); tag != "" {
			c.value(field, at, strings.Split(tag, ","))
			continue
		}
		if field.Kind() == reflect.Pointer {
			field = field.Elem()
		}
		if field.Kind() == reflect.Struct {
			c.fields(field, at)
		}
	}
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

func join(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + "." + name
}

// value checks one value by the rules of a tag, up to the first that it breaks.
func (c *checks) value(v reflect.Value, path string, rules []string) {
	given := !v.IsZero()
	if v.Kind() == reflect.Pointer && given {
		v = v.Elem()
	}
	for i, rule := range rules {
		name, want, _ := strings.Cut(rule, "=")
		switch name {
		case "required":
			if !given {
				c.fail(path, "is missing")
				return
			}
		case "omitempty":
			if !given {
				return
			}
		case "oneof":
			if words := strings.Fields(want); !slices.Contains(words, v.String()) {
				c.fail(path, "must be one of %s", strings.Join(words, ", "))
				return
			}
		case "min", "max", "len":
			if message := outside(v, name, want); message != "" {
				c.fail(path, "%s", message)
				return
			}
		case "dive":
			for n, item := range v.Seq2() {
				c.value(item, path+"["+strconv.FormatInt(n.Int(), 10)+"]", rules[i+1:])
			}
			return
		default:
			panic("httpapi: there is no validator tag " + name)
		}
	}
}

// outside says in words how the size of a value breaks a rule, "" if it does not.
func outside(v reflect.Value, rule, want string) string {
	limit, err := strconv.ParseInt(want, 10, 64)
	if err != nil {
		panic("httpapi: validator tag " + rule + ": " + err.Error())
	}
	var size int64
	verb, unit := "have", " items"
	switch v.Kind() {
	case reflect.String:
		size, unit = int64(utf8.RuneCountInString(v.String())), " characters"
	case reflect.Slice, reflect.Map, reflect.Array:
		size = int64(v.Len())
	default:
		size, verb, unit = v.Int(), "be", ""
	}
	switch {
	case rule == "max" && size > limit:
		return fmt.Sprintf("must %s at most %d%s", verb, limit, unit)
	case rule == "min" && size < limit:
		return fmt.Sprintf("must %s at least %d%s", verb, limit, unit)
	case rule == "len" && size != limit:
		return fmt.Sprintf("must be %d characters long", limit)
	}
	return ""
}
