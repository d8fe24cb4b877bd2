package cloud_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/task"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/workflow"
)

// TestStatements_InTheBucketAreKeptOnceAndSayNothingOfPayments: the step may run
// again at any time, also after the month was paid, and an object once made is
// not made again; a further version would be locked for ten years, too.
func TestStatements_InTheBucketAreKeptOnceAndSayNothingOfPayments(t *testing.T) {
	w := newWorld(t).settle().month()
	w.post("POST /v1/periods/2026-03/close")
	if err := w.execute("close-2026-03", nil); err != nil {
		t.Fatal(err)
	}
	w.must("finance", "POST /v1/payout-runs", `{"period":"2026-03"}`)
	if _, err := w.core.Runs.Approve(w.ctx, paying.ApproveRequest{Run: "2026-03", User: "somebody else"}); err != nil {
		t.Fatal(err)
	}
	w.post("POST /v1/payout-runs/2026-03/pay")
	if err := w.execute("pay-2026-03-1", nil); err != nil {
		t.Fatal(err)
	}
	const key = "statements/2026-03/p1.json"
	first := string(w.aws.objects[key])
	again := func() string {
		step := task.Task{Step: workflow.Statements.Name, Name: "close-2026-03", Period: "2026-03", Owners: []channel.Owner{"partner:p1"}}
		if _, err := task.New(w.app, w.core, task.NewFiles(w.app)).Handle(w.ctx, step); err != nil {
			t.Fatal(err)
		}
		return string(w.aws.objects[key])
	}
	if again(); w.aws.puts[key] != 1 {
		t.Errorf("%s was put %d times", key, w.aws.puts[key])
	}
	delete(w.aws.objects, key)
	if made := again(); made != first || !strings.Contains(made, `"50.00"`) || strings.Contains(made, `"payment"`) {
		t.Errorf("before it was paid %s\nafter it %s", first, made)
	}
}

// TestStatements_InTheLockedBucketComeWithTheirChecksum: S3 takes none without
// where objects are locked by default, and a close whose statements are refused
// ends as failed although the month is closed.
func TestStatements_InTheLockedBucketComeWithTheirChecksum(t *testing.T) {
	w := newWorld(t).settle().month()
	w.post("POST /v1/periods/2026-03/close")
	if err := w.execute("close-2026-03", nil); err != nil || w.aws.executions["close-2026-03"] != "SUCCEEDED" {
		t.Fatalf("%s: %v", w.aws.executions["close-2026-03"], err)
	}
	const key = "/statements-bucket/statements/2026-03/p9.json"
	for header, want := range map[string]int{"": 400, "X-Amz-Sdk-Checksum-Algorithm": 400, "Content-Md5": 200} { // as S3 has it
		r, err := http.NewRequestWithContext(w.ctx, http.MethodPut, "http://aws.test"+key, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if header != "" {
			r.Header.Set(header, "mZFLkyvTelC5g8XnyQrpOw==")
		}
		if answer := cloud.Must(w.aws.Do(r)); answer.StatusCode != want {
			t.Errorf("a put with %q into the locked bucket: %d, want %d", header, answer.StatusCode, want)
		}
	}
}
