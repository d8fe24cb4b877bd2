package document

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// finding is one problem before it is worded for the caller: where it is, what
// to say, and how far the document is from what the schema wants there.
type finding struct {
	tokens  []string // from the root to the value
	message string
	weight  int
}

// report turns the validator's tree of causes into one error whose problems
// stand in the order of the document.
func (s *Schema) report(err *jsonschema.ValidationError, t *tree) error {
	found := s.findings(err)
	rank := func(f finding) int {
		for n := len(f.tokens); ; n-- {
			if r, ok := t.order[pointer(f.tokens[:n])]; ok || n == 0 {
				return r
			}
		}
	}
	sort.SliceStable(found, func(i, j int) bool {
		if a, b := rank(found[i]), rank(found[j]); a != b {
			return a < b
		}
		return found[i].message < found[j].message
	})
	var p Problems
	said := map[string]bool{}
	for _, f := range found {
		path := pathOf(t.root, f.tokens)
		if line := path + "\x00" + f.message; !said[line] {
			said[line] = true
			p.Add(path, "%s", f.message)
		}
	}
	return p.Err(s.name)
}

// pathOf words a validator's location; only the document tells an index from a
// key that looks like one.
func pathOf(root any, tokens []string) string {
	parts := make([]any, 0, len(tokens))
	at := root
	for _, token := range tokens {
		switch v := at.(type) {
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return Path(parts...)
			}
			parts, at = append(parts, i), v[i]
		case map[string]any:
			parts, at = append(parts, Key(token)), v[token]
		default:
			parts = append(parts, Key(token))
		}
	}
	return Path(parts...)
}

// findings flattens an error. Where a value may have one of several forms, only
// the form it comes nearest to is spoken of.
func (s *Schema) findings(err *jsonschema.ValidationError) []finding {
	switch k := err.ErrorKind.(type) {
	case *kind.OneOf:
		if k.Subschemas == nil {
			return s.alternatives(err)
		}
	case *kind.AnyOf:
		return s.alternatives(err)
	case *kind.PropertyNames:
		return nil // told by badKey, too, and at the right place
	case *badKey:
		return s.misnamed(err.InstanceLocation, k)
	}
	if len(err.Causes) > 0 {
		var all []finding
		for _, cause := range err.Causes {
			all = append(all, s.findings(cause)...)
		}
		return all
	}
	return s.leaf(err)
}

// alternatives chooses among the forms a value failed to have: forms of another
// type fall out first, then forms whose fixed keys ("type": "commission")
// differ, then all but the one with the least to mend.
func (s *Schema) alternatives(err *jsonschema.ValidationError) []finding {
	here := len(err.InstanceLocation)
	forms := err.Causes
	typed := slices.DeleteFunc(slices.Clone(forms), func(f *jsonschema.ValidationError) bool {
		_, wrong := mistake[*kind.Type](f, here)
		return wrong
	})
	if len(typed) == 0 {
		return s.wrongType(err)
	}
	named := slices.DeleteFunc(slices.Clone(typed), func(f *jsonschema.ValidationError) bool {
		_, wrong := mistake[*kind.Const](f, here+1)
		return wrong
	})
	if len(named) == 0 {
		return s.wrongName(typed, here)
	}
	var best []finding
	for i, form := range named {
		found := s.findings(form)
		if i == 0 || weigh(found) < weigh(best) {
			best = found
		}
	}
	return best
}

func weigh(found []finding) int {
	total := 0
	for _, f := range found {
		total += f.weight
	}
	return total
}

// mistake finds an error of kind K at this depth anywhere in err.
func mistake[K jsonschema.ErrorKind](err *jsonschema.ValidationError, depth int) (*jsonschema.ValidationError, bool) {
	if _, ok := err.ErrorKind.(K); ok && len(err.InstanceLocation) == depth {
		return err, true
	}
	for _, cause := range err.Causes {
		if found, ok := mistake[K](cause, depth); ok {
			return found, true
		}
	}
	return nil, false
}

func (s *Schema) wrongType(err *jsonschema.ValidationError) []finding {
	var want []string
	got := ""
	for _, form := range err.Causes {
		if leaf, ok := mistake[*kind.Type](form, len(err.InstanceLocation)); ok {
			k := leaf.ErrorKind.(*kind.Type)
			got = k.Got
			want = append(want, k.Want...)
		}
	}
	return []finding{{err.InstanceLocation, s.typeMessage(err, got, want), 50}}
}

// wrongName reports a key that should have told the forms apart, and which
// values it may have.
func (s *Schema) wrongName(forms []*jsonschema.ValidationError, here int) []finding {
	var known []string
	var at []string
	got := ""
	for _, form := range forms {
		leaf, _ := mistake[*kind.Const](form, here+1)
		k := leaf.ErrorKind.(*kind.Const)
		at, got = leaf.InstanceLocation, show(k.Got)
		known = append(known, show(k.Want))
	}
	return []finding{{at, oneOf(got, known), 10}}
}

// misnamed words what is wrong with a key, at the place of that key.
func (s *Schema) misnamed(at []string, bad *badKey) []finding {
	all := s.findings(bad.err)
	for i, f := range all {
		all[i] = finding{append(slices.Clone(at), bad.key), "the key " + f.message, f.weight}
	}
	return all
}

// leaf words one error without causes.
func (s *Schema) leaf(err *jsonschema.ValidationError) []finding {
	at := err.InstanceLocation
	switch k := err.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		var all []finding
		for _, key := range k.Properties {
			all = append(all, s.unknown(at, key, err.SchemaURL))
		}
		return all
	case *kind.FalseSchema:
		if parent, ok := strings.CutSuffix(err.SchemaURL, "/unevaluatedProperties"); ok && len(at) > 0 {
			return []finding{s.unknown(at[:len(at)-1], at[len(at)-1], parent)}
		}
		return []finding{{at, "must not stand here", 20}}
	case *kind.Required:
		var all []finding
		for _, key := range k.Missing {
			all = append(all, finding{append(slices.Clone(at), key), "is missing", 20})
		}
		return all
	case *kind.Type:
		return []finding{{at, s.typeMessage(err, k.Got, k.Want), 50}}
	}
	return []finding{{at, s.message(err), 10}}
}

func (s *Schema) unknown(object []string, key, location string) finding {
	known := s.keys(location, map[string]bool{})
	message, weight := fmt.Sprintf("unknown key %q", clip(key)), 40
	if near := Nearest(key, known); near != "" {
		message += fmt.Sprintf("; the nearest known one is %q", near)
		weight = 20 + min(distance(fold(key), fold(near)), 20)
	}
	return finding{append(slices.Clone(object), key), message, weight}
}

// keys lists, sorted, the keys that an object may have by the schema at this
// location and those it is joined with.
func (s *Schema) keys(location string, seen map[string]bool) []string {
	sch := s.objects[location]
	if sch == nil || seen[location] {
		return nil
	}
	seen[location] = true
	var all []string
	for key := range sch.Properties {
		all = append(all, key)
	}
	for _, list := range [][]*jsonschema.Schema{sch.AllOf, sch.AnyOf, sch.OneOf, {sch.Ref, sch.If, sch.Then, sch.Else}} {
		for _, p := range list {
			if p != nil {
				all = append(all, s.keys(p.Location, seen)...)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

var typeWords = map[string]string{
	"null": "null", "boolean": "true or false", "number": "a number", "integer": "a whole number",
	"string": "text", "array": "a list", "object": "an object",
}

func (s *Schema) typeMessage(err *jsonschema.ValidationError, got string, want []string) string {
	var words []string
	for _, w := range want {
		if !slices.Contains(words, typeWords[w]) {
			words = append(words, typeWords[w])
		}
	}
	message := fmt.Sprintf("is %s; it must be %s", typeWords[got], strings.Join(words, " or "))
	if d := s.description(err); d != "" {
		message += ": " + d
	}
	return message
}

func (s *Schema) description(err *jsonschema.ValidationError) string {
	sch := s.objects[err.SchemaURL]
	if sch == nil {
		return ""
	}
	if sch.Description == "" && sch.Ref != nil {
		return sch.Ref.Description
	}
	return sch.Description
}

func oneOf(got string, known []string) string {
	message := fmt.Sprintf("%s is not one of %s", got, strings.Join(known, ", "))
	if near := Nearest(got, known); near != "" && distance(fold(got), fold(near)) <= 3 {
		message += "; the nearest is " + near
	}
	return message
}

func show(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return clip(string(data))
}
