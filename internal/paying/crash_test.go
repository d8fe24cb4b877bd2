package paying_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/faulty"
	"github.com/fairlead/fairlead/internal/wire"
)

// repeat calls until it does not ask to be repeated; what else fails, fails.
func (w *world) repeat(what string, call func() error) {
	w.t.Helper()
	for range 4 {
		err := call()
		if err == nil {
			return
		}
		if fault.Of(err).Kind != fault.Unavailable {
			w.t.Fatalf("%s: %v (%v)", what, err, fault.Of(err).Err)
		}
	}
	w.t.Fatalf("%s: does not end", what)
}

// every write of a close, failed in every way, and closed again.
func TestClose_RepeatedAfterAnyCrash_GivesTheSameBytes(t *testing.T) {
	plain := newWorld(t)
	plain.march()
	plain.close("2026-03")
	want := plain.everything("2026-03")
	crash(t, func(w *world) { w.march(); w.at("2026-04-06T09:00:00Z") }, func(w *world) {
		w.repeat("close", func() error {
			_, err := w.p.Closing.Close(w.ctx, closing.CloseRequest{Period: "2026-03", User: "ana"})
			return err
		})
	}, func(t *testing.T, w *world) {
		if d := cmp.Diff(want, w.everything("2026-03")); d != "" {
			t.Error(d)
		}
		if s, err := w.p.Closing.Period(w.ctx, "2026-03"); err != nil || s.State != wire.PeriodClosed || s.Entries != 6 {
			t.Errorf("period %+v, %v", s, err)
		}
	})
}

// every write of preparing, approving and paying, failed in every way, and
// repeated: paid once.
func TestPayRun_RepeatedAfterAnyCrash_PaysOnce(t *testing.T) {
	crash(t, func(w *world) { w.march(); w.order("c3", "g", "2026-03-24T10:00:00Z", "2000.00"); w.close("2026-03") }, func(w *world) {
		w.repeat("prepare", func() error {
			_, err := w.p.Runs.Prepare(w.ctx, paying.PrepareRequest{Period: "2026-03", User: "ana"})
			return err
		})
		w.repeat("approve", func() error {
			_, err := w.p.Runs.Approve(w.ctx, paying.ApproveRequest{Run: "2026-03.1", User: "ben"})
			return err
		})
		w.repeat("pay", func() error {
			_, err := w.p.Payer.Pay(w.ctx, paying.PayRequest{Run: "2026-03", User: "ana"})
			return err
		})
	}, func(t *testing.T, w *world) {
		w.repeat("pay after late writes", func() error {
			_, err := w.p.Payer.Pay(w.ctx, paying.PayRequest{Run: "2026-03", User: "ana"})
			return err
		})
		r, err := w.p.Runs.Show(w.ctx, "2026-03.1")
		w.must(err)
		if r.State != wire.RunSettled || len(r.Lines) != 2 || r.Lines[0].State != wire.LinePaid || r.Lines[1].State != wire.LinePaid {
			t.Errorf("run %+v", r)
		}
		if d := cmp.Diff(map[string]int64{"p1 EUR": 405000, "p2 EUR": 10800}, w.bank.Paid()); d != "" {
			t.Errorf("the bank: %s", d)
		}
		for _, partner := range []string{"p1", "p2"} {
			l, err := w.p.Runs.Ledger(w.ctx, w.dir.Partners[0].ID, "2026-03")
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
		seen.t = t
		scenario(seen)
		tb.Deliver()
		check(t, seen)
	})
}
