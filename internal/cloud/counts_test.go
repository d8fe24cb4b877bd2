package cloud_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/cloud/metrics"
	"github.com/fairlead/fairlead/internal/cloud/task"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/workflow"
)

// counts adds up the metrics that were written, as CloudWatch does: only what a
// line declares, and how often each was.
func (w *world) counts() (sum, lines map[metrics.Name]int64) {
	w.t.Helper()
	sum, lines = map[metrics.Name]int64{}, map[metrics.Name]int64{}
	for line := range strings.Lines(w.logged.String()) {
		var l struct {
			AWS struct {
				CloudWatchMetrics []struct{ Metrics []struct{ Name metrics.Name } }
			} `json:"_aws"`
		}
		var values map[metrics.Name]json.RawMessage
		if json.Unmarshal([]byte(line), &l) != nil || json.Unmarshal([]byte(line), &values) != nil {
			w.t.Fatal(line)
		}
		for _, d := range l.AWS.CloudWatchMetrics {
			for _, m := range d.Metrics {
				var v int64
				if err := json.Unmarshal(values[m.Name], &v); err != nil {
					w.t.Fatalf("%s: %v", m.Name, err)
				}
				sum[m.Name], lines[m.Name] = sum[m.Name]+v, lines[m.Name]+1
			}
		}
	}
	return sum, lines
}

// TestMetrics_SayWhatAMonthDidAndHowLongItTook closes and pays a month of one
// partner on a plan, and looks at a pay that leaves a line.
func TestMetrics_SayWhatAMonthDidAndHowLongItTook(t *testing.T) {
	w := newWorld(t).settle().month()
	w.post("POST /v1/periods/2026-03/close")
	w.logged.Reset()
	if err := w.execute("close-2026-03", nil); err != nil {
		t.Fatal(err)
	}
	sum, lines := w.counts()
	if sum[metrics.Incentives] != 1 || sum[metrics.Failures] != 0 || lines[metrics.Latency] == 0 || lines[metrics.Latency] != lines[metrics.Failures] {
		t.Errorf("a close: %v in %v", sum, lines)
	}
	w.must("finance", "POST /v1/payout-runs", `{"period":"2026-03"}`)
	if _, err := w.core.Runs.Approve(w.ctx, paying.ApproveRequest{Run: "2026-03", User: "somebody else"}); err != nil {
		t.Fatal(err)
	}
	w.post("POST /v1/payout-runs/2026-03/pay")
	w.logged.Reset()
	run := task.New(w.app, w.core, task.NewFiles(w.app))
	settle := func() {
		_, _ = run.Handle(w.ctx, task.Task{Step: workflow.Settle.Name, Name: "pay-2026-03-1", Run: "2026-03.1", User: "f"})
	}
	if _, err := run.Handle(w.ctx, task.Task{Step: workflow.PlanPay.Name, Name: "pay-2026-03-1", Run: "2026-03.1", User: "f"}); err != nil {
		t.Fatal(err)
	}
	settle() // before its lines were paid
	if sum, _ := w.counts(); sum[metrics.PayoutsStuck] != 1 {
		t.Errorf("a pay that leaves a line: %v", sum)
	}
	w.logged.Reset()
	if err := w.execute("pay-2026-03-1", nil); err != nil {
		t.Fatal(err)
	}
	if sum, lines := w.counts(); sum[metrics.Payouts] != 1 || sum[metrics.PayoutsStuck] != 0 || lines[metrics.PayoutsStuck] != 1 {
		t.Errorf("a pay: %v in %v", sum, lines)
	}
}
