package sample

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

type order struct {
	id, customer, product    string
	at                       time.Time
	amount, margin, discount int64 // cents
}

type refund struct {
	id, order string
	at        time.Time
	amount    int64
}

type feedback struct {
	id, customer string
	at           time.Time
	score        int
}

var products = []weighted[string]{{40, "kit"}, {35, "service"}, {20, "spare part"}, {5, "gift card"}}

func (w *world) makeOrders() {
	for _, c := range w.customers {
		for month := c.month; month <= len(Periods) && w.ordersOf(c, month); month++ {
			continue
		}
	}
	slices.SortFunc(w.orders, func(a, b order) int { return a.at.Compare(b.at) })
	for i := range w.orders {
		w.orders[i].id = fmt.Sprintf("o%05d", i+1)
		w.afterOrder(w.orders[i])
	}
}

// ordersOf writes the customer's orders of one month: none before it arrived
// or after it left. It is false after the last order ever.
func (w *world) ordersOf(c customer, month int) bool {
	var days []time.Time
	for range 20 {
		if w.rng.Int64N(2000) < c.perMonth {
			days = append(days, w.within(month))
		}
	}
	slices.SortFunc(days, time.Time.Compare)
	for _, at := range days {
		if at.Before(c.arrived.Add(time.Hour)) || !c.leaves.IsZero() && at.After(c.leaves) {
			continue
		}
		o := order{
			customer: c.id,
			at:       at,
			product:  pick(w, products),
			amount:   c.basket * w.between(30, 170) * w.between(30, 170) / 10_000,
		}
		o.margin = o.amount * w.between(20, 45) / 100
		if w.chance(15) {
			o.discount = o.amount * w.between(5, 30) / 100
		}
		w.orders = append(w.orders, o)
		if w.chance(c.quits) {
			return false
		}
	}
	return true
}

// afterOrder lets some orders come back, in part or in full, and some
// customers say how content they are.
func (w *world) afterOrder(o order) {
	if w.chance(5) {
		amount := o.amount
		if w.chance(60) {
			amount = o.amount * w.between(10, 80) / 100
		}
		r := refund{
			id:     "r" + o.id[1:],
			order:  o.id,
			amount: amount,
			at:     o.at.Add(time.Duration(w.between(24, 45*24)) * time.Hour),
		}
		if r.at.Before(Clock.Add(-time.Hour)) {
			w.refunds = append(w.refunds, r)
		}
	}
	if w.chance(18) {
		f := feedback{
			id:       "f" + o.id[1:],
			customer: o.customer,
			at:       o.at.Add(time.Duration(w.between(2, 10*24)) * time.Hour),
			score:    5,
		}
		if !w.chance(w.contentOf(o.customer)) {
			f.score = int(w.between(2, 4))
		}
		if f.at.Before(Clock.Add(-time.Hour)) {
			w.feedback = append(w.feedback, f)
		}
	}
}

func (w *world) contentOf(id string) int64 {
	var n int
	if _, err := fmt.Sscanf(id, "c%d", &n); err != nil {
		panic("sample: impossible customer " + id)
	}
	return w.customers[n-1].country.content
}

func inMonth(t time.Time, month int) bool {
	return !t.Before(monthStart(month).Add(-6*time.Hour)) && t.Before(monthStart(month+1).Add(-6*time.Hour))
}

func (w *world) ordersFile(month int) File {
	var b strings.Builder
	b.WriteString("order_id,customer_id,occurred_at,amount,currency,margin,discount,product\n")
	for _, o := range w.orders {
		if inMonth(o.at, month) {
			fmt.Fprintf(
				&b,
				"%s,%s,%s,%s,EUR,%s,%s,%s\n",
				o.id,
				o.customer,
				o.at.Format(time.RFC3339),
				euros(o.amount),
				euros(o.margin),
				orNone(o.discount),
				o.product,
			)
		}
	}
	return File{Name: monthFile("orders", month), Data: []byte(b.String())}
}

func (w *world) refundsFile(month int) File {
	var b strings.Builder
	b.WriteString("refund_id,order_id,occurred_at,amount\n")
	for _, r := range w.refunds {
		if inMonth(r.at, month) {
			fmt.Fprintf(&b, "%s,%s,%s,%s\n", r.id, r.order, r.at.Format(time.RFC3339), euros(r.amount))
		}
	}
	return File{Name: monthFile("refunds", month), Data: []byte(b.String())}
}

func (w *world) feedbackFile(month int) File {
	var b strings.Builder
	b.WriteString("feedback_id,customer_id,occurred_at,score\n")
	for _, f := range w.feedback {
		if inMonth(f.at, month) {
			fmt.Fprintf(&b, "%s,%s,%s,%d\n", f.id, f.customer, f.at.Format(time.RFC3339), f.score)
		}
	}
	return File{Name: monthFile("feedback", month), Data: []byte(b.String())}
}
