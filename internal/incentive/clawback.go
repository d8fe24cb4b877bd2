package incentive

import (
	"fmt"
	"time"

	"github.com/fairlead/fairlead/internal/history"
)

var clawbackType = componentType{is: "clawback", single: true, read: readClawback}

// clawback is for how long a refund takes back what its order earned: days of 24
// hours after the order, to the second, by the plan version of the order's month,
// for all components (clawback-window.txtar). Without one, always.
//
// It has no steps of its own: crediting an order, and a trail on it, ask for the
// terms of the month.
type clawback struct {
	*Component
	days int64 // of 24 hours after the order, inclusive
}

func readClawback(k *keys) terms { return &clawback{k.component, k.count("days", 0)} }

func (t *clawback) explain(*Plan) string {
	return fmt.Sprintf("a refund counts for %s after its order.", many(t.days, "day"))
}

// alwaysCounts stands for the seconds of a plan without clawback.
const alwaysCounts = -1

// seconds is how long after its order a refund counts. t may be nil.
func (t *clawback) seconds() int64 {
	if t == nil {
		return alwaysCounts
	}
	return t.days * 24 * 60 * 60
}

// clawback is that of the plan version of the month at index i, in seconds;
// without a plan every refund counts.
func (c *computation) clawback(i int) int64 {
	if i < 0 || i >= len(c.months) {
		return alwaysCounts
	}
	return c.months[i].clawback
}

// refundedOf is what the order's counted refunds take from it, at most its
// amount: facts may come in any order, so what is above is cut and not refused.
func refundedOf(o *history.Order, seconds int64) int64 {
	if len(o.Refunds) == 0 {
		return 0
	}
	left := o.Amount
	for i := range o.Refunds {
		r := &o.Refunds[i]
		if seconds < 0 || r.Occurred.Sub(o.Occurred) <= time.Duration(seconds)*time.Second {
			left -= min(left, r.Amount)
		}
	}
	return o.Amount - left
}

// live: an order refunded in full counts as never placed. The refunded fraction
// of an order of 0.00 is 0.
func live(amount, refunded int64) bool { return amount == 0 || refunded < amount }
