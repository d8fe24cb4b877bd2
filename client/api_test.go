package client_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"path"
	"reflect"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/httpapi"
	"github.com/fairlead/fairlead/internal/inprocess"
)

// general are the methods for what has no method of its own.
var general = map[string]bool{"Do": true, "JSON": true, "Stream": true}

// TestEveryRouteOfTheAPIHasAMethod calls every method with something, and sees
// which routes were asked for.
func TestEveryRouteOfTheAPIHasAMethod(t *testing.T) {
	asked := map[string]bool{}
	mux := http.NewServeMux()
	for _, r := range httpapi.Routes() {
		mux.HandleFunc(r.Method+" "+r.Path, func(w http.ResponseWriter, q *http.Request) {
			asked[q.Pattern] = true
			_, _ = io.WriteString(w, "{}")
		})
	}
	door := &http.Client{Transport: inprocess.Transport{Handler: mux}}
	c := reflect.ValueOf(&client.Client{Base: "http://in.process", HTTP: door})
	for i := range c.NumMethod() {
		if name := c.Type().Method(i).Name; !general[name] {
			for _, kind := range []client.Kind{client.Policies, client.Plans} {
				call(t, name, c.Method(i), kind)
			}
		}
	}
	for _, r := range httpapi.Routes() {
		forTokens := strings.HasPrefix(r.Path, "/v1/") && len(r.Roles) > 0 // a webhook has a signature instead
		if pattern := r.Method + " " + r.Path; forTokens && !asked[pattern] {
			t.Errorf("no method calls %s", pattern)
		}
	}
}

// call calls a method with a text where one is wanted, and follows a list.
func call(t *testing.T, name string, method reflect.Value, kind client.Kind) {
	t.Helper()
	var in []reflect.Value
	for i := range method.Type().NumIn() {
		arg := reflect.New(method.Type().In(i)).Elem()
		switch v := arg.Addr().Interface().(type) {
		case *context.Context:
			*v = t.Context()
		case *client.Kind:
			*v = kind
		default:
			if arg.Kind() == reflect.String {
				arg.SetString("x")
			}
		}
		if !method.Type().IsVariadic() || i+1 < method.Type().NumIn() {
			in = append(in, arg)
		}
	}
	out := method.Call(in)
	if len(out) == 1 {
		for _, err := range out[0].Seq2() {
			t.Errorf("%s: %v", name, err)
		}
		return
	}
	if err := out[1].Interface(); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// TestEveryTypeOfAMethodHasANameHere: who calls a service from elsewhere cannot
// import what is internal here.
func TestEveryTypeOfAMethodHasANameHere(t *testing.T) {
	here := aliases(t)
	seen := map[reflect.Type]bool{}
	var look func(reflect.Type)
	look = func(typ reflect.Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		base, _, _ := strings.Cut(typ.Name(), "[")
		if strings.Contains(typ.PkgPath(), "/internal/") && !here[path.Base(typ.PkgPath())+"."+base] {
			t.Errorf("%v has no name in this package", typ)
		}
		switch typ.Kind() {
		case reflect.Func:
			for in := range typ.Ins() {
				look(in)
			}
			for out := range typ.Outs() {
				look(out)
			}
		case reflect.Struct:
			for f := range typ.Fields() {
				if f.IsExported() {
					look(f.Type)
				}
			}
		case reflect.Map:
			look(typ.Key())
			look(typ.Elem())
		case reflect.Pointer, reflect.Slice, reflect.Array:
			look(typ.Elem())
		}
	}
	for m := range reflect.TypeFor[*client.Client]().Methods() {
		look(m.Type)
	}
	for _, other := range []any{client.Problem{}, client.Request{}, client.Lines{}, client.Watch, client.EachReject} {
		look(reflect.TypeOf(other))
	}
}

// aliases are the types of other rooms that have a name here: "wire.Run".
func aliases(t *testing.T) map[string]bool {
	t.Helper()
	source, err := parser.ParseFile(token.NewFileSet(), "types.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	ast.Inspect(source, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || spec.Assign == 0 {
			return true
		}
		typ := spec.Type
		if of, generic := typ.(*ast.IndexExpr); generic {
			typ = of.X
		}
		if s, ok := typ.(*ast.SelectorExpr); ok {
			names[s.X.(*ast.Ident).Name+"."+s.Sel.Name] = true
		}
		return true
	})
	return names
}
