package clv

import (
	"math"

	"github.com/fairlead/fairlead/internal/fault"
)

// What a fit asks of its data. Fewer customers or repeat buyers than this, and
// the likelihood is too flat for its maximum to mean anything.
const (
	MinCustomers = 100
	MinRepeat    = 30
)

// Fit is a fitted BG/NBD model. StdErr are the asymptotic standard errors of
// the parameters, from the observed information.
type Fit struct {
	Model         BGNBD
	StdErr        BGNBD
	LogLikelihood float64
	Customers     int64
	Repeat        int64
	Distinct      int
	Iterations    int
}

// FitBGNBD maximises the likelihood by Newton's method on the logarithms of the
// parameters, damped where the surface is not concave. It refuses with slug
// model_not_identified, and a reason, when the data cannot identify the model,
// and with model_not_converged when the search did not end at a maximum:
// a Fit that is returned has converged.
func FitBGNBD(s *Stats) (Fit, error) {
	all, repeat := s.Customers()
	if all < MinCustomers || repeat < MinRepeat {
		return Fit{}, fault.New(fault.Invalid, "model_not_identified",
			"%d customers with %d repeat buyers cannot identify the model: it needs at least %d and %d", all, repeat, MinCustomers, MinRepeat)
	}
	data := s.rows.sample()
	origin := [4]float64{0, math.Log(data.meanAge()/8 + 1e-9), 0, 0}
	start := origin
	if few := s.rows.coarse(); few != nil {
		start = nearby(few.sample(), origin)
	}
	p, d, n, err := climb(data, origin, start)
	if err != nil {
		return Fit{}, err
	}
	fit := Fit{Model: atLogs(p), LogLikelihood: d.value, Customers: all, Repeat: repeat, Distinct: s.Distinct(), Iterations: n}
	se, err := d.standardErrors(p)
	fit.StdErr = BGNBD{se[0], se[1], se[2], se[3]}
	return fit, err
}

func atLogs(p [4]float64) BGNBD {
	return BGNBD{math.Exp(p[0]), math.Exp(p[1]), math.Exp(p[2]), math.Exp(p[3])}
}
