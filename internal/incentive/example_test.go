package incentive_test

import (
	"fmt"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/money"
)

// One customer of one partner: an order in March, half of it refunded in April.
// The position that March ends with is what April opens with.
func ExampleCompute() {
	plan, err := incentive.Parse([]byte(`{"id": "standard", "effectiveFrom": "2026-01-01", "currency": "EUR", "components": [
		{"type": "commission", "name": "commission", "tiers": [{"from": "0.00", "rate": "0.05"}, {"from": "10000.00", "rate": "0.075"}]},
		{"type": "reserve", "name": "reserve", "share": "0.10", "days": 30}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	in := incentive.Input{Partner: incentive.Partner{ID: "alder", Currency: "EUR"}, First: "2026-03",
		Plans: []incentive.PlanSpan{{From: plan.Start(channel.Calendar{}), Plan: plan}}}
	customer := history.Partition{Customer: "c1",
		Moves: []history.Move{{Seq: 1, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Owner: channel.PartnerOwner("alder")}},
		Entries: []history.Entry{
			{Kind: history.KindOrder, ID: "a", Occurred: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Booked: "2026-03",
				Order: &channel.Order{ID: "a", Customer: "c1", Amount: 12_000_00, Currency: "EUR"}},
			{Kind: history.KindRefund, ID: "r", Occurred: time.Date(2026, 4, 7, 9, 0, 0, 0, time.UTC), Booked: "2026-04",
				Refund: &history.RefundEntry{Order: "a", Amount: 6_000_00}}}}
	for _, period := range []channel.Period{"2026-03", "2026-04"} {
		in.Period, in.Customers = period, []*history.History{history.Fold(customer, period)}
		r, err := incentive.Compute(in)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, l := range r.Lines {
			fmt.Printf("%s: %s %s %s = %s\n", period, l.Period, l.Kind, money.Format(l.Amount, r.Currency), l.Formula)
		}
		fmt.Printf("%s: earned %s, held %s, paid %s\n", period, money.Format(r.Earned, r.Currency),
			money.Format(r.Held, r.Currency), money.Format(r.Payable, r.Currency))
		in.Opening, in.Shares = r.Position, append(in.Shares, r.Shares...)
	}
	// Output:
	// 2026-03: 2026-03 earning 650.00 = round(10000.00 x 5 % + 2000.00 x 7.5 %)
	// 2026-03: earned 650.00, held 65.00, paid 585.00
	// 2026-04: 2026-03 reversal -325.00 = -round(650.00 x 6000.00 / 12000.00)
	// 2026-04: 2026-03 tier adjustment -25.00 = 300.00 - 650.00 + 325.00
	// 2026-04: earned -350.00, held 0.00, paid 0.00
}
