package clv

import (
	"math"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/fairlead/fairlead/internal/fault"
)

// The search. Steps are bounded because the surface is flat far away; a
// parameter that runs beyond maxLog (e^12 = 160,000 times its origin, whatever
// the unit of time or money) has no maximum within reach.
const (
	maxIterations = 200
	maxStep       = 2.0
	maxLog        = 12.0
	gradientGoal  = 1e-9 // per customer, in the logarithms of the parameters
)

// surface is a log-likelihood over the logarithms of its parameters, with its
// derivatives, of size customers. names are those of the parameters, in order.
type surface interface {
	at(logs [4]float64) derivatives
	names() []string
	size() float64
}

// nearby is where the maximum of s is, to start the search for another one from;
// origin if s has none.
func nearby(s surface, origin [4]float64) [4]float64 {
	if p, _, _, err := climb(s, origin, origin); err == nil {
		return p
	}
	return origin
}

// climb returns the maximum of s: the logs of the parameters, the derivatives
// there and the number of steps from p. A parameter too far from the origin has
// run away.
func climb(s surface, origin, p [4]float64) ([4]float64, derivatives, int, error) {
	n := s.size()
	d := s.at(p)
	damping := 0.0
	for i := range maxIterations {
		if d.steepest() <= gradientGoal*n {
			return p, d, i, nil
		}
		step, ok := d.step(damping)
		if ok {
			next := p
			for k := range next {
				next[k] += step[k]
			}
			if e := s.at(next); e.value >= d.value-1e-12*math.Abs(d.value) {
				p, d = next, e
				damping /= 10
				if err := withinReach(p, origin, s.names()); err != nil {
					return p, d, i, err
				}
				continue
			}
		}
		damping = max(damping*10, 1e-4*n)
		if damping > 1e12*n {
			break
		}
	}
	return p, d, maxIterations, fault.New(fault.Invalid, "model_not_converged", "the search for the model's parameters did not end at a maximum")
}

func withinReach(p, origin [4]float64, names []string) error {
	for k, name := range names {
		if !(math.Abs(p[k]-origin[k]) <= maxLog) {
			return fault.New(fault.Invalid, "model_not_identified",
				"the data do not identify the model: the likelihood goes on growing as %s runs away (%.3g)", name, math.Exp(p[k]))
		}
	}
	return nil
}

// derivatives of a log-likelihood at one point, by the first n parameters.
type derivatives struct {
	n        int
	value    float64
	gradient [4]float64
	hessian  [4][4]float64
}

func (d *derivatives) steepest() float64 {
	var g float64
	for _, v := range d.gradient {
		g = max(g, math.Abs(v))
	}
	return g
}

// step solves (damping I - H) step = gradient; not ok where that is not
// positive definite, so that the step would not climb.
func (d *derivatives) step(damping float64) ([4]float64, bool) {
	out := d.gradient
	f, ok := d.information(damping)
	if !ok {
		return out, false
	}
	f.solve(out[:d.n])
	longest := maxStep
	for _, x := range out[:d.n] {
		longest = max(longest, math.Abs(x))
	}
	for k := range d.n {
		out[k] = out[k] * maxStep / longest
	}
	return out, true
}

// information is the factor of damping I - H; not ok where that is not positive
// definite, or so nearly that a solution means nothing.
func (d *derivatives) information(damping float64) (factor, bool) {
	rows := make([]float64, d.n*d.n)
	for i := range d.n {
		for j := i; j < d.n; j++ {
			rows[i*d.n+j] = -d.hessian[i][j]
		}
		rows[i*d.n+i] += damping
	}
	return factorize(rows, d.n)
}

// standardErrors are the square roots of the inverse information's diagonal,
// carried from the logs to the parameters.
func (d *derivatives) standardErrors(logs [4]float64) ([4]float64, error) {
	var out [4]float64
	f, ok := d.information(0)
	if !ok {
		return out, fault.New(fault.Invalid, "model_not_identified", "the likelihood is flat at its maximum: the parameters have no standard errors")
	}
	f.invert()
	for k := range d.n {
		out[k] = math.Exp(logs[k]) * math.Sqrt(f.Data[k*d.n+k])
	}
	return out, nil
}

func (d *derivatives) add(o *derivatives) {
	d.value += o.value
	for i := range d.n {
		d.gradient[i] += o.gradient[i]
		for j := i; j < d.n; j++ {
			d.hessian[i][j] += o.hessian[i][j]
		}
	}
}

// byLogs turns derivatives by the parameters into those by their logarithms.
func (d derivatives) byLogs(logs [4]float64) derivatives {
	out := derivatives{n: d.n, value: d.value}
	var p [4]float64
	for i := range d.n {
		p[i] = math.Exp(logs[i])
		out.gradient[i] = p[i] * d.gradient[i]
	}
	for i := range d.n {
		for j := i; j < d.n; j++ {
			h := p[i] * p[j] * d.hessian[i][j]
			if i == j {
				h += out.gradient[i]
			}
			out.hessian[i][j], out.hessian[j][i] = h, h
		}
	}
	return out
}

// overChunks sums the derivatives of n rows, chunk by chunk on every processor.
// Chunks have a fixed size and are added in order, so that a fit does not
// depend on the number of processors.
func overChunks(n, params int, sum func(d *derivatives, from, to int)) derivatives {
	const chunk = 8192
	parts := make([]derivatives, (n+chunk-1)/chunk)
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range parts {
		group.Go(func() error {
			parts[i].n = params
			sum(&parts[i], i*chunk, min((i+1)*chunk, n))
			return nil
		})
	}
	_ = group.Wait() // a sum cannot fail
	total := derivatives{n: params}
	for i := range parts {
		total.add(&parts[i])
	}
	return total
}
