package closing_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/moneytest"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

func TestClose_BySeveralProcessesAtOnceGivesOneClose(t *testing.T) {
	tb := table.NewMemory()
	w := open(t, tb)
	w.March()
	w.At("2026-04-06T09:00:00Z")
	moneytest.Together(3, func(i int) {
		s, err := w.through(tb).Uses.Closing.Close(w.Ctx, closing.CloseRequest{Period: "2026-03", User: fmt.Sprint("user ", i)})
		if err != nil || s.State != wire.PeriodClosed || s.Entries != 6 {
			t.Errorf("closer %d: %+v, %v", i, s, err)
		}
	})
}

func TestClose_WaitsForLeaseWriteAndGrace(t *testing.T) {
	tb := table.NewMemory()
	w := open(t, tb)
	w.March()
	tb.Clock = func() time.Time { return w.Now }
	var slept time.Duration
	w.Store = store.New(tb, store.Options{Lease: 30 * time.Second, Write: 10 * time.Second, Grace: 16 * time.Minute, Sleep: func(d time.Duration) { slept += d }})
	w.Uses = usecases.New(usecases.Config{Store: w.Store, Clock: func() time.Time { return w.Now }})
	w.Close("2026-03")
	if slept != 16*time.Minute+40*time.Second {
		t.Errorf("it waited %s", slept)
	}
}

func TestClose_ShutsOutAWriterThatReadTheClockBefore(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.At("2026-04-06T09:00:00Z")
	w.Store.Gate.RLock()
	done := make(chan error)
	go func() {
		_, err := w.Uses.Closing.Close(w.Ctx, closing.CloseRequest{Period: "2026-03", User: "ana"})
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("it closed while a writer was between reading the block and its answer: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	w.Order("c1", "g", "2026-03-31T23:59:59Z", "1.00")
	w.Store.Gate.RUnlock()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if s, err := w.Uses.Closing.Period(w.Ctx, "2026-03"); err != nil || s.Entries != 7 {
		t.Errorf("%+v, %v", s, err)
	}
}
