package httpapi

import (
	"bytes"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"sort"
	"strconv"

	"github.com/fairlead/fairlead/internal/fault"
)

// bind makes the request struct of a route: fields tagged `path` come from the
// path, `query` from the query string, and a field tagged `body` is the JSON
// body. Then its tags are validated. Unknown and repeated query parameters are
// refused like unknown keys.
func bind[Q any](w http.ResponseWriter, r *http.Request) (Q, error) {
	var q Q
	problems, err := bindQuery(reflect.ValueOf(&q).Elem(), r)
	if err != nil {
		return q, err
	}
	if err := bindBody(reflect.ValueOf(&q).Elem(), w, r); err != nil {
		return q, err
	}
	problems = append(problems, validateRequest(q)...)
	if len(problems) > 0 {
		e := invalidRequest()
		e.Fields = problems
		return q, e
	}
	return q, nil
}

// bindQuery fills path and query fields and returns what does not fit.
func bindQuery(v reflect.Value, r *http.Request) ([]fault.Field, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badSyntax(http.StatusBadRequest, "malformed_query", "the query string cannot be read: %v", err)
	}
	var problems []fault.Field
	known := []string{}
	for _, f := range params(v.Type()) {
		if f.in == "path" {
			v.FieldByIndex(f.index).SetString(r.PathValue(f.name))
			continue
		}
		known = append(known, f.name)
		if given := values[f.name]; len(given) > 1 {
			problems = append(problems, fault.Field{Field: f.name, Message: "is given twice"})
		} else if len(given) == 1 {
			if msg := setText(v.FieldByIndex(f.index), given[0]); msg != "" {
				problems = append(problems, fault.Field{Field: f.name, Message: msg})
			}
		}
	}
	return append(problems, unknownParams(values, known)...), nil
}

func unknownParams(values url.Values, known []string) []fault.Field {
	var problems []fault.Field
	sort.Strings(known)
	for name := range values {
		if !slices.Contains(known, name) {
			problems = append(problems, fault.Field{Field: name, Message: unknownKey(known, name)})
		}
	}
	sort.Slice(problems, func(i, j int) bool { return problems[i].Field < problems[j].Field })
	return problems
}

// param is one field of a request struct that is not in the body.
type param struct {
	name, in string // in: path or query
	index    []int
	field    reflect.StructField
}

// params lists the path and query fields of a request struct, embedded structs
// included.
func params(t reflect.Type) []param {
	var out []param
	for _, f := range reflect.VisibleFields(t) {
		for _, in := range []string{"path", "query"} {
			if name := f.Tag.Get(in); name != "" {
				out = append(out, param{name: name, in: in, index: f.Index, field: f})
			}
		}
	}
	return out
}

// bindBody fills the body field. A document keeps its bytes as they came; a
// stream is left to the handler. A body tagged "optional" may be missing, and a
// POST that takes none accepts {} so that strictness holds there too.
func bindBody(v reflect.Value, w http.ResponseWriter, r *http.Request) error {
	body, how := bodyField(v)
	switch {
	case how == "stream" || how == "" && r.Method == http.MethodGet:
		return nil
	case how == "":
		body, how = reflect.ValueOf(&none{}), "optional"
	}
	if how == "optional" && r.ContentLength == 0 {
		return nil
	}
	data, err := readJSON(w, r)
	if err != nil {
		return err
	}
	if raw, isRaw := body.Interface().(*[]byte); isRaw {
		*raw = data
		return nil
	}
	if how == "optional" && len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	return decodeJSON(data, body.Interface())
}

func bodyField(v reflect.Value) (field reflect.Value, how string) {
	for _, f := range reflect.VisibleFields(v.Type()) {
		if how := f.Tag.Get("body"); how != "" {
			return v.FieldByIndex(f.Index).Addr(), how
		}
	}
	return reflect.Value{}, ""
}

// setText puts a query value into a field and says what is wrong with it.
func setText(v reflect.Value, s string) string {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		b, err := strconv.ParseBool(s)
		if s != "true" && s != "false" || err != nil {
			return "must be true or false"
		}
		v.SetBool(b)
	case reflect.Int:
		n, err := strconv.Atoi(s)
		if err != nil {
			return "must be a whole number"
		}
		v.SetInt(int64(n))
	default:
		panic("httpapi: no query parameter can be a " + v.Kind().String())
	}
	return ""
}
