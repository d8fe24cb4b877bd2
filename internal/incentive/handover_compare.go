package incentive

import (
	"cmp"
	"slices"

	"github.com/fairlead/fairlead/internal/money"
)

// compare sets what each running hand-over has paid beside what its customer's
// orders in the same time (without a trail: since then) would have earned at
// the partner's effective rate, which is each month's commission over each
// month's net revenue; a month that sold nothing takes the rate of the last one
// that did.
func (h *handovers) compare(r *Result) (err error) {
	open, commission := &h.months[h.open], h.commissionByMonth()
	for _, p := range h.promotions {
		if p.month != h.open && !p.until.After(open.start) {
			continue
		}
		var sum money.Fractions
		for k := range p.customer.Orders {
			o := &p.customer.Orders[k]
			if o.Occurred.Before(p.at) || !within(p.until, o.Occurred) || o.Currency != p.plan.Currency {
				continue
			}
			at := h.monthOf(o.Occurred, p.month)
			if at >= len(h.months) {
				break
			}
			if from := h.effective(at); from >= 0 {
				revenue, err := h.months[from].revenue.Minor()
				if err != nil {
					return err
				}
				sum.AddMulDiv(o.Amount-refundedOf(o, h.months[at].clawback), commission[from], revenue)
			}
		}
		running := Handover{Customer: p.customer.Customer, At: p.at, Until: p.until, PaidSoFar: p.paid}
		if running.WouldHaveEarned, err = sum.Round(); err != nil {
			return err
		}
		r.Handover = append(r.Handover, running)
	}
	slices.SortStableFunc(r.Handover, func(a, b Handover) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), a.At.Compare(b.At))
	})
	return nil
}

// effective is the month whose effective rate counts for month i, -1 if none
// has sold anything.
func (h *handovers) effective(i int) int {
	for ; i >= 0 && h.months[i].revenue.Cmp(0) <= 0; i-- {
	}
	return i
}

// commissionByMonth is what all commissions of each month are worth.
func (h *handovers) commissionByMonth() []int64 {
	out := make([]int64, len(h.months))
	if len(h.promotions) == 0 {
		return out // nobody asks
	}
	for _, p := range places[*commission](h.computation) {
		h.sum(&out[p.month], h.worth(p.terms.Name, p.month))
	}
	return out
}
