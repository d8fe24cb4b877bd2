package usecases_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

// broken is a table that, once told to, refuses to keep some items.
type broken struct {
	table.Table
	prefix string // of the partition key; "": keeps everything
	err    error
	tries  atomic.Int64
}

func (b *broken) Transact(ctx context.Context, tx table.Tx) (table.Result, error) {
	for _, op := range tx.Ops {
		if b.prefix != "" && strings.HasPrefix(op.Key.PK, b.prefix) {
			b.tries.Add(1)
			return table.Result{}, b.err
		}
	}
	return b.Table.Transact(ctx, tx)
}

func manyCustomers(w *world, n int) []channel.Fact {
	var out []channel.Fact
	for i := range n {
		out = append(out, fileCustomer(w, fmt.Sprintf("c%05d", i), start.Add(-time.Hour)))
	}
	return out
}

func TestImport_WhatWouldMeetEveryRow_StopsItWithOneMessage(t *testing.T) {
	tooLarge := fault.New(fault.Invalid, "item_too_large", "the item B#1 P has 375565 bytes, at most 358400 are allowed")
	down := fault.New(fault.Unavailable, "table_unavailable", "the table does not answer")
	for name, c := range map[string]struct {
		prefix string
		err    error
		kind   fault.Kind
		most   int64 // tries
		taken  bool  // customers before it stops
	}{
		"the directory cannot be stored":   {"B#", tooLarge, fault.Internal, 1, false},
		"the directory cannot be reached":  {"B#", down, fault.Unavailable, 1, false},
		"decisions cannot be stored":       {"C#", down, fault.Unavailable, table.MaxGet, true},
		"decisions are beyond its limits":  {"C#", tooLarge, fault.Internal, table.MaxGet, true},
		"the heads of the customers break": {"H#", down, fault.Unavailable, 3 * intake.FactsInFlight, false},
	} {
		t.Run(name, func(t *testing.T) {
			tb := &broken{Table: table.NewMemory(), err: c.err}
			w := newWorld(t, tb, atOnce, "p1")
			facts := manyCustomers(w, 2000)
			if c.taken {
				w.load(intake.ImportRequest{Kind: wire.ImportCustomers, Facts: rowsOf(facts...)})
			}
			tb.prefix = c.prefix
			var rejects int
			sum, err := w.s.Importer.Import(w.ctx, manager, intake.ImportRequest{Kind: wire.ImportCustomers, Route: true, Facts: rowsOf(facts...),
				Rejected: func(wire.ImportReject) error { rejects++; return nil }})
			f := fault.Of(err)
			if err == nil || f.Kind != c.kind || strings.Contains(f.Error(), "bytes") || !errors.Is(err, c.err) {
				t.Fatalf("got %v", err)
			}
			if rejects != 0 || tb.tries.Load() > c.most {
				t.Errorf("%d rejects, %d tries, %+v", rejects, tb.tries.Load(), sum)
			}
			if applied := w.head("c00000").Exists(); applied != c.taken {
				t.Errorf("customers are there: %t", applied)
			}
			tb.prefix = "" // mended: the same file goes on
			again, _ := w.load(intake.ImportRequest{Kind: wire.ImportCustomers, Route: true, Facts: rowsOf(facts...)})
			if again.Applied+again.Duplicate != 2000 || again.Routes.Routed == 0 || len(again.Routes.Failed) > 0 {
				t.Errorf("again: %+v, %+v", again, again.Routes)
			}
		})
	}
}

func TestRouteAll_WithADirectoryThatCannotBeStored_TriesItOnce(t *testing.T) {
	tooLarge := fault.New(fault.Invalid, "item_too_large", "the item B#1 P has 375565 bytes, at most 358400 are allowed")
	tb := &broken{Table: table.NewMemory(), err: tooLarge}
	w := newWorld(t, tb, atOnce, "p1")
	w.load(intake.ImportRequest{Kind: wire.ImportCustomers, Facts: rowsOf(manyCustomers(w, 500)...)})
	tb.prefix = "B#"
	sum, err := w.s.Assign.RouteAll(w.ctx, manager, assign.RouteAllRequest{})
	if f := fault.Of(err); err == nil || f.Kind != fault.Internal || len(sum.Failed) > 0 || tb.tries.Load() != 1 {
		t.Errorf("got %v after %d tries, %+v", err, tb.tries.Load(), sum)
	}
}

func TestImportCustomers_RouteWithoutAPolicy_IsRefusedBeforeARowIsTaken(t *testing.T) {
	w := bare(t, table.NewMemory())
	w.publish(wire.KindProgramme, testProgramme)
	w.partners("p1")
	_, err := w.s.Importer.Import(w.ctx, manager, intake.ImportRequest{Kind: wire.ImportCustomers, Route: true, Facts: rowsOf(manyCustomers(w, 10)...)})
	w.wantFault(err, "no_policy_in_force")
	if w.head("c00000").Exists() {
		t.Error("a row was taken")
	}
}

// A customer who came before the first policy is a row's own matter.
func TestImportCustomers_ArrivedBeforeThePolicy_IsNamedAndTheRestRouted(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	rows := append(manyCustomers(w, 10), fileCustomer(w, "early", start.AddDate(-1, 0, 0)))
	sum, _ := w.load(intake.ImportRequest{Kind: wire.ImportCustomers, Route: true, Facts: rowsOf(rows...)})
	if sum.Routes.Routed != 10 || len(sum.Routes.Failed) != 1 || sum.Routes.Failed[0].Slug != "no_policy_in_force" {
		t.Errorf("got %+v", sum.Routes)
	}
}
