package clv

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestElementary_AreThoseOfMathToTheLastPlaces(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	size := func() float64 { return math.Exp(rng.Float64()*80-70) * (1 - 2*float64(rng.IntN(2))) }
	check := func(name string, x, got, want float64) {
		t.Helper()
		if got != want && !(math.Abs(got-want) <= 5e-16*math.Abs(want)) && math.Abs(want) > 1e-300 {
			t.Errorf("%s(%v) = %v, want %v: %.2g", name, x, got, want, math.Abs(got-want)/math.Abs(want))
		}
	}
	for range 200_000 {
		x := size()
		check("exp", x, exp(x), math.Exp(x))
		if x < 30 {
			check("expm1", x, expm1(x), math.Expm1(x))
		}
		check("log", math.Abs(x), log(math.Abs(x)), math.Log(math.Abs(x)))
		if x > -1 {
			check("log1p", x, log1p(x), math.Log1p(x))
		}
		near1 := 1 - rng.Float64()*math.Exp(-40*rng.Float64())
		if near1 > 0 && near1 < 1 {
			check("log1p", -near1, log1p(-near1), math.Log1p(-near1))
		}
	}
	for _, x := range []float64{0, 1, -1, 0.5, 709, -745, 710, -746, math.Inf(1), math.Inf(-1), 5e-324, 1e308} {
		check("exp", x, exp(x), math.Exp(x))
		check("expm1", x, expm1(x), math.Expm1(x))
		if x > 1e-300 { // math.Log is wrong below the normal floats on amd64
			check("log", x, log(x), math.Log(x))
			check("log1p", x, log1p(x), math.Log1p(x))
		}
	}
}
