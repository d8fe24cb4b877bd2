// Package moneytest is a small installation for the tests of what is owed and
// paid: what the other rooms would have written, written plainly. Nothing that
// ships imports it.
package moneytest

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

// World is an installation on a table, with a clock that stands until it is moved.
// What fails ends the test T.
type World struct {
	T     *testing.T
	Ctx   context.Context
	Store *store.Store
	Uses  *usecases.UseCases
	Bank  *rail.Sandbox // of the rails, unless a test puts others in its place
	Rails rail.Rails
	Now   time.Time
	Dir   channel.Directory

	decisions uint64 // made so far
}

// Clock reads the world's time, whatever it is by then.
func (w *World) Clock() func() time.Time { return func() time.Time { return w.Now } }

// Instant reads a time as facts have it.
func Instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := channel.Calendar{}.ParseTime("time", text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// Programme is that of a World.
const Programme = `{"id":"acme","name":"Acme","timeZone":"UTC","settlement":{"graceDays":5,"minimumPayout":{"EUR":"25.00"}},"approval":{"diffThreshold":"0.20","refuseBeyond":"0.25"}}`

// Plan is the one that the partners of a World are on.
const Plan = `{"id":"standard","effectiveFrom":"2026-01-01","currency":"EUR","components":[
	{"type":"commission","name":"commission","tiers":[{"from":"0.00","rate":"0.05"},{"from":"10000.00","rate":"0.075"},{"from":"50000.00","rate":"0.10"}]},
	{"type":"recognition","name":"points","perOrder":10},
	{"type":"mdf","name":"marketing fund","rate":"0.01"},
	{"type":"reserve","name":"reserve","share":"0.10","days":30}]}`

// Open makes a world on a table: a programme, a plan, two partners on it, one
// without a plan, and a pod.
func Open(t *testing.T, tb table.Table) *World {
	t.Helper()
	w := &World{T: t, Ctx: context.Background(), Bank: &rail.Sandbox{}}
	w.Store = store.New(tb, store.Options{Sleep: func(time.Duration) {}})
	w.Rails = rail.Rails{{Name: rail.SandboxName, Rail: w.Bank}}
	w.At("2026-01-01")
	w.Uses = usecases.New(usecases.Config{Store: w.Store, Clock: w.Clock(), Rails: w.Rails})
	w.Publish("programme", "acme", Programme)
	w.Publish("plan", "standard", Plan)
	on := []channel.Assignment{{Plan: "standard", From: Instant(t, "2026-01-01")}}
	w.Dir = channel.Directory{
		Partners: []channel.Partner{
			{ID: "p1", Name: "One", Currency: "EUR", WeightMicros: 1e6, Capacity: channel.Unlimited, Status: channel.Active, Plans: on},
			{ID: "p2", Name: "Two", Currency: "EUR", WeightMicros: 1e6, Capacity: channel.Unlimited, Status: channel.Active, Plans: on},
			{ID: "p3", Name: "Three", Currency: "EUR", WeightMicros: 1e6, Capacity: channel.Unlimited, Status: channel.Active},
		},
		Pods: []channel.Pod{{ID: "field", Name: "Field", Capacity: channel.Unlimited, Status: channel.Active}},
	}
	w.PutDirectory()
	return w
}

// Through is the same world seen through another table, as after a restart: a
// new store, new use cases, the same bank.
func (w *World) Through(tb table.Table) *World {
	next := *w
	next.Store = store.New(tb, store.Options{Sleep: func(time.Duration) {}})
	next.Uses = usecases.New(usecases.Config{Store: next.Store, Clock: func() time.Time { return next.Now }, Rails: w.Rails})
	return &next
}

// New is a world in memory.
func New(t *testing.T) *World { return Open(t, table.NewMemory()) }

// At moves the clock.
func (w *World) At(text string) { w.Now = Instant(w.T, text) }

// Must ends the test where there is an error.
func (w *World) Must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// Decode reads JSON.
func (w *World) Decode(text []byte, into any) {
	w.T.Helper()
	w.Must(json.Unmarshal(text, into))
}

func (w *World) version(kind, id, hash string) {
	w.T.Helper()
	_, err := w.Store.UpdateControl(w.Ctx, w.Now, func(c store.Control, b *store.Batch) (store.Control, error) {
		return b.PutVersion(c, store.Version{Kind: kind, ID: id, Hash: hash, By: "test", Published: w.Now}), nil
	})
	w.Must(err)
}

// Publish publishes a document now, past the checks of documents.
func (w *World) Publish(kind, id, text string) {
	w.T.Helper()
	content, err := seal.CanonicalJSON([]byte(text))
	w.Must(err)
	hash, err := w.Store.PutContent(w.Ctx, content)
	w.Must(err)
	w.version(kind, id, hash)
}

// PutDirectory makes Dir the directory.
func (w *World) PutDirectory() {
	w.T.Helper()
	hash, err := w.Store.PutDirectory(w.Ctx, w.Dir)
	w.Must(err)
	w.version(store.KindDirectory, store.DirectoryID, hash)
}

// book is the period in which something is booked.
func (w *World) book(at time.Time) (booked, orig channel.Period) {
	w.T.Helper()
	c, err := w.Store.Control(w.Ctx, w.Now)
	w.Must(err)
	orig = channel.Calendar{}.Of(at)
	return c.Book(orig), orig
}

// Customer makes a customer that an owner gets at an instant; "" for nobody.
func (w *World) Customer(id channel.CustomerID, o channel.Owner, from string) {
	w.T.Helper()
	b := &store.Batch{}
	b.PutHead(&store.Head{ID: id, State: "new"})
	w.Must(w.Store.Commit(w.Ctx, b))
	if o != channel.Nobody {
		w.Move(id, o, from, "100.00")
	}
}

// Move gives a customer to another owner; value is an amount in euro.
func (w *World) Move(id channel.CustomerID, o channel.Owner, from, value string) {
	w.T.Helper()
	h, err := w.Store.Head(w.Ctx, id)
	w.Must(err)
	at := Instant(w.T, from)
	w.decisions++
	d := &store.Decision{ID: store.NewDecisionID(id, fmt.Sprint(w.decisions)), From: at, Seq: h.Version(), By: "test"}
	d.Booked, _ = w.book(at)
	record := map[string]any{"cause": "route", "owner": o, "tier": "base", "moved": true, "value": map[string]string{"amount": value, "currency": "EUR", "basis": "declared"}}
	d.Record, err = seal.Canonical(record)
	w.Must(err)
	b := &store.Batch{}
	if old := h.Owner; old != channel.Nobody {
		b.SetPortfolio(old, store.PortfolioEntry{Customer: id, Since: h.Since(), Until: at, Decision: h.Decision})
	}
	h.Move(o, at, d.ID)
	h.State, h.Decision = "assigned", d.ID
	b.PutDecision(d)
	b.PutHead(h)
	b.SetPortfolio(o, store.PortfolioEntry{Customer: id, Since: at, Decision: d.ID})
	w.Must(w.Store.Commit(w.Ctx, b))
}

// Entry books an entry of a customer, in the period that is open.
func (w *World) Entry(id channel.CustomerID, e history.Entry) {
	w.T.Helper()
	var orig channel.Period
	e.Booked, orig = w.book(e.Occurred)
	b := &store.Batch{}
	b.PutEntry(id, &e, orig)
	w.Must(w.Store.Commit(w.Ctx, b))
}

// Order books an order, in euro.
func (w *World) Order(customer channel.CustomerID, id channel.OrderID, at, amount string) {
	w.T.Helper()
	minor, err := money.ParseMinor(amount, "EUR")
	w.Must(err)
	w.Entry(customer, history.Entry{Kind: history.KindOrder, ID: string(id), Source: "shop", EventID: channel.EventID("e-" + id), Occurred: Instant(w.T, at),
		Order: &channel.Order{ID: id, Customer: customer, Amount: minor, Currency: "EUR"}})
}

// Refund is what a refund says: ID is its own, Of the order's.
type Refund struct {
	ID         string
	Of         channel.OrderID
	At, Amount string
}

// Refund books a refund, in euro.
func (w *World) Refund(customer channel.CustomerID, r Refund) {
	w.T.Helper()
	minor, err := money.ParseMinor(r.Amount, "EUR")
	w.Must(err)
	w.Entry(customer, history.Entry{Kind: history.KindRefund, ID: r.ID, Source: "shop", EventID: channel.EventID("e-" + r.ID), Occurred: Instant(w.T, r.At),
		Refund: &history.RefundEntry{Order: r.Of, Amount: minor}})
}

// March is the example of the documentation in two customers of p1, one of p2
// and one of the pod, and an order that nobody is credited with.
func (w *World) March() {
	w.T.Helper()
	w.At("2026-03-01T08:00:00Z")
	w.Customer("c1", "partner:p1", "2026-03-01T08:00:00Z")
	w.Customer("c2", "partner:p1", "2026-03-01T08:00:00Z")
	w.Customer("c3", "partner:p2", "2026-03-01T08:00:00Z")
	w.Customer("c4", "pod:field", "2026-03-01T08:00:00Z")
	w.Customer("c5", "", "")
	w.Order("c1", "a", "2026-03-02T10:00:00Z", "8000.00")
	w.Order("c2", "b", "2026-03-09T10:00:00Z", "12000.00")
	w.Order("c1", "c", "2026-03-20T10:00:00Z", "40000.00")
	w.Order("c3", "d", "2026-03-21T10:00:00Z", "400.00")
	w.Order("c4", "e", "2026-03-22T10:00:00Z", "777.00")
	w.Order("c5", "f", "2026-03-23T10:00:00Z", "5.00")
}

// Close closes a period on the sixth of the month after.
func (w *World) Close(p channel.Period) wire.PeriodStatus {
	w.T.Helper()
	w.At(string(p.Next()) + "-06T09:00:00Z")
	s, err := w.Uses.Closing.Close(w.Ctx, closing.CloseRequest{Period: p, User: "ana"})
	w.Must(err)
	return s
}

// Paid prepares, approves and pays the run of a closed period.
func (w *World) Paid(p channel.Period) wire.Run {
	w.T.Helper()
	r, err := w.Uses.Runs.Prepare(w.Ctx, paying.PrepareRequest{Period: p, User: "ana"})
	w.Must(err)
	_, err = w.Uses.Runs.Approve(w.Ctx, paying.ApproveRequest{Run: r.ID, User: "ben", Override: true, Reason: "test"})
	w.Must(err)
	r, err = w.Uses.Payer.Pay(w.Ctx, paying.PayRequest{Run: r.ID, User: "ana"})
	w.Must(err)
	return r
}

// Change changes a partner's line in euro behind the back of the use cases.
func (w *World) Change(p channel.Period, partner channel.PartnerID, how func(*payout.Line)) {
	w.T.Helper()
	l, err := w.Store.Line(w.Ctx, p, partner, "EUR")
	w.Must(err)
	how(&l.Value)
	b := &store.Batch{} // under its old key, whatever was changed
	b.Put(store.LineKey(p, partner, "EUR"), w.kept(l.Value), l.Version())
	w.Must(w.Store.Commit(w.Ctx, b))
}

// kept is a line as a store keeps it.
func (w *World) kept(l payout.Line) json.RawMessage {
	w.T.Helper()
	s := store.New(table.NewMemory(), store.Options{})
	b := &store.Batch{}
	b.PutLine(&store.Loaded[payout.Line]{Value: l})
	w.Must(s.Commit(w.Ctx, b))
	items, err := s.Get(w.Ctx, store.LineKey(l.Period, l.Partner, l.Currency))
	w.Must(err)
	return items[0].Body
}

// FirstEdition makes a run one that was prepared when the hash of its lines did
// not cover what was earned.
func (w *World) FirstEdition(id string) {
	w.T.Helper()
	type due struct {
		Partner channel.PartnerID `json:"partner"`
		Period  channel.Period    `json:"period"`
		Ccy     string            `json:"currency"`
		Payable int64             `json:"payable"`
		Carried int64             `json:"carried"`
	}
	r, err := w.Store.FindRun(w.Ctx, id)
	w.Must(err)
	lines, err := w.Store.Lines(w.Ctx, r.Value.Period)
	w.Must(err)
	var dues []due
	for _, stands := range lines {
		l := stands.Value
		dues = append(dues, due{l.Partner, l.Period, l.Currency, l.Payable, l.Carried})
	}
	r.Value.Hash, err = seal.HashOfValue(dues)
	w.Must(err)
	b := &store.Batch{}
	b.PutRun(&r)
	w.Must(w.Store.Commit(w.Ctx, b))
}

// Everything is each item of the ledger that closing writes, by key: two closes
// are the same if these are.
func (w *World) Everything(p channel.Period) map[string]string {
	w.T.Helper()
	out := map[string]string{}
	for _, o := range []channel.Owner{"partner:p1", "partner:p2", "partner:p3", "pod:field"} {
		for _, pk := range []string{"S#" + string(o), "T#" + string(o)} {
			for it, err := range w.Store.Items(w.Ctx, table.Range{Table: table.Ledger, PK: pk, From: string(p), To: string(p) + "$"}) {
				w.Must(err)
				out[it.PK+" "+it.SK] = string(it.Body)
			}
		}
	}
	head, ok, err := w.Store.PeriodHead(w.Ctx, p)
	w.Must(err)
	if ok {
		head.At = time.Time{}
		body, err := json.Marshal(head)
		w.Must(err)
		out["head"] = string(body)
	}
	return out
}
