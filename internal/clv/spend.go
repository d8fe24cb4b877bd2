package clv

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/fairlead/fairlead/internal/fault"
)

// GammaGamma holds the parameters of the gamma-gamma spend model, all positive:
// an order's amount is gamma distributed with shape P and a rate that is itself
// gamma distributed over customers with shape Q and rate Gamma (in units of
// money). The mean over customers exists for Q > 1.
type GammaGamma struct {
	P     float64 `json:"p"`
	Q     float64 `json:"q"`
	Gamma float64 `json:"gamma"`
}

// LogLikelihood of observing the mean spend m > 0 over x > 0 orders (Fader,
// Hardie 2013, equation 1a).
func (g GammaGamma) LogLikelihood(x int64, m float64) float64 {
	n := float64(x)
	px := g.P * n
	a, _ := math.Lgamma(px + g.Q)
	b, _ := math.Lgamma(px)
	c, _ := math.Lgamma(g.Q)
	return a - b - c + float64(g.Q*math.Log(g.Gamma)) + float64((px-1)*math.Log(m)) + float64(px*math.Log(n)) -
		float64((px+g.Q)*math.Log(g.Gamma+float64(m*n)))
}

// Spend is the expected amount of an order of a customer whose x orders had the
// mean m: its own mean shrunk towards everybody's. Without orders (x = 0) it is
// everybody's mean. Infinite where Q <= 1 and x = 0.
func (g GammaGamma) Spend(x int64, m float64) float64 {
	n := float64(x)
	den := float64(g.P*n) + g.Q - 1
	if den <= 0 {
		return math.Inf(1)
	}
	return (g.Gamma + float64(m*n)) * g.P / den
}

// SpendStats are the sufficient statistics of spend: customers by number of
// orders and mean amount. The zero value is empty and ready to use; not safe for
// concurrent use. Its size is bounded by the number of distinct pairs.
type SpendStats struct {
	pairs   counts // u is the mean amount
	Skipped int64  // customers without a positive mean: gifts only, or more back than bought
}

// Add counts one customer with x orders of mean amount m. One without an order
// is ignored, one whose mean is not positive is counted in Skipped.
func (s *SpendStats) Add(x int64, m float64) error {
	bad := func(field, format string, v any) error {
		return fault.New(fault.Invalid, "invalid_summary", "not a possible spend").At(field, format, v)
	}
	switch {
	case math.IsNaN(m) || math.IsInf(m, 0):
		return bad("m_x", "%v: a mean amount is a finite number", m)
	case x < 0:
		return bad("x", "%d: a number of orders is not negative", x)
	case x == 0:
		return nil
	case m <= 0:
		s.Skipped++
		return nil
	}
	s.pairs.add(key{x: x, u: m}, 1)
	return nil
}

// Merge adds what another reader counted; see Stats.Merge.
func (s *SpendStats) Merge(o *SpendStats) {
	s.pairs.merge(&o.pairs)
	s.Skipped += o.Skipped
}

// spendSample is the form a fit reads: pairs in a fixed order, customers by
// number of orders.
type spendSample struct {
	rows   []weightedSpend
	groups []group
	n      float64
}

type weightedSpend struct{ x, m, weight float64 }

func (c *counts) spends() *spendSample {
	groups, _ := c.groups()
	out := &spendSample{rows: make([]weightedSpend, 0, c.distinct()), groups: groups}
	c.each(func(k *key, n int64) {
		out.rows = append(out.rows, weightedSpend{float64(k.x), k.u, float64(n)})
		out.n += float64(n)
	})
	return out
}

func (s *spendSample) size() float64 { return s.n }

// correlation of number of orders and mean amount over customers: the model
// assumes that there is none. The largest hundredth of either, and at least one
// customer, counts as the next one does, so that no single customer makes it.
func (s *spendSample) correlation() float64 {
	topX, topM := s.tops()
	var mx, mm float64
	for _, r := range s.rows {
		mx += float64(r.weight * min(r.x, topX))
		mm += float64(r.weight * min(r.m, topM))
	}
	mx, mm = mx/s.n, mm/s.n
	var xx, mM, xm float64
	for _, r := range s.rows {
		dx, dm := min(r.x, topX)-mx, min(r.m, topM)-mm
		xx += float64(r.weight * dx * dx)
		mM += float64(r.weight * dm * dm)
		xm += float64(r.weight * dx * dm)
	}
	if xx == 0 || mM == 0 {
		return 0
	}
	return xm / math.Sqrt(xx) / math.Sqrt(mM)
}

// tops are the number of orders and the mean amount that a hundredth of the
// customers, and at least one, exceed or equal.
func (s *spendSample) tops() (x, m float64) {
	out := max(1, math.Floor(s.n/100))
	for _, g := range slices.Backward(s.groups) {
		if x = float64(g.x); float64(g.above+g.customers) > out {
			break
		}
	}
	rows := slices.Clone(s.rows)
	slices.SortFunc(rows, func(a, b weightedSpend) int { return cmp.Compare(b.m, a.m) })
	for _, r := range rows {
		if m, out = r.m, out-r.weight; out < 0 {
			break
		}
	}
	return x, m
}

// MaxCorrelation is how strongly spend may go with frequency before the
// gamma-gamma model, which assumes independence, is refused.
const MaxCorrelation = 0.30

// SpendFit is a fitted spend model.
type SpendFit struct {
	Model         GammaGamma
	StdErr        GammaGamma
	LogLikelihood float64
	Customers     int64
	Correlation   float64
	Iterations    int
}

// FitSpend maximises the likelihood of the mean spends. It refuses with
// model_not_identified when there are too few customers, when spend goes with
// frequency beyond MaxCorrelation, when all spend the same, or when the fitted
// Q leaves no finite mean; with model_not_converged as FitBGNBD does.
func FitSpend(s *SpendStats) (SpendFit, error) {
	data := s.pairs.spends()
	if data.n < MinRepeat {
		return SpendFit{}, fault.New(fault.Invalid, "model_not_identified", "%d customers with a positive spend cannot identify the spend model: it needs at least %d", int64(data.n), MinRepeat)
	}
	corr := data.correlation()
	if math.Abs(corr) > MaxCorrelation {
		return SpendFit{}, fault.New(fault.Invalid, "model_not_identified", "spend goes with frequency (correlation %.2f, at most %.2f): the spend model does not hold", corr, MaxCorrelation)
	}
	origin := [4]float64{math.Log(2), math.Log(3), math.Log(data.mean())}
	start := origin
	if few := s.pairs.coarse(); few != nil {
		start = nearby(few.spends(), origin)
	}
	p, d, n, err := climb(data, origin, start)
	if err != nil {
		return SpendFit{}, err
	}
	model := GammaGamma{math.Exp(p[0]), math.Exp(p[1]), math.Exp(p[2])}
	if model.Q <= 1 {
		return SpendFit{}, fault.New(fault.Invalid, "model_not_identified", "the fitted spend has no finite mean (q = %.3g): a few customers outweigh all others", model.Q)
	}
	se, err := d.standardErrors(p)
	return SpendFit{Model: model, StdErr: GammaGamma{se[0], se[1], se[2]}, LogLikelihood: d.value,
		Customers: int64(data.n), Correlation: corr, Iterations: n}, err
}

func (s *spendSample) mean() float64 {
	var sum float64
	for _, r := range s.rows {
		sum += float64(r.weight * r.m)
	}
	return sum / s.n
}

func (s *spendSample) names() []string { return []string{"p", "q", "gamma"} }

func (s *spendSample) at(logs [4]float64) derivatives {
	g := GammaGamma{math.Exp(logs[0]), math.Exp(logs[1]), math.Exp(logs[2])}
	d := s.gammas(g)
	rows := overChunks(len(s.rows), 3, func(d *derivatives, from, to int) { d.addSpend(g, s.rows[from:to]) })
	d.add(&rows)
	return d.byLogs(logs)
}

// gammas adds the part of the log-likelihood, and of its derivatives by p, q and
// gamma, that depends on the number of orders alone; digamma and trigamma (as
// Hurwitz zeta) are gonum's.
func (s *spendSample) gammas(g GammaGamma) derivatives {
	d := derivatives{n: 3}
	lgQ, _ := math.Lgamma(g.Q)
	psiQ, psi1Q, lnG := mathext.Digamma(g.Q), mathext.Zeta(2, g.Q), math.Log(g.Gamma)
	for _, of := range s.groups {
		x, w := float64(of.x), float64(of.customers)
		px := g.P * x
		a, _ := math.Lgamma(px + g.Q)
		b, _ := math.Lgamma(px)
		psi1S := mathext.Zeta(2, px+g.Q)
		psiS := mathext.Digamma(px + g.Q)
		d.value += w * (a - b - lgQ + g.Q*lnG + px*math.Log(x))
		d.gradient[0] += w * x * (psiS - mathext.Digamma(px) + math.Log(x))
		d.gradient[1] += w * (psiS - psiQ + lnG)
		d.gradient[2] += w * g.Q / g.Gamma
		d.hessian[0][0] += w * x * x * (psi1S - mathext.Zeta(2, px))
		d.hessian[0][1] += w * x * psi1S
		d.hessian[1][1] += w * (psi1S - psi1Q)
		d.hessian[1][2] += w / g.Gamma
		d.hessian[2][2] -= w * g.Q / (g.Gamma * g.Gamma)
	}
	return d
}

// addSpend adds what depends on the mean amounts.
func (d *derivatives) addSpend(g GammaGamma, rows []weightedSpend) {
	for i := range rows {
		r := &rows[i]
		px, w := g.P*r.x, r.weight
		s := px + g.Q
		per := 1 / (g.Gamma + r.m*r.x)
		lnAll, lnM := math.Log(g.Gamma+r.m*r.x), math.Log(r.m)
		d.value += w * ((px-1)*lnM - s*lnAll)
		d.gradient[0] += w * r.x * (lnM - lnAll)
		d.gradient[1] -= w * lnAll
		d.gradient[2] -= w * s * per
		d.hessian[0][2] -= w * r.x * per
		d.hessian[1][2] -= w * per
		d.hessian[2][2] += w * s * per * per
	}
}
