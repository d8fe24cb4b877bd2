package money

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// cases is how many random cases the oracle judges, over all operations.
const cases = 200_000

// number draws integers of all sizes, the edges of int64 included.
func number(r *rand.Rand) int64 {
	switch r.IntN(12) {
	case 0:
		return []int64{0, 1, -1, math.MaxInt64, math.MinInt64, math.MaxInt64 - 1, math.MinInt64 + 1, 1_000_000, 500_000}[r.IntN(9)]
	default:
		return int64(r.Uint64()) >> r.IntN(64)
	}
}

// halfEven is a / b rounded half to even, in the plainest way.
func halfEven(a, b *big.Int) *big.Int {
	if b.Sign() < 0 {
		a, b = new(big.Int).Neg(a), new(big.Int).Neg(b)
	}
	floor, rest := new(big.Int).DivMod(a, b, new(big.Int))
	switch c := rest.Lsh(rest, 1).Cmp(b); {
	case c > 0, c == 0 && floor.Bit(0) == 1:
		floor.Add(floor, big.NewInt(1))
	}
	return floor
}

func product(factors ...int64) *big.Int {
	p := big.NewInt(1)
	for _, f := range factors {
		p.Mul(p, big.NewInt(f))
	}
	return p
}

// agree compares a result with the oracle's: equal, or ErrOverflow exactly when
// the true result does not fit.
func agree(t *testing.T, what string, got int64, err error, want *big.Int) {
	t.Helper()
	if !want.IsInt64() {
		if !errors.Is(err, ErrOverflow) {
			t.Fatalf("%s = %d, %v; want overflow (%s)", what, got, err, want)
		}
		return
	}
	if err != nil || got != want.Int64() {
		t.Fatalf("%s = %d, %v; want %s", what, got, err, want)
	}
}

func TestArithmetic_AgreesWithBigIntegersIn200000Cases(t *testing.T) {
	r := rand.New(rand.NewPCG(4217, 1))
	million := big.NewInt(1_000_000)
	for range cases / 8 {
		a, b, c := number(r), number(r), number(r)
		sum, err := Add(a, b)
		agree(t, "Add", sum, err, new(big.Int).Add(big.NewInt(a), big.NewInt(b)))
		sum, err = Sub(a, b)
		agree(t, "Sub", sum, err, new(big.Int).Sub(big.NewInt(a), big.NewInt(b)))
		got, err := MulRate(a, Rate(b))
		agree(t, "MulRate", got, err, halfEven(product(a, b), million))
		rate := Rate(r.Int64N(2_000_001))
		got, err = MulRate(a, rate)
		agree(t, "MulRate", got, err, halfEven(product(a, int64(rate)), million))
		if c != 0 {
			got, err = MulDiv(a, b, c)
			agree(t, "MulDiv", got, err, halfEven(product(a, b), big.NewInt(c)))
		}
		got, err = Sum(a, b, c)
		agree(t, "Sum", got, err, new(big.Int).Add(big.NewInt(a), new(big.Int).Add(big.NewInt(b), big.NewInt(c))))
		oracleExact(t, r)
		oracleConvert(t, r)
	}
}

// oracleExact adds up to six terms and compares the rounded sum.
func oracleExact(t *testing.T, r *rand.Rand) {
	t.Helper()
	var x Exact
	want := new(big.Int)
	unit := new(big.Int).SetUint64(exactUnit)
	for range 1 + r.IntN(6) {
		minor, rate, factor := number(r), Rate(number(r)%2_000_000), Rate(number(r)%2_000_000)
		switch r.IntN(4) {
		case 0:
			x.Add(minor)
			want.Add(want, new(big.Int).Mul(big.NewInt(minor), unit))
		case 1:
			x.AddMul(minor, rate)
			want.Add(want, product(minor, int64(rate), 1_000_000))
		case 2:
			x.AddMul2(minor, rate, factor)
			want.Add(want, product(minor, int64(rate), int64(factor)))
		case 3:
			var y Exact
			y.AddMul(minor, rate)
			x.SubExact(y)
			want.Sub(want, product(minor, int64(rate), 1_000_000))
		}
	}
	got, err := x.Round()
	agree(t, "Exact", got, err, halfEven(want, unit))
	if x.Sign() != want.Sign() {
		t.Fatalf("the sign of %s is %d", want, x.Sign())
	}
}

func oracleConvert(t *testing.T, r *rand.Rand) {
	t.Helper()
	codes := [...]string{"JPY", "EUR", "KWD", "CLF"}
	from, to := codes[r.IntN(4)], codes[r.IntN(4)]
	df, _ := Digits(from)
	dt, _ := Digits(to)
	a, x := number(r), Exchange(1+r.Int64N(9_000_000_000_000_000_000>>r.IntN(60)))
	ten := func(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }
	got, err := Of(a, from).Convert(x, to)
	agree(t, "Convert "+from+" "+to, got.Minor, err, halfEven(new(big.Int).Mul(product(a, int64(x)), ten(dt)), ten(12+df)))
}

func TestFractions_AgreeWithRationals(t *testing.T) {
	r := rand.New(rand.NewPCG(4217, 2))
	for range 4_000 {
		var f Fractions
		want := new(big.Rat)
		for range r.IntN(8) {
			a, b, c := number(r)>>24, number(r)>>24, []int64{2, 3, 4, 6, 7, 1_000, 333_333, r.Int64N(1<<40) + 1}[r.IntN(8)]
			f.AddMulDiv(a, b, c)
			want.Add(want, new(big.Rat).SetFrac(product(a, b), big.NewInt(c)))
		}
		got, err := f.Round()
		agree(t, "Fractions", got, err, halfEven(want.Num(), want.Denom()))
	}
}

func TestFractions_KnowOnWhichSideOfAHalfTheyLie(t *testing.T) {
	var f Fractions
	for range 3 {
		f.AddMulDiv(1, 1, 6) // three sixths: exactly a half, though no sixth has an end in binary
	}
	if got, err := f.Round(); err != nil || got != 0 {
		t.Errorf("3 x 1/6 = %d, %v; want 0 (half to even)", got, err)
	}
	f.AddMulDiv(1, 1, math.MaxInt64)
	if got, err := f.Round(); err != nil || got != 1 {
		t.Errorf("3 x 1/6 and a trace = %d, %v; want 1", got, err)
	}
	var thirds Fractions
	for _, part := range []int64{33333, 33333, 33334} { // 1,000.00 that earned 100.00, refunded in three parts
		thirds.AddMulDiv(10000, part, 100000)
	}
	if got, err := thirds.Round(); err != nil || got != 10000 {
		t.Errorf("the three parts leave %d, %v; want 10000", got, err)
	}
	f.AddMulDiv(1, 1, 0)
	if _, err := f.Round(); !errors.Is(err, ErrDivision) {
		t.Errorf("division by zero gave %v", err)
	}
}
