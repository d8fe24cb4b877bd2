package paying_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/usecases"
	"github.com/fairlead/fairlead/internal/wire"
)

// world is a small installation on a table: what service would have written,
// written plainly.
type world struct {
	t    *testing.T
	ctx  context.Context
	s    *store.Store
	p    *usecases.UseCases
	bank *rail.Sandbox // of the rails, unless a test puts others in its place
	by   rail.Rails
	now  time.Time
	dir  channel.Directory
	seq  uint64
}

// clock reads the world's time, whatever it is by then.
func (w *world) clock() func() time.Time { return func() time.Time { return w.now } }

func instantOf(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := channel.Calendar{}.ParseTime("time", text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

const programmeText = `{"id":"acme","name":"Acme","timeZone":"UTC","settlement":{"graceDays":5,"minimumPayout":{"EUR":"25.00"}},"approval":{"diffThreshold":"0.20","refuseBeyond":"0.25"}}`

const planText = `{"id":"standard","effectiveFrom":"2026-01-01","currency":"EUR","components":[
	{"type":"commission","name":"commission","tiers":[{"from":"0.00","rate":"0.05"},{"from":"10000.00","rate":"0.075"},{"from":"50000.00","rate":"0.10"}]},
	{"type":"recognition","name":"points","perOrder":10},
	{"type":"mdf","name":"marketing fund","rate":"0.01"},
	{"type":"reserve","name":"reserve","share":"0.10","days":30}]}`

// open makes a world on a table: a programme, a plan, two partners on it, one
// without a plan, and a pod.
func open(t *testing.T, tb table.Table) *world {
	t.Helper()
	w := &world{t: t, ctx: context.Background(), s: store.New(tb, store.Options{Sleep: func(time.Duration) {}}), bank: &rail.Sandbox{}}
	w.by = rail.Rails{{Name: rail.SandboxName, Rail: w.bank}}
	w.at("2026-01-01")
	w.p = usecases.New(usecases.Config{Store: w.s, Clock: w.clock(), Rails: w.by})
	w.publish("programme", "acme", programmeText)
	w.publish("plan", "standard", planText)
	on := []channel.Assignment{{Plan: "standard", From: instantOf(t, "2026-01-01")}}
	w.dir = channel.Directory{
		Partners: []channel.Partner{
			{ID: "p1", Name: "One", Currency: "EUR", WeightMicros: 1e6, Capacity: channel.Unlimited, Status: channel.Active, Plans: on},
			{ID: "p2", Name: "Two", Currency: "EUR", WeightMicros: 1e6, Capacity: channel.Unlimited, Status: channel.Active, Plans: on},
			{ID: "p3", Name: "Three", Currency: "EUR", WeightMicros: 1e6, Capacity: channel.Unlimited, Status: channel.Active},
		},
		Pods: []channel.Pod{{ID: "field", Name: "Field", Capacity: channel.Unlimited, Status: channel.Active}},
	}
	w.directory()
	return w
}

// through is the same world seen through another table, as after a restart: a
// new store, a new payrun, the same bank.
func (w *world) through(tb table.Table) *world {
	next := *w
	next.s = store.New(tb, store.Options{Sleep: func(time.Duration) {}})
	next.p = usecases.New(usecases.Config{Store: next.s, Clock: func() time.Time { return next.now }, Rails: w.by})
	return &next
}

func newWorld(t *testing.T) *world { return open(t, table.NewMemory()) }

func (w *world) at(text string) { w.now = instantOf(w.t, text) }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) decode(text []byte, into any) {
	w.t.Helper()
	w.must(json.Unmarshal(text, into))
}

func (w *world) version(kind, id, hash string) {
	w.t.Helper()
	_, err := w.s.UpdateControl(w.ctx, w.now, func(c store.Control, b *store.Batch) (store.Control, error) {
		return b.PutVersion(c, store.Version{Kind: kind, ID: id, Hash: hash, By: "test", Published: w.now}), nil
	})
	w.must(err)
}

func (w *world) publish(kind, id, text string) {
	w.t.Helper()
	content, err := seal.CanonicalJSON([]byte(text))
	w.must(err)
	hash, err := w.s.PutContent(w.ctx, content)
	w.must(err)
	w.version(kind, id, hash)
}

func (w *world) directory() {
	w.t.Helper()
	hash, err := w.s.PutDirectory(w.ctx, w.dir)
	w.must(err)
	w.version(store.KindDirectory, store.DirectoryID, hash)
}

// book is the period in which something is booked.
func (w *world) book(at time.Time) (booked, orig channel.Period) {
	w.t.Helper()
	c, err := w.s.Control(w.ctx, w.now)
	w.must(err)
	orig = channel.Calendar{}.Of(at)
	return c.Book(orig), orig
}

// customer makes a customer that an owner gets at an instant; "" for nobody.
func (w *world) customer(id channel.CustomerID, o channel.Owner, from string) {
	w.t.Helper()
	b := &store.Batch{}
	b.PutHead(&store.Head{ID: id, State: "new"})
	w.must(w.s.Commit(w.ctx, b))
	if o != channel.Nobody {
		w.move(id, o, from, "100.00")
	}
}

// move gives a customer to another owner.
func (w *world) move(id channel.CustomerID, o channel.Owner, from, value string) {
	w.t.Helper()
	h, err := w.s.Head(w.ctx, id)
	w.must(err)
	at := instantOf(w.t, from)
	w.seq++
	d := &store.Decision{ID: store.NewDecisionID(id, fmt.Sprint(w.seq)), From: at, Seq: h.Version, By: "test"}
	d.Booked, _ = w.book(at)
	record := map[string]any{"cause": "route", "owner": o, "tier": "base", "moved": true, "value": map[string]string{"amount": value, "currency": "EUR", "basis": "declared"}}
	d.Record, err = seal.Canonical(record)
	w.must(err)
	b := &store.Batch{}
	if old := h.Owner; old != channel.Nobody {
		b.SetPortfolio(old, store.PortfolioEntry{Customer: id, Since: h.Since(), Until: at, Decision: h.Decision})
	}
	h.Move(o, at, d.ID)
	h.State, h.Decision = "assigned", d.ID
	b.PutDecision(d)
	b.PutHead(h)
	b.SetPortfolio(o, store.PortfolioEntry{Customer: id, Since: at, Decision: d.ID})
	w.must(w.s.Commit(w.ctx, b))
}

func (w *world) entry(id channel.CustomerID, e history.Entry) {
	w.t.Helper()
	var orig channel.Period
	e.Booked, orig = w.book(e.Occurred)
	b := &store.Batch{}
	b.PutEntry(id, &e, orig)
	w.must(w.s.Commit(w.ctx, b))
}

func (w *world) order(customer channel.CustomerID, id channel.OrderID, at, amount string) {
	w.t.Helper()
	minor, err := money.ParseMinor(amount, "EUR")
	w.must(err)
	w.entry(customer, history.Entry{Kind: history.KindOrder, ID: string(id), Source: "shop", EventID: channel.EventID("e-" + id), Occurred: instantOf(w.t, at),
		Order: &channel.Order{ID: id, Customer: customer, Amount: minor, Currency: "EUR"}})
}

func (w *world) refund(customer channel.CustomerID, id string, of channel.OrderID, at, amount string) {
	w.t.Helper()
	minor, err := money.ParseMinor(amount, "EUR")
	w.must(err)
	w.entry(customer, history.Entry{Kind: history.KindRefund, ID: id, Source: "shop", EventID: channel.EventID("e-" + id), Occurred: instantOf(w.t, at),
		Refund: &history.RefundEntry{Order: of, Amount: minor}})
}

// march is the example of the documentation in two customers of p1, one of p2
// and one of the pod, and an order that nobody is credited with.
func (w *world) march() {
	w.t.Helper()
	w.at("2026-03-01T08:00:00Z")
	w.customer("c1", "partner:p1", "2026-03-01T08:00:00Z")
	w.customer("c2", "partner:p1", "2026-03-01T08:00:00Z")
	w.customer("c3", "partner:p2", "2026-03-01T08:00:00Z")
	w.customer("c4", "pod:field", "2026-03-01T08:00:00Z")
	w.customer("c5", "", "")
	w.order("c1", "a", "2026-03-02T10:00:00Z", "8000.00")
	w.order("c2", "b", "2026-03-09T10:00:00Z", "12000.00")
	w.order("c1", "c", "2026-03-20T10:00:00Z", "40000.00")
	w.order("c3", "d", "2026-03-21T10:00:00Z", "400.00")
	w.order("c4", "e", "2026-03-22T10:00:00Z", "777.00")
	w.order("c5", "f", "2026-03-23T10:00:00Z", "5.00")
}

// close closes a period on the sixth of the month after.
func (w *world) close(p channel.Period) wire.PeriodStatus {
	w.t.Helper()
	w.at(string(p.Next()) + "-06T09:00:00Z")
	s, err := w.p.Closing.Close(w.ctx, closing.CloseRequest{Period: p, User: "ana"})
	w.must(err)
	return s
}

// paid prepares, approves and pays the run of a closed period.
func (w *world) paid(p channel.Period) wire.Run {
	w.t.Helper()
	r, err := w.p.Runs.Prepare(w.ctx, paying.PrepareRequest{Period: p, User: "ana"})
	w.must(err)
	_, err = w.p.Runs.Approve(w.ctx, paying.ApproveRequest{Run: r.ID, User: "ben", Override: true, Reason: "test"})
	w.must(err)
	r, err = w.p.Payer.Pay(w.ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	w.must(err)
	return r
}

// change changes a line behind the service's back.
func (w *world) change(p channel.Period, partner channel.PartnerID, how func(*payout.Line)) {
	w.t.Helper()
	var l payout.Line
	key := store.LineKey(p, partner, "EUR")
	version, err := w.s.Load(w.ctx, key, &l)
	w.must(err)
	how(&l)
	b := &store.Batch{}
	b.Put(key, l, version)
	w.must(w.s.Commit(w.ctx, b))
}

// firstEdition makes a run one that was prepared when the hash of its lines did
// not cover what was earned.
func (w *world) firstEdition(id string) {
	w.t.Helper()
	type due struct {
		Partner channel.PartnerID `json:"partner"`
		Period  channel.Period    `json:"period"`
		Ccy     string            `json:"currency"`
		Payable int64             `json:"payable"`
		Carried int64             `json:"carried"`
	}
	r, version, err := w.p.Library.FindRun(w.ctx, id)
	w.must(err)
	lines, err := w.p.Runs.LoadLines(w.ctx, r.Period)
	w.must(err)
	var dues []due
	for _, l := range lines {
		dues = append(dues, due{l.Partner, l.Period, l.Currency, l.Payable, l.Carried})
	}
	r.Hash, err = seal.HashOfValue(dues)
	w.must(err)
	b := &store.Batch{}
	b.Put(store.RunKey(r.Period, r.N), r, version)
	w.must(w.s.Commit(w.ctx, b))
}

// everything is each item of the ledger that closing writes, by key: two closes
// are the same if these are.
func (w *world) everything(p channel.Period) map[string]string {
	w.t.Helper()
	out := map[string]string{}
	for _, o := range []channel.Owner{"partner:p1", "partner:p2", "partner:p3", "pod:field"} {
		for _, pk := range []string{"S#" + string(o), "T#" + string(o)} {
			for it, err := range w.s.Items(w.ctx, table.Range{Table: table.Ledger, PK: pk, From: string(p), To: string(p) + "$"}) {
				w.must(err)
				out[it.PK+" "+it.SK] = string(it.Body)
			}
		}
	}
	head, ok, err := w.s.PeriodHead(w.ctx, p)
	w.must(err)
	if ok {
		head.At = time.Time{}
		body, err := json.Marshal(head)
		w.must(err)
		out["head"] = string(body)
	}
	return out
}
