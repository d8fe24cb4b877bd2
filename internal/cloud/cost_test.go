package cloud_test

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/cloud/task"
	"github.com/fairlead/fairlead/internal/cloud/wiring"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

//go:embed prices.json
var priceList []byte

var updateCost = flag.Bool("update-cost", false, "write docs/cost.md anew")

// What is assumed where nothing of ours measures it. Durations are billed ones on
// 512 MB for requests and 1,769 MB for tasks.
const (
	routeMS, hookMS, factMS, recordMS = 25, 10, 20, 3 // a request, a webhook, one fact of a batch, one record of the stream
	partnerMS                         = 120           // of all tasks of a run, for one partner
	requestGB, taskGB                 = 0.5, 1.729
	perBatch                          = 10 // messages or records in one invocation
	transitionsPerTask                = 3
	costPartners, costCustomers       = 100_000, 10 // of a run, and of each partner
	costFacts                         = 10          // of each customer
)

// counted counts the round trips to a table and adds up what it is charged.
type counted struct {
	table.Table
	mu    sync.Mutex
	trips int
	units table.Units
}

func (c *counted) add(u table.Units) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trips, c.units = c.trips+1, c.units.Plus(u)
}

func (c *counted) Get(ctx context.Context, keys ...table.Key) ([]table.Item, table.Units, error) {
	items, u, err := c.Table.Get(ctx, keys...)
	c.add(u)
	return items, u, err
}

func (c *counted) Query(ctx context.Context, r table.Range) (table.Page, error) {
	p, err := c.Table.Query(ctx, r)
	c.add(p.Units)
	return p, err
}

func (c *counted) Transact(ctx context.Context, tx table.Tx) (table.Result, error) {
	res, err := c.Table.Transact(ctx, tx)
	u := res.Units
	if r := store.AsRefused(err); r != nil {
		u = r.Units
	}
	c.add(u)
	return res, err
}

// costs runs work and returns its units.
func (c *counted) costs(t *testing.T, work func() error) table.Units {
	t.Helper()
	c.units = table.Units{}
	if err := work(); err != nil {
		t.Fatal(err)
	}
	return c.units
}

// costOf fills a world with partners that have ten customers of ten orders each,
// pays them, and returns the units of a route, an order, and the whole run.
func costOf(t *testing.T, partners int) (route, order, run table.Units) {
	tb := &counted{Table: table.NewMemory()}
	w := worldOn(t, tb)
	w.app.Config.Lease = 30 * time.Second
	w.core = wiring.On(w.app, tb)
	w.door = w.api(w.core)
	w.settle()
	ctx, who := w.ctx, wire.Actor{User: "x", Roles: []string{wire.RoleManager}}
	for p := range partners {
		id := fmt.Sprintf("q%05d", p)
		w.must("manager", "PUT /v1/partners/"+id, `{"name":"Partner `+id+`","currency":"EUR"}`)
		w.must("manager", "PUT /v1/partners/"+id+"/plan", `{"plan":"standard","from":"2026-03-01"}`)
		for c := range costCustomers {
			customer := channel.CustomerID(fmt.Sprintf("%s-c%d", id, c))
			w.must("crm", "PUT /v1/customers/"+string(customer), `{"region":"DE","declaredValue":"7000.00","currency":"EUR"}`)
			_, err := w.core.Assign.Assign(ctx, who, assign.ByHandRequest{Customer: customer, Owner: channel.PartnerOwner(channel.PartnerID(id)), Reason: "r", Key: "k"})
			if err != nil {
				t.Fatal(err)
			}
			w.now = w.now.Add(time.Second)
			for n := range costFacts {
				name := fmt.Sprintf("%s-o%d", customer, n)
				f := channel.Fact{ID: channel.EventID("e-" + name), Source: "shop", Type: channel.OrderCompleted, Time: w.now,
					Order: &channel.Order{ID: channel.OrderID(name), Customer: customer, Amount: 10_000, Currency: "EUR"}}
				order = tb.costs(t, func() error {
					_, err := w.core.Intake.ApplyFacts(ctx, who, []intake.FactInput{{Fact: f}})
					return err
				})
			}
		}
	}
	for _, key := range []string{"warm", "k"} {
		id := channel.CustomerID("routed-" + key)
		w.must("crm", "PUT /v1/customers/"+string(id), `{"region":"DE","declaredValue":"7000.00","currency":"EUR"}`)
		route = tb.costs(t, func() error {
			_, err := w.core.Assign.Route(ctx, who, assign.RouteRequest{Customer: id, Key: key})
			return err
		})
	}
	w.now = time.Date(2026, 5, 10, 9, 0, 0, 0, time.UTC)
	run = tb.costs(t, w.closeAndPay)
	return route, order, run
}

// closeAndPay is a month as the state machine takes it, task by task, with the
// statements for the bucket.
func (w *world) closeAndPay() error {
	w.post("POST /v1/periods/2026-03/close")
	if err := w.execute("close-2026-03", nil); err != nil {
		return err
	}
	w.must("finance", "POST /v1/payout-runs", `{"period":"2026-03"}`)
	if _, err := w.core.Runs.Approve(w.ctx, paying.ApproveRequest{Run: "2026-03", User: "ben", Override: true, Reason: "first"}); err != nil {
		return err
	}
	w.post("POST /v1/payout-runs/2026-03/pay")
	return w.execute("pay-2026-03-1", nil)
}

// bill is a table of amounts of millions and their prices.
type bill struct {
	prices map[string]json.RawMessage
	out    bytes.Buffer
	sum    float64
}

func (b *bill) line(what, price string, millions float64) {
	var p struct{ Price string }
	if err := json.Unmarshal(b.prices[price], &p); err != nil {
		panic(err)
	}
	each, err := strconv.ParseFloat(p.Price, 64)
	if err != nil {
		panic(err)
	}
	b.sum += each * millions
	fmt.Fprintf(&b.out, "| %s | %.3f million | %s | %.2f |\n", what, millions, p.Price, each*millions)
}

func (b *bill) begin(title string) {
	b.sum = 0
	fmt.Fprintf(&b.out, "## %s\n\n| what | how many | $ per million | $ |\n|---|---:|---:|---:|\n", title)
}

func (b *bill) end() { fmt.Fprintf(&b.out, "| **together** | | | **%.2f** |\n\n", b.sum) }

func gbSeconds(ms, gb float64) float64 { return ms / 1000 * gb }

func (b *bill) units(u table.Units, times float64) {
	b.line("write units", "millionWriteUnits", float64(u.Write)*times/1e6)
	b.line("read units", "millionReadUnits", float64(u.Read)*times/1e6)
}

func (b *bill) route(u table.Units) {
	b.begin("A million routes, by the API")
	b.units(u, 1e6)
	b.line("requests of the API", "millionAPIRequests", 1)
	b.line("invocations: api, stream", "millionLambdaRequests", 1+1.0/perBatch)
	b.line("GB-seconds", "millionLambdaGBSeconds", gbSeconds(routeMS+recordMS, requestGB))
	b.line("events told", "millionBusEvents", 1)
	b.end()
}

func (b *bill) order(u table.Units) {
	b.begin("A million orders, by webhooks of one order")
	b.units(u, 1e6)
	b.line("requests of the API", "millionAPIRequests", 1)
	b.line("requests of the queue", "millionQueueRequests", 1+2.0/perBatch)
	b.line("invocations: hook, worker, stream", "millionLambdaRequests", 1+2.0/perBatch)
	b.line("GB-seconds", "millionLambdaGBSeconds", gbSeconds(hookMS+factMS+2*recordMS, requestGB))
	b.end()
}

func (b *bill) run(write, read float64) {
	b.begin("Closing and paying 100,000 partners (1 million customers, 10 million facts)")
	b.line("write units", "millionWriteUnits", write*costPartners/1e6)
	b.line("read units", "millionReadUnits", read*costPartners/1e6)
	b.line("read units of the heads, 700 bytes a customer", "millionReadUnits", costPartners*costCustomers*700/4096.0/1e6)
	tasks := 3*costPartners/task.OwnersPerBatch + task.WalkBatches + costPartners/task.LinesPerBatch + 5
	b.line("state transitions", "millionTransitions", float64(tasks)*transitionsPerTask/1e6)
	b.line("invocations", "millionLambdaRequests", float64(tasks)/1e6)
	b.line("GB-seconds", "millionLambdaGBSeconds", costPartners*gbSeconds(partnerMS, taskGB)/1e6)
	b.line("objects put: statements as JSON, HTML, CSV", "millionObjectsPut", 3*costPartners/1e6)
	b.line("objects read: batches, and the walk by every verifying task", "millionObjectsGot", float64(tasks+(costPartners/task.OwnersPerBatch+1)*task.WalkBatches)/1e6)
	b.line("events told: a statement each", "millionBusEvents", costPartners/1e6)
	b.line("signatures", "millionSignatures", 1/1e6)
	b.end()
}

// TestCost holds docs/cost.md to what the units and the price list give.
func TestCost_IsWhatTheDocumentSays(t *testing.T) {
	const few, more = 10, 30
	_, _, small := costOf(t, few)
	route, order, large := costOf(t, more)
	if route != (table.Units{Read: 2, Write: 6}) || order != (table.Units{Read: 1, Write: 6}) {
		t.Errorf("a route costs %+v, an order %+v", route, order)
	}
	each := func(a, b int64) float64 { return float64(b-a) / (more - few) }
	b := &bill{}
	if err := json.Unmarshal(priceList, &b.prices); err != nil {
		t.Fatal(err)
	}
	var asOf, region, note string
	for name, to := range map[string]*string{"asOf": &asOf, "region": &region, "note": &note} {
		if err := json.Unmarshal(b.prices[name], to); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Fprintf(&b.out, "# What it costs\n\nComputed by `make cost` from the units that the table counts by the published formula, the sizes of batches\n"+
		"in `internal/cloud`, and the prices of %s in `internal/cloud/prices.json` (%s, with their sources).\n%s\n"+
		"Durations of Lambda are assumed (`internal/cloud/cost_test.go`), logs, storage and data transfer left out.\n\n", asOf, region, note)
	fmt.Fprintf(&b.out, "Measured: a route %d write and %d read units, an order %d and %d; a run %.1f and %.1f for each partner (difference of %d and %d partners).\n\n",
		route.Write, route.Read, order.Write, order.Read, each(small.Write, large.Write), each(small.Read, large.Read), few, more)
	b.route(route)
	b.order(order)
	b.run(each(small.Write, large.Write), each(small.Read, large.Read))
	got := strings.TrimRight(b.out.String(), "\n") + "\n"
	const path = "../../docs/cost.md"
	if *updateCost {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stands, err := os.ReadFile(path)
	if err != nil || string(stands) != got {
		t.Errorf("docs/cost.md (%v) is not what is computed; write it with make cost:\n%s", err, got)
	}
}
