package httpapi

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

// schemas makes JSON Schemas (2020-12, as OpenAPI 3.1 uses it) of Go types.
// Named structs become components.
type schemas struct {
	components object
	types      map[string]reflect.Type // of the components
}

// enums are the types of text that have few values.
var enums = map[reflect.Type]any{
	reflect.TypeFor[channel.Outcome]():   channel.Outcomes(),
	reflect.TypeFor[wire.VersionState](): wire.VersionStates(),
}

func reflectType(v any) reflect.Type {
	if v == nil {
		return reflect.TypeFor[none]()
	}
	return reflect.TypeOf(v)
}

// of is the schema of a type. In a request (in) unknown keys are refused and
// what a tag requires is required; in an answer every key without
// omitempty is there.
func (s *schemas) of(t reflect.Type, in bool) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[wire.Figure]():
		return object{"type": []string{"string", "object"}}
	case t == rawMessage || t.Kind() == reflect.Interface:
		return object{}
	case t.Kind() == reflect.Struct && t.Implements(optionalType):
		return s.of(reflect.Zero(t).Interface().(optional).Inner(), in)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return nullable(s.of(t.Elem(), in))
	case reflect.Struct:
		return s.structure(t, in)
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem(), in)}
	case reflect.Slice, reflect.Array:
		return object{"type": "array", "items": s.of(t.Elem(), in)}
	case reflect.String:
		if words, ok := enums[t]; ok {
			return object{"type": "string", "enum": words}
		}
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	}
	return object{"type": "integer"}
}

// nullable lets a schema be null, too.
func nullable(schema object) object {
	if typ, ok := schema["type"].(string); ok {
		schema["type"] = []string{typ, "null"}
		return schema
	}
	if len(schema) == 0 {
		return schema
	}
	return object{"anyOf": []any{schema, object{"type": "null"}}}
}

func (s *schemas) structure(t reflect.Type, in bool) object {
	name := componentName(t)
	if name == "" {
		return s.fields(t, in)
	}
	if other := s.types[name]; other != nil && other != t {
		panic(fmt.Sprintf("httpapi: %v and %v are both called %s", other, t, name))
	}
	if _, ok := s.components[name]; !ok {
		s.types[name] = t
		s.components[name] = object{} // ends the recursion of a type that holds itself
		s.components[name] = s.fields(t, in)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// componentName is the type's name; a page of Ts is TList. Types of another
// package than wire or this one have its name before theirs.
func componentName(t reflect.Type) string {
	name := t.Name()
	if base, arg, ok := strings.Cut(name, "["); ok {
		arg = strings.TrimSuffix(arg, "]")
		return arg[strings.LastIndexByte(arg, '.')+1:] + base
	}
	if name == "" {
		return ""
	}
	pkg := t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:]
	if pkg == "wire" || pkg == "httpapi" {
		return strings.ToUpper(name[:1]) + name[1:]
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

func (s *schemas) fields(t reflect.Type, in bool) object {
	properties, required := object{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		schema := s.of(f.Type, in)
		must := in && constrain(schema, f.Tag.Get("validate"))
		if must || !in && !strings.Contains(options, "omit") && !perhaps(t, f) {
			required = append(required, name)
		}
		properties[name] = schema
	}
	out := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	if in {
		out["additionalProperties"] = false
	}
	return out
}

// perhaps reports whether a field comes from an embedded pointer, which may be
// nil: then it is not there.
func perhaps(t reflect.Type, f reflect.StructField) bool {
	return len(f.Index) > 1 && t.Field(f.Index[0]).Type.Kind() == reflect.Pointer
}
