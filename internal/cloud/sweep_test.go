package cloud_test

import (
	"encoding/json"
	"errors"
	"github.com/fairlead/fairlead/internal/cloud/machine"
	"github.com/fairlead/fairlead/internal/cloud/sweep"
	"strings"
	"testing"
	"time"
)

func (w *world) sweep() *sweep.Sweep {
	return sweep.New(w.app, w.core, machine.New(w.app, w.core.Payrun))
}

func TestSweep_FiringTwiceAtOnceDoesNothingTwice(t *testing.T) {
	w := newWorld(t).settle()
	s := w.sweep()
	done := make(chan error, 2)
	for range 2 {
		go func() { done <- s.Handle(w.ctx, sweep.Event{}) }()
	}
	before := w.must("crm", "GET /v1/decisions", "")
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	if after := w.must("crm", "GET /v1/decisions", ""); after != before {
		t.Errorf("decided again: %s", after)
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
