package cloud_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/cloud/task"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/workflow"
)

// controlReads counts who asks for the control block.
type controlReads struct {
	table.Table
	n int
}

func (c *controlReads) Get(ctx context.Context, keys ...table.Key) ([]table.Item, table.Units, error) {
	if slices.Contains(keys, store.ControlKey()) {
		c.n++
	}
	return c.Table.Get(ctx, keys...)
}

// TestLease_AProcessThatHasNotHeardOfTheClose goes on booking in the month until
// its lease ends. The closer waits longer than that, so every such entry is in
// the seal and none is a stray.
func TestLease_AProcessThatHasNotHeardOfTheClose_BooksBehindTheFenceAndThenForward(t *testing.T) {
	memory := table.NewMemory()
	w := worldOn(t, memory)
	memory.Clock = w.app.Clock // every write has a deadline
	w.settle().month()
	w.app.Config.Lease, w.app.Config.Write, w.app.Config.Grace = 30*time.Second, 10*time.Second, 16*time.Minute
	counted := &controlReads{Table: w.table}
	late := w.api(wiring.On(w.app, counted))
	book := func(id string) string {
		t.Helper()
		r := w.ask(late, "crm", "POST /v1/facts", order(id, "c1", "2026-03-20T10:00:00Z", "100.00"))
		if r.StatusCode >= 300 {
			t.Fatalf("%d %s", r.StatusCode, r.Body)
		}
		return r.Body
	}
	book("o2")
	book("o3")
	if counted.n != 1 {
		t.Errorf("the control block was read %d times within its lease", counted.n)
	}
	w.now = w.now.Add(5 * time.Second)
	w.post("POST /v1/periods/2026-03/close")
	var stale, fresh string
	if err := w.execute("close-2026-03", func(job task.Task) error {
		if job.Step == workflow.CloseBatch.Name && stale == "" {
			w.now = w.now.Add(20 * time.Second) // 25 s after it was loaded
			stale = book("o4")
			w.now = w.now.Add(6 * time.Second)
			fresh = book("o5")
			w.now = w.now.Add(1000 * time.Second) // the rest of the wait
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stale, `"2026-03"`) || !strings.Contains(fresh, `"2026-04"`) {
		t.Errorf("within the lease: %s\nafter it: %s", stale, fresh)
	}
	if s := w.must("finance", "GET /v1/partners/p1/statements/2026-03", ""); !strings.Contains(s, `"65.00"`) {
		t.Errorf("the statement lacks what was booked behind the fence: %s", s)
	}
	if strings.Contains(w.logged.String(), "in no seal") {
		t.Error("a stray")
	}
}
