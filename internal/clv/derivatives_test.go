package clv

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/fairlead/fairlead/internal/fault"
)

// numericHessian is by central differences of a function of n parameters, with
// steps relative to them.
func numericHessian(n int, p [4]float64, f func([4]float64) float64) *mat.SymDense {
	const h = 2e-4
	at := func(i, j int, si, sj float64) float64 {
		q := p
		q[i] += si * h * p[i]
		q[j] += sj * h * p[j]
		return f(q)
	}
	out := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			v := (at(i, j, 1, 1) - at(i, j, 1, -1) - at(i, j, -1, 1) + at(i, j, -1, -1)) / (4 * h * h * p[i] * p[j])
			out.SetSym(i, j, v)
		}
	}
	return out
}

// standardErrors by a numeric Hessian of the log-likelihood, customer by customer.
func standardErrors(t *testing.T, n int, p [4]float64, ll func([4]float64) float64) [4]float64 {
	t.Helper()
	h := numericHessian(n, p, ll)
	h.ScaleSym(-1, h)
	var inv mat.Dense
	if err := inv.Inverse(h); err != nil {
		t.Fatal(err)
	}
	var out [4]float64
	for i := range n {
		out[i] = math.Sqrt(inv.At(i, i))
	}
	return out
}

func TestFit_StandardErrorsAreThoseOfTheNumericHessian(t *testing.T) {
	s := simulate(BGNBD{R: .6, Alpha: 6, A: .9, B: 3}, 3000, 104)
	if err := s.Add(Row{200, 50, 52}); err != nil { // long sums of ln gamma
		t.Fatal(err)
	}
	fit, err := FitBGNBD(s)
	if err != nil {
		t.Fatal(err)
	}
	m := fit.Model
	total := func(p [4]float64) (sum float64) {
		s.rows.each(func(k *key, n int64) {
			sum += float64(n) * BGNBD{p[0], p[1], p[2], p[3]}.LogLikelihood(Row{k.x, k.u, k.v})
		})
		return sum
	}
	near(t, "log-likelihood", fit.LogLikelihood, total([4]float64{m.R, m.Alpha, m.A, m.B}), 1e-12)
	se := standardErrors(t, 4, [4]float64{m.R, m.Alpha, m.A, m.B}, total)
	for i, got := range []float64{fit.StdErr.R, fit.StdErr.Alpha, fit.StdErr.A, fit.StdErr.B} {
		near(t, []string{"r", "alpha", "a", "b"}[i]+": standard error", got, se[i], 1e-4)
	}
}

// spendOf draws customers whose baskets are what gamma-gamma supposes.
func spendOf(g GammaGamma, customers int) *SpendStats {
	rng := rand.New(rand.NewPCG(8, 9))
	var s SpendStats
	for range customers {
		x := 1 + rng.Int64N(9)
		rate := gammaDraw(rng, g.Q) / g.Gamma
		if err := s.Add(x, gammaDraw(rng, g.P*float64(x))/rate/float64(x)); err != nil {
			panic(err)
		}
	}
	return &s
}

func TestFitSpend_RecoversTheModelThatMadeTheDataWithRightStandardErrors(t *testing.T) {
	truth := GammaGamma{P: 5, Q: 3, Gamma: 20}
	s := spendOf(truth, 5000)
	fit, err := FitSpend(s)
	if err != nil {
		t.Fatal(err)
	}
	m := fit.Model
	total := func(p [4]float64) (sum float64) {
		s.pairs.each(func(k *key, n int64) { sum += float64(n) * GammaGamma{p[0], p[1], p[2]}.LogLikelihood(k.x, k.u) })
		return sum
	}
	near(t, "log-likelihood", fit.LogLikelihood, total([4]float64{m.P, m.Q, m.Gamma}), 1e-12)
	se := standardErrors(t, 3, [4]float64{m.P, m.Q, m.Gamma}, total)
	for i, c := range []struct{ got, want, se float64 }{{m.P, truth.P, fit.StdErr.P}, {m.Q, truth.Q, fit.StdErr.Q}, {m.Gamma, truth.Gamma, fit.StdErr.Gamma}} {
		name := []string{"p", "q", "gamma"}[i]
		if math.Abs(c.got-c.want) > 3.5*c.se {
			t.Errorf("%s = %.4f, truth %.4f, %.1f standard errors apart", name, c.got, c.want, math.Abs(c.got-c.want)/c.se)
		}
		near(t, name+": standard error", c.se, se[i], 1e-4)
	}
}

func TestFitSpend_IsTheSameInAnyOrderOfMerging(t *testing.T) {
	var a, b, left, right SpendStats
	i := 0
	spendOf(GammaGamma{P: 5, Q: 3, Gamma: 20}, 20_000).pairs.each(func(k *key, n int64) {
		half := &left
		if i++; i%3 == 0 {
			half = &right
		}
		half.pairs.add(*k, n)
	})
	right.Skipped, left.Skipped = 2, 3
	a.Merge(&left)
	a.Merge(&right)
	b.Merge(&right)
	b.Merge(&left)
	x, errX := FitSpend(&a)
	y, errY := FitSpend(&b)
	if errX != nil || errY != nil || x != y || a.Skipped != 5 {
		t.Errorf("%+v (%v), %+v (%v)", x, errX, y, errY)
	}
}

func TestFitSpend_RefusesWhatCannotIdentifyTheModel(t *testing.T) {
	fill := func(n int, m func(i int) float64) *SpendStats {
		var s SpendStats
		for i := range n {
			if err := s.Add(int64(1+i%4), m(i)); err != nil {
				t.Fatal(err)
			}
		}
		return &s
	}
	for name, s := range map[string]*SpendStats{
		"nobody":                   {},
		"a few":                    fill(MinRepeat-1, func(i int) float64 { return float64(10 + i) }),
		"all spend the same":       fill(500, func(int) float64 { return 10 }),
		"all gave more back":       fill(500, func(int) float64 { return -3 }),
		"a few outweigh all":       fill(500, func(i int) float64 { return math.Exp(math.Pow(float64(i%50)/4, 2)) }),
		"amounts beyond reckoning": fill(500, func(i int) float64 { return 1e300 * float64(1+i%7) }),
	} {
		if fit, err := FitSpend(s); !fault.Is(err, "model_not_identified") && !fault.Is(err, "model_not_converged") {
			t.Errorf("%s: %+v %v", name, fit, err)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
	var s SpendStats
	for x, m := range map[int64]float64{1: math.NaN(), 2: math.Inf(1), -1: 5} {
		if err := s.Add(x, m); !fault.Is(err, "invalid_summary") {
			t.Errorf("%d orders of %v: %v", x, m, err)
		}
	}
}

func TestFitSpend_OneCustomerMakesNoCorrelation(t *testing.T) {
	truth := GammaGamma{P: 5, Q: 3, Gamma: 20}
	s := spendOf(truth, 300)
	if err := s.Add(10_000, 40*truth.Spend(0, 0)); err != nil { // it alone makes one of 0.9
		t.Fatal(err)
	}
	fit, err := FitSpend(s)
	if err != nil || math.Abs(fit.Correlation) > .1 {
		t.Errorf("%+v %v", fit, err)
	}
	for range 60 { // a sixth of all do
		if err := s.Add(100, 40*truth.Spend(0, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if fit, err := FitSpend(s); !fault.Is(err, "model_not_identified") {
		t.Errorf("%+v %v", fit, err)
	}
}
