package clv

import (
	"fmt"
	"math"
	"testing"

	"github.com/fairlead/fairlead/internal/fault"
)

// TestOrders_NoHistoryAndNoParameterIsASpecialCase: reference values by mpmath at
// 50 digits, from equation 10 and from the integral of the intensity.
func TestOrders_NoHistoryAndNoParameterIsASpecialCase(t *testing.T) {
	for name, c := range map[string]struct {
		m                      BGNBD
		r                      Row
		t, rate                float64
		orders, within, always float64
	}{
		"a = 1, long after a first day":    {BGNBD{.0055, .03, 1, 24}, Row{}, 5917, .0027, 4.9662960302117, 2.1250096990559, 2.1250097065324},
		"a next to 1":                      {BGNBD{.25, 4.4, 1 + 1e-12, 1.75}, Row{}, 520, .0022, 3.2057680380502, 2.4267824789356, 2.6256448249989},
		"a near 1":                         {BGNBD{.243, 4.414, .999999, 2.426}, Row{3, 20, 39}, 39, .01, .93287107148344, .78389546347363, 1.5864637128098},
		"a + b = 1":                        {BGNBD{.25, 4.4, .25, .75}, Row{}, 156, .0022, 4.2515513284436, 3.6755561344188, 8.8348281265499},
		"a + b = 1, long after":            {BGNBD{.25, .04, .25, .75}, Row{}, 156, .0022, 148.03875961257, 128.44348957042, 303.50579460829},
		"very many orders, and then none":  {BGNBD{30.5, .12, 1, .014}, Row{}, 520, .0022, 1.1726164658964, 1.1602168225096, 1.1626418690228},
		"r tiny, one repeat purchase":      {BGNBD{.001, 4.414, .793, 2.426}, Row{1, .5, 156}, 156, .0022, .071533347283746, .061042688993598, .15108104576997},
		"10,000 purchases, silent a week":  {published, Row{10_000, 155, 156}, 156, 0, 6.38287640822e-20, 6.38287640822e-20, math.NaN()},
		"10,000 purchases, the last today": {BGNBD{.006149406672372759, 4.433499116957314, .14635322859374322, 96.46265587947221}, Row{10_000, 448.8901949979907, 448.8901949979907}, 448.90578074032766, 0, 9369.9944919814993, 9369.9944919814993, math.NaN()},
	} {
		tolerance := 1e-11
		if c.m.R > 20 { // the hypergeometric series cancels
			tolerance = 1e-6
		}
		near(t, name+": orders", c.m.Orders(c.r, c.t), c.orders, tolerance)
		near(t, name+": discounted", c.m.DiscountedOrders(c.r, c.t, c.rate), c.within, tolerance)
		if !math.IsNaN(c.always) {
			near(t, name+": discounted, without a horizon", c.m.DiscountedOrders(c.r, math.Inf(1), c.rate), c.always, tolerance)
		}
	}
}

// The series behind the scores, against log F at twenty digits: transformed by
// Euler where that makes the terms smaller.
func TestSeries_EqualsTheGoldenHypergeometricValues(t *testing.T) {
	for _, m := range load(t, "golden_hyp2f1.csv") {
		a, b, c, z := num(t, m["a"]), num(t, m["b"]), num(t, m["c"]), num(t, m["z"])
		got := math.Log(series(a, b, c, z))
		if p, q := c-a, c-b; math.Abs(p*q) < math.Abs(a*b) {
			got = float64((c-a-b)*math.Log1p(-z)) + math.Log(series(p, q, c, z))
		}
		near(t, fmt.Sprintf("ln F(%v, %v; %v; %v)", a, b, c, z), got, num(t, m["log2F1"]), 1e-12)
	}
}

// The model does not know in which unit time and money are.
func TestFit_InSecondsAndInCentsIsTheSameModel(t *testing.T) {
	const second = 1.0 / (7 * 24 * 60 * 60)
	var weeks, seconds Stats
	simulate(published, 3000, 78).rows.each(func(k *key, n int64) {
		for s, unit := range map[*Stats]float64{&weeks: 1, &seconds: second} {
			if err := s.AddN(Row{k.x, k.u / unit, k.v / unit}, n); err != nil {
				t.Fatal(err)
			}
		}
	})
	a, err := FitBGNBD(&weeks)
	b, err2 := FitBGNBD(&seconds)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	for name, v := range map[string][2]float64{"r": {a.Model.R, b.Model.R}, "alpha": {a.Model.Alpha, b.Model.Alpha * second},
		"a": {a.Model.A, b.Model.A}, "b": {a.Model.B, b.Model.B}} {
		near(t, name, v[1], v[0], 1e-5)
	}
}

// TestFit_OfWhatIsHardlyPossibleIsAModelOrARefusal and never a panic, a NaN or a
// model that is not at a maximum.
func TestFit_OfWhatIsHardlyPossibleIsAModelOrARefusal(t *testing.T) {
	mixed := func(rows ...Row) *Stats {
		s := simulate(published, 300, 40)
		for _, r := range rows {
			if err := s.AddN(r, 50); err != nil {
				t.Fatal(err)
			}
		}
		return s
	}
	for name, s := range map[string]*Stats{
		"everybody came today":        mixed(Row{}),
		"ages near the end of floats": mixed(Row{T: 1e308}, Row{1, 1e308, 1.1e308}),
		"ages near 0":                 mixed(Row{1, 5e-324, 5e-324}),
		"very many purchases":         mixed(Row{10_000, 39, 40}, Row{1 << 40, 39, 40}),
		"all leave after the second":  mixed(Row{1, 1e-6, 40}),
		"nobody ever leaves":          mixed(Row{30, 40, 40}),
	} {
		fit, err := FitBGNBD(s)
		switch {
		case err != nil && !fault.Is(err, "model_not_identified") && !fault.Is(err, "model_not_converged"):
			t.Errorf("%s: %v", name, err)
		case err == nil:
			at := s.rows.sample().at([4]float64{math.Log(fit.Model.R), math.Log(fit.Model.Alpha), math.Log(fit.Model.A), math.Log(fit.Model.B)})
			if !fit.Model.Valid() || !fit.StdErr.Valid() || math.IsNaN(fit.LogLikelihood) || !(at.steepest() <= 1e-6*float64(fit.Customers)) {
				t.Errorf("%s: %+v, gradient %v", name, fit, at.gradient)
			}
		}
		t.Logf("%s: %v %v", name, fit.Model, err)
	}
}
