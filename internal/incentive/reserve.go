package incentive

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fairlead/fairlead/internal/money"
)

var reserveType = componentType{is: "reserve", single: true, read: readReserve,
	work: func(c *computation) steps { return steps{settle: c.settleReserve} }}

// reserve keeps back R(share x max(0, earned)) of what a statement earns after
// guarantee and cap, until so many days after the period's end. The first
// statement whose period ends at that time or later lets it go; no refund ever
// takes from it (reserve.txtar).
type reserve struct {
	*Component
	share money.Rate // of what the statement earns, after guarantee and cap
	days  int64      // calendar days after the period's end
}

func readReserve(k *keys) terms { return &reserve{k.component, k.share("share"), k.count("days", 0)} }

func (t *reserve) explain(*Plan) string {
	return fmt.Sprintf("%s of what a month earns is kept back for %s and then paid.",
		percent(t.share), many(t.days, "day"))
}

// settleReserve keeps back R(share x max(0, earned)) and lets go what is due by
// the period's end. Refunds never take from a reserve.
func (c *computation) settleReserve(r *Result) (err error) {
	m := &c.months[c.open]
	var kept []Hold
	for _, h := range c.in.Opening.Holds {
		if h.Due.After(m.end) {
			kept = append(kept, h)
			continue
		}
		c.sum(&r.Released, h.Amount)
	}
	if t := only[*reserve](m.plan); t != nil {
		if r.Held, err = money.MulRate(max(0, r.Earned), t.share); err != nil {
			return err
		}
		due := c.cal.AddDays(m.end, int(t.days))
		switch {
		case r.Held == 0:
		case due.After(m.end):
			kept = append(kept, Hold{Period: c.in.Period, Due: due.UTC(), Amount: r.Held})
		default: // no days at all: this is the first period that ends when it is due
			c.sum(&r.Released, r.Held)
		}
	}
	slices.SortStableFunc(kept, func(a, b Hold) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Period, b.Period))
	})
	r.Position.Holds = kept
	return nil
}
