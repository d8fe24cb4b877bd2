package clv

import "math"

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
	rows := overChunks(len(s.rows), 4, func(d *derivatives, from, to int) { d.addRows(m, s.rows[from:to]) })
	d.add(&rows)
	return d.byLogs(logs)
}

// gammas is the part that depends on x alone. The ratios of gamma functions
// are sums over 0 <= j < x, taken once for all customers with x > j.
func (s *sample) gammas(m BGNBD) derivatives {
	d := derivatives{n: 4}
	for j, above := range s.atLeast {
		if above == 0 {
			break
		}
		w, k := float64(above), float64(j)
		r, b, ab := m.R+k, m.B+k, m.A+m.B+k
		d.value += w * (math.Log(r) + math.Log(b) - math.Log(ab))
		d.gradient[0] += w / r
		d.gradient[2] -= w / ab
		d.gradient[3] += w/b - w/ab
		d.hessian[0][0] -= w / (r * r)
		ab2 := w / (ab * ab)
		d.hessian[2][2] += ab2
		d.hessian[2][3] += ab2
		d.hessian[3][3] += ab2 - w/(b*b)
	}
	la := math.Log(m.Alpha)
	d.value += s.n * m.R * la
	d.gradient[0] += s.n * la
	d.gradient[1] += s.n * m.R / m.Alpha
	d.hessian[0][1] += s.n / m.Alpha
	d.hessian[1][1] -= s.n * m.R / (m.Alpha * m.Alpha)
	return d
}

// addRows adds, for each row, ln((alpha+T)^-(r+x) + [x>0] a/(b+x-1) (alpha+t_x)^-(r+x)).
// With A and B the logs of the two terms and q the share of the second, its
// derivatives are (1-q) A' + q B' and (1-q) A” + q B” + q (1-q) (B'-A')^2.
func (d *derivatives) addRows(m BGNBD, rows []weightedRow) {
	for _, row := range rows {
		n, w := m.R+row.x, row.weight
		at := m.Alpha + row.t
		la := math.Log(at)
		ar, aL, aLL := -la, -n/at, n/(at*at)
		if row.x == 0 {
			d.value -= w * n * la
			d.gradient[0] += w * ar
			d.gradient[1] += w * aL
			d.hessian[0][1] -= w / at
			d.hessian[1][1] += w * aLL
			continue
		}
		bt, bx := m.Alpha+row.tx, m.B+row.x-1
		lb := math.Log(bt)
		odds := math.Log(m.A/bx) + n*(la-lb)
		q := 1 / (1 + math.Exp(-odds))
		u := 1 - q
		d.value += w * (softplus(odds) - n*la)
		br, bL := -lb, -n/bt
		d.gradient[0] += w * (u*ar + q*br)
		d.gradient[1] += w * (u*aL + q*bL)
		d.gradient[2] += w * q / m.A
		d.gradient[3] -= w * q / bx
		// differences B' - A' of the four parameters
		dr, dL, da, db := br-ar, bL-aL, 1/m.A, -1/bx
		v := w * q * u
		d.hessian[0][0] += v * dr * dr
		d.hessian[0][1] += v*dr*dL - w*(u/at+q/bt)
		d.hessian[0][2] += v * dr * da
		d.hessian[0][3] += v * dr * db
		d.hessian[1][1] += v*dL*dL + w*(u*aLL+q*n/(bt*bt))
		d.hessian[1][2] += v * dL * da
		d.hessian[1][3] += v * dL * db
		d.hessian[2][2] += v*da*da - w*q/(m.A*m.A)
		d.hessian[2][3] += v * da * db
		d.hessian[3][3] += v*db*db + w*q/(bx*bx)
	}
}
