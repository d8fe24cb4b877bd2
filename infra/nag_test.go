package main

import (
	"encoding/json"
	"path/filepath"
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
		}
	}
}

// TestCDKValidationFindsNothing looks at what CDK itself finds at synthesis.
func TestCDKValidationFindsNothing(t *testing.T) {
	var report struct{ PluginReports []json.RawMessage }
	if err := json.Unmarshal(mustRead(filepath.Join(prod().dir, "validation-report.json")), &report); err != nil {
		t.Fatal(err)
	}
	for _, r := range report.PluginReports {
		t.Errorf("%s", r)
	}
}
