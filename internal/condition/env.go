package condition

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// class is what a value is to a condition.
type class uint8

const (
	unknown class = iota // already reported
	text
	number
	truth
	list  // of text
	table // of text by name
	group // variables inside
)

var classWords = [...]string{"unknown", "text", "a number", "true or false",
	"a list", "a table", "a group of variables"}

// String is the class as messages call it.
func (c class) String() string { return classWords[c] }

// variable is one variable of an environment, or a group of them.
type variable struct {
	path   string
	class  class
	typ    reflect.Type
	index  int // of the struct field that holds it
	fields map[string]*variable
	names  []string // of fields, sorted
}

var environments sync.Map // reflect.Type -> *variable

// environment describes the struct env, or the one env points at. Fields of
// other types than the language knows are a mistake of the program, and panic.
func environment(env any) *variable {
	typ := reflect.TypeOf(env)
	if typ != nil && typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ == nil || typ.Kind() != reflect.Struct {
		panic(fmt.Sprintf("condition: an environment is a struct, not %T", env))
	}
	if known, ok := environments.Load(typ); ok {
		return known.(*variable)
	}
	root, _ := environments.LoadOrStore(typ, describe("", typ))
	return root.(*variable)
}

func describe(path string, typ reflect.Type) *variable {
	v := &variable{path: path, class: classOf(typ), typ: typ}
	if v.class == unknown {
		panic(fmt.Sprintf("condition: variable %q has type %s; use string, bool, int, int64, float64, []string, "+
			"map[string]string or a struct of these", path, typ))
	}
	if v.class != group {
		return v
	}
	v.fields = map[string]*variable{}
	for i := range typ.NumField() {
		f := typ.Field(i)
		name := f.Tag.Get("expr")
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" {
			panic(fmt.Sprintf("condition: field %s of %s has no expr tag", f.Name, typ))
		}
		field := describe(strings.TrimPrefix(path+"."+name, "."), f.Type)
		field.index = i
		v.fields[name] = field
		v.names = append(v.names, name)
	}
	slices.Sort(v.names)
	return v
}

// classOf knows only the built-in types themselves: the machine asserts them.
func classOf(typ reflect.Type) class {
	switch typ {
	case reflect.TypeFor[string]():
		return text
	case reflect.TypeFor[bool]():
		return truth
	case reflect.TypeFor[int](), reflect.TypeFor[int64](), reflect.TypeFor[float64]():
		return number
	case reflect.TypeFor[[]string]():
		return list
	case reflect.TypeFor[map[string]string]():
		return table
	}
	if typ.Kind() == reflect.Struct {
		return group
	}
	return unknown
}

// describes reports whether env is of the described struct or points at one.
func (v *variable) describes(env any) bool {
	typ := reflect.TypeOf(env)
	if typ == v.typ {
		return true
	}
	return typ != nil && typ.Kind() == reflect.Pointer && typ.Elem() == v.typ && !reflect.ValueOf(env).IsNil()
}

// Value looks up the variable at a path that Reads or Equalities named, in a
// value of (or a pointer to) the struct given to Compile. Its type is the
// field's; an attribute the customer lacks is ”. ok is false when env has no
// such variable.
func Value(env any, path string) (value any, ok bool) {
	at := environment(env)
	v := reflect.Indirect(reflect.ValueOf(env))
	for rest := path; ; {
		if at.class == table {
			attribute := v.MapIndex(reflect.ValueOf(rest))
			if !attribute.IsValid() {
				return "", true
			}
			return attribute.String(), true
		}
		name, more, deeper := strings.Cut(rest, ".")
		next, known := at.fields[name]
		if !known || !v.IsValid() {
			return nil, false
		}
		at, v, rest = next, v.Field(next.index), more
		if !deeper {
			return v.Interface(), at.class != group
		}
	}
}
