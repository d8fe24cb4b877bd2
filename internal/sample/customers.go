package sample

import (
	"fmt"
	"strings"
	"time"
)

// customer is one row of the customers files, and how it behaves.
type customer struct {
	id, segment string
	country     country
	declared    int64 // cents; 0: not declared
	need        int64 // cents a year; 0: not declared
	sourcedBy   string
	referredBy  string
	arrived     time.Time
	month       int
	perMonth    int64 // orders in a hundred months
	quits       int64 // chance in percent that an order is the last, though nobody says so
	basket      int64 // usual order, cents
	grows       time.Time
	leaves      time.Time
}

// arrivals is how many customers come in each month; the first brings the
// customers the company already had.
var arrivals = []int{1260, 210, 200, 190, 190, 190, 160}

var sources = []weighted[string]{{91, ""}, {3, "alder"}, {2, "fir"}, {2, "maple"}, {2, "pine"}}

// paces spread how often customers of a segment order, in percent; tempers how
// likely they are to stay away after an order: who orders like everybody else and
// never leaves could not be told apart, and no model would fit.
var (
	paces   = []weighted[int64]{{25, 40}, {30, 80}, {25, 120}, {15, 200}, {5, 350}}
	tempers = []weighted[int64]{{35, 1}, {25, 5}, {15, 15}, {15, 40}, {10, 75}}
)

func (w *world) makeCustomers() {
	for month, n := range arrivals {
		for range n {
			w.customers = append(w.customers, w.newCustomer(month))
		}
	}
}

func (w *world) newCustomer(month int) customer {
	c := customer{
		id: fmt.Sprintf("c%04d", len(w.customers)+1), month: month, arrived: w.arrival(month),
		segment: pick(w, segments), country: pick(w, countries), sourcedBy: pick(w, sources),
	}
	if len(w.customers) > 50 && w.chance(4) {
		c.referredBy = w.customers[w.rng.IntN(len(w.customers))].id
	}
	switch c.segment {
	case "strategic":
		c.declared, c.basket, c.perMonth = w.between(60_000_00, 240_000_00), w.between(900_00, 4_000_00), 110
	case "enterprise":
		c.declared, c.perMonth = w.between(9_000_00, 90_000_00), 180
		c.basket = c.declared / 18 * w.between(60, 130) / 100
	case "midsize":
		c.basket, c.perMonth = w.between(80_00, 400_00), 90
		if w.chance(60) {
			c.declared = w.between(1_500_00, 14_000_00)
			c.basket = c.declared / 12 * w.between(60, 130) / 100
		}
	default:
		c.basket, c.perMonth = w.between(40_00, 200_00), 45
		if w.chance(20) {
			c.declared = w.between(200_00, 4_000_00)
		}
	}
	c.perMonth, c.quits = c.perMonth*pick(w, paces)/100, pick(w, tempers)
	if w.chance(30) {
		c.need = c.basket * w.between(6, 60)
	}
	return c
}

// arrival spreads a month's new customers over it; those the company already
// had are all there in the first two days.
func (w *world) arrival(month int) time.Time {
	if month > 0 {
		return w.within(month)
	}
	return monthStart(0).Add(time.Duration(w.between(0, 48*3600)) * time.Second)
}

// change is something a customer's profile learns later: a promotion, a
// demotion, or that it left.
type change struct {
	at       time.Time
	customer string
	churned  bool
	declared int64
}

// makeChanges lets some customers of the first months outgrow the partner
// tiers, two of them fall back later, and a few leave.
func (w *world) makeChanges() {
	grown := 0
	for i := range w.customers {
		c := &w.customers[i]
		switch {
		case c.month == 0 && c.segment == "enterprise" && c.declared < 38_000_00 && c.sourcedBy == "" && grown < 30:
			c.grows = monthStart(3 + grown%4).Add(time.Duration(w.between(2, 12*24)) * time.Hour).Truncate(time.Hour)
			c.basket *= 2
			c.perMonth += 40
			w.changes = append(w.changes, change{at: c.grows, customer: c.id, declared: w.between(58_000_00, 130_000_00)})
			if grown%15 == 1 {
				w.changes = append(w.changes, change{at: c.grows.AddDate(0, 0, 63), customer: c.id, declared: 9_000_00})
			}
			grown++
		case c.month < 5 && c.segment == "smb" && w.chance(2):
			c.leaves = c.arrived.AddDate(0, 0, int(w.between(20, 60)))
			w.changes = append(w.changes, change{at: c.leaves, customer: c.id, churned: true})
		}
	}
	w.changes = before(w.changes, Clock)
}

func before(all []change, t time.Time) []change {
	var kept []change
	for _, c := range all {
		if c.at.Before(t) {
			kept = append(kept, c)
		}
	}
	return kept
}

func (w *world) customersFile(month int) File {
	var b strings.Builder
	b.WriteString("customer_id,region,segment,declared_value,currency,need,sourced_by,referred_by,arrived_at\n")
	for _, c := range w.customers {
		if c.month != month {
			continue
		}
		fmt.Fprintf(&b, "%s,%s,%s,%s,EUR,%s,%s,%s,%s\n", c.id, c.country.code, c.segment, orNone(c.declared), orNone(c.need),
			c.sourcedBy, c.referredBy, c.arrived.Format(time.RFC3339))
	}
	return File{Name: monthFile("customers", month), Data: []byte(b.String())}
}

func orNone(cents int64) string {
	if cents == 0 {
		return ""
	}
	return euros(cents)
}

func monthFile(kind string, month int) string {
	return fmt.Sprintf("%s-%s.csv", kind, monthStart(month).Format("2006-01"))
}
