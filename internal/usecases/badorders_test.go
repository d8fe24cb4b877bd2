package usecases_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

// models is how many versions of the model there are.
func (w *world) models() int {
	w.Helper()
	m, err := w.s.Documents.Current(w.ctx)
	w.must(err)
	return m.Control.Newest(store.KindModel, store.ModelID)
}

// ordered loads n orders of a customer, the i-th at a time and for an amount.
func (w *world) ordered(customer string, n int, f func(i int) (time.Time, int64)) {
	w.Helper()
	sum, rejects := w.load(intake.ImportRequest{Kind: wire.ImportOrders, Facts: func(yield func(intake.FactRow) bool) {
		for i := range n {
			fact := w.order(fmt.Sprintf("%s-%d", customer, i), customer, 0)
			fact.Source = "file"
			fact.Time, fact.Order.Amount = f(i)
			if !yield(intake.FactRow{Line: i + 2, Fact: fact}) {
				return
			}
		}
	}})
	if len(rejects) > 0 || sum.Applied != n {
		w.Fatalf("%s: %+v %+v", customer, sum, rejects)
	}
}

// ahead does something while the clock is days ahead of what it should be, and
// puts it right again: how facts from the future may stand in the books.
func (w *world) ahead(days int, do func()) {
	right := w.now
	w.now = right.AddDate(0, 0, days)
	do()
	w.now = right
}

// TestCustomerValue_StrangeOrdersAreHandledByTheStatedRules: docs/value.md, "When
// there is no value", customer by customer.
func TestCustomerValue_StrangeOrdersAreHandledByTheStatedRules(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("today", "skewed", "first_refunded", "negative", "heavy", "left")
	w.published()
	ago := func(days int) time.Time { return w.now.AddDate(0, 0, -days) }

	w.ordered("today", 3, func(i int) (time.Time, int64) { return w.now.Add(-time.Duration(i) * time.Minute), 5_000 })
	w.ahead(30, func() { w.ordered("skewed", 4, func(i int) (time.Time, int64) { return ago(90 - 30*i), 5_000 }) }) // the last in 30 days
	w.ordered("first_refunded", 4, func(i int) (time.Time, int64) { return ago(70 - 10*i), 5_000 })
	w.want(w.refund("r1", "first_refunded-0", "50.00"), channel.Applied)
	w.ordered("negative", 4, func(i int) (time.Time, int64) { return ago(70 - 10*i), 5_000 })
	for i := 1; i < 4; i++ {
		w.want(w.refund(fmt.Sprint("n", i), fmt.Sprint("negative-", i), "49.99"), channel.Applied)
	}
	w.ordered("heavy", 10_000, func(i int) (time.Time, int64) { return ago(273).Add(time.Duration(i) * 39 * time.Minute), 5_000 })
	w.ordered("left", 4, func(i int) (time.Time, int64) { return ago(70 - 10*i), 5_000 })
	w.want(w.churn("left"), channel.Applied)

	for id, c := range map[string]struct {
		orders, days int64
		first        int // days ago
		amount       string
	}{
		"today":          {3, 1, 0, ""},
		"skewed":         {3, 3, 60, ""},
		"first_refunded": {3, 3, 60, ""},
		"negative":       {4, 4, 70, ""},
		"heavy":          {10_000, 272, 273, ""},
		"left":           {4, 4, 70, "0.00"},
	} {
		v, err := w.s.Values.CustomerValue(w.ctx, manager, channel.CustomerID(id))
		w.must(err)
		o := v.Orders
		if o == nil || o.Orders != c.orders || o.Days != c.days || o.First != ago(c.first).Format(time.DateOnly) {
			t.Errorf("%s: %+v", id, o)
		}
		if v.Value.Basis != "observed" || strings.HasPrefix(v.Value.Observed, "-") || *v.Alive < 0 || *v.Alive > 1 || c.amount != "" && v.Value.Observed != c.amount {
			t.Errorf("%s: %+v, alive %v", id, v.Value, *v.Alive)
		}
	}
	w.now = w.now.AddDate(0, 0, 30) // and the day has come
	v, err := w.s.Values.CustomerValue(w.ctx, manager, "skewed")
	w.must(err)
	if v.Orders.Orders != 4 {
		t.Errorf("skewed, later: %+v", v.Orders)
	}
}

// TestFitValues_OfStrangeCustomers: whom a crowd can carry and what is refused.
func TestFitValues_OfStrangeCustomers(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.publish(wire.KindPolicy, exchangePolicy)
	for i := range 120 { // each of them once
		id := fmt.Sprintf("once%03d", i)
		w.known(id)
		w.ordered(id, 1, func(int) (time.Time, int64) { return w.now.AddDate(0, 0, -i), 5_000 })
	}
	_, err := w.s.Valuing.FitValues(w.ctx, manager, wire.FitRequest{})
	w.wantFault(err, "model_not_identified")
	if !strings.Contains(err.Error(), "120 customers with 0 repeat buyers") || w.models() != 0 {
		t.Errorf("%v; %d models are stored", err, w.models())
	}

	w.crowd(300)
	before, err := w.s.Valuing.FitValues(w.ctx, manager, wire.FitRequest{})
	w.must(err)
	w.known("heavy", "negative", "skewed")
	w.ordered("heavy", 10_000, func(i int) (time.Time, int64) {
		return w.now.AddDate(-1, 0, 1).Add(time.Duration(i) * 50 * time.Minute), 5_000
	})
	w.ordered("negative", 3, func(i int) (time.Time, int64) { return w.now.AddDate(0, 0, -40+10*i), 5_000 })
	for i := 1; i < 3; i++ {
		w.want(w.refund(fmt.Sprint("n", i), fmt.Sprint("negative-", i), "49.99"), channel.Applied)
	}
	w.ahead(11, func() {
		w.ordered("skewed", 2, func(i int) (time.Time, int64) { return w.now.AddDate(0, 0, i-1), 5_000 })
	})
	after, err := w.s.Valuing.FitValues(w.ctx, manager, wire.FitRequest{})
	w.must(err)
	// Who ordered in the future alone is not there yet.
	if after.Customers != before.Customers+2 || after.RepeatCustomers != before.RepeatCustomers+2 || w.models() != 2 {
		t.Errorf("before %+v, after %+v", before, after)
	}
	for _, p := range []wire.ModelParams{after.Params, after.StandardErrors} {
		if !(p.R > 0 && p.Alpha > 0 && p.A > 0 && p.B > 0) {
			t.Errorf("%+v", after)
		}
	}
}
