package closing_test

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
)

// TestStatement_ShowsNothingOfAnotherPartner: a customer changes from p1 to p2;
// neither statement names the other partner or its orders, beyond the one order
// that shows whose first it was.
func TestStatement_ShowsNothingOfAnotherPartner(t *testing.T) {
	w := newWorld(t)
	w.Customer("c1", "partner:p1", "2026-03-01T00:00:00Z")
	w.Order("c1", "mine-1", "2026-03-02T10:00:00Z", "100.00")
	w.Order("c1", "mine-2", "2026-03-03T10:00:00Z", "100.00")
	w.Move("c1", "partner:p2", "2026-03-10T00:00:00Z", "5000.00")
	w.Order("c1", "theirs-1", "2026-03-12T10:00:00Z", "700.00")
	w.Order("c1", "theirs-2", "2026-03-13T10:00:00Z", "700.00")
	w.At("2026-04-10T00:00:00Z")
	w.Close("2026-03")
	for partner, hidden := range map[string][]string{"p1": {"theirs-1", "theirs-2", "partner:p2"}, "p2": {"mine-2", "partner:p1"}} {
		text := inputsOf(t, w, partner)
		for _, word := range hidden {
			if strings.Contains(text, word) {
				t.Errorf("the statement of %s shows %s", partner, word)
			}
		}
	}
	if text := inputsOf(t, w, "p2"); !strings.Contains(text, "theirs-2") || !strings.Contains(text, "mine-1") {
		t.Error("the statement of p2 lacks its own order, or the customer's first")
	}
}

// TestStatement_ShowsTheOrdersItsTrailPaysOn after a hand-over to a pod.
func TestStatement_ShowsTheOrdersItsTrailPaysOn(t *testing.T) {
	w := newWorld(t)
	w.Customer("c1", "partner:p1", "2026-03-01T00:00:00Z")
	w.Move("c1", "pod:field", "2026-03-10T00:00:00Z", "120000.00")
	w.Order("c1", "trailed", "2026-03-12T10:00:00Z", "700.00")
	w.At("2026-04-10T00:00:00Z")
	w.Close("2026-03")
	if text := inputsOf(t, w, "p1"); !strings.Contains(text, "trailed") || !strings.Contains(text, "pod:field") {
		t.Error("the statement of p1 lacks the order that its trail pays on")
	}
}

// inputsOf is what a partner's statement shows of facts and ownership.
func inputsOf(t *testing.T, w *world, partner string) string {
	t.Helper()
	d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: channel.PartnerID(partner), Period: "2026-03"})
	w.Must(err)
	return string(d.Inputs.Facts) + string(d.Inputs.Ownership)
}
