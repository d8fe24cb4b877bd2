package workflow

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// fields are the names that a struct has in JSON.
func fields(v any) (out []string) {
	t := reflect.TypeOf(v)
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		out = append(out, name)
	}
	return out
}

// TestNamedFields_AreThereInJSON: the state machine reads by name what Go writes
// by tag.
func TestNamedFields_AreThereInJSON(t *testing.T) {
	start, planned, did := fields(Start{}), fields(Planned{}), fields(Did{})
	for name, of := range map[string][]string{FieldWork: start, FieldName: start, FieldPeriod: start, FieldRun: start, FieldUser: start,
		FieldDone: planned, FieldWait: planned, FieldCount: did, FieldStep: did} {
		if !slices.Contains(of, name) {
			t.Errorf("%s is not among %v", name, of)
		}
	}
	for _, s := range slices.Concat(Closing(), Paying()) {
		for _, f := range s.Passes {
			if !slices.Contains(start, f) {
				t.Errorf("%s gets %s, which no execution has: %v", s.Name, f, start)
			}
		}
		if s.List != "" && !slices.Contains(planned, s.List) {
			t.Errorf("%s goes over %s, which no plan has: %v", s.Name, s.List, planned)
		}
	}
}

func TestSteps_AreCalledOnceOrForEachOfAList(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range slices.Concat(Closing(), Paying()) {
		if (s.List == "") == (s.Result == "") || (s.List == "") != slices.Contains(s.Passes, FieldName) {
			t.Errorf("%+v", s)
		}
		if seen[s.Name] {
			t.Errorf("there are two steps %s", s.Name)
		}
		seen[s.Name] = true
	}
	for what, steps := range map[string][]Step{Close: Closing(), Pay: Paying()} {
		if steps[0].Result != PathPlan {
			t.Errorf("%s does not begin with its plan but with %s", what, steps[0].Name)
		}
	}
}
