package paying_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/faulty"
	"github.com/fairlead/fairlead/internal/wire"
)

// repeat calls until it does not ask to be repeated; what else fails, fails.
func (w *world) repeat(what string, call func() error) {
	w.T.Helper()
	for range 4 {
		err := call()
		if err == nil {
			return
		}
		if fault.Of(err).Kind != fault.Unavailable {
			w.T.Fatalf("%s: %v (%v)", what, err, fault.Of(err).Err)
		}
	}
	w.T.Fatalf("%s: does not end", what)
}

// every write of a close, failed in every way, and closed again.
func TestClose_RepeatedAfterAnyCrash_GivesTheSameBytes(t *testing.T) {
	plain := newWorld(t)
	plain.March()
	plain.Close("2026-03")
	want := plain.Everything("2026-03")
	crash(t, func(w *world) { w.March(); w.At("2026-04-06T09:00:00Z") }, func(w *world) {
		w.repeat("close", func() error {
			_, err := w.Uses.Closing.Close(w.Ctx, wire.CloseRequest{Period: "2026-03", User: "ana"})
			return err
		})
	}, func(t *testing.T, w *world) {
		if d := cmp.Diff(want, w.Everything("2026-03")); d != "" {
			t.Error(d)
		}
		if s, err := w.Uses.Closing.Period(w.Ctx, "2026-03"); err != nil || s.State != wire.PeriodClosed || s.Entries != 6 {
			t.Errorf("period %+v, %v", s, err)
		}
	})
}

// every write of preparing, approving and paying, failed in every way, and
// repeated: paid once.
func TestPayRun_RepeatedAfterAnyCrash_PaysOnce(t *testing.T) {
	crash(t, func(w *world) { w.March(); w.Order("c3", "g", "2026-03-24T10:00:00Z", "2000.00"); w.Close("2026-03") }, func(w *world) {
		w.repeat("prepare", func() error {
			_, err := w.Uses.Runs.Prepare(w.Ctx, wire.PrepareRequest{Period: "2026-03", User: "ana"})
			return err
		})
		w.repeat("approve", func() error {
			_, err := w.Uses.Runs.Approve(w.Ctx, wire.ApproveRequest{Run: "2026-03.1", User: "ben"})
			return err
		})
		w.repeat("pay", func() error {
			_, err := w.Uses.Payer.Pay(w.Ctx, wire.PayRequest{Run: "2026-03", User: "ana"})
			return err
		})
	}, func(t *testing.T, w *world) {
		w.repeat("pay after late writes", func() error {
			_, err := w.Uses.Payer.Pay(w.Ctx, wire.PayRequest{Run: "2026-03", User: "ana"})
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

// crash builds a world, runs the scenario under every fault at every write, and
// checks what is left after late writes have landed.
func crash(t *testing.T, ready, scenario func(*world), check func(*testing.T, *world)) {
	t.Helper()
	var w *world
	faulty.Each(t, faulty.WriteFaults(), func(t *testing.T) table.Table {
		inner := table.NewMemory()
		w = open(t, inner)
		ready(w)
		return inner
	}, func(t *testing.T, tb *faulty.Table) {
		seen := w.through(tb)
		seen.T = t
		scenario(seen)
		tb.Deliver()
		check(t, seen)
	})
}
