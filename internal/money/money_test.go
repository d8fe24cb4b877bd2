package money

import (
	"errors"
	"math"
	"testing"
)

func TestMul_RoundsHalfToEven(t *testing.T) {
	for _, c := range []struct {
		minor int64
		rate  Rate
		want  int64
	}{{1, One / 2, 0}, {3, One / 2, 2}, {5, One / 2, 2}, {7, One / 2, 4}, {-1, One / 2, 0}, {-3, One / 2, -2}, {333, 50_000, 17}, {100, 0, 0}, {math.MaxInt64, One, math.MaxInt64}, {math.MinInt64, One, math.MinInt64}} {
		got, err := Of(c.minor, "EUR").Mul(c.rate)
		if err != nil || got != Of(c.want, "EUR") {
			t.Errorf("%d x %s = %v, %v; want %d", c.minor, c.rate, got, err, c.want)
		}
	}
	if _, err := Of(math.MaxInt64, "EUR").Mul(One + 1); !errors.Is(err, ErrOverflow) {
		t.Errorf("the largest amount x 1.000001: %v, want overflow", err)
	}
	if _, err := MulDiv(1, 1, 0); !errors.Is(err, ErrDivision) {
		t.Errorf("1 x 1 / 0: %v", err)
	}
}

func TestAdd_NeverMixesCurrencies(t *testing.T) {
	if _, err := Of(1, "EUR").Add(Of(1, "USD")); !errors.Is(err, ErrMixed) {
		t.Errorf("EUR + USD: %v, want %v", err, ErrMixed)
	}
	if _, err := Of(1, "EUR").Sub(Of(1, "USD")); !errors.Is(err, ErrMixed) {
		t.Errorf("EUR - USD: %v, want %v", err, ErrMixed)
	}
	if got, err := Of(3, "EUR").Sub(Of(5, "EUR")); err != nil || got != Of(-2, "EUR") {
		t.Errorf("0.03 - 0.05 = %v, %v", got, err)
	}
	if _, err := Of(math.MinInt64, "EUR").Neg(); !errors.Is(err, ErrOverflow) {
		t.Errorf("minus the smallest amount: %v, want overflow", err)
	}
	if got, err := Sum(math.MaxInt64, math.MaxInt64, math.MinInt64, math.MinInt64); err != nil || got != -2 {
		t.Errorf("a sum whose steps overflow = %d, %v; want -2", got, err)
	}
}

func TestExact_OverflowSticks(t *testing.T) {
	var x Exact
	x.AddMul2(math.MaxInt64, MaxRate, MaxRate)
	x.AddMul2(-math.MaxInt64, MaxRate, MaxRate)
	if got, err := x.Round(); !errors.Is(err, ErrOverflow) {
		t.Errorf("%d, %v; want overflow", got, err)
	}
	var sum Exact
	for range 1 << 20 {
		sum.AddMul(math.MaxInt64, 1000*One)
	}
	if got, err := sum.Round(); !errors.Is(err, ErrOverflow) {
		t.Errorf("%d, %v; want overflow", got, err)
	}
	var edge Exact
	edge.AddMul2(1<<62, 1<<39, 1<<26) // 1<<127 units, the first that do not fit
	edge.AddMul2(-1<<62, 1<<39, 1<<26)
	if got, err := edge.Round(); !errors.Is(err, ErrOverflow) {
		t.Errorf("%d, %v; want overflow", got, err)
	}
	var y Exact
	y.AddExact(sum)
	if _, err := y.Round(); !errors.Is(err, ErrOverflow) {
		t.Error("a sum with an overflowed one in it rounds")
	}
}

func TestExchange_BetweenDigits(t *testing.T) {
	rate, err := ParseExchange("0.92")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		from     Amount
		currency string
		want     int64
	}{{Of(10000, "USD"), "EUR", 9200}, {Of(100, "JPY"), "EUR", 9200}, {Of(100, "USD"), "JPY", 1}, {Of(50, "USD"), "JPY", 0}, {Of(1, "KWD"), "CLF", 9}, {Of(-10000, "USD"), "EUR", -9200}} {
		if got, err := c.from.Convert(rate, c.currency); err != nil || got != Of(c.want, c.currency) {
			t.Errorf("%v at 0.92 = %v, %v; want %d %s", c.from, got, err, c.want, c.currency)
		}
	}
	if _, err := Of(1, "EUR").Convert(rate, "XXX"); !errors.Is(err, ErrCurrency) {
		t.Errorf("conversion to XXX: %v", err)
	}
	if _, err := Of(math.MaxInt64, "JPY").Convert(rate, "EUR"); !errors.Is(err, ErrOverflow) {
		t.Errorf("conversion beyond the range: %v", err)
	}
}

func TestHotPath_DoesNotAllocate(t *testing.T) {
	weights := []int64{3, 1, 4, 1, 5, 9, 2}
	parts := make([]int64, len(weights))
	buf := make([]byte, 0, 64)
	for name, f := range map[string]func(){
		"amount x rate": func() { sinkAmount, _ = Of(123456789, "EUR").Mul(75_000) },
		"split":         func() { _ = SplitInto(parts, 1234567, weights) },
		"exact":         func() { var x Exact; x.AddMul2(123, 45, 67); sink, _ = x.Round() },
		"parse":         func() { sinkAmount, _ = Parse("1234.56", "EUR") },
		"append":        func() { buf = Append(buf[:0], 123456, "EUR") },
		"convert":       func() { sinkAmount, _ = Of(123, "USD").Convert(920_000_000_000, "EUR") },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations, want 0", name, n)
		}
	}
}

var (
	sink       int64
	sinkAmount Amount
)

// Goal: at most 5 ns, 0 allocations. A plain loop, because b.Loop's own
// nanosecond would be a fifth of what is measured.
func BenchmarkAmountTimesRate(b *testing.B) {
	b.ReportAllocs()
	a, r := Of(123456789, "EUR"), Rate(75_000)
	for range b.N {
		a.Minor++
		product, _ := a.Mul(r)
		sink += product.Minor
	}
}

// Goal: at most 100 ns, 0 allocations.
func BenchmarkSplit7Ways(b *testing.B) {
	b.ReportAllocs()
	weights := []int64{3, 1, 4, 1, 5, 9, 2}
	parts := make([]int64, len(weights))
	n := int64(1234567)
	for b.Loop() {
		n++
		_ = SplitInto(parts, n, weights)
	}
}

func BenchmarkExact_AddMul2(b *testing.B) {
	b.ReportAllocs()
	var x Exact
	for b.Loop() {
		x.AddMul2(123456789, 75_000, One)
	}
	sink, _ = x.Round()
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sinkAmount, _ = Parse("1234.56", "EUR")
	}
}
