package cloud_test

import (
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/cloud/hook"
	"github.com/fairlead/fairlead/internal/cloud/stream"
	"github.com/fairlead/fairlead/internal/cloud/sweep"
	"github.com/fairlead/fairlead/internal/cloud/worker"
	"github.com/fairlead/fairlead/internal/source"
)

// TestHook_SignaturesAreOverTheBytes: the gateway sends every body as base64,
// and what is signed are the bytes, line ends and all.
func TestHook_SignaturesAreOverTheBytes_AlsoWhereTheGatewaySendsBase64(t *testing.T) {
	w := newWorld(t).settle()
	gate := hook.New(w.app, source.KnownSenders(), hook.NewSecrets(w.app), hook.NewQueue(w.app))
	body := strings.Replace(order("o1", "c1", "2026-03-02T11:00:00Z", "100.00"), `"data":`, "\r\n \"data\":\t", 1) + "\n"
	e := w.webhook(body, w.now)
	e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(body)), true
	w.hooked(gate, e, 202)
	if failed := w.deliver(worker.New(w.app, source.KnownSenders(), w.core), w.aws.messages...); failed != nil || w.outcome("o1") != "applied" {
		t.Errorf("%v, %q", failed, w.outcome("o1"))
	}
	e.Body = base64.StdEncoding.EncodeToString([]byte(strings.TrimSpace(body))) // the same JSON in other bytes
	w.hooked(gate, e, 401)
	e.Body = "no base64"
	w.hooked(gate, e, 400)
	if len(w.aws.messages) != 1 {
		t.Errorf("%d messages", len(w.aws.messages))
	}
}

// TestFunctions_LeaveNothingRunningBehind: what still runs after the answer is
// frozen with the process, or lost with it.
func TestFunctions_LeaveNothingRunningBehind(t *testing.T) {
	w := evening(t)
	gate, work := hook.New(w.app, source.KnownSenders(), hook.NewSecrets(w.app), hook.NewQueue(w.app)), worker.New(w.app, source.KnownSenders(), w.core)
	told := stream.New(w.app, w.core, stream.NewBus(w.app))
	w.hooked(gate, w.webhook(order("o0", "c1", "2026-03-02T11:00:00Z", "1.00"), w.now), 202) // clients are made
	var rows strings.Builder                                                                 // a few hundred are applied side by side
	rows.WriteString("order_id,customer_id,occurred_at,amount,currency\n")
	for i := range 500 {
		fmt.Fprintf(&rows, "i%d,c1,2026-03-02T11:00:00Z,5.00,EUR\n", i)
	}
	runs := map[string]func(){
		"hook":   func() { w.hooked(gate, w.webhook(order("o1", "c1", "2026-03-02T11:00:00Z", "100.00"), w.now), 202) },
		"worker": func() { w.deliver(work, append(w.aws.messages, "poison")...) },
		"api": func() {
			w.must("crm", "POST /v1/customers/c1/route", "")
			w.must("crm", "POST /v1/imports?kind=orders", rows.String(), "Content-Type", "text/csv")
			w.ask(w.door, "manager", "POST /v1/sweeps", "")
		},
		"stream": func() { _, _ = told.Handle(w.ctx, w.records("C#c1")) },
		"sweep":  func() { _ = w.sweep().Handle(w.ctx, sweep.Event{Nightly: true}) },
		"payrun": func() {
			w.now = time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC)
			w.post("POST /v1/periods/2026-03/close")
			_ = w.execute("close-2026-03", nil)
		},
	}
	for _, name := range []string{"hook", "worker", "api", "stream", "sweep", "payrun"} {
		runs[name]()
		for _, left := range running() {
			t.Errorf("%s leaves behind\n%s", name, left)
		}
	}
}

// running are the goroutines, other than the caller's, that are in code of ours;
// one that is only ending is not.
func running() (out []string) {
	buf := make([]byte, 1<<20)
	all := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
	for _, g := range all[1:] {
		if code, _, _ := strings.Cut(g, "\ncreated by "); strings.Contains(code, "fairlead/internal/") {
			out = append(out, g)
		}
	}
	return out
}
