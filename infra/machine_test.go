package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// state is one of the workflow, as far as the tests look at it.
type state struct {
	Type, Next, Default, SecondsPath string
	ResultPath                       any
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

// workflow is the definition of the one state machine, which is Standard: it
// may run for a day, and nothing of it is done twice by itself.
func workflow(t *testing.T) map[string]state {
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
	for name, s := range workflow(t) {
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
			if len(s.Retry) != 2 || !slices.Equal(s.Retry[0].ErrorEquals, []string{finalError}) || s.Retry[0].MaxAttempts != 0 {
				t.Errorf("%s is tried again after a final error: %+v", name, s.Retry)
				continue
			}
			if r := s.Retry[1]; !slices.Equal(r.ErrorEquals, []string{"States.ALL"}) || r.MaxAttempts != 4 || r.IntervalSeconds != 2 || r.BackoffRate != 2 || r.JitterStrategy != "FULL" {
				t.Errorf("%s: %+v", name, r)
			}
		}
	}
	walk(workflow(t))
	if tasks != 9 {
		t.Errorf("want nine steps, got %d", tasks)
	}
}

// TestNothingIsComputedBeforeTheWait follows the workflow state by state: the
// close waits for writes under way before its first batch, and a period that is
// closed already gets its files alone.
func TestNothingIsComputedBeforeTheWait(t *testing.T) {
	all := workflow(t)
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

var (
	stepConst  = regexp.MustCompile(`\bStep\w+\s+=\s+"([a-z-]+)"`)
	finalConst = regexp.MustCompile(`\bErrFinal\s+=\s+"(\w+)"`)
)

// TestTheStateMachineCallsTheStepsThatTheFunctionKnows compares the two by their
// text: stacks do not import what functions do.
func TestTheStateMachineCallsTheStepsThatTheFunctionKnows(t *testing.T) {
	var known, final []string
	err := filepath.WalkDir("../internal/cloud", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range stepConst.FindAllSubmatch(source, -1) {
			known = append(known, string(m[1]))
		}
		for _, m := range finalConst.FindAllSubmatch(source, -1) {
			final = append(final, string(m[1]))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var called []string
	for name, s := range workflow(t) {
		if s.Type == "Task" {
			called = append(called, name)
		}
		for name := range s.ItemProcessor.States {
			called = append(called, name)
		}
	}
	slices.Sort(known)
	slices.Sort(called)
	if !slices.Equal(known, called) {
		t.Errorf("the function knows %v, the state machine calls %v", known, called)
	}
	if !slices.Equal(final, []string{finalError}) {
		t.Errorf("the function's final error is %v, the state machine's %s", final, finalError)
	}
}
