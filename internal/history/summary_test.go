package history

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

func TestSummary_AnOrderRefundedInFullCountsAsNeverPlaced(t *testing.T) {
	discounted := order("b", day(3, 2), "2026-03", 1000)
	discounted.Order.Discount = 250
	yen := order("y", day(3, 5), "2026-03", 700)
	yen.Order.Currency = "JPY"
	p := Partition{Entries: []Entry{
		order("old", time.Date(2025, 3, 10, 12, 0, 0, 0, time.UTC), "2026-03", 5000), // 12 months before 10 March, noon: not the last 12 months
		order("year", time.Date(2025, 3, 10, 12, 0, 1, 0, time.UTC), "2026-03", 600),
		discounted, refund("r", "b", day(3, 20), "2026-03", 400), yen,
		order("gone", day(3, 9), "2026-03", 900), refund("r1", "gone", day(3, 9), "2026-03", 500), refund("r2", "gone", day(3, 9), "2026-03", 500),
		order("zero", day(3, 8), "2026-03", 0), refund("r3", "zero", day(3, 8), "2026-03", 0),
		order("future", day(3, 11), "2026-03", 1),
	}}
	asOf := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	got := Fold(p, "").Summary(asOf, channel.Calendar{})
	want := Summary{AsOf: asOf, Orders: 5, First: p.Entries[0].Occurred, Last: day(3, 8), DaysSinceLastOrder: 2, Sums: []Sums{
		{Currency: "EUR", Gross: 6600, Discount: 250, Revenue: 6600, LastYear: 1600},
		{Currency: "JPY", Gross: 700, Revenue: 700, LastYear: 700},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	later := Fold(p, "").Summary(day(3, 31), channel.Calendar{})
	if eur := later.Sums[0]; eur.Revenue != 6201 || eur.Gross != 6601 || eur.LastYear != 601 || later.Orders != 6 {
		t.Errorf("after the refund: %+v", later)
	}
	none := Fold(Partition{}, "").Summary(asOf, channel.Calendar{})
	if d := cmp.Diff(Summary{AsOf: asOf, DaysSinceLastOrder: -1}, none); d != "" {
		t.Error(d)
	}
}

func TestRefunded_NeverExceedsTheOrder(t *testing.T) {
	h := Fold(Partition{Entries: []Entry{order("a", day(3, 1), "", 1000), refund("r1", "a", day(3, 2), "", 600), refund("r2", "a", day(3, 3), "", 600), refund("r3", "a", day(3, 4), "", 1<<62)}}, "")
	o := &h.Orders[0]
	for at, want := range map[time.Time]int64{day(3, 1): 0, day(3, 2): 600, day(3, 3): 1000, day(3, 4): 1000, {}: 1000} {
		if got := o.Refunded(at); got != want {
			t.Errorf("%s: %d, want %d", at, got, want)
		}
	}
	if !o.Live(day(3, 2)) || o.Live(day(3, 3)) || o.Live(day(2, 1)) {
		t.Error("live when it is not, or the other way round")
	}
}

func TestSummary_InOneCurrency(t *testing.T) {
	s := Summary{Sums: []Sums{{"EUR", 1000, 100, 900, 800}, {"USD", 1000, 0, 1000, 1000}}}
	rate, err := money.ParseExchange("0.92")
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.In("EUR", func(a money.Amount) (money.Amount, error) { return a.Convert(rate, "EUR") })
	if d := cmp.Diff(Sums{"EUR", 1920, 100, 1820, 1720}, got); err != nil || d != "" {
		t.Error(err, d)
	}
	unknown := errors.New("no rate")
	if _, err := s.In("EUR", func(money.Amount) (money.Amount, error) { return money.Amount{}, unknown }); !errors.Is(err, unknown) {
		t.Errorf("a currency without a rate: %v", err)
	}
}

func TestSummary_SaturatesRatherThanWraps(t *testing.T) {
	h := Fold(Partition{Entries: []Entry{order("a", day(3, 1), "", 1<<62), order("b", day(3, 1), "", 1<<62), order("c", day(3, 1), "", 1<<62)}}, "")
	if got := h.Summary(day(3, 2), channel.Calendar{}).Sums[0].Revenue; got != 1<<63-1 {
		t.Errorf("%d", got)
	}
}
