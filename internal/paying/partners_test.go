package paying_test

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// partners is the size of the directory of TestPartners.
var partners = flag.Int("partners", 5000, "partners that are imported, routed to, closed and replayed, each with a customer")

const (
	partnersPolicy = `{"id":"worldwide","effectiveFrom":"2026-01-01","currency":"EUR","seed":"s",
 "value":{"horizonMonths":36,"annualDiscountRate":"0.12","marginRate":"0.30","prior":{"default":"900.00"}},
 "tiers":[{"name":"base","minValue":"0.00","channel":"partner"}],
 "examples":[{"name":"small","given":{"customer":{"region":"DE"}},"expect":{"outcome":"partner"}}]}`
	partnersPlan = `{"id":"standard","effectiveFrom":"2026-01-01","currency":"EUR","components":[
 {"type":"commission","name":"commission","tiers":[{"from":"0.00","rate":"0.05"}]}]}`
)

// crowd is an installation with many partners.
type crowd struct {
	t     *testing.T
	ctx   context.Context
	actor wire.Actor
	svc   *usecases.UseCases
	pay   *usecases.UseCases
	now   time.Time
	since time.Time
}

func newCrowd(t *testing.T) *crowd {
	c := &crowd{t: t, ctx: t.Context(), now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), since: time.Now()}
	c.actor = wire.Actor{User: "mia", Roles: []string{wire.RoleManager, wire.RoleFinance}}
	s := store.New(table.NewMemory(), store.Options{})
	clock := func() time.Time { return c.now }
	c.svc, c.pay = usecases.New(usecases.Config{Store: s, Clock: clock}), usecases.New(usecases.Config{Store: s, Clock: clock})
	for kind, doc := range map[string]string{"programme": `{"id":"acme","timeZone":"UTC"}`, "policy": partnersPolicy, "plan": partnersPlan} {
		_, err := c.svc.Publisher.Publish(c.ctx, c.actor, documents.PublishRequest{Kind: kind, Raw: []byte(doc)})
		c.must(err)
	}
	return c
}

func (c *crowd) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// took logs how long a step took.
func (c *crowd) took(step string) {
	c.t.Logf("%s: %s", step, time.Since(c.since).Round(time.Millisecond))
	c.since = time.Now()
}

func (c *crowd) load(r intake.ImportRequest) wire.ImportSummary {
	c.t.Helper()
	r.Rejected = func(x wire.ImportReject) error { c.t.Errorf("not taken: %+v", x); return nil }
	sum, err := c.svc.Importer.Import(c.ctx, c.actor, r)
	c.must(err)
	return sum
}

// rows makes n rows of a file.
func rows[T any](n int, row func(i int) T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for i := range n {
			if !yield(row(i)) {
				return
			}
		}
	}
}

func partnerRow(i int) documents.PartnerRow {
	id := channel.PartnerID(fmt.Sprintf("partner-%06d", i))
	return documents.PartnerRow{Line: i + 2, Plan: "standard", PlanFrom: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Partner: channel.Partner{ID: id, Name: "Partner " + string(id), Currency: "EUR", Regions: []string{regionOf(i)},
			WeightMicros: 1_000_000, Capacity: channel.Unlimited, Status: channel.Active}}
}

func (c *crowd) fact(i int, typ channel.FactType) intake.FactRow {
	return intake.FactRow{Line: i + 2, Fact: channel.Fact{Source: "file", Type: typ, Time: c.now.Add(-time.Hour)}}
}

// regionOf has a hundred partners: a draw costs as much as a region has.
func regionOf(i int) string { return fmt.Sprintf("R%d", i/100) }

func customerOf(i int) channel.CustomerID { return channel.CustomerID(fmt.Sprintf("c%06d", i)) }

func TestPartners_ManyThousandsAreRoutedToClosedAndReplayed(t *testing.T) {
	n, c := *partners, newCrowd(t)
	if sum := c.load(intake.ImportRequest{Kind: wire.ImportPartners, Partners: rows(n, partnerRow)}); sum.Applied != n {
		t.Fatalf("partners: %+v", sum)
	}
	c.took("partners imported")
	sum := c.load(intake.ImportRequest{Kind: wire.ImportCustomers, Route: true, Key: "first", Facts: rows(n, func(i int) intake.FactRow {
		r := c.fact(i, channel.CustomerUpserted)
		r.Fact.Upsert = &channel.Upsert{Customer: customerOf(i), Region: channel.Put(regionOf(i))}
		return r
	})})
	if sum.Applied != n || sum.Routes == nil || sum.Routes.Routed != n || len(sum.Routes.Failed) > 0 {
		t.Fatalf("customers: %+v, %+v", sum, sum.Routes)
	}
	kept, err := c.svc.Importer.ImportByID(c.ctx, c.actor, sum.ID)
	c.must(err)
	if len(kept.Routes.ByOwner) != len(sum.Routes.ByOwner) || len(kept.Routes.ByOwner) < n/2 {
		t.Errorf("%d owners are kept, %d were told", len(kept.Routes.ByOwner), len(sum.Routes.ByOwner))
	}
	c.took("customers imported and routed")
	c.load(intake.ImportRequest{Kind: wire.ImportOrders, Facts: rows(n, func(i int) intake.FactRow {
		r, id := c.fact(i, channel.OrderCompleted), fmt.Sprintf("o%06d", i)
		r.Fact.ID, r.Fact.Time = channel.EventID("order:"+id), c.now
		r.Fact.Order = &channel.Order{ID: channel.OrderID(id), Customer: customerOf(i), Amount: 10_000, Currency: "EUR"}
		return r
	})})
	c.took("orders imported")
	c.now = time.Date(2026, 4, 10, 9, 0, 0, 0, time.UTC)
	s, err := c.pay.Closing.Close(c.ctx, closing.CloseRequest{Period: "2026-03", User: "ana"})
	c.must(err)
	if want := fmt.Sprintf("%d.00", 5*n); s.Statements != n || len(s.Totals) != 1 || s.Totals[0].Earned != want {
		t.Errorf("closed with %+v, want %s earned", s, want)
	}
	c.took("closed")
	for i := 0; i < n; i += 1 + n/100 {
		detail, err := c.svc.Views.Customer(c.ctx, c.actor, customerOf(i))
		c.must(err)
		again, err := c.svc.Views.Replay(c.ctx, c.actor, detail.Decision)
		if c.must(err); !again.Agrees {
			t.Errorf("customer %d: replayed it differs in %s", i, again.Difference)
		}
	}
	c.took("replayed")
}
