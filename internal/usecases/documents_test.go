package usecases_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
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
	v2 := w.publish(wire.KindPolicy, doc)
	again := w.publish(wire.KindPolicy, "\n "+strings.ReplaceAll(doc, ",", " ,"))
	first := w.publish(wire.KindPolicy, fmt.Sprintf(testPolicy, atOnce))
	if v2.Version != 2 || again.Version != 2 || !again.Unchanged || first.Version != 1 || !v2.InForce || first.InForce {
		t.Fatalf("got %+v, %+v, %+v", v2.DocumentInfo, again.DocumentInfo, first.DocumentInfo)
	}
	dry, err := w.s.Publisher.Publish(w.ctx, manager, documents.PublishRequest{Kind: wire.KindPolicy, Raw: []byte(fmt.Sprintf(testPolicy, `"seed2":1,`)), DryRun: true})
	if err == nil {
		t.Fatalf("an unknown key was taken: %+v", dry)
	}
	diff, err := w.s.Publisher.DiffDocuments(w.ctx, manager, wire.KindPolicy, "worldwide@1", "worldwide")
	w.must(err)
	if len(diff.Changes) != 1 || diff.Changes[0].Path != "offer" || diff.Changes[0].From != nil {
		t.Fatalf("got %+v", diff.Changes)
	}
	doc1, err := w.s.Publisher.Document(w.ctx, manager, wire.KindPolicy, "worldwide", 1)
	w.must(err)
	if len(doc1.Versions) != 2 || len(doc1.Text) == 0 || len(doc1.Document) == 0 {
		t.Fatalf("got %+v", doc1)
	}
	_, err = w.s.Publisher.Document(w.ctx, manager, wire.KindPolicy, "worldwide", 3)
	w.wantFault(err, "document_not_found")
}

func TestPublish_FailingExample_IsRefusedAndStoresNothing(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	doc := strings.Replace(fmt.Sprintf(testPolicy, atOnce), `"outcome":"partner"`, `"outcome":"sales_force"`, 1)
	w.meter.reset()
	_, err := w.s.Publisher.Publish(w.ctx, manager, documents.PublishRequest{Kind: wire.KindPolicy, Raw: []byte(doc)})
	w.wantFault(err, "example_failed")
	if w.meter.writes != 0 {
		t.Fatalf("%d writes", w.meter.writes)
	}
}

func TestPublish_PlanInACurrencyItsPartnersAreNotPaidIn_IsRefused(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.publish(wire.KindPlan, testPlan)
	dollars := strings.NewReplacer("EUR", "USD", "2026-01-01", "2026-09-01").Replace(testPlan)
	dry := documents.PublishRequest{Kind: wire.KindPlan, Raw: []byte(dollars), DryRun: true}
	_, err := w.s.Publisher.Publish(w.ctx, manager, dry)
	w.must(err) // nobody is on it
	_, err = w.s.Registrar.AssignPlan(w.ctx, manager, documents.AssignPlanRequest{Partner: "p1", PlanAssignment: wire.PlanAssignment{Plan: "standard", From: "2026-08-01"}})
	w.must(err)
	_, err = w.s.Publisher.Publish(w.ctx, manager, dry)
	w.wantFault(err, "currency_mismatch")
	_, err = w.s.Publisher.Publish(w.ctx, manager, documents.PublishRequest{Kind: wire.KindPlan, Raw: []byte(dollars)})
	w.wantFault(err, "currency_mismatch")
}

func TestPublish_PolicyInForceIsTheLatestThatIsEffective(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	next := strings.Replace(fmt.Sprintf(testPolicy, offers), "2026-01-01", "2026-04-01", 1)
	w.publish(wire.KindPolicy, next)
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
	w.publish(wire.KindProgramme, `{"id":"acme","timeZone":"Asia/Tokyo"}`)
	w.want(w.upsert("c1"), channel.Applied)
	_, err := w.s.Publisher.Publish(w.ctx, manager, documents.PublishRequest{Kind: wire.KindProgramme, Raw: []byte(`{"id":"acme","timeZone":"Europe/Berlin"}`)})
	w.wantFault(err, "time_zone_fixed")
	w.publish(wire.KindProgramme, `{"id":"acme","timeZone":"Asia/Tokyo","name":"Acme"}`)
	_, err = w.s.Publisher.Publish(w.ctx, manager, documents.PublishRequest{Kind: wire.KindProgramme, Raw: []byte(`{"id":"other","timeZone":"Asia/Tokyo"}`)})
	w.wantFault(err, "programme_exists")
	p, err := w.s.Documents.Programme(w.ctx)
	w.must(err)
	if p.Name != "Acme" {
		t.Fatalf("got %+v", p)
	}
}

func TestPlan_ChangeInAClosedPeriod_IsRefused(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.publish(wire.KindPlan, testPlan)
	_, err := w.s.Registrar.AssignPlan(w.ctx, manager, documents.AssignPlanRequest{Partner: "p1", PlanAssignment: wire.PlanAssignment{Plan: "standard", From: "2026-01-01"}})
	w.must(err)
	w.closed("2026-01", "2026-02")
	_, err = w.s.Publisher.Publish(w.ctx, manager, documents.PublishRequest{Kind: wire.KindPlan, Raw: []byte(strings.Replace(testPlan, `"0.05"`, `"0.06"`, 1))})
	w.wantFault(err, "period_closed")
	if p := w.publish(wire.KindPlan, testPlan); !p.Unchanged {
		t.Fatalf("got %+v", p)
	}
	for _, from := range []string{"2026-02-28", "2025-12-01"} {
		_, err = w.s.Registrar.AssignPlan(w.ctx, manager, documents.AssignPlanRequest{Partner: "p1", PlanAssignment: wire.PlanAssignment{Plan: "standard", From: from}})
		w.wantFault(err, "period_closed")
	}
	same, err := w.s.Registrar.AssignPlan(w.ctx, manager, documents.AssignPlanRequest{Partner: "p1", PlanAssignment: wire.PlanAssignment{Plan: "standard", From: "2026-01-01"}})
	w.must(err)
	if len(same.Plans) != 1 {
		t.Fatalf("got %+v", same.Plans)
	}
	_, err = w.s.Registrar.AssignPlan(w.ctx, manager, documents.AssignPlanRequest{Partner: "p1", PlanAssignment: wire.PlanAssignment{Plan: "none", From: "2026-03-01"}})
	w.wantFault(err, "plan_not_found")
	_, err = w.s.Registrar.AssignPlan(w.ctx, manager, documents.AssignPlanRequest{Partner: "p9", PlanAssignment: wire.PlanAssignment{Plan: "standard", From: "2026-03-01"}})
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
	r, err := w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: "c1", Key: "k", At: old.Time})
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
	p, err := w.s.Registrar.Partner(w.ctx, manager, "p1")
	w.must(err)
	if *p.Customers != 2 || *p.Held != 2 {
		t.Fatalf("customers %d, held %d", *p.Customers, *p.Held)
	}
	w.partners("p1/1") // lowering it takes nobody away
	w.owner("c1", "partner:p1")
	w.partners("p1/3")
	sum, err := w.s.Sweeper.Sweep(w.ctx, manager)
	w.must(err)
	if sum.Placed != 1 {
		t.Fatalf("got %+v", sum)
	}
}

// standing is how a list of documents stands: "ID@VERSION STATE" each.
func (w *world) standing(kind string) []string {
	w.Helper()
	var out []string
	page := wire.Page{Limit: 2} // so that pages end inside a document
	for {
		l, err := w.s.Publisher.Documents(w.ctx, manager, kind, page)
		w.must(err)
		for _, d := range l.Items {
			if d.InForce != (d.State == wire.VersionInForce) || (d.SupersededBy != "") != (d.State == wire.VersionSuperseded) {
				w.Fatalf("%+v contradicts itself", d)
			}
			one, err := w.s.Publisher.Document(w.ctx, manager, kind, d.ID, d.Version)
			w.must(err)
			if one.DocumentInfo != d {
				w.Fatalf("listed as %+v, shown as %+v", d, one.DocumentInfo)
			}
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s@%d %s %s", d.ID, d.Version, d.State, d.SupersededBy)))
		}
		if page.Cursor = l.NextCursor; page.Cursor == "" {
			return out
		}
	}
}

func (w *world) wantStanding(kind string, want ...string) {
	w.Helper()
	if d := cmp.Diff(want, w.standing(kind)); d != "" {
		w.Errorf("%s at %s (-want +got):\n%s", kind, w.now, d)
	}
}

// policyFrom is the test policy under an id, from a day on.
func policyFrom(id, day, rest string) string {
	return strings.NewReplacer("worldwide", id, "2026-01-01", day).Replace(fmt.Sprintf(testPolicy, rest))
}

func TestDocuments_OfAllPoliciesOneIsInForce(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1") // worldwide from January on
	w.publish(wire.KindPolicy, policyFrom("worldwide", "2026-06-01", offers))
	w.wantStanding(wire.KindPolicy, "worldwide@1 in_force", "worldwide@2 upcoming")
	w.publish(wire.KindPolicy, policyFrom("alpine", "2026-03-01", atOnce))
	w.wantStanding(wire.KindPolicy, "alpine@1 in_force", "worldwide@1 superseded alpine@1", "worldwide@2 upcoming")
	again := w.publish(wire.KindPolicy, policyFrom("worldwide", "2026-01-01", atOnce))
	if again.State != wire.VersionSuperseded || again.InForce || again.SupersededBy != "alpine@1" {
		t.Errorf("published again: %+v", again.DocumentInfo)
	}
	w.known("c1")
	if r := w.route("c1", "k"); r.Policy.ID != "alpine" {
		t.Errorf("it is said to be in force, but %+v decides", r.Policy)
	}
	w.now = time.Date(2026, 5, 31, 22, 0, 0, 0, time.UTC) // midnight in Berlin
	w.wantStanding(wire.KindPolicy, "alpine@1 superseded worldwide@2", "worldwide@1 superseded alpine@1", "worldwide@2 in_force")
}

func TestDocuments_OfTwoOfOneDayTheOnePublishedLastWins(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.publish(wire.KindPolicy, policyFrom("zeta", "2026-06-01", atOnce))
	w.publish(wire.KindPolicy, policyFrom("alpine", "2026-06-01", atOnce))
	w.wantStanding(wire.KindPolicy, "alpine@1 upcoming", "worldwide@1 in_force", "zeta@1 superseded alpine@1")
	for _, rate := range []string{"0.06", "0.07"} {
		w.publish(wire.KindPlan, strings.NewReplacer("0.05", rate, "2026-01-01", "2026-06-01").Replace(testPlan))
	}
	w.wantStanding(wire.KindPlan, "standard@1 superseded standard@2", "standard@2 upcoming")
}

func TestDocuments_OfEachPlanOneVersionIsInForce(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.publish(wire.KindPlan, strings.Replace(testPlan, "2026-01-01", "2026-06-01", 1))
	w.wantStanding(wire.KindPlan, "standard@1 upcoming")
	w.publish(wire.KindPlan, testPlan)
	w.publish(wire.KindPlan, strings.Replace(testPlan, "standard", "gold", 1))
	w.wantStanding(wire.KindPlan, "gold@1 in_force", "standard@1 upcoming", "standard@2 in_force")
	w.now = time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)
	w.wantStanding(wire.KindPlan, "gold@1 in_force", "standard@1 in_force", "standard@2 superseded standard@1")
}

func TestDocuments_OfAProgrammeTheNewestIsInForce(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.publish(wire.KindProgramme, `{"id":"acme","timeZone":"Europe/Berlin","name":"Acme"}`)
	w.wantStanding(wire.KindProgramme, "acme@1 superseded acme@2", "acme@2 in_force")
	d, err := w.s.Publisher.ProgrammeInForce(w.ctx, manager)
	if err != nil || d.Version != 2 || !d.InForce {
		t.Errorf("%+v, %v", d.DocumentInfo, err)
	}
}
