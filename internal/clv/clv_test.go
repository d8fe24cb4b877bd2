package clv

import (
	"encoding/csv"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// published are the parameters of Fader, Hardie & Lee 2005, Table 2.
var published = BGNBD{R: .243, Alpha: 4.414, A: .793, B: 2.426}

// load reads a reference file as rows of columns by name, or skips.
func load(t testing.TB, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "clv", name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("reference data %s is not beside the checkout", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := make([]map[string]string, 0, len(rows)-1)
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, c := range r {
			m[rows[0][i]] = c
		}
		out = append(out, m)
	}
	return out
}

func num(t testing.TB, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		t.Fatal(err)
	}
	return v
}

// logOf is the log of a number that may be too small for a float.
func logOf(t testing.TB, s string) float64 {
	digits, exponent, ok := strings.Cut(s, "e")
	if !ok {
		exponent = "0"
	}
	return math.Log(num(t, digits)) + num(t, exponent)*math.Ln10
}

func rowOf(t testing.TB, m map[string]string) Row {
	return Row{X: int64(num(t, m["x"])), TX: num(t, m["t_x"]), T: num(t, m["T"])}
}

func near(t *testing.T, what string, got, want, rel float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rel*math.Max(math.Abs(want), 1e-300)) {
		t.Errorf("%s = %.12g, want %.12g", what, got, want)
	}
}

func TestScores_EqualTheGoldenOnesOfEveryCustomer(t *testing.T) {
	for _, m := range load(t, "golden_cdnow_scores.csv") {
		r := rowOf(t, m)
		near(t, m["id"]+" log-likelihood", published.LogLikelihood(r), num(t, m["bg_ll"]), 1e-9)
		near(t, m["id"]+" P(alive)", published.Alive(r), num(t, m["bg_palive"]), 1e-9)
		near(t, m["id"]+" expected spend", GammaGamma{6.25, 3.74, 15.44}.Spend(r.X, num(t, m["m_x"])), num(t, m["gg_em"]), 1e-9)
		near(t, m["id"]+" orders in 39 weeks", published.Orders(r, 39), num(t, m["bg_cet39"]), 1e-9)
	}
}

func TestScores_SurviveExtremeHistories(t *testing.T) {
	for _, m := range load(t, "golden_bgnbd_stress.csv") {
		p := BGNBD{num(t, m["r"]), num(t, m["alpha"]), num(t, m["a"]), num(t, m["b"])}
		r := rowOf(t, m)
		near(t, "log-likelihood", p.LogLikelihood(r), num(t, m["ll"]), 1e-10)
		if want := num(t, m["palive"]); want > 1e-300 {
			near(t, "P(alive)", p.Alive(r), want, 1e-9)
		} else if p.Alive(r) > 1e-300 {
			t.Errorf("P(alive) of %+v = %v", r, p.Alive(r))
		}
		near(t, "ln P(alive)", p.LogAlive(r), logOf(t, m["palive"]), 1e-10)
		for _, horizon := range []float64{1e-9, 1, 52, 1e4, math.Inf(1)} {
			orders := 0.0
			if !math.IsInf(horizon, 1) {
				orders = p.Orders(r, horizon)
			}
			if v := orders + p.DiscountedOrders(r, horizon, .0027); math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
				t.Errorf("orders of %+v in %v = %v", r, horizon, v)
			}
		}
	}
}

func TestFit_CDNOWGivesThePublishedParameters(t *testing.T) {
	var s Stats
	for _, m := range load(t, "cdnow_cbs_holdout.csv") {
		if err := s.Add(Row{X: int64(num(t, m["x"])), TX: num(t, m["t.x"]), T: num(t, m["T.cal"])}); err != nil {
			t.Fatal(err)
		}
	}
	fit, err := FitBGNBD(&s)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", fit)
	for _, c := range []struct {
		name      string
		got, want float64
	}{{"r", fit.Model.R, .242595}, {"alpha", fit.Model.Alpha, 4.413602}, {"a", fit.Model.A, .792922}, {"b", fit.Model.B, 2.425907}} {
		near(t, c.name, c.got, c.want, 2e-6)
	}
	near(t, "log-likelihood", fit.LogLikelihood, -9582.429207, 1e-9)
	data := s.rows.sample()
	if got := data.at([4]float64{}).value; math.Abs(got+13887.7) > .05 {
		t.Errorf("log-likelihood at (1,1,1,1) = %.1f, want -13887.7", got)
	}
}

func TestFitSpend_CDNOWGivesThePublishedParameters(t *testing.T) {
	var s SpendStats
	for _, m := range load(t, "cdnow_cbs_holdout.csv") {
		if err := s.Add(int64(num(t, m["x"])), num(t, m["m.x"])); err != nil {
			t.Fatal(err)
		}
	}
	fit, err := FitSpend(&s)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", fit)
	for _, c := range []struct {
		name           string
		got, want, tol float64
	}{{"p", fit.Model.P, 6.25, .005}, {"q", fit.Model.Q, 3.74, .005}, {"gamma", fit.Model.Gamma, 15.44, .005}, {"log-likelihood", fit.LogLikelihood, -4055.9177, .00005}} {
		if math.Abs(c.got-c.want) > c.tol {
			t.Errorf("%s = %v, published %v", c.name, c.got, c.want)
		}
	}
	expected := map[string]float64{"1": 24.65, "2": 18.91, "3": 35.17, "6": 71.46}
	for _, m := range load(t, "golden_cdnow_scores.csv") {
		if want, ok := expected[m["id"]]; ok {
			if got := fit.Model.Spend(int64(num(t, m["x"])), num(t, m["m_x"])); math.Abs(got-want) > .005 {
				t.Errorf("E(M) of %s = %.4f, published %v", m["id"], got, want)
			}
		}
	}
}

func TestDiscountedOrders_AgreesWithTheUndiscountedSumOfItsParts(t *testing.T) {
	for _, r := range []Row{{0, 0, 38.86}, {2, 30.43, 38.86}, {26, 30.857, 31}, {200, 38, 40}} {
		near(t, "rate 0", published.DiscountedOrders(r, 52, 0), published.Orders(r, 52), 1e-9)
		near(t, "rate 0, 156 weeks", published.DiscountedOrders(r, 156, 0), published.Orders(r, 156), 1e-9)
		const rate = 0.0027
		var sum float64 // midpoint sum of discounted increments
		const steps = 20000
		for i := range steps {
			lo, hi := 156*float64(i)/steps, 156*float64(i+1)/steps
			sum += (published.Orders(r, hi) - published.Orders(r, lo)) * math.Exp(-rate*(lo+hi)/2)
		}
		near(t, "discounted, 156 weeks", published.DiscountedOrders(r, 156, rate), sum, 1e-7)
	}
}

func BenchmarkOrders(b *testing.B) {
	r := Row{2, 30.43, 38.86}
	for b.Loop() {
		published.Orders(r, 39)
	}
}

func BenchmarkDiscountedOrders(b *testing.B) {
	r := Row{2, 30.43, 38.86}
	for b.Loop() {
		published.DiscountedOrders(r, 156, 0.0022)
	}
}
