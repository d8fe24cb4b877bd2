package usecases_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// world is an installation under test: a service on a table that counts, with a
// clock that stands until it is moved.
type world struct {
	*testing.T
	ctx   context.Context
	s     *usecases.UseCases
	store *store.Store
	meter *meter
	now   time.Time
	n     int // facts made so far
}

var (
	manager = wire.Actor{User: "mia", Roles: []string{wire.RoleManager}}
	start   = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
)

const testProgramme = `{"id":"acme","timeZone":"Europe/Berlin"}`

const testPolicy = `{
 "id":"worldwide","effectiveFrom":"2026-01-01","currency":"EUR","seed":"s",
 "value":{"horizonMonths":36,"annualDiscountRate":"0.12","marginRate":"0.30","prior":{"default":"900.00"},"referralShare":"0.25"},
 "tiers":[{"name":"focal","minValue":"50000.00","channel":"sales_force"},{"name":"base","minValue":"0.00","channel":"partner"}],
 "hysteresis":{"promoteFactor":"1.10","demoteFactor":"0.80"},
 "rules":[{"name":"cannot be served","when":"customer.region == 'AQ'","then":{"decline":{"message":"Sorry."}}}],
 "protection":{"days":90},
 %s
 "examples":[{"name":"small","given":{"customer":{"region":"DE"}},"expect":{"outcome":"partner"}}]}`

const (
	atOnce = ""
	offers = `"offer":{"required":true,"expiresHours":48,"maxOffers":2},`
)

// newWorld has the programme, a policy with the given extra keys, two pods and
// the partners, named "id" or "id/capacity".
func newWorld(t *testing.T, inner table.Table, extra string, partners ...string) *world {
	w := bare(t, inner)
	w.publish(wire.KindProgramme, testProgramme)
	w.publish(wire.KindPolicy, fmt.Sprintf(testPolicy, extra))
	w.pods("north", "inside/1")
	w.partners(partners...)
	w.meter.reset()
	return w
}

func bare(t *testing.T, inner table.Table) *world {
	w := &world{T: t, ctx: context.Background(), now: start, meter: &meter{Table: inner}}
	w.store = store.New(w.meter, store.Options{Sleep: func(time.Duration) {}})
	w.s = usecases.New(usecases.Config{Store: w.store, Clock: func() time.Time { return w.now }})
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%v (%+v)", err, fault.Of(err).Err)
	}
}

func (w *world) wantFault(err error, slug string) {
	w.Helper()
	if !fault.Is(err, slug) {
		w.Fatalf("got %v, want %s", err, slug)
	}
}

func (w *world) publish(kind, doc string) wire.Published {
	w.Helper()
	p, err := w.s.Publisher.Publish(w.ctx, manager, documents.PublishRequest{Kind: kind, Raw: []byte(doc)})
	w.must(err)
	return p
}

func limited(name string) (string, *int64) {
	id, limit, ok := strings.Cut(name, "/")
	if !ok {
		return id, nil
	}
	var n int64
	fmt.Sscan(limit, &n)
	return id, &n
}

func (w *world) partners(names ...string) {
	w.Helper()
	for _, name := range names {
		id, capacity := limited(name)
		_, err := w.s.Registrar.PutPartner(w.ctx, manager, channel.PartnerID(id), wire.PartnerBody{Name: id, Currency: "EUR", Capacity: capacity})
		w.must(err)
	}
}

func (w *world) pods(names ...string) {
	w.Helper()
	for _, name := range names {
		id, capacity := limited(name)
		body := wire.PodBody{Name: id, Capacity: capacity, Kind: "field"}
		if id == "inside" {
			body.Kind, body.Regions = "inside", []string{"nowhere"}
		}
		_, err := w.s.Registrar.PutPod(w.ctx, manager, channel.PodID(id), body)
		w.must(err)
	}
}

// fact makes the next fact of source "crm", at the world's instant.
func (w *world) fact(typ channel.FactType) channel.Fact {
	w.n++
	return channel.Fact{ID: channel.EventID(fmt.Sprintf("evt_%03d", w.n)), Source: "crm", Type: typ, Time: w.now}
}

func (w *world) upsert(id string, changes ...func(*channel.Upsert)) channel.Fact {
	f := w.fact(channel.CustomerUpserted)
	f.Upsert = &channel.Upsert{Customer: channel.CustomerID(id), Region: channel.Put("DE")}
	for _, c := range changes {
		c(f.Upsert)
	}
	return f
}

func worth(amount string) func(*channel.Upsert) {
	return func(u *channel.Upsert) {
		u.Currency = channel.Put("EUR")
		u.DeclaredValue = channel.Put(channel.Figure{Decimal: amount, Currency: "EUR"})
	}
}

func (w *world) order(id, customer string, minor int64) channel.Fact {
	f := w.fact(channel.OrderCompleted)
	f.Order = &channel.Order{ID: channel.OrderID(id), Customer: channel.CustomerID(customer), Amount: minor, Currency: "EUR"}
	return f
}

func (w *world) refund(id, order, amount string) channel.Fact {
	f := w.fact(channel.OrderRefunded)
	f.Refund = &channel.Refund{ID: channel.RefundID(id), Order: channel.OrderID(order), RawAmount: amount}
	return f
}

func (w *world) churn(customer string) channel.Fact {
	f := w.fact(channel.CustomerChurned)
	f.Churn = &channel.Churn{Customer: channel.CustomerID(customer)}
	return f
}

// send applies one fact and returns its outcome.
func (w *world) send(f channel.Fact) wire.FactOutcome {
	w.Helper()
	out, err := w.s.Intake.ApplyFacts(w.ctx, manager, []intake.FactInput{{Fact: f}})
	w.must(err)
	return out[0]
}

func (w *world) want(f channel.Fact, o channel.Outcome) wire.FactOutcome {
	w.Helper()
	got := w.send(f)
	if got.Outcome != o {
		w.Fatalf("fact %s: got %s (%s %s), want %s", f.ID, got.Outcome, got.Field, got.Message, o)
	}
	return got
}

// known makes customers without routing them.
func (w *world) known(ids ...string) {
	w.Helper()
	for _, id := range ids {
		f := w.upsert(id)
		m, err := w.s.Documents.Current(w.ctx)
		w.must(err)
		o, err := w.s.Intake.ApplyIn(w.ctx, &intake.Application{Current: &m, Fact: &f, By: "test"})
		w.must(err)
		if o.Outcome != channel.Applied {
			w.Fatalf("customer %s: %+v", id, o)
		}
	}
}

func (w *world) route(id, key string) wire.RouteResponse {
	w.Helper()
	r, err := w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: channel.CustomerID(id), Key: key})
	w.must(err)
	return r
}

func (w *world) head(id string) *store.Head {
	w.Helper()
	h, err := w.store.Head(w.ctx, channel.CustomerID(id))
	w.must(err)
	return h
}

func (w *world) history(id string) *history.History {
	w.Helper()
	f, err := w.store.Customer(w.ctx, channel.CustomerID(id), "")
	w.must(err)
	return f.History()
}

func (w *world) owner(id string, want channel.Owner) {
	w.Helper()
	if got := w.head(id).Owner; got != want {
		w.Fatalf("owner of %s: got %q, want %q", id, got, want)
	}
}

// meter counts round trips and units.
type meter struct {
	table.Table
	mu            sync.Mutex
	trips, writes int
	units         table.Units
}

func (m *meter) reset() { m.mu.Lock(); m.trips, m.writes, m.units = 0, 0, table.Units{}; m.mu.Unlock() }

func (m *meter) add(u table.Units, writes int) {
	m.mu.Lock()
	m.trips, m.writes, m.units = m.trips+1, m.writes+writes, m.units.Plus(u)
	m.mu.Unlock()
}

func (m *meter) Get(ctx context.Context, keys ...table.Key) ([]table.Item, table.Units, error) {
	items, u, err := m.Table.Get(ctx, keys...)
	m.add(u, 0)
	return items, u, err
}

func (m *meter) Query(ctx context.Context, r table.Range) (table.Page, error) {
	p, err := m.Table.Query(ctx, r)
	m.add(p.Units, 0)
	return p, err
}

func (m *meter) Transact(ctx context.Context, tx table.Tx) (table.Result, error) {
	res, err := m.Table.Transact(ctx, tx)
	u := res.Units
	if r := store.AsRefused(err); r != nil {
		u = r.Units
	}
	m.add(u, 1)
	return res, err
}

// costs runs a use case and demands its exact cost.
func (w *world) costs(what string, trips int, units table.Units, run func()) {
	w.Helper()
	w.meter.reset()
	run()
	if w.meter.trips != trips || w.meter.units != units {
		w.Fatalf("%s: %d round trips, %+v; want %d, %+v", what, w.meter.trips, w.meter.units, trips, units)
	}
}

// repeated does what a caller does under faults: it asks again, a few times.
func repeated(t *testing.T, run func() error) {
	t.Helper()
	var err error
	for range 4 {
		if err = run(); err == nil {
			return
		}
	}
	t.Fatal(err)
}
