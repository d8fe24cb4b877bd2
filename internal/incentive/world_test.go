package incentive

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

var update = flag.Bool("update", false, "write what was computed into testdata")

func TestMain(m *testing.M) {
	flag.Parse()
	seeded := false
	flag.Visit(func(f *flag.Flag) { seeded = seeded || f.Name == "rapid.seed" })
	if !seeded {
		_ = flag.Set("rapid.seed", "1")
	}
	os.Exit(m.Run())
}

// world is everything outside one partner's computation: its facts as they are
// booked, its plans, and the statements so far.
type world struct {
	cal     channel.Calendar
	partner Partner
	plans   []PlanSpan
	parts   map[channel.CustomerID]*history.Partition
	values  []Value
	guarded []Guard
	minimum int64

	first   channel.Period
	opening Position
	shares  map[string]Share
	results []Result
}

func newWorld() *world {
	return &world{partner: Partner{ID: "p1", Currency: "EUR"}, parts: map[channel.CustomerID]*history.Partition{}, shares: map[string]Share{}}
}

// customer is the customer's partition; a new one is the partner's from 2025 on.
func (w *world) customer(id channel.CustomerID) *history.Partition {
	if w.parts[id] == nil {
		w.parts[id] = &history.Partition{Customer: id}
		w.move(id, time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), channel.PartnerOwner(w.partner.ID), money.Amount{})
	}
	return w.parts[id]
}

func (w *world) move(id channel.CustomerID, at time.Time, to channel.Owner, value money.Amount) {
	p := w.customer(id)
	p.Moves = append(p.Moves, history.Move{Decision: channel.DecisionID(fmt.Sprintf("%s~%d", id, len(p.Moves))), From: at, Seq: uint64(len(p.Moves) + 1),
		Booked: w.cal.Of(at), Owner: to, Cause: history.ByDecision, Value: value, Basis: observed})
}

func (w *world) entry(id channel.CustomerID, booked channel.Period, e history.Entry) {
	p := w.customer(id)
	e.Booked = max(booked, w.cal.Of(e.Occurred))
	e.Source, e.EventID = "test", channel.EventID(string(e.Kind)+":"+e.ID)
	p.Entries = append(p.Entries, e)
}

func (w *world) order(booked channel.Period, at time.Time, o channel.Order) {
	w.entry(o.Customer, booked, history.Entry{Kind: history.KindOrder, ID: string(o.ID), Occurred: at, Order: &o})
}

// refund refunds part of an order that is known.
func (w *world) refund(booked channel.Period, at time.Time, id string, order channel.OrderID, amount int64) {
	for _, p := range w.parts {
		for _, e := range p.Entries {
			if e.Order != nil && e.Order.ID == order {
				w.entry(p.Customer, booked, history.Entry{Kind: history.KindRefund, ID: id, Occurred: at, Refund: &history.RefundEntry{Order: order, Amount: amount}})
				return
			}
		}
	}
	panic("refund of unknown order " + string(order))
}

// input is what the payrun would load for the period: of the frozen shares only
// those of orders with a refund.
func (w *world) input(period channel.Period) Input {
	in := Input{Calendar: w.cal, Partner: w.partner, Period: period, First: w.first, Plans: w.plans, Values: w.values, Guarded: w.guarded, Opening: w.opening, MinimumPayout: w.minimum}
	for _, p := range w.parts {
		h := history.Fold(*p, period)
		in.Customers = append(in.Customers, h)
		for _, o := range h.Orders {
			for _, s := range w.shares {
				if s.Order == o.ID && len(o.Refunds) > 0 {
					in.Shares = append(in.Shares, s)
				}
			}
		}
	}
	return in
}

func (w *world) close(period channel.Period) (Result, error) {
	if w.first == "" {
		w.first = period
	}
	r, err := Compute(w.input(period))
	if err != nil {
		return r, err
	}
	w.opening = r.Position
	for _, s := range r.Shares {
		w.shares[s.Component+"\x00"+string(s.Order)] = s
	}
	w.results = append(w.results, r)
	return r, nil
}

func (w *world) mustClose(t *testing.T, period channel.Period) Result {
	t.Helper()
	r, err := w.close(period)
	if err != nil {
		t.Fatalf("close %s: %v", period, err)
	}
	return r
}

// print is a result as a person would read it: what is zero is left out.
func (r *Result) print() string {
	var b strings.Builder
	eur := func(n int64) string { return money.Format(n, r.Currency) }
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%s, %s, %s: %s = %s\n", l.Component, l.Period, l.Kind, eur(l.Amount), l.Formula)
	}
	fmt.Fprintf(&b, "earned %s\n", eur(r.Earned))
	for _, t := range []struct {
		name string
		n    int64
	}{{"opening balance", r.OpeningBalance}, {"held", r.Held}, {"released", r.Released}, {"payable", r.Payable}, {"closing balance", r.ClosingBalance},
		{"draw", r.Position.Draw}, {"excess carried", r.Position.Excess}, {"marketing fund", r.Fund.Closing}, {"growth to make good", r.Position.Growth}} {
		if t.n != 0 && (t.name != "payable" || t.n != r.Earned) {
			fmt.Fprintf(&b, "%s %s\n", t.name, eur(t.n))
		}
	}
	if r.Points != (Points{}) {
		fmt.Fprintf(&b, "points %d, %+d\n", r.Points.Closing, r.Points.Earned)
	}
	for _, name := range r.Badges {
		fmt.Fprintf(&b, "badge %s\n", name)
	}
	for _, h := range r.Position.Holds {
		fmt.Fprintf(&b, "kept back until %s: %s\n", h.Due.Format(time.DateOnly), eur(h.Amount))
	}
	for _, h := range r.Handover {
		fmt.Fprintf(&b, "%s would have earned %s, paid so far %s, until %s\n", h.Customer, eur(h.WouldHaveEarned), eur(h.PaidSoFar), h.Until.Format(time.DateOnly))
	}
	for _, u := range r.Unpaid {
		fmt.Fprintf(&b, "%s\n", u.Text)
	}
	shares := slices.Clone(r.Shares)
	slices.SortStableFunc(shares, func(a, b Share) int { return cmp.Compare(a.Component, b.Component) })
	for _, s := range shares {
		fmt.Fprintf(&b, "share of %s: %s\n", s.Order, eur(s.Amount))
	}
	return b.String()
}

func mustParse(t interface{ Fatalf(string, ...any) }, doc string) *Plan {
	p, err := Parse([]byte(doc))
	if err != nil {
		t.Fatalf("%v\n%s", err, doc)
	}
	return p
}

// planOf wraps components into a plan.
func planOf(from, components string) string {
	return fmt.Sprintf(`{"id": "standard", "effectiveFrom": %q, "currency": "EUR", "components": %s}`, from, components)
}

func (w *world) feedback(booked channel.Period, at time.Time, customer channel.CustomerID, id string, score int) {
	w.entry(customer, booked, history.Entry{Kind: history.KindFeedback, ID: id, Score: score, Occurred: at})
}
