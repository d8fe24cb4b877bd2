package usecases_test

import (
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/table"
)

// A route as of a time when somebody else had the customer begins where that
// ended: whose the orders were then was settled, and may be paid.
func TestRoute_AsOfATimeBeforeTheLastOwnerLeftChangesNoOrderOfIt(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1", "p2/0")
	w.known("c")
	w.route("c", "first")
	w.now = start.Add(24 * time.Hour)
	w.want(w.order("o", "c", 10_000), channel.Applied)
	w.now = start.Add(48 * time.Hour)
	w.want(w.churn("c"), channel.Applied)
	left := w.now
	w.partners("p1/0", "p2/9")
	w.now = start.Add(72 * time.Hour)
	_, err := w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: "c", Key: "again", At: start.Add(time.Hour)})
	w.must(err)
	h := w.history("c")
	if got := h.OwnerAt(h.Orders[0].Occurred); got != "partner:p1" {
		t.Errorf("the order is now %q's", got)
	}
	if n := len(h.Spans); n != 2 || h.Spans[1].Owner != "partner:p2" || !h.Spans[1].From.Equal(left) {
		t.Errorf("spans %+v, want p2's from %s", h.Spans, left)
	}
}
