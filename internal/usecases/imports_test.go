package usecases_test

import (
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

func rowsOf(facts ...channel.Fact) iter.Seq[intake.FactRow] {
	return func(yield func(intake.FactRow) bool) {
		for i, f := range facts {
			row := intake.FactRow{Line: i + 2, Fact: f}
			if f.Order == nil && f.Upsert == nil && f.Refund == nil {
				row.Err = fault.New(fault.Invalid, "invalid_line", "the line is not valid").At("amount", "is missing")
			}
			if !yield(row) {
				return
			}
		}
	}
}

func (w *world) load(r intake.ImportRequest) (wire.ImportSummary, []wire.ImportReject) {
	w.Helper()
	var rejects []wire.ImportReject
	r.Rejected = func(x wire.ImportReject) error { rejects = append(rejects, x); return nil }
	sum, err := w.s.Importer.Import(w.ctx, manager, r)
	w.must(err)
	return sum, rejects
}

func fileOrder(w *world, id, customer string, minor int64) channel.Fact {
	f := w.order(id, customer, minor)
	f.Source, f.ID = "file", channel.EventID("order:"+id)
	return f
}

func TestImport_TakesGoodLinesReportsBadOnesInOrderAndRepeatsAsDuplicates(t *testing.T) {
	onBoth(t, func(t *testing.T, inner table.Table) {
		w := newWorld(t, inner, atOnce, "p1")
		var facts []channel.Fact
		for i := range 9000 { // more than are in flight at once
			switch {
			case i%1000 == 7:
				facts = append(facts, channel.Fact{})
			case i%1000 == 8:
				facts = append(facts, fileOrder(w, fmt.Sprint("o", i-2), "c1", 1)) // another content under a taken id
			default:
				facts = append(facts, fileOrder(w, fmt.Sprint("o", i), "c1", 100))
			}
		}
		sum, rejects := w.load(intake.ImportRequest{Kind: wire.ImportOrders, Facts: rowsOf(facts...)})
		if sum.Read != 9000 || sum.Rejected != 9 || sum.Conflict != 9 || sum.Pending != 8982 || len(rejects) != 18 {
			t.Fatalf("got %+v, %d rejects", sum, len(rejects))
		}
		if !slices.IsSortedFunc(rejects, func(a, b wire.ImportReject) int { return a.Line - b.Line }) || rejects[0].Line != 9 || rejects[0].Field != "amount" {
			t.Fatalf("got %+v", rejects[:2])
		}
		again, _ := w.load(intake.ImportRequest{Kind: wire.ImportOrders, Facts: rowsOf(facts...)})
		if again.Duplicate != 8982 || again.Applied+again.Pending != 0 || again.Conflict != 9 {
			t.Fatalf("again: %+v", again)
		}
		found, err := w.s.Importer.ImportByID(w.ctx, manager, sum.ID)
		w.must(err)
		if found.Read != 9000 {
			t.Fatalf("got %+v", found)
		}
	})
}

func fileCustomer(w *world, id string, arrived time.Time, changes ...func(*channel.Upsert)) channel.Fact {
	f := w.upsert(id, changes...)
	f.Source, f.ID, f.Time = "file", "", arrived
	return f
}

func TestImportCustomers_RouteAsOfArrival_AssignsAtOnceInOrderAndSkipsWhoIsRouted(t *testing.T) {
	w := newWorld(t, table.NewMemory(), offers, "p1/2", "p2/2")
	w.known("c1")
	w.route("c1", "k")
	day := func(n int) time.Time { return start.AddDate(0, 0, -n) }
	rows := []channel.Fact{
		fileCustomer(w, "late", day(1)), fileCustomer(w, "c1", start), fileCustomer(w, "b", day(5)), fileCustomer(w, "a", day(5)),
		fileCustomer(w, "first", day(9)), fileCustomer(w, "big", day(2), worth("60000.00")),
	}
	sum, _ := w.load(intake.ImportRequest{Kind: wire.ImportCustomers, Route: true, Facts: rowsOf(rows...)})
	if sum.Applied != 5 || sum.Duplicate != 1 || sum.Routes.Routed != 5 || sum.Routes.ByOutcome["waiting"] != 1 {
		t.Fatalf("got %+v, routes %+v", sum, sum.Routes)
	}
	w.owner("late", channel.Nobody) // the last to arrive finds no room: c1's offer takes one place
	w.owner("big", "pod:north")
	h := w.history("first")
	if !h.Spans[0].From.Equal(day(9)) || w.head("first").Offer != nil {
		t.Fatalf("got %+v", h.Spans)
	}
	again, _ := w.load(intake.ImportRequest{Kind: wire.ImportCustomers, Route: true, Facts: rowsOf(rows...)})
	if again.Duplicate != 6 || again.Routes.Routed != 0 {
		t.Fatalf("again: %+v", again)
	}
}

func TestImportCustomers_ARowCorrectedAtItsOwnTime_Counts(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	for i, amount := range []string{"7000.00", "8000.00", "9000.00", "7000.00"} { // whatever the hashes of the rows
		row := fileCustomer(w, "c1", start, worth(amount))
		sum, _ := w.load(intake.ImportRequest{Kind: wire.ImportCustomers, Facts: rowsOf(row)})
		again, _ := w.load(intake.ImportRequest{Kind: wire.ImportCustomers, Facts: rowsOf(row)})
		if got := w.head("c1").Profile.DeclaredValue.Decimal; sum.Applied != 1 || again.Duplicate != 1 || got != amount {
			t.Fatalf("row %d: %+v, again %+v, declared %s", i, sum, again, got)
		}
	}
}

func TestImportCustomers_WithoutRoute_RoutesNobody(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	row := fileCustomer(w, "c1", time.Time{})
	sum, _ := w.load(intake.ImportRequest{Kind: wire.ImportCustomers, Facts: rowsOf(row)})
	w.owner("c1", channel.Nobody)
	w.now = w.now.Add(time.Hour)
	again, _ := w.load(intake.ImportRequest{Kind: wire.ImportCustomers, Facts: rowsOf(row)})
	if sum.Applied != 1 || again.Duplicate != 1 {
		t.Fatalf("%+v, %+v", sum, again)
	}
	all, err := w.s.Assign.RouteAll(w.ctx, manager, assign.RouteAllRequest{Key: "k"})
	w.must(err)
	replay, err := w.s.Assign.RouteAll(w.ctx, manager, assign.RouteAllRequest{Key: "k"})
	w.must(err)
	if all.Routed != 1 || all.ByOwner["partner:p1"] != 1 || all.ByTier["base"] != 1 || !replay.Replayed || replay.Routed != 1 {
		t.Fatalf("got %+v, %+v", all, replay)
	}
}

func TestRouteAll_WithScarceRoom_ServesTheMostValuableFirstEveryTime(t *testing.T) {
	var want []channel.Owner
	for round := range 3 {
		w := newWorld(t, table.NewMemory(), atOnce, "p1/40", "p2/30", "p3/10")
		w.publish(wire.KindProgramme, `{"id":"acme","timeZone":"Europe/Berlin","routeOn":"call"}`)
		for i := range 250 {
			w.want(w.upsert(fmt.Sprintf("c%03d", i), worth(fmt.Sprintf("%d.00", 1000+i))), channel.Applied)
		}
		sum, err := w.s.Assign.RouteAll(w.ctx, manager, assign.RouteAllRequest{})
		w.must(err)
		if sum.Routed != 250 || sum.ByOutcome["partner"] != 80 || sum.ByOutcome["waiting"] != 170 || sum.ByOwner["partner:p1"] != 40 {
			t.Fatalf("got %+v", sum)
		}
		var owners []channel.Owner
		for i := range 250 {
			owners = append(owners, w.head(fmt.Sprintf("c%03d", i)).Owner)
			if i >= 170 && owners[i] == channel.Nobody || i < 170 && owners[i] != channel.Nobody {
				t.Fatalf("c%03d: %q", i, owners[i])
			}
		}
		if round > 0 && !slices.Equal(owners, want) {
			t.Fatal("another run, another result")
		}
		want = owners
	}
}

func partnerRows(rows ...documents.PartnerRow) iter.Seq[documents.PartnerRow] {
	return slices.Values(rows)
}

func TestImportPartners_IsOneVersionAndKeepsWhatTheFileDoesNotSay(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p0")
	w.publish(wire.KindPlan, testPlan)
	jan := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rows := []documents.PartnerRow{
		{Line: 2, Partner: channel.Partner{ID: "a", Name: "A", Currency: "EUR", WeightMicros: 1_000_000, Capacity: channel.Unlimited, Status: channel.Active}, Plan: "standard", PlanFrom: jan},
		{Line: 3, Partner: channel.Partner{ID: "b", Name: "B", Currency: "USD", WeightMicros: 1_000_000, Capacity: 3, Status: channel.Active}, Plan: "standard", PlanFrom: jan},
		{Line: 4, Partner: channel.Partner{ID: "a", Name: "again", Currency: "EUR", WeightMicros: 1_000_000, Capacity: 3, Status: channel.Active}},
		{Line: 5, Partner: channel.Partner{ID: "c", Name: "C", Currency: "EUR", WeightMicros: 1_000_000, Capacity: 3, Status: channel.Active}, Plan: "none", PlanFrom: jan},
		{Line: 6, Err: fault.New(fault.Invalid, "invalid_line", "not valid").At("weight", "too much")},
	}
	before, err := w.store.Control(w.ctx, w.now)
	w.must(err)
	sum, rejects := w.load(intake.ImportRequest{Kind: wire.ImportPartners, Partners: partnerRows(rows...)})
	if sum.Applied != 1 || sum.Rejected != 4 || rejects[0].Line != 3 || rejects[2].Field != "plan" || rejects[3].Field != "weight" {
		t.Fatalf("got %+v %+v", sum, rejects)
	}
	after, err := w.store.Control(w.ctx, w.now)
	w.must(err)
	if after.Newest("directory", "main") != before.Newest("directory", "main")+1 {
		t.Fatal("an import is one version")
	}
	_, err = w.s.Registrar.PutPartner(w.ctx, manager, "a", wire.PartnerBody{Name: "A", Currency: "EUR", Status: "paused", Level: "gold"})
	w.must(err)
	again, _ := w.load(intake.ImportRequest{Kind: wire.ImportPartners, Partners: partnerRows(rows[0])})
	p, err := w.s.Registrar.Partner(w.ctx, manager, "a")
	w.must(err)
	if again.Duplicate != 1 || p.Status != "paused" || p.Level != "gold" || len(p.Plans) != 1 || p.Plans[0].From != "2026-01-01" {
		t.Fatalf("got %+v, %+v", again, p)
	}
}
