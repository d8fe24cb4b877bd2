package clv

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/mathext"
)

// BGNBD holds the parameters of the BG/NBD model, all positive: purchase rates
// are gamma distributed with shape R and rate Alpha (in the rows' unit of
// time), the chance to leave after a purchase is Beta(A, B).
type BGNBD struct {
	R     float64 `json:"r"`
	Alpha float64 `json:"alpha"`
	A     float64 `json:"a"`
	B     float64 `json:"b"`
}

// Valid reports whether the parameters are finite and positive.
func (m BGNBD) Valid() bool {
	for _, v := range [...]float64{m.R, m.Alpha, m.A, m.B} {
		if !(v > 0) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// LogLikelihood of one customer's row (FHL 2005, equation 6), written so that
// no power overflows: the two ways to have become what the row shows are added
// as logarithms.
func (m BGNBD) LogLikelihood(r Row) float64 {
	x := float64(r.X)
	ll := lgammaRatio(m.R, r.X) + lgammaRatio(m.B, r.X) - lgammaRatio(m.A+m.B, r.X)
	ll += float64(m.R*math.Log(m.Alpha)) - float64((m.R+x)*math.Log(m.Alpha+r.T))
	if r.X == 0 {
		return ll
	}
	return ll + softplus(m.logOddsGone(r))
}

// logOddsGone is the log of the odds that the customer left right after its
// last purchase; -Inf without a repeat purchase.
func (m BGNBD) logOddsGone(r Row) float64 {
	if r.X == 0 {
		return math.Inf(-1)
	}
	x := float64(r.X)
	return log(m.A/(m.B+x-1)) + float64((m.R+x)*log1p((r.T-r.TX)/(m.Alpha+r.TX)))
}

// Alive is P(alive) at the end of observation, 0 to 1 (FHL 2005; 1 for a
// customer without a repeat purchase, who under this model cannot have left).
func (m BGNBD) Alive(r Row) float64 { return 1 / (1 + exp(m.logOddsGone(r))) }

// LogAlive is the log of Alive, exact where Alive underflows.
func (m BGNBD) LogAlive(r Row) float64 { return -softplus(m.logOddsGone(r)) }

// Orders is the expected number of purchases in the next t units of time (FHL
// 2005, equation 10) of a customer with this row.
//
// With z = t/(alpha+T+t), e = a-1, c = a+b+x-1 and Euler's transformation it is
// c [1 - (1-z)^e F(a+b-1-r, e; c; z)] / e x P(alive). F - 1 has a factor e/c, so
// that the divisions by e and c are carried out term by term: a = 1 and a+b = 1
// are no special cases. Where the terms are too many the intensity is integrated.
func (m BGNBD) Orders(r Row, t float64) float64 {
	if t <= 0 {
		return 0
	}
	z := t / (m.Alpha + r.T + t)
	e, c := m.A-1, m.A+m.B+float64(r.X)-1
	if z > 0.95 && (math.Abs(e) < 1e-3 || c < 1e-3) {
		return m.DiscountedOrders(r, t, 0)
	}
	l := log1p(-z)
	head := l // expm1(e l) / e at e = 0
	if e != 0 {
		head = expm1(float64(e*l)) / e
	}
	return (float64(-c*head) - float64(exp(float64(e*l))*reducedSeries(m.A+m.B-1-m.R, e, c, z))) * m.Alive(r)
}

// reducedSeries is c (F(p, e; c; z) - 1) / e for 0 <= z < 1, c > -1.
func reducedSeries(p, e, c, z float64) float64 {
	if z > 0.95 {
		return c * (mathext.Hypergeo(p, e, c, z) - 1) / e
	}
	term := p * z
	sum := term
	for k := 1.0; k < 20_000; k++ {
		term *= (p + k) * (e + k) / ((c + k) * (k + 1)) * z
		sum += float64(term)
		if math.Abs(term) <= 1e-17*math.Abs(sum) || term == 0 {
			break
		}
	}
	return sum
}

// gauss holds the nodes and weights of the 12-point Gauss-Legendre rule on
// [0, 1] (Abramowitz and Stegun, table 25.4, shifted).
var gauss = sync.OnceValue(func() []node { return gaussLegendre(12) })

// Continuous is the rate, discounted continuously, that equals one per period:
// ln(1 + rate).
func Continuous(rate float64) float64 { return log1p(rate) }

// DiscountedOrders is the expected number of purchases in the next horizon
// units of time, each discounted continuously at rate (per unit of time, at
// least 0) to the end of observation. An infinite horizon needs a positive
// rate.
//
// The expected intensity of a living customer at t is, with s = t/(alpha+T),
// (r+x)/(alpha+T) F(r+x+1, a; a+b+x; -s); by Pfaff's transformation
// (1+s)^-a F(a, a+b-1-r; a+b+x; s/(1+s)). It is integrated in ln(1+s), where it
// is smooth.
func (m BGNBD) DiscountedOrders(r Row, horizon, rate float64) float64 {
	if horizon <= 0 {
		return 0
	}
	scale := m.Alpha + r.T
	if math.IsInf(horizon, 1) {
		horizon = 40 / rate // what comes later weighs less than exp(-40)
	}
	x := float64(r.X)
	span := log1p(horizon / scale)
	steep := (m.R + x + 1) * m.A / (m.A + m.B + x) // how fast the intensity falls at first
	panels := int(min(1+span*max(1, steep/8)/2+rate*horizon/4, 64))
	var sum float64
	rule := gauss()
	for i := range panels {
		lo := float64(i) / float64(panels)
		for _, g := range rule {
			u := (lo + float64(g.node/float64(panels))) * span
			s := expm1(u)
			f := series(m.A, m.A+m.B-1-m.R, m.A+m.B+x, s/(1+s))
			sum += float64(g.weight * exp(float64((1-m.A)*u)-float64(rate*scale*s)) * f)
		}
	}
	return (m.R + x) * m.Alive(r) * sum * span / float64(panels)
}

// series is F(p, q; c; z) for 0 <= z < 1, c > 0.
func series(p, q, c, z float64) float64 {
	// Where the terms are too many, or cancel: gonum's last bit may be another on
	// another processor.
	if z > 0.9998 || z > 0.98 && min(p, q) < -8 {
		return mathext.Hypergeo(p, q, c, z)
	}
	term, sum := 1.0, 1.0
	for k := 0.0; k < 200_000; k++ {
		term *= (p + k) * (q + k) / ((c + k) * (k + 1)) * z
		sum += float64(term)
		if math.Abs(term) <= 1e-15*math.Abs(sum) {
			break
		}
	}
	return sum
}

// lgammaRatio is ln(Gamma(v+n)/Gamma(v)): a running sum for small n, else the
// difference of two log gammas.
func lgammaRatio(v float64, n int64) float64 {
	if n > 64 {
		hi, _ := math.Lgamma(v + float64(n))
		lo, _ := math.Lgamma(v)
		return hi - lo
	}
	var sum float64
	for j := range n {
		sum += math.Log(v + float64(j))
	}
	return sum
}

// softplus is ln(1 + exp(v)) without overflow.
func softplus(v float64) float64 {
	if v > 0 {
		return v + log1p(exp(-v))
	}
	return log1p(exp(v))
}

type node struct{ node, weight float64 }

// gaussLegendre computes the rule of n points by Newton's method on the
// Legendre polynomial.
func gaussLegendre(n int) []node {
	out := make([]node, n)
	for i := range out {
		x := math.Cos(math.Pi * (float64(i) + 0.75) / (float64(n) + 0.5))
		var dp float64
		for range 50 {
			p0, p1 := 1.0, x
			for k := 2; k <= n; k++ {
				p0, p1 = p1, (float64(float64(2*k-1)*x*p1)-float64(float64(k-1)*p0))/float64(k)
			}
			dp = float64(n) * (float64(x*p1) - p0) / (float64(x*x) - 1)
			step := p1 / dp
			x -= step
			if math.Abs(step) < 1e-16 {
				break
			}
		}
		out[i] = node{(1 - x) / 2, 1 / ((1 - float64(x*x)) * dp * dp)}
	}
	return out
}
