package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNoFindingWithoutAReason runs cdk-nag's AwsSolutions rules over all stacks:
// what they find is mended, or accepted in nag.go with a reason and evidence.
func TestNoFindingWithoutAReason(t *testing.T) {
	reports, err := filepath.Glob(filepath.Join(prod().dir, "*NagReport.json"))
	if err != nil || len(reports) != 3 {
		t.Fatalf("want a report of each of three stacks, got %v, %v", reports, err)
	}
	for _, name := range reports {
		var report struct {
			Lines []struct{ RuleID, ResourceID, Compliance, ExceptionReason, RuleInfo string }
		}
		if err := json.Unmarshal(mustRead(name), &report); err != nil {
			t.Fatal(err)
		}
		if len(report.Lines) == 0 {
			t.Errorf("%s: nothing was checked", name)
		}
		for _, l := range report.Lines {
			if l.Compliance != "Compliant" && l.Compliance != "Suppressed" {
				t.Errorf("%s at %s: %s", l.RuleID, l.ResourceID, l.RuleInfo)
			}
			if l.Compliance == "Suppressed" {
				hasEvidence(t, l.RuleID+" at "+l.ResourceID, l.ExceptionReason)
			}
		}
	}
}

var (
	evidence = regexp.MustCompile(`\bTest\w+|\b(?:docs|internal)/[\w/.-]*\w(?:, \w+_test\.go)?`)
	testFunc = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
)

// hasEvidence wants a reason, and behind the word Evidence what shows that it is
// true: tests of this package, or files of the project. All must be there.
func hasEvidence(t *testing.T, where, reason string) {
	t.Helper()
	why, shown, ok := strings.Cut(reason, "Evidence: ")
	found := evidence.FindAllString(shown, -1)
	if !ok || len(strings.Fields(why)) < 5 || len(found) == 0 {
		t.Errorf("%s is accepted without a reason or without evidence: %q", where, reason)
	}
	tests := map[string]bool{}
	names, _ := filepath.Glob("*_test.go")
	for _, name := range names {
		for _, m := range testFunc.FindAllSubmatch(mustRead(name), -1) {
			tests[string(m[1])] = true
		}
	}
	for _, f := range found {
		if strings.HasPrefix(f, "Test") {
			if !tests[f] {
				t.Errorf("%s: there is no %s", where, f)
			}
		} else if _, err := os.Stat(filepath.Join("..", strings.ReplaceAll(f, ", ", "/"))); err != nil {
			t.Errorf("%s: %v", where, err)
		}
	}
}

// TestCDKValidationFindsNothing looks at what CDK itself finds at synthesis.
func TestCDKValidationFindsNothing(t *testing.T) {
	var report struct{ PluginReports []json.RawMessage }
	if err := json.Unmarshal(mustRead(filepath.Join(prod().dir, "validation-report.json")), &report); err != nil {
		t.Fatal(err)
	}
	if report.PluginReports == nil {
		t.Error("the report does not say what was found")
	}
	for _, r := range report.PluginReports {
		t.Errorf("%s", r)
	}
}
