package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/cloud/metrics"
)

// ringing is an alarm of the templates, as far as it says when it rings.
type ringing struct {
	AlarmName, MetricName, Statistic, ExtendedStatistic, ComparisonOperator, TreatMissingData string
	Threshold, Period, EvaluationPeriods                                                      float64
	DatapointsToAlarm                                                                         *float64
}

// units of the figures that have one.
var units = map[string]string{"ApproximateAgeOfOldestMessage": " s", "IteratorAge": " ms", "ExecutionTime": " ms", string(metrics.WorkAge): " s"}

// rings says when an alarm rings, as docs/operations.md writes it. The figure of
// Latency is of the time limit of its function, in seconds.
func (a ringing) rings(limit float64) string {
	figure := strconv.FormatFloat(a.Threshold, 'f', -1, 64) + units[a.MetricName]
	if a.MetricName == string(metrics.Latency) {
		figure = fmt.Sprintf("%g %% of its time limit", a.Threshold/(10*limit))
	}
	sign := map[string]string{"GreaterThanThreshold": ">", "LessThanThreshold": "<"}[a.ComparisonOperator]
	for unit, seconds := range map[string]float64{"h": 3600, "min": 60} {
		if n := a.Period / seconds; unit == "h" && n >= 1 || unit == "min" && n < 60 {
			out := fmt.Sprintf("%s %s %s in %g %s", strings.ToLower(a.Statistic+a.ExtendedStatistic), sign, figure, n, unit)
			if a.EvaluationPeriods > 1 {
				out += fmt.Sprintf(", %g times", a.EvaluationPeriods)
			}
			return out
		}
	}
	return ""
}

// TestEveryAlarmRingsWhenOperatorsAreToldItDoes holds the figures of the
// templates to those of docs/operations.md, Alarms, one by one.
func TestEveryAlarmRingsWhenOperatorsAreToldItDoes(t *testing.T) {
	told := map[string]string{}
	_, section, _ := strings.Cut(string(mustRead("../docs/operations.md")), "\n## Alarms\n")
	for line := range strings.Lines(section) {
		if cells := strings.Split(line, " | "); len(cells) == 4 && strings.HasPrefix(line, "| `") {
			told[strings.Trim(cells[0], "| `")] = cells[1]
		}
	}
	used := map[string]bool{}
	for id, r := range prod().of("AWS::CloudWatch::Alarm") {
		var a ringing
		if err := json.Unmarshal([]byte(r.text()), &a); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(a.AlarmName, "fairlead-prod-")
		of, kind, _ := strings.Cut(name, "-")
		row := name
		if told[row] == "" {
			row = "*-" + kind
		}
		used[row] = true
		if got := a.rings(timeLimit(t, of)); got != told[row] {
			t.Errorf("%s (%s) rings at %q, docs/operations.md says %q", name, id, got, told[row])
		}
		if silent := a.ComparisonOperator == "LessThanThreshold"; (a.TreatMissingData == "breaching") != silent || a.DatapointsToAlarm != nil {
			t.Errorf("%s: silence is taken as %s", name, a.TreatMissingData)
		}
	}
	if all := slices.Sorted(maps.Keys(told)); !slices.Equal(all, slices.Sorted(maps.Keys(used))) {
		t.Errorf("docs/operations.md explains %v, there are %v", all, slices.Sorted(maps.Keys(used)))
	}
}

// timeLimit is that of a function in seconds, 0 of anything else.
func timeLimit(t *testing.T, name string) float64 {
	t.Helper()
	if !slices.Contains(functionNames, name) {
		return 0
	}
	for id, r := range prod().of("AWS::Lambda::Function") {
		if _, logical, _ := strings.Cut(id, "/"); strings.HasPrefix(logical, *title(name)) {
			return r.Properties["Timeout"].(float64)
		}
	}
	t.Fatalf("there is no function %s", name)
	return 0
}
