package closing_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/moneytest"
	"github.com/fairlead/fairlead/internal/wire"
)

// every write of a close, failed in every way, and closed again.
func TestClose_RepeatedAfterAnyCrash_GivesTheSameBytes(t *testing.T) {
	plain := newWorld(t)
	plain.March()
	plain.Close("2026-03")
	want := plain.Everything("2026-03")
	moneytest.Crash(t, func(w *moneytest.World) { w.March(); w.At("2026-04-06T09:00:00Z") }, func(w *moneytest.World) {
		w.Repeat("close", func() error {
			_, err := w.Uses.Closing.Close(w.Ctx, closing.CloseRequest{Period: "2026-03", User: "ana"})
			return err
		})
	}, func(t *testing.T, w *moneytest.World) {
		if d := cmp.Diff(want, w.Everything("2026-03")); d != "" {
			t.Error(d)
		}
		if s, err := w.Uses.Closing.Period(w.Ctx, "2026-03"); err != nil || s.State != wire.PeriodClosed || s.Entries != 6 {
			t.Errorf("period %+v, %v", s, err)
		}
	})
}
