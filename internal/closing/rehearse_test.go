package closing_test

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/moneytest"
	"github.com/fairlead/fairlead/internal/wire"
)

// TestClose_APlanThatCannotBeComputedLeavesThePeriodOpen, so that it can be
// mended and the period closed after all.
func TestClose_APlanThatCannotBeComputedLeavesThePeriodOpen(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.Publish("plan", "standard", strings.Replace(moneytest.Plan, `"EUR"`, `"USD"`, 1)) // past the checks that would refuse it
	w.At("2026-04-10T00:00:00Z")
	if _, err := w.Uses.Closing.Close(w.Ctx, closing.CloseRequest{Period: "2026-03", User: "ann"}); !fault.Is(err, "currency_mismatch") {
		t.Fatalf("closing with a plan in another currency: %v, want currency_mismatch", err)
	}
	s, err := w.Uses.Closing.Period(w.Ctx, "2026-03")
	w.Must(err)
	if s.State != wire.PeriodOpen {
		t.Fatalf("the period is %s, want open", s.State)
	}
	w.Publish("plan", "standard", strings.Replace(moneytest.Plan, `"days":30`, `"days":31`, 1))
	if got := w.Close("2026-03"); got.State != wire.PeriodClosed {
		t.Errorf("mended, the period is %s", got.State)
	}
}
