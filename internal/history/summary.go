package history

import (
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// Summary is what a customer's orders amount to at one instant: orders and
// refunds that occurred up to and including it. An order refunded in full
// counts as never placed.
type Summary struct {
	AsOf   time.Time
	Orders int    // live orders
	Sums   []Sums // one per currency, sorted by it
	First  time.Time
	Last   time.Time // of the last live order; zero without one
	// DaysSinceLastOrder is the number of whole 24-hour days between the last
	// live order and AsOf, -1 without one.
	DaysSinceLastOrder int
	Churned            bool
}

// Sums are the live orders of one currency, in its minor units.
type Sums struct {
	Currency string
	Gross    int64 // amounts before refunds: what discountShare is taken of
	Discount int64
	Revenue  int64 // amounts less refunds
	LastYear int64 // the Revenue of orders of the last 12 calendar months: (AsOf - 12 months, AsOf]
}

// Summary sums the orders up to asOf. Amounts saturate rather than fail:
// nothing that pays reads them.
func (h *History) Summary(asOf time.Time, cal channel.Calendar) Summary {
	s := Summary{AsOf: asOf, DaysSinceLastOrder: -1, Churned: h.ChurnedAt(asOf)}
	year := cal.AddMonths(asOf, -12)
	for i := range h.Orders {
		o := &h.Orders[i]
		if o.Occurred.After(asOf) {
			break
		}
		if !o.Live(asOf) {
			continue
		}
		if s.Orders == 0 {
			s.First = o.Occurred
		}
		s.Orders++
		s.Last = o.Occurred
		net := o.Amount - o.Refunded(asOf)
		sums := s.of(o.Currency)
		saturate(&sums.Gross, o.Amount)
		saturate(&sums.Discount, o.Discount)
		saturate(&sums.Revenue, net)
		if o.Occurred.After(year) {
			saturate(&sums.LastYear, net)
		}
	}
	if s.Orders > 0 {
		s.DaysSinceLastOrder = channel.Days(s.Last, asOf)
	}
	return s
}

// of finds or makes the sums of a currency; customers have one or two.
func (s *Summary) of(currency string) *Sums {
	i, ok := slices.BinarySearchFunc(s.Sums, currency, func(x Sums, c string) int {
		return strings.Compare(x.Currency, c)
	})
	if !ok {
		s.Sums = slices.Insert(s.Sums, i, Sums{Currency: currency})
	}
	return &s.Sums[i]
}

func saturate(sum *int64, n int64) {
	if v, err := money.Add(*sum, n); err == nil {
		*sum = v
		return
	}
	*sum = 1<<63 - 1
}

// In is the sums of all currencies as one, each amount converted by convert
// (once per currency and figure). The first error of convert is returned.
func (s Summary) In(currency string, convert func(money.Amount) (money.Amount, error)) (Sums, error) {
	total := Sums{Currency: currency}
	for _, x := range s.Sums {
		for _, f := range []struct {
			to   *int64
			from int64
		}{
			{&total.Gross, x.Gross}, {&total.Discount, x.Discount},
			{&total.Revenue, x.Revenue}, {&total.LastYear, x.LastYear},
		} {
			a := money.Of(f.from, x.Currency)
			if x.Currency != currency {
				var err error
				if a, err = convert(a); err != nil {
					return Sums{}, err
				}
			}
			saturate(f.to, a.Minor)
		}
	}
	return total, nil
}
