package service

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

const testPlan = `{"id":"standard","effectiveFrom":"2026-01-01","currency":"EUR","components":[
 {"type":"commission","name":"commission","tiers":[{"from":"0.00","rate":"0.05"}]}],"examples":[]}`

// closed marks periods as closed, as payrun does.
func (w *world) closed(first, last channel.Period) {
	w.Helper()
	_, err := w.store.UpdateControl(w.ctx, w.now, func(c store.Control, _ *store.Batch) (store.Control, error) {
		c.FirstClosed, c.Closed = first, last
		return c, nil
	})
	w.must(err)
}

func TestPublish_SameContentIsTheSameVersion(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	doc := fmt.Sprintf(testPolicy, offers)
	v2 := w.publish(KindPolicy, doc)
	again := w.publish(KindPolicy, "\n "+strings.ReplaceAll(doc, ",", " ,"))
	first := w.publish(KindPolicy, fmt.Sprintf(testPolicy, atOnce))
	if v2.Version != 2 || again.Version != 2 || !again.Unchanged || first.Version != 1 || !v2.InForce || first.InForce {
		t.Fatalf("got %+v, %+v, %+v", v2.DocumentInfo, again.DocumentInfo, first.DocumentInfo)
	}
	dry, err := w.s.Publish(w.ctx, manager, PublishRequest{Kind: KindPolicy, Raw: []byte(fmt.Sprintf(testPolicy, `"seed2":1,`)), DryRun: true})
	if err == nil {
		t.Fatalf("an unknown key was taken: %+v", dry)
	}
	diff, err := w.s.DiffDocuments(w.ctx, manager, KindPolicy, "worldwide@1", "worldwide")
	w.must(err)
	if len(diff.Changes) != 1 || diff.Changes[0].Path != "offer" || diff.Changes[0].From != nil {
		t.Fatalf("got %+v", diff.Changes)
	}
	doc1, err := w.s.Document(w.ctx, manager, KindPolicy, "worldwide", 1)
	w.must(err)
	if len(doc1.Versions) != 2 || len(doc1.Text) == 0 || len(doc1.Document) == 0 {
		t.Fatalf("got %+v", doc1)
	}
	_, err = w.s.Document(w.ctx, manager, KindPolicy, "worldwide", 3)
	w.wantFault(err, "document_not_found")
}

func TestPublish_FailingExample_IsRefusedAndStoresNothing(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	doc := strings.Replace(fmt.Sprintf(testPolicy, atOnce), `"outcome":"partner"`, `"outcome":"sales_force"`, 1)
	w.meter.reset()
	_, err := w.s.Publish(w.ctx, manager, PublishRequest{Kind: KindPolicy, Raw: []byte(doc)})
	w.wantFault(err, "example_failed")
	if w.meter.writes != 0 {
		t.Fatalf("%d writes", w.meter.writes)
	}
}

func TestPublish_PlanInACurrencyItsPartnersAreNotPaidIn_IsRefused(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.publish(KindPlan, testPlan)
	dollars := strings.NewReplacer("EUR", "USD", "2026-01-01", "2026-09-01").Replace(testPlan)
	dry := PublishRequest{Kind: KindPlan, Raw: []byte(dollars), DryRun: true}
	_, err := w.s.Publish(w.ctx, manager, dry)
	w.must(err) // nobody is on it
	_, err = w.s.AssignPlan(w.ctx, manager, AssignPlanRequest{Partner: "p1", PlanAssignment: PlanAssignment{Plan: "standard", From: "2026-08-01"}})
	w.must(err)
	_, err = w.s.Publish(w.ctx, manager, dry)
	w.wantFault(err, "currency_mismatch")
	_, err = w.s.Publish(w.ctx, manager, PublishRequest{Kind: KindPlan, Raw: []byte(dollars)})
	w.wantFault(err, "currency_mismatch")
}

func TestPublish_PolicyInForceIsTheLatestThatIsEffective(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	next := strings.Replace(fmt.Sprintf(testPolicy, offers), "2026-01-01", "2026-04-01", 1)
	w.publish(KindPolicy, next)
	w.known("c1", "c2")
	if r := w.route("c1", "k"); r.Policy.Version != 1 {
		t.Fatalf("got %+v", r.Policy)
	}
	w.now = time.Date(2026, 3, 31, 22, 0, 0, 0, time.UTC) // midnight in Berlin
	if r := w.route("c2", "k"); r.Policy.Version != 2 {
		t.Fatalf("got %+v", r.Policy)
	}
}

func TestProgramme_TimeZoneIsFixedAfterTheFirstFact(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.publish(KindProgramme, `{"id":"acme","timeZone":"Asia/Tokyo"}`)
	w.want(w.upsert("c1"), channel.Applied)
	_, err := w.s.Publish(w.ctx, manager, PublishRequest{Kind: KindProgramme, Raw: []byte(`{"id":"acme","timeZone":"Europe/Berlin"}`)})
	w.wantFault(err, "time_zone_fixed")
	w.publish(KindProgramme, `{"id":"acme","timeZone":"Asia/Tokyo","name":"Acme"}`)
	_, err = w.s.Publish(w.ctx, manager, PublishRequest{Kind: KindProgramme, Raw: []byte(`{"id":"other","timeZone":"Asia/Tokyo"}`)})
	w.wantFault(err, "programme_exists")
	p, err := w.s.Programme(w.ctx)
	w.must(err)
	if p.Name != "Acme" {
		t.Fatalf("got %+v", p)
	}
}

func TestPlan_ChangeInAClosedPeriod_IsRefused(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.publish(KindPlan, testPlan)
	_, err := w.s.AssignPlan(w.ctx, manager, AssignPlanRequest{Partner: "p1", PlanAssignment: PlanAssignment{Plan: "standard", From: "2026-01-01"}})
	w.must(err)
	w.closed("2026-01", "2026-02")
	_, err = w.s.Publish(w.ctx, manager, PublishRequest{Kind: KindPlan, Raw: []byte(strings.Replace(testPlan, `"0.05"`, `"0.06"`, 1))})
	w.wantFault(err, "period_closed")
	if p := w.publish(KindPlan, testPlan); !p.Unchanged {
		t.Fatalf("got %+v", p)
	}
	for _, from := range []string{"2026-02-28", "2025-12-01"} {
		_, err = w.s.AssignPlan(w.ctx, manager, AssignPlanRequest{Partner: "p1", PlanAssignment: PlanAssignment{Plan: "standard", From: from}})
		w.wantFault(err, "period_closed")
	}
	same, err := w.s.AssignPlan(w.ctx, manager, AssignPlanRequest{Partner: "p1", PlanAssignment: PlanAssignment{Plan: "standard", From: "2026-01-01"}})
	w.must(err)
	if len(same.Plans) != 1 {
		t.Fatalf("got %+v", same.Plans)
	}
	_, err = w.s.AssignPlan(w.ctx, manager, AssignPlanRequest{Partner: "p1", PlanAssignment: PlanAssignment{Plan: "none", From: "2026-03-01"}})
	w.wantFault(err, "plan_not_found")
	_, err = w.s.AssignPlan(w.ctx, manager, AssignPlanRequest{Partner: "p9", PlanAssignment: PlanAssignment{Plan: "standard", From: "2026-03-01"}})
	w.wantFault(err, "partner_not_found")
}

func TestFact_OfAClosedPeriod_IsBookedInTheEarliestOpenOne(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c1")
	w.closed("2026-01", "2026-01")
	old := w.order("o1", "c1", 100)
	old.Time = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	feb := w.order("o2", "c1", 100)
	feb.Time = time.Date(2026, 2, 5, 0, 0, 0, 0, time.UTC)
	if got := w.want(old, channel.Applied); got.Period != "2026-02" {
		t.Fatalf("got %+v", got)
	}
	if got := w.want(feb, channel.Applied); got.Period != "2026-02" {
		t.Fatalf("got %+v", got)
	}
	r, err := w.s.Route(w.ctx, manager, RouteRequest{Customer: "c1", Key: "k", At: old.Time})
	w.must(err)
	if r.Owner == nil {
		t.Fatalf("got %+v", r)
	}
	h := w.history("c1")
	if !h.Spans[0].From.Equal(time.Date(2026, 1, 31, 23, 0, 0, 0, time.UTC)) { // February begins in Berlin
		t.Fatalf("a span begins in a closed period: %+v", h.Spans)
	}
}

func TestDirectory_AnOwnerThatGetsALimitIsCounted(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c1", "c2", "c3")
	w.route("c1", "k")
	w.route("c2", "k")
	w.partners("p1/2")
	if r := w.route("c3", "k"); r.Outcome != "waiting" {
		t.Fatalf("got %+v", r.Decision)
	}
	p, err := w.s.Partner(w.ctx, manager, "p1")
	w.must(err)
	if *p.Customers != 2 || *p.Held != 2 {
		t.Fatalf("customers %d, held %d", *p.Customers, *p.Held)
	}
	w.partners("p1/1") // lowering it takes nobody away
	w.owner("c1", "partner:p1")
	w.partners("p1/3")
	sum, err := w.s.Sweep(w.ctx, manager)
	w.must(err)
	if sum.Placed != 1 {
		t.Fatalf("got %+v", sum)
	}
}
