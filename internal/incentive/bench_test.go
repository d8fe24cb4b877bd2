package incentive

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
)

const benchPlan = `[
 {"type": "commission", "name": "commission", "attainment": "quarter", "when": "order.product != 'gift card'", "whenGuarded": "1.10",
  "tiers": [{"from": "0.00", "rate": "0.05"}, {"from": "10000.00", "rate": "0.075"}, {"from": "50000.00", "rate": "0.10"}]},
 {"type": "retention", "name": "kept customers", "amount": "5.00", "minOrders": 1},
 {"type": "satisfaction", "name": "happy customers", "of": "commission", "minAnswers": 5, "steps": [{"minAverage": "4.00", "share": "0.05"}]},
 {"type": "handover", "name": "hand-over", "rate": "0.02", "trail": {"rate": "0.03", "months": 24}},
 {"type": "bounty", "name": "spring launch", "amount": "25.00", "on": "first_order", "when": "order.product == 'kit'", "limit": 100},
 {"type": "recognition", "name": "points", "perOrder": 10, "perNewCustomer": 50},
 {"type": "mdf", "name": "marketing fund", "rate": "0.01"},
 {"type": "guarantee", "name": "minimum", "amount": "1000.00", "recoverable": true},
 {"type": "cap", "name": "ceiling", "amount": "20000.00", "excess": "carry"},
 {"type": "reserve", "name": "reserve", "share": "0.10", "days": 30},
 {"type": "clawback", "name": "refund window", "days": 90}]`

// manyFacts is a partner with customers of so many orders each, over three months,
// of which one in twenty is refunded in part.
func manyFacts(b *testing.B, customers, orders int) (Input, int) {
	random := rand.New(rand.NewPCG(1, 1))
	w := newWorld()
	p := mustParse(b, planOf("2026-01-01", benchPlan))
	w.plans = []PlanSpan{{From: p.Start(w.cal), Plan: p}}
	in := Input{Calendar: w.cal, Partner: w.partner, Period: "2026-03", First: "2026-03", Plans: w.plans}
	start, facts := w.cal.Start("2026-01"), 0
	for i := range customers {
		id := channel.CustomerID(fmt.Sprintf("c%06d", i))
		part := &history.Partition{Customer: id, Moves: []history.Move{{From: start, Seq: 1, Booked: "2026-01", Owner: "partner:p1"}}}
		for j := range orders {
			at := start.Add(time.Duration(random.IntN(90*24*3600)) * time.Second)
			o := channel.Order{ID: channel.OrderID(fmt.Sprintf("o%d-%d", i, j)), Customer: id, Amount: int64(random.IntN(20_000)), Currency: "EUR", Product: []string{"kit", "spare", "gift card"}[random.IntN(3)]}
			part.Entries = append(part.Entries, history.Entry{Kind: history.KindOrder, ID: string(o.ID), Booked: w.cal.Of(at), Occurred: at, Order: &o})
			if facts++; random.IntN(20) == 0 {
				facts++
				part.Entries = append(part.Entries, history.Entry{Kind: history.KindRefund, ID: "r" + string(o.ID), Booked: "2026-03", Occurred: at.Add(time.Hour), Refund: &history.RefundEntry{Order: o.ID, Amount: o.Amount / 3}})
			}
		}
		in.Customers = append(in.Customers, history.Fold(*part, "2026-03"))
	}
	return in, facts
}

// cpuTime is what this process has used of all cores: a shared machine's clock
// says little.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkCompute(b *testing.B) {
	for _, size := range []struct{ customers, orders int }{{20, 10}, {1_000, 20}, {20_000, 25}} {
		b.Run(fmt.Sprintf("%d_customers_%d_orders_each", size.customers, size.orders), func(b *testing.B) {
			in, facts := manyFacts(b, size.customers, size.orders)
			b.ReportAllocs()
			before := cpuTime()
			for b.Loop() {
				if _, err := Compute(in); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(facts)*float64(b.N)/(cpuTime()-before).Seconds(), "facts/core-s")
		})
	}
}
