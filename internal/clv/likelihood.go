package clv

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

func (s *sample) meanAge() float64 {
	var sum float64
	for _, r := range s.rows {
		sum += float64(r.weight * r.t)
	}
	return sum / s.n
}

func (s *sample) names() []string { return []string{"r", "alpha", "a", "b"} }

// at computes the log-likelihood with its first and second derivatives.
func (s *sample) at(logs [4]float64) derivatives {
	m := atLogs(logs)
	d := s.gammas(m)
	terms := s.terms(m)
	rows := overChunks(len(s.rows), 4, func(d *derivatives, from, to int) { d.addRows(m, terms, s.rows[from:to]) })
	d.add(&rows)
	return d.byLogs(logs)
}

// gammas is the part that depends on x alone. The ratios of gamma functions
// are sums over 0 <= j < x, taken once for all customers with x > j.
func (s *sample) gammas(m BGNBD) derivatives {
	d := derivatives{n: 4}
	from, w := int64(0), s.n
	for _, g := range s.groups {
		d.addRatios(m, float64(from), float64(g.x), w)
		from, w = g.x, float64(g.above)
	}
	la := math.Log(m.Alpha)
	d.value += s.n * m.R * la
	d.gradient[0] += s.n * la
	d.gradient[1] += s.n * m.R / m.Alpha
	d.hessian[0][1] += s.n / m.Alpha
	d.hessian[1][1] -= s.n * m.R / (m.Alpha * m.Alpha)
	return d
}

// addRatios adds w times ln of (r+j)(b+j)/(a+b+j) over from <= j < to.
func (d *derivatives) addRatios(m BGNBD, from, to, w float64) {
	r, b, ab := m.R+from, m.B+from, m.A+m.B+from
	sr, sb, sab := logSums(r, to-from), logSums(b, to-from), logSums(ab, to-from)
	d.value += w * (sr[0] + sb[0] - sab[0])
	d.gradient[0] += w * sr[1]
	d.gradient[2] -= w * sab[1]
	d.gradient[3] += w * (sb[1] - sab[1])
	d.hessian[0][0] -= w * sr[2]
	d.hessian[2][2] += w * sab[2]
	d.hessian[2][3] += w * sab[2]
	d.hessian[3][3] += w * (sab[2] - sb[2])
}

// logSums are the sums of ln(v+j), 1/(v+j) and 1/(v+j)^2 over 0 <= j < n. Long
// ones are differences of ln gamma, digamma and trigamma, so that a customer
// with very many purchases costs no more than others.
func logSums(v, n float64) (out [3]float64) {
	if n > 64 {
		lo, _ := math.Lgamma(v)
		hi, _ := math.Lgamma(v + n)
		return [3]float64{hi - lo, mathext.Digamma(v+n) - mathext.Digamma(v), mathext.Zeta(2, v) - mathext.Zeta(2, v+n)}
	}
	for j := 0.0; j < n; j++ {
		u := 1 / (v + j)
		out[0] += math.Log(v + j)
		out[1] += u
		out[2] += float64(u * u)
	}
	return out
}

// term is what the rows of a group have in common: n = r + x, ln(a/(b+x-1)) and
// 1/(b+x-1), the latter two for x > 0.
type term struct{ n, odds, bx float64 }

func (s *sample) terms(m BGNBD) []term {
	out := make([]term, len(s.groups))
	for i, g := range s.groups {
		x := float64(g.x)
		out[i].n = m.R + x
		if g.x > 0 {
			out[i].bx = 1 / (m.B + x - 1)
			out[i].odds = math.Log(m.A * out[i].bx)
		}
	}
	return out
}

// addRows adds, for each row, ln((alpha+T)^-(r+x) + [x>0] a/(b+x-1) (alpha+t_x)^-(r+x)).
// With A and B the logs of the two terms and q the share of the second, its
// derivatives are (1-q) A' + q B' and (1-q) A” + q B” + q (1-q) (B'-A')^2.
func (d *derivatives) addRows(m BGNBD, terms []term, rows []weightedRow) {
	pa := 1 / m.A
	for i := range rows {
		row := &rows[i]
		g, w := terms[row.group], row.weight
		n := g.n
		at := 1 / (m.Alpha + row.t)
		la := math.Log(m.Alpha + row.t)
		aL := -n * at
		if g.bx == 0 {
			d.value -= w * n * la
			d.gradient[0] -= w * la
			d.gradient[1] += w * aL
			d.hessian[0][1] -= w * at
			d.hessian[1][1] -= w * aL * at
			continue
		}
		bt := 1 / (m.Alpha + row.tx)
		lb := math.Log(m.Alpha + row.tx)
		odds := g.odds + n*(la-lb)
		e := math.Exp(-math.Abs(odds))
		q := 1 / (1 + e)
		u := e * q
		if odds < 0 {
			q, u = u, q
		}
		d.value += w * (max(odds, 0) + math.Log1p(e) - n*la)
		bL := -n * bt
		d.gradient[0] -= w * (u*la + q*lb)
		d.gradient[1] += w * (u*aL + q*bL)
		d.gradient[2] += w * q * pa
		d.gradient[3] -= w * q * g.bx
		// differences B' - A' of the four parameters
		dr, dL, db := la-lb, bL-aL, -g.bx
		v := w * q * u
		d.hessian[0][0] += v * dr * dr
		d.hessian[0][1] += v*dr*dL - w*(u*at+q*bt)
		d.hessian[0][2] += v * dr * pa
		d.hessian[0][3] += v * dr * db
		d.hessian[1][1] += v*dL*dL - w*(u*aL*at+q*bL*bt)
		d.hessian[1][2] += v * dL * pa
		d.hessian[1][3] += v * dL * db
		d.hessian[2][2] += (v - w*q) * pa * pa
		d.hessian[2][3] += v * db * pa
		d.hessian[3][3] += (v + w*q) * db * db
	}
}
