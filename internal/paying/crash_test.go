package paying_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/moneytest"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/wire"
)

// crash is moneytest.Crash for the worlds of this room.
func crash(t *testing.T, ready, scenario func(*world), check func(*testing.T, *world)) {
	t.Helper()
	moneytest.Crash(t, func(w *moneytest.World) { ready(&world{w}) }, func(w *moneytest.World) { scenario(&world{w}) },
		func(t *testing.T, w *moneytest.World) { check(t, &world{w}) })
}

// every write of preparing, approving and paying, failed in every way, and
// repeated: paid once.
func TestPayRun_RepeatedAfterAnyCrash_PaysOnce(t *testing.T) {
	crash(t, func(w *world) { w.March(); w.Order("c3", "g", "2026-03-24T10:00:00Z", "2000.00"); w.Close("2026-03") }, func(w *world) {
		w.Repeat("prepare", func() error {
			_, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: "2026-03", User: "ana"})
			return err
		})
		w.Repeat("approve", func() error {
			_, err := w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: "2026-03.1", User: "ben"})
			return err
		})
		w.Repeat("pay", func() error {
			_, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: "2026-03", User: "ana"})
			return err
		})
	}, func(t *testing.T, w *world) {
		w.Repeat("pay after late writes", func() error {
			_, err := w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: "2026-03", User: "ana"})
			return err
		})
		r, err := w.Uses.Runs.Show(w.Ctx, "2026-03.1")
		w.Must(err)
		if r.State != wire.RunSettled || len(r.Lines) != 2 || r.Lines[0].State != wire.LinePaid || r.Lines[1].State != wire.LinePaid {
			t.Errorf("run %+v", r)
		}
		if d := cmp.Diff(map[string]int64{"p1 EUR": 405000, "p2 EUR": 10800}, w.Bank.Paid()); d != "" {
			t.Errorf("the bank: %s", d)
		}
		for _, partner := range []string{"p1", "p2"} {
			l, err := w.Uses.Runs.Ledger(w.Ctx, w.Dir.Partners[0].ID, "2026-03")
			if err != nil || l.Closing[1].Account != "owed" || l.Closing[1].Amount != "0.00" || l.Closing[1].Pending != "0.00" {
				t.Errorf("%s: ledger %+v, %v", partner, l.Closing, err)
			}
		}
	})
}
