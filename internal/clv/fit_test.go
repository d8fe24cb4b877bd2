package clv

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/fairlead/fairlead/internal/fault"
)

// fitted are the parameters of Table 2 to the digits of the spreadsheet.
var fitted = BGNBD{R: .242595, Alpha: 4.413602, A: .792922, B: 2.425907}

// The spreadsheet reckons with days, so 30.43 is 30 3/7. BTYD says its results to
// more digits than the parameters behind them, which leaves 4e-5.
func TestScores_PublishedNumbers(t *testing.T) {
	week := func(x int64, days, age float64) Row { return Row{x, days / 7, age / 7} }
	btyd := BGNBD{.2425945, 4.4136019, .7929199, 2.4258881}
	for _, c := range []struct {
		name           string
		got, want, tol float64
	}{
		{"ln L of (2, 30.43, 38.86)", fitted.LogLikelihood(week(2, 213, 272)), -9.4596, .00005},
		{"ln L of (0, 0, 38.86)", fitted.LogLikelihood(week(0, 0, 272)), -.5538, .00005},
		{"ln L of (7, 29.43, 38.86)", fitted.LogLikelihood(week(7, 206, 272)), -21.8644, .00005},
		{"orders of (2, 30.43, 38.86) in 39 weeks", fitted.Orders(week(2, 213, 272), 39), 1.226, .0005},
		{"P(alive) of (26, 30.857, 31)", btyd.Alive(week(26, 216, 217)), .9688523, 4e-5},
		{"orders of (26, 30.857, 31) in 52 weeks", btyd.Orders(week(26, 216, 217), 52), 25.75659, 4e-5 * 25.75659},
	} {
		if math.Abs(c.got-c.want) > c.tol {
			t.Errorf("%s = %v, published %v", c.name, c.got, c.want)
		}
	}
}

func TestHoldout_CorrelationAndZeroClassAsPublished(t *testing.T) {
	var sx, sy, sxx, syy, sxy, n, zeroPredicted, zeroActual, zeros float64
	for _, m := range load(t, "golden_cdnow_scores.csv") {
		r := rowOf(t, m)
		x, y := published.Orders(r, 39), num(t, m["x_star"])
		sx, sy, sxx, syy, sxy, n = sx+x, sy+y, sxx+x*x, syy+y*y, sxy+x*y, n+1
		if r.X == 0 {
			zeroPredicted, zeroActual, zeros = zeroPredicted+x, zeroActual+y, zeros+1
		}
	}
	if c := (n*sxy - sx*sy) / math.Sqrt((n*sxx-sx*sx)*(n*syy-sy*sy)); math.Abs(c-.626) > .0005 {
		t.Errorf("correlation of predicted and actual holdout orders = %.4f, published .626", c)
	}
	if p, a := zeroPredicted/zeros, zeroActual/zeros; math.Abs(p-.23) > .005 || math.Abs(a-.24) > .005 {
		t.Errorf("customers without a repeat order: predicted %.3f, actual %.3f; published .23, .24", p, a)
	}
}

// simulate draws n histories of a known model over at most span units of time.
func simulate(m BGNBD, n int, span float64) *Stats {
	rng := rand.New(rand.NewPCG(1, 2))
	var s Stats
	for range n {
		life := span * (0.5 + 0.5*rng.Float64())
		rate := gammaDraw(rng, m.R) / m.Alpha
		u, v := gammaDraw(rng, m.A), gammaDraw(rng, m.B)
		drop := u / (u + v)
		r := Row{T: life}
		for at := 0.0; ; {
			at += rng.ExpFloat64() / rate
			if at > life {
				break
			}
			r.X, r.TX = r.X+1, at
			if rng.Float64() < drop {
				break
			}
		}
		if err := s.Add(r); err != nil {
			panic(err)
		}
	}
	return &s
}

// gammaDraw is Marsaglia and Tsang's method, with the usual boost below shape 1.
func gammaDraw(rng *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gammaDraw(rng, shape+1) * math.Pow(rng.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

func TestFit_RecoversTheModelThatMadeTheData(t *testing.T) {
	truth := BGNBD{R: .6, Alpha: 6, A: .9, B: 3}
	fit, err := FitBGNBD(simulate(truth, 30_000, 104))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name          string
		got, want, se float64
	}{{"r", fit.Model.R, truth.R, fit.StdErr.R}, {"alpha", fit.Model.Alpha, truth.Alpha, fit.StdErr.Alpha},
		{"a", fit.Model.A, truth.A, fit.StdErr.A}, {"b", fit.Model.B, truth.B, fit.StdErr.B}} {
		if math.Abs(c.got-c.want) > 3.5*c.se {
			t.Errorf("%s = %.4f, truth %.4f, %.1f standard errors apart", c.name, c.got, c.want, math.Abs(c.got-c.want)/c.se)
		}
	}
}

func TestFit_MergedStatisticsGiveTheSameModel(t *testing.T) {
	all := simulate(published, 3000, 78)
	var left, right Stats
	i := 0
	all.rows.each(func(k *key, n int64) {
		half := &left
		if i++; i%2 == 0 {
			half = &right
		}
		if err := half.AddN(Row{k.x, k.u, k.v}, n); err != nil {
			t.Fatal(err)
		}
	})
	left.Merge(&right)
	a, errA := FitBGNBD(all)
	b, errB := FitBGNBD(&left)
	if errA != nil || errB != nil || a != b {
		t.Errorf("merged: %+v (%v), whole: %+v (%v)", b, errB, a, errA)
	}
}

func TestFit_RefusesWhatCannotIdentifyTheModel(t *testing.T) {
	var oneTime, ten Stats
	for i := range 5000 {
		if err := oneTime.Add(Row{T: 10 + float64(i%300)/10}); err != nil {
			t.Fatal(err)
		}
	}
	if err := ten.AddN(Row{X: 1, TX: 2, T: 9}, 10); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*Stats{"one-time buyers only": &oneTime, "ten customers": &ten, "nobody": {}} {
		if fit, err := FitBGNBD(s); !fault.Is(err, "model_not_identified") {
			t.Errorf("%s: %+v, %v; want a refusal", name, fit, err)
		}
	}
	var same Stats
	if err := same.AddN(Row{X: 3, TX: 30, T: 30.5}, 500); err != nil {
		t.Fatal(err)
	}
	if fit, err := FitBGNBD(&same); err == nil {
		t.Errorf("500 equal customers gave %+v", fit)
	}
}

func TestRow_ImpossibleHistoriesAreRefusedByField(t *testing.T) {
	for field, r := range map[string]Row{"x": {X: -1}, "T": {T: math.NaN()}, "t_x": {X: 1, TX: 3, T: 2}} {
		f := fault.Of(r.Check())
		if f == nil || f.Fields[0].Field != field {
			t.Errorf("%+v: %v, want a fault at %s", r, f, field)
		}
	}
	for _, r := range []Row{{X: 0, TX: 1, T: 2}, {X: 1, TX: 0, T: 2}, {T: math.Inf(1)}, {X: 1, TX: math.Inf(1), T: 2}, {T: -1}} {
		if r.Check() == nil {
			t.Errorf("%+v was taken", r)
		}
	}
	if err := (Row{}).Check(); err != nil {
		t.Errorf("a customer of today (T = 0) was refused: %v", err)
	}
}

func TestFitSpend_RefusesSpendThatGoesWithFrequency(t *testing.T) {
	var s SpendStats
	for i := range int64(200) {
		if err := s.Add(1+i%20, 10+float64(i%20)*30+float64(i%7)); err != nil {
			t.Fatal(err)
		}
	}
	if fit, err := FitSpend(&s); !fault.Is(err, "model_not_identified") {
		t.Errorf("%+v, %v; want a refusal", fit, err)
	}
}

func BenchmarkFit1MCustomers(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 4))
	base := simulate(published, 20_000, 78)
	var s Stats
	base.rows.each(func(k *key, n int64) { // days, as real data has them
		if err := s.AddN(Row{k.x, math.Ceil(k.u*7) / 7, math.Ceil(k.v*7) / 7}, n*int64(40+rng.IntN(20))); err != nil {
			b.Fatal(err)
		}
	})
	for b.Loop() {
		if _, err := FitBGNBD(&s); err != nil {
			b.Fatal(err)
		}
	}
	all, _ := s.Customers()
	b.ReportMetric(float64(all), "customers")
	b.ReportMetric(float64(s.Distinct()), "distinct")
}
