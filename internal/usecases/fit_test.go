package usecases_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/sweep"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/value"
	"github.com/fairlead/fairlead/internal/wire"
)

// crowd imports the orders of customers that buy at rates of their own for a
// while and then stop, a quarter of them in USD; the same for the same seed.
func (w *world) crowd(customers int) {
	w.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	for i := range customers {
		w.known(fmt.Sprintf("c%03d", i))
	}
	end := w.now
	rows := func(yield func(intake.FactRow) bool) {
		line := 1
		for i := range customers {
			currency := "EUR"
			if i%4 == 3 {
				currency = "USD"
			}
			rate, mean := 0.02+0.1*r.ExpFloat64(), 2_000+3_000*r.ExpFloat64() // a week; minor units
			at, stop := end.Add(-52*7*24*time.Hour), 0.12*r.Float64()
			for n := 0; at.Before(end); n++ {
				line++
				id := fmt.Sprintf("o%d-%d", i, n)
				f := channel.Fact{ID: channel.EventID("order:" + id), Source: "file", Type: channel.OrderCompleted, Time: at.Truncate(time.Second),
					Order: &channel.Order{ID: channel.OrderID(id), Customer: channel.CustomerID(fmt.Sprintf("c%03d", i)), Amount: int64(mean * (0.5 + r.Float64())), Currency: currency}}
				if !yield(intake.FactRow{Line: line, Fact: f}) {
					return
				}
				if r.Float64() < stop {
					break
				}
				at = at.Add(time.Duration(r.ExpFloat64() / rate * float64(7*24*time.Hour)))
			}
		}
	}
	sum, rejects := w.load(intake.ImportRequest{Kind: wire.ImportOrders, Facts: rows})
	if len(rejects) > 0 || sum.Applied == 0 {
		w.Fatalf("%+v %+v", sum, rejects)
	}
}

const exchangePolicy = `{
 "id":"worldwide","effectiveFrom":"2026-01-02","currency":"EUR","seed":"s",
 "value":{"horizonMonths":36,"annualDiscountRate":"0.12","marginRate":"0.30","prior":{"default":"900.00"},"exchange":{"USD":"0.9"}},
 "tiers":[{"name":"focal","minValue":"50000.00","channel":"sales_force"},{"name":"base","minValue":"0.00","channel":"partner"}],
 "examples":[{"name":"small","given":{"customer":{"region":"DE"}},"expect":{"outcome":"partner"}}]}`

func TestFitValues_TheSameFitIsTheSameVersionAndScoresFromThenOn(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.publish(wire.KindPolicy, exchangePolicy)
	w.crowd(300)
	first, err := w.s.Valuing.FitValues(w.ctx, manager, wire.FitRequest{})
	w.must(err)
	if first.ID != "value~1" || first.Unchanged || first.EffectiveFrom != "2026-03-02" || first.Customers != 300 || len(first.Spends) != 1 || first.Spend.Currency != "EUR" || first.FirstOrder == nil {
		t.Errorf("%+v", first)
	}
	again, err := w.s.Valuing.FitValues(w.ctx, manager, wire.FitRequest{AsOf: "2026-03-02"})
	w.must(err)
	if again.ID != first.ID || !again.Unchanged || again.Hash != first.Hash {
		t.Errorf("%+v", again)
	}
	older, err := w.s.Valuing.FitValues(w.ctx, manager, wire.FitRequest{AsOf: "2026-02-01"})
	w.must(err)
	if older.ID != "value~2" || older.EffectiveFrom != "2026-02-01" {
		t.Errorf("%+v", older)
	}
	if again, err = w.s.Valuing.FitValues(w.ctx, manager, wire.FitRequest{}); err != nil || again.ID != "value~1" || !again.Unchanged {
		t.Errorf("%+v %v", again, err)
	}
	_, err = w.s.Valuing.FitValues(w.ctx, manager, wire.FitRequest{AsOf: "2026-03-03"})
	w.wantFault(err, "invalid_time")

	r := w.route("c000", "k") // as of today: the fit of today
	if r.Value.Basis == "" || r.Model != "value~1" {
		t.Errorf("valued by %+v", r.Value)
	}
	now := w.now
	past, err := w.s.Assign.Route(w.ctx, manager, assign.RouteRequest{Customer: "c001", Key: "past", At: now.AddDate(0, 0, -7)})
	w.must(err)
	if past.Model != "value~2" {
		t.Errorf("as of a week ago by %+v", past.Value)
	}
	for _, id := range []channel.DecisionID{r.ID, past.ID} {
		if d, err := w.s.Views.Replay(w.ctx, manager, id); err != nil || !d.Agrees {
			t.Errorf("replay: %+v %v", d, err)
		}
	}
}

func TestFitValues_WhatTheDataCannotCarryIsRefusedAndStoredNowhere(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	_, err := w.s.Valuing.FitValues(w.ctx, manager, wire.FitRequest{})
	w.wantFault(err, "model_not_identified")
	for i := range 10 {
		w.known(fmt.Sprint("c", i))
		w.want(w.order(fmt.Sprint("o", i), fmt.Sprint("c", i), 1_000), channel.Applied)
	}
	_, err = w.s.Valuing.FitValues(w.ctx, manager, wire.FitRequest{})
	w.wantFault(err, "model_not_identified")
	m, err := w.s.Documents.Current(w.ctx)
	w.must(err)
	if n := m.Control.Newest(store.KindModel, store.ModelID); n != 0 {
		t.Errorf("there is a version %d", n)
	}
	sum, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{Fit: true}) // says why, and goes on
	w.must(err)
	if sum.NoFit == "" || sum.Fitted != "" || sum.Census != "census~1" {
		t.Errorf("%+v", sum)
	}
}

func TestCustomerValue_OrdersInOtherCurrenciesCountAtThePolicysRate(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.publish(wire.KindPolicy, exchangePolicy)
	w.published()
	w.known("euro", "dollar", "yen")
	for i := range 4 {
		for id, currency := range map[string]string{"euro": "EUR", "dollar": "USD", "yen": "JPY"} {
			f := w.order(fmt.Sprint(id, i), id, 10_000)
			if f.Order.Currency = currency; currency == "USD" && i < 3 {
				f.Order.Amount = 20_000
			}
			w.want(f, channel.Applied)
		}
		w.now = w.now.AddDate(0, 0, 7)
	}
	value := func(id string) wire.CustomerValue {
		v, err := w.s.Values.CustomerValue(w.ctx, manager, channel.CustomerID(id))
		w.must(err)
		return v
	}
	euro, dollar, yen := value("euro"), value("dollar"), value("yen")
	if euro.Value.Basis != "observed" || euro.Orders.Days != 4 || euro.Model.ID != "value~1" || euro.Alive == nil {
		t.Errorf("%+v", euro)
	}
	// Repeat days of 180 + 180 + 90 EUR: 6.25 x (15.44 + 450) / (3 x 6.25 + 3.74 - 1).
	if dollar.Value.Basis != "observed" || *dollar.ExpectedSpend != (wire.Money{Amount: "135.37", Currency: "EUR"}) {
		t.Errorf("%+v", dollar)
	}
	if yen.Value.Basis != "prior" || yen.Orders != nil {
		t.Errorf("orders without a rate: %+v", yen)
	}
}

func TestImport_ValuesAnewWhoseOrdersItBrought(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("grows", "stays")
	w.route("grows", "first")
	w.route("stays", "first")
	w.published()
	begin := w.now
	w.now = w.now.AddDate(0, 4, 0)
	rows := func(yield func(intake.FactRow) bool) {
		for i := range 12 {
			f := w.order(fmt.Sprint("o", i), "grows", 900_000)
			f.Source, f.Time = "file", begin.AddDate(0, 0, 40+7*i)
			if !yield(intake.FactRow{Line: i + 2, Fact: f}) {
				return
			}
		}
	}
	w.load(intake.ImportRequest{Kind: wire.ImportOrders, Facts: rows})
	w.owner("grows", "pod:north")
	w.owner("stays", "partner:p1")
	if w.head("stays").Memo != nil {
		t.Error("an import valued who was not in it")
	}
}

// Two versions may say the same; each is known by its own name.
func TestModel_OfTheSameContentIsNamedByItsOwnVersion(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c")
	model := func(r value.Figure) {
		t.Helper()
		m, err := w.s.Documents.Current(w.ctx)
		w.must(err)
		today := value.DayOf(m.Cal, w.now)
		content, err := (&value.Model{AsOf: today, Kind: value.BGNBD, Params: value.Params{R: r, Alpha: 4.414, A: 0.793, B: 2.426},
			Spends: []value.Spend{{Currency: "EUR", P: 6.25, Q: 3.74, Gamma: 15.44}}}).Canonical()
		w.must(err)
		_, _, err = w.s.Valuing.PublishFitted(w.ctx, &m, store.Version{Kind: store.KindModel, ID: store.ModelID, EffectiveFrom: today.String()}, content)
		w.must(err)
	}
	for n, r := range []value.Figure{0.2, 0.3, 0.2} {
		model(r)
		v, err := w.s.Values.CustomerValue(w.ctx, manager, "c")
		w.must(err)
		if want := fmt.Sprintf("value~%d", n+1); v.Model == nil || v.Model.ID != want {
			t.Errorf("the model in force is %+v, want %s", v.Model, want)
		}
	}
}

func TestFit_ADamagedCustomerIsLeftOutAndNamed(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.crowd(300)
	damage := func(k table.Key, kind table.CondKind) {
		_, err := w.meter.Table.Transact(w.ctx, table.Tx{Ops: []table.Op{{Kind: table.Put, Key: k, Body: []byte("{"), If: table.Cond{Kind: kind}}}})
		w.must(err)
	}
	damage(table.Key{Table: table.Ledger, PK: "C#c001", SK: "F#2026-03#O#x"}, table.Absent)
	damage(store.HeadKey("c002"), table.Always)
	fit, err := w.s.Valuing.FitValues(w.ctx, manager, wire.FitRequest{})
	w.must(err)
	if len(fit.Failed) != 2 || fit.Customers < 200 {
		t.Errorf("%d customers, left out %+v", fit.Customers, fit.Failed)
	}
	sum, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{Fit: true})
	w.must(err)
	if sum.Census == "" || len(sum.Failed) != 2 {
		t.Errorf("%+v", sum)
	}
}
