package routing_test

import (
	"fmt"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/routing"
)

const twoTiers = `{
  "id": "example", "effectiveFrom": "2026-01-01", "currency": "EUR",
  "value": {"horizonMonths": 36, "annualDiscountRate": "0.12", "marginRate": "0.30", "prior": {"default": "900.00"}},
  "tiers": [
    {"name": "focal", "minValue": "50000.00", "channel": "sales_force"},
    {"name": "base", "minValue": "0.00", "channel": "partner"}],
  "examples": []
}`

// Two customers who differ in nothing but what they are worth.
func ExampleDecide() {
	policy, err := routing.Parse([]byte(twoTiers), channel.Calendar{})
	if err != nil {
		fmt.Println(err)
		return
	}
	directory, err := routing.NewDirectory(channel.Directory{
		Partners: []channel.Partner{{ID: "lotse", Status: "active", WeightMicros: 1_000_000, Capacity: channel.Unlimited}},
		Pods:     []channel.Pod{{ID: "north", Status: "active", Capacity: channel.Unlimited}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	in := routing.Input{
		Policy: policy, Directory: directory, Cause: routing.ByCall,
		Customer: routing.Customer{ID: "werft", Region: "DE", DaysSinceLastOrder: -1},
		At:       time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
	}
	for _, worth := range []int64{49_999_99, 50_000_00} {
		in.Value = routing.Value{Amount: worth, Currency: "EUR", Basis: routing.Declared, Declared: &worth, AlivePPM: 1_000_000}
		decision, err := routing.Decide(in)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(decision.Record.Outcome, decision.Record.Tier, decision.Explanation.Chosen)
	}
	// Output:
	// partner base partner:lotse
	// sales_force focal pod:north
}
