package value

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/fairlead/fairlead/internal/money"
)

// TestFirstOrder_IsWhatCustomersAreWorthOnAverageAfterIt: the prior that a fit
// suggests is calibrated. Customers are drawn from the model itself, and what
// they go on to buy, discounted and times the margin, is averaged.
func TestFirstOrder_IsWhatCustomersAreWorthOnAverageAfterIt(t *testing.T) {
	const r, alpha, a, b, p, q, gamma = 0.6, 6, 0.9, 3, 6.25, 3.74, 15.44
	m := &Model{AsOf: day(t, "2026-03-01"), Kind: BGNBD, Params: Params{r, alpha, a, b}, Spends: []Spend{{Currency: "EUR", P: p, Q: q, Gamma: gamma}}}
	rng := rand.New(rand.NewPCG(3, 1))
	rate, leaves, scale := distuv.Gamma{Alpha: r, Beta: alpha, Src: rng}, distuv.Beta{Alpha: a, Beta: b, Src: rng}, distuv.Gamma{Alpha: q, Beta: gamma, Src: rng}
	horizon, discount := 36*weeksPerMonth, math.Log1p(share(terms.AnnualDiscount))/weeksPerYear
	const customers = 20_000
	var sum, squares float64
	for range customers {
		lambda, drop, nu := rate.Rand(), leaves.Rand(), scale.Rand()
		amount := distuv.Gamma{Alpha: p, Beta: nu, Src: rng}
		worth := 0.0
		for at := rng.ExpFloat64() / lambda; at < horizon; at += rng.ExpFloat64() / lambda {
			worth += amount.Rand() * math.Exp(-discount*at) * share(terms.Margin)
			if rng.Float64() < drop {
				break
			}
		}
		sum, squares = sum+worth, squares+worth*worth
	}
	mean := sum / customers
	se := math.Sqrt((squares/customers - mean*mean) / customers)
	got := m.FirstOrder(terms)
	if want := float64(got.Amount.Minor) / 100; !got.OK || math.Abs(want-mean) > 3*se {
		t.Errorf("a first order is worth %s, customers went on to be worth %.2f on average (standard error %.2f)", got.Amount, mean, se)
	}
	if got.AlivePPM != int64(money.One) || got.OwnWeight != 0 {
		t.Errorf("%+v", got)
	}
	t.Logf("%s, simulated %.2f +- %.2f", got.Amount, mean, se)
}
