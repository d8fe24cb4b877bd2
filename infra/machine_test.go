package main

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/workflow"
)

// state is one of the workflow, as far as the tests look at it.
type state struct {
	Type, Next, Default, SecondsPath string
	ResultPath                       any
	Parameters, ResultSelector       map[string]any
	MaxConcurrency                   float64
	Choices                          []struct{ Variable, StringEquals, Next string }
	Retry                            []struct {
		ErrorEquals                  []string
		MaxAttempts, IntervalSeconds float64
		BackoffRate                  float64
		JitterStrategy               string
	}
	ItemReader, ItemBatcher, ResultWriter json.RawMessage
	ItemProcessor                         struct {
		ProcessorConfig struct{ Mode, ExecutionType string }
		States          map[string]state
	}
}

var bucketImport = regexp.MustCompile(`ExportsOutputRef(Batches|Statements)`)

// workflowStates is the definition of the one state machine, which is Standard: it
// may run for a day, and nothing of it is done twice by itself.
func workflowStates(t *testing.T) map[string]state {
	t.Helper()
	machines := prod().of("AWS::StepFunctions::StateMachine")
	if len(machines) != 1 {
		t.Fatalf("want one state machine, got %d", len(machines))
	}
	var w struct {
		TimeoutSeconds float64
		States         map[string]state
	}
	for _, r := range machines {
		if r.Properties["StateMachineType"] != "STANDARD" {
			t.Errorf("the state machine is %v", r.Properties["StateMachineType"])
		}
		var text strings.Builder
		for _, part := range r.Properties["DefinitionString"].(map[string]any)["Fn::Join"].([]any)[1].([]any) {
			if s, ok := part.(string); ok {
				text.WriteString(s)
			} else if m := bucketImport.FindStringSubmatch(list(part)[0]); m != nil {
				text.WriteString("<" + m[1] + ">")
			}
		}
		if err := json.Unmarshal([]byte(text.String()), &w); err != nil {
			t.Fatal(err)
		}
	}
	if w.TimeoutSeconds != 24*3600 {
		t.Errorf("an execution may take %g s", w.TimeoutSeconds)
	}
	return w.States
}

func TestBatchesComeFromTheBucketAndTheirAnswersAreNotKept(t *testing.T) {
	maps := 0
	for name, s := range workflowStates(t) {
		if s.Type != "Map" {
			continue
		}
		maps++
		if c := s.ItemProcessor.ProcessorConfig; c.Mode != "DISTRIBUTED" || c.ExecutionType != "STANDARD" || s.MaxConcurrency != 40 {
			t.Errorf("%s: %+v, %g at a time", name, c, s.MaxConcurrency)
		}
		if !strings.Contains(string(s.ItemReader), `"Bucket":"<Batches>"`) {
			t.Errorf("%s reads its items from another bucket: %s", name, s.ItemReader)
		}
		for _, part := range []string{`:s3:getObject"`, `"InputType":"JSON"`, `"Key.$":"$.plan.`} {
			if !strings.Contains(string(s.ItemReader), part) {
				t.Errorf("%s: want %s in %s", name, part, s.ItemReader)
			}
		}
		if s.ResultPath != nil || s.ItemBatcher != nil || s.ResultWriter != nil {
			t.Errorf("%s keeps its answers, or batches by itself", name)
		}
	}
	if maps != 5 {
		t.Errorf("want five maps, got %d", maps)
	}
}

func TestAStepIsTriedAgainUnlessItsErrorIsFinal(t *testing.T) {
	tasks := 0
	var walk func(map[string]state)
	walk = func(all map[string]state) {
		for name, s := range all {
			walk(s.ItemProcessor.States)
			if s.Type != "Task" {
				continue
			}
			tasks++
			if len(s.Retry) != 2 || !slices.Equal(s.Retry[0].ErrorEquals, []string{workflow.ErrFinal}) || s.Retry[0].MaxAttempts != 0 {
				t.Errorf("%s is tried again after a final error: %+v", name, s.Retry)
				continue
			}
			if r := s.Retry[1]; !slices.Equal(r.ErrorEquals, []string{"States.ALL"}) || r.MaxAttempts != 4 || r.IntervalSeconds != 2 || r.BackoffRate != 2 || r.JitterStrategy != "FULL" {
				t.Errorf("%s: %+v", name, r)
			}
		}
	}
	walk(workflowStates(t))
	if tasks != 9 {
		t.Errorf("want nine steps, got %d", tasks)
	}
}

// TestNothingIsComputedBeforeTheWait follows the workflow state by state: the
// close waits for writes under way before its first batch, and a period that is
// closed already gets its files alone.
func TestNothingIsComputedBeforeTheWait(t *testing.T) {
	all := workflowStates(t)
	path := func(name string) (out []string) {
		for name != "" {
			out = append(out, name)
			s := all[name]
			name = s.Next
			if s.Type == "Choice" {
				name = s.Default
			}
		}
		return out
	}
	for from, want := range map[string]string{
		"plan-close": "plan-close, Closed already?, Wait for writes under way, Each close-batch, Each walk-batch, Each verify-batch, finish-close, Each statement-batch",
		"plan-pay":   "plan-pay, Settled already?, Each pay-batch, settle",
	} {
		if got := strings.Join(path(from), ", "); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if w := all["Wait for writes under way"]; w.Type != "Wait" || w.SecondsPath != "$.plan.wait" {
		t.Errorf("%+v", w)
	}
	for choice, next := range map[string]string{"Closed already?": "Each statement-batch", "Settled already?": "Nothing left"} {
		if c := all[choice].Choices; len(c) != 1 || c[0].Variable != "$.plan.done" || c[0].Next != next {
			t.Errorf("%s: %+v", choice, c)
		}
	}
}

// TestTheStateMachineIsTheWorkflowThatTheFunctionKnows holds the template to
// workflow: the steps in their order, what each gets, where its answer goes and
// what a list of batches is called. That the function does the same steps is a
// test beside it.
func TestTheStateMachineIsTheWorkflowThatTheFunctionKnows(t *testing.T) {
	all := workflowStates(t)
	for from, want := range map[string][]workflow.Step{"Closed already?": workflow.Closing(), "Settled already?": workflow.Paying()} {
		got := []string{plannedBy(all, from)}
		for name := all[from].Default; name != ""; name = all[name].Next {
			s := all[name]
			for called := range s.ItemProcessor.States {
				got = append(got, called)
			}
			if s.Type == "Task" {
				got = append(got, name)
			}
		}
		var names []string
		for _, step := range want {
			names = append(names, step.Name)
			sameStep(t, all, step)
		}
		if !slices.Equal(got, names) {
			t.Errorf("the state machine calls %v, the workflow is %v", got, names)
		}
	}
	for i, work := range []string{workflow.Close, workflow.Pay} {
		if c := all["Which work?"].Choices[i]; c.Variable != "$."+workflow.FieldWork || c.StringEquals != work {
			t.Errorf("%s is chosen by %+v", work, c)
		}
	}
}

// plannedBy is the state that comes before a choice.
func plannedBy(all map[string]state, choice string) string {
	for name, s := range all {
		if s.Next == choice {
			return name
		}
	}
	return ""
}

// sameStep compares one step with its states.
func sameStep(t *testing.T, all map[string]state, step workflow.Step) {
	t.Helper()
	if step.List != "" {
		each := all["Each "+step.Name]
		if want := `"Key.$":"` + workflow.PathPlan + "." + step.List + `"`; !strings.Contains(string(each.ItemReader), want) {
			t.Errorf("%s: want %s in %s", step.Name, want, each.ItemReader)
		}
		if got := each.ItemProcessor.States[step.Name].ResultSelector; got["n.$"] != "$."+workflow.FieldCount {
			t.Errorf("%s counts by %v", step.Name, got)
		}
		return
	}
	s, want := all[step.Name], map[string]any{workflow.FieldStep: step.Name}
	for _, f := range step.Passes {
		want[f+".$"] = "$." + f
	}
	if !maps.Equal(s.Parameters, want) || s.ResultPath != step.Result {
		t.Errorf("%s gets %v, its answer goes to %v; want %v, %s", step.Name, s.Parameters, s.ResultPath, want, step.Result)
	}
}
