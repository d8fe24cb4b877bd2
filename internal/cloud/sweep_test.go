package cloud_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/cloud"
	"github.com/fairlead/fairlead/internal/cloud/machine"
	"github.com/fairlead/fairlead/internal/cloud/sweep"
	"github.com/fairlead/fairlead/internal/cloud/task"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/workflow"
)

func (w *world) sweep() *sweep.Sweep {
	return sweep.New(w.app, w.core, machine.New(w.app, w.core.UseCases))
}

// evening is an installation in which a sweep has something to do: an offer that
// nobody answered, a customer who waits and whom a new partner would take, and a
// night to come.
func evening(t *testing.T) *world {
	w := newWorld(t).settle()
	w.must("manager", "POST /v1/policies", strings.NewReplacer(`"2026-01-01"`, `"2026-03-02"`, `"examples"`, `"offer": {"required": true, "expiresHours": 48, "maxOffers": 2}, "examples"`).Replace(worldPolicy))
	w.must("manager", "PUT /v1/partners/p3", `{"name":"Three","currency":"EUR","regions":["DE"]}`)
	for id, region := range map[string]string{"c2": "DE", "c3": "SE"} {
		w.must("crm", "PUT /v1/customers/"+id, `{"region":"`+region+`","declaredValue":"7000.00","currency":"EUR"}`)
		w.must("crm", "POST /v1/customers/"+id+"/route", "")
	}
	w.must("manager", "PUT /v1/partners/p4", `{"name":"Four","currency":"EUR","regions":["SE"]}`)
	w.now = w.now.Add(49 * time.Hour)
	return w
}

// kept is what the ledger holds about the customers, and the census.
func (w *world) kept() string {
	var out strings.Builder
	for _, pk := range []string{"C#c1", "C#c2", "C#c3", "V#census#census"} {
		page := cloud.Must(w.table.Query(w.ctx, table.Range{Table: table.Ledger, PK: pk}))
		for _, it := range page.Items {
			fmt.Fprintf(&out, "%s %s %s\n", it.PK, it.SK, it.Body)
		}
	}
	return out.String()
}

func TestSweep_FiringTwiceAtOnceDoesNothingTwice(t *testing.T) {
	once := evening(t)
	before := once.kept()
	if err := once.sweep().Handle(once.ctx, sweep.Event{Nightly: true}); err != nil {
		t.Fatal(err)
	}
	want := once.kept()
	if strings.Count(want, " D#") != strings.Count(before, " D#")+3 { // c2's offer has ended, c2 and c3 have another
		t.Fatalf("the sweep had nothing to do:\n%s\n%s", before, want)
	}
	w := evening(t)
	done := make(chan error, 4)
	for range 2 { // twice in one process, and twice in processes of their own
		one := w.sweep()
		go func() { done <- one.Handle(w.ctx, sweep.Event{Nightly: true}) }()
		c := wiring.On(w.app, w.table)
		other := sweep.New(w.app, c, machine.New(w.app, c.UseCases))
		go func() { done <- other.Handle(w.ctx, sweep.Event{Nightly: true}) }()
	}
	if err := errors.Join(<-done, <-done, <-done, <-done); err != nil {
		t.Error(err)
	}
	if got := w.kept(); got != want {
		t.Errorf("four sweeps left\n%s\none leaves\n%s", got, want)
	}
}

func TestSweep_TheNightlyEventIsTheOneThatSaysSo(t *testing.T) {
	w := newWorld(t).settle()
	for event, nights := range map[string]bool{
		`{"nightly":true}`: true,
		`{"version":"0","detail-type":"Scheduled Event","source":"aws.events","detail":{}}`: false, // what a rule without input sends
	} {
		var e sweep.Event
		if err := json.Unmarshal([]byte(event), &e); err != nil {
			t.Fatal(err)
		}
		w.logged.Reset()
		if err := w.sweep().Handle(w.ctx, e); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(w.logged.String(), `"Nights":1`) != nights {
			t.Errorf("%s: %s", event, w.logged)
		}
	}
}

// brief is the context of a function whose time runs faster than it thinks:
// whenever it asks, an eighth of it is left.
type brief struct {
	context.Context
	now  time.Time
	left atomic.Int64
}

func (b *brief) Deadline() (time.Time, bool) {
	left := b.left.Load()
	b.left.Store(left / 8)
	return b.now.Add(time.Duration(left)), true
}

func TestSweep_ANightThatRanOutOfTimeIsGoneOnWithByTheNextMinuteAndCountsOnce(t *testing.T) {
	w := newWorld(t).settle()
	nights := func(ctx context.Context, e sweep.Event) int {
		t.Helper()
		w.logged.Reset()
		if err := w.sweep().Handle(ctx, e); err != nil {
			t.Fatal(err)
		}
		return strings.Count(w.logged.String(), `"Nights":1`)
	}
	short := &brief{Context: w.ctx, now: w.now}
	short.left.Store(int64(1_000_000 * time.Hour))
	if nights(short, sweep.Event{Nightly: true}) != 0 || !strings.Contains(w.logged.String(), `"unfinished":true`) {
		t.Errorf("a night that is not done counts: %s", w.logged)
	}
	for minute, want := range []int{1, 0} {
		if got := nights(w.ctx, sweep.Event{}); got != want {
			t.Errorf("minute %d: %d nights, want %d: %s", minute, got, want, w.logged)
		}
	}
}

func TestSweep_ACloseThatRunsForHoursIsMeasuredWhileItRuns(t *testing.T) {
	w := newWorld(t).settle()
	w.aws.executions = map[string]string{"close-2026-03": "RUNNING", "close-2026-02": "SUCCEEDED"}
	w.aws.began = w.now.Add(-3 * time.Hour).Unix()
	if err := w.sweep().Handle(w.ctx, sweep.Event{}); err != nil || !strings.Contains(w.logged.String(), `"WorkAge":10800`) {
		t.Errorf("%v: %s", err, w.logged)
	}
	w.aws.executions["close-2026-03"] = "SUCCEEDED"
	w.logged.Reset()
	if err := w.sweep().Handle(w.ctx, sweep.Event{}); err != nil || !strings.Contains(w.logged.String(), `"WorkAge":0`) {
		t.Errorf("%v: %s", err, w.logged)
	}
}

// TestSweep_WhatIsHalfwayAndNotRunningIsCounted: a close failed in the middle, and so did
// the pay; between the two nothing is halfway.
func TestSweep_WhatIsHalfwayAndNotRunningIsCounted(t *testing.T) {
	w := newWorld(t).settle().month()
	halted := func(want string) {
		t.Helper()
		w.logged.Reset()
		if err := w.sweep().Handle(w.ctx, sweep.Event{}); err != nil || !strings.Contains(w.logged.String(), `"Halted":`+want+`,`) {
			t.Errorf("%v, want %s: %s", err, want, w.logged)
		}
	}
	breaks := func(name, step string) {
		t.Helper()
		if err := w.execute(name, func(t task.Task) error {
			if t.Step == step {
				return errors.New("killed")
			}
			return nil
		}); err == nil {
			t.Fatal("nothing was killed")
		}
	}
	halted("0")
	w.post("POST /v1/periods/2026-03/close")
	breaks("close-2026-03", workflow.VerifyBatch.Name)
	halted("1")
	w.post("POST /v1/periods/2026-03/close")
	halted("0") // it is running again
	if err := w.execute("close-2026-03-r2", nil); err != nil {
		t.Fatal(err)
	}
	halted("0")
	w.must("finance", "POST /v1/payout-runs", `{"period":"2026-03"}`)
	if _, err := w.core.Runs.Approve(w.ctx, paying.ApproveRequest{Run: "2026-03", User: "somebody else"}); err != nil {
		t.Fatal(err)
	}
	w.post("POST /v1/payout-runs/2026-03/pay")
	breaks("pay-2026-03-1", workflow.Settle.Name)
	halted("1")
}

func TestSweep_AStateMachineThatDoesNotAnswerHoldsUpNobody(t *testing.T) {
	w := newWorld(t).settle()
	w.aws.answer = func(call string) (int, string) {
		if call == "ListExecutions" {
			return 400, `{"__type":"AccessDeniedException"}`
		}
		return 0, ""
	}
	if err := w.sweep().Handle(w.ctx, sweep.Event{}); err != nil || !strings.Contains(w.logged.String(), `"Failures":1`) {
		t.Errorf("%v: %s", err, w.logged)
	}
}
