package document

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/strictjson"
)

// finding is one problem before it is told to the caller: where it is, what
// to say, and how far the document is from what the schema wants there.
type finding struct {
	tokens  []string // from the root to the value
	message string
	weight  int
}

// told is a finding in its place.
type told struct {
	steps   []any
	message string
	rank    int // in the order of the document
	found   int // its number among the findings, which orders what stands at the same place
}

// report turns what was found into one error whose problems stand in the order
// of the document, each of them once.
func (s *Schema) report(found []finding, text *strictjson.Text) error {
	all := make([]told, len(found))
	for i, f := range found {
		steps := stepsOf(text.Root, f.tokens)
		all[i] = told{steps, f.message, text.Rank(steps), i}
	}
	slices.SortFunc(all, func(a, b told) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.message, b.message),
			slices.CompareFunc(a.steps, b.steps, compareSteps), cmp.Compare(a.found, b.found))
	})
	all = slices.CompactFunc(all, func(a, b told) bool {
		return a.message == b.message && slices.Equal(a.steps, b.steps)
	})
	slices.SortFunc(all, func(a, b told) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.message, b.message), cmp.Compare(a.found, b.found))
	})
	var p Problems
	for _, t := range all {
		p.add(t.steps, t.message)
	}
	return p.Err(s.name)
}

// compareSteps orders two steps from the same value, of which both are keys or
// both are indexes.
func compareSteps(a, b any) int {
	if key, ok := a.(string); ok {
		return cmp.Compare(key, b.(string))
	}
	return cmp.Compare(a.(int), b.(int))
}

// collectFindings flattens the validator's tree of errors. Where a value may have one of
// several forms, only the form that it comes nearest to is spoken of.
func (s *Schema) collectFindings(err *jsonschema.ValidationError) []finding {
	switch k := err.ErrorKind.(type) {
	case *kind.OneOf:
		if k.Subschemas == nil { // fits none
			return s.chooseForm(err)
		}
	case *kind.AnyOf:
		return s.chooseForm(err)
	case *kind.PropertyNames:
		return nil // wrongKey tells it, too, and at the right place
	case *wrongKey:
		return s.describeKey(err.InstanceLocation, k)
	}
	if len(err.Causes) == 0 {
		return s.describe(err)
	}
	var all []finding
	for _, cause := range err.Causes {
		all = append(all, s.collectFindings(cause)...)
	}
	return all
}

// chooseForm chooses among the forms a value failed to have: forms of another
// type fall out first, then forms whose fixed keys ("type": "commission")
// differ, then all but the one with the least to mend.
func (s *Schema) chooseForm(err *jsonschema.ValidationError) []finding {
	here := len(err.InstanceLocation)
	typed := dropForms[*kind.Type](err.Causes, here)
	if len(typed) == 0 {
		return []finding{s.describeType(err)}
	}
	named := dropForms[*kind.Const](typed, here+1)
	if len(named) == 0 {
		return []finding{s.describeName(typed, here+1)}
	}
	best := s.collectFindings(named[0])
	for _, form := range named[1:] {
		if found := s.collectFindings(form); weigh(found) < weigh(best) {
			best = found
		}
	}
	return best
}

// dropForms leaves the forms that have no error of kind K at this depth.
func dropForms[K jsonschema.ErrorKind](forms []*jsonschema.ValidationError, depth int) []*jsonschema.ValidationError {
	return slices.DeleteFunc(slices.Clone(forms), func(form *jsonschema.ValidationError) bool {
		return findMistake[K](form, depth) != nil
	})
}

// findMistake finds an error of kind K at this depth of the document, nil if there is
// none. What is below that depth is not looked at.
func findMistake[K jsonschema.ErrorKind](err *jsonschema.ValidationError, depth int) *jsonschema.ValidationError {
	switch _, ok := err.ErrorKind.(K); {
	case len(err.InstanceLocation) > depth:
		return nil
	case ok && len(err.InstanceLocation) == depth:
		return err
	}
	for _, cause := range err.Causes {
		if found := findMistake[K](cause, depth); found != nil {
			return found
		}
	}
	return nil
}

func weigh(found []finding) int {
	total := 0
	for _, f := range found {
		total += f.weight
	}
	return total
}

// describeType reports a value that has the type of none of its forms.
func (s *Schema) describeType(err *jsonschema.ValidationError) finding {
	var want []string
	got := ""
	for _, form := range err.Causes {
		k := findMistake[*kind.Type](form, len(err.InstanceLocation)).ErrorKind.(*kind.Type)
		got, want = k.Got, append(want, k.Want...)
	}
	return finding{err.InstanceLocation, s.wordType(err, got, want), 50}
}

// describeName reports a key that should have told the forms apart, and which
// values it may have.
func (s *Schema) describeName(forms []*jsonschema.ValidationError, depth int) finding {
	var known, at []string
	got := ""
	for _, form := range forms {
		name := findMistake[*kind.Const](form, depth)
		k := name.ErrorKind.(*kind.Const)
		at, got, known = name.InstanceLocation, show(k.Got), append(known, show(k.Want))
	}
	return finding{at, wordChoice(got, known), 10}
}

// describeKey reports what is wrong with a key, at the place of that key.
func (s *Schema) describeKey(at []string, wrong *wrongKey) []finding {
	all := s.collectFindings(wrong.err)
	for i, f := range all {
		all[i] = finding{below(at, wrong.key), "the key " + f.message, f.weight}
	}
	return all
}

// below is the place of a key of the object at a place.
func below(at []string, key string) []string { return append(slices.Clone(at), key) }

// describe reports an error without causes.
func (s *Schema) describe(err *jsonschema.ValidationError) []finding {
	var all []finding
	switch k := err.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		known := s.listKeys(err.SchemaURL)
		for _, key := range k.Properties {
			all = append(all, describeUnknown(below(err.InstanceLocation, key), key, known))
		}
	case *kind.Required:
		for _, key := range k.Missing {
			all = append(all, finding{below(err.InstanceLocation, key), "is missing", 20})
		}
	case *kind.Type:
		all = append(all, finding{err.InstanceLocation, s.word(err), 50})
	default:
		all = append(all, finding{err.InstanceLocation, s.word(err), 10})
	}
	return all
}

// describeUnknown reports a key that nobody knows, and the known one that is nearest.
func describeUnknown(at []string, key string, known []string) finding {
	text, weight := fmt.Sprintf("unknown key %q", fault.Clip(key)), 40
	if near := Nearest(key, known); near != "" {
		text += fmt.Sprintf("; the nearest known one is %q", near)
		weight = 20 + min(distance(fold(key), fold(near)), 20)
	}
	return finding{at, text, weight}
}

// listKeys lists, sorted, the keys that an object may have by the schema at this
// location and those it is joined with.
func (s *Schema) listKeys(location string) []string {
	all := map[string]bool{}
	seen := map[*jsonschema.Schema]bool{nil: true}
	var collect func(*jsonschema.Schema)
	collect = func(sch *jsonschema.Schema) {
		if seen[sch] {
			return
		}
		seen[sch] = true
		for key := range sch.Properties {
			all[key] = true
		}
		for _, part := range listJoined(sch) {
			collect(part)
		}
	}
	collect(s.inside[location])
	return slices.Sorted(maps.Keys(all))
}
