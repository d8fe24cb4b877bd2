package clv

import "math"

// The elementary functions of the scores, which give the same float on every
// processor: math's are in part assembly, in part fused. After FreeBSD's msun
// (Sun Microsystems, 1993), as in Go's math; within two units of the last place.

const (
	ln2Hi = 6.93147180369123816490e-01 // its last bits are 0, so k times it is exact
	ln2Lo = 1.90821492927058770002e-10
)

// mulAdd is x*y + z, rounded twice.
func mulAdd(x, y, z float64) float64 { return float64(x*y) + z }

func exp(x float64) float64 {
	switch {
	case x > 709.782712893384:
		return math.Inf(1)
	case x < -745.1332191019411:
		return 0
	}
	k := math.Floor(mulAdd(x, 1/math.Ln2, 0.5))
	hi, lo := x-float64(k*ln2Hi), float64(k*ln2Lo)
	r := hi - lo
	t := float64(r * r)
	c := r - float64(t*mulAdd(t, mulAdd(t, mulAdd(t, mulAdd(t, 4.13813679705723846039e-08, -1.65339022054652515390e-06), 6.61375632143793436117e-05), -2.77777777770155933842e-03), 1.66666666666666657415e-01))
	y := 1 - ((lo - float64(r*c)/(2-c)) - hi)
	if k > -1000 && k < 1000 {
		return y * math.Float64frombits(uint64(int(k)+1023)<<52) // 2^k
	}
	return math.Ldexp(y, int(k))
}

// expm1 is exp(x) - 1, exact near 0.
func expm1(x float64) float64 {
	if math.Abs(x) > 0.34 {
		return exp(x) - 1
	}
	half := float64(0.5 * x)
	h := float64(x * half)
	r := mulAdd(h, mulAdd(h, mulAdd(h, mulAdd(h, mulAdd(h, -2.01099218183624371326e-07, 4.00821782732936239552e-06), -7.93650757867487942473e-05), 1.58730158725481460165e-03), -3.33333333333331316428e-02), 1)
	t := 3 - float64(r*half)
	e := float64(h * ((r - t) / (6 - float64(x*t))))
	return x - (float64(x*e) - h)
}

// log is the natural logarithm of x > 0.
func log(x float64) float64 { return logPlus(x, 0) }

// log1p is ln(1 + x) for x > -1, exact near 0.
func log1p(x float64) float64 {
	if math.Abs(x) < 0.29 {
		return logReduced(x, 0, 0)
	}
	y := 1 + x
	lost := x - (y - 1) // what rounding 1 + x lost
	if y > 2 {
		lost = 1 - (y - x)
	}
	return logPlus(y, lost/y)
}

// logPlus is ln y + more, for a tiny more.
func logPlus(y, more float64) float64 {
	if math.IsInf(y, 1) {
		return y
	}
	f, k := math.Frexp(y)
	if f < math.Sqrt2/2 {
		f, k = 2*f, k-1
	}
	return logReduced(f-1, float64(k), more)
}

// logReduced is ln(1+f) + k ln 2 + more for sqrt(1/2) - 1 <= f <= sqrt(2) - 1.
func logReduced(f, k, more float64) float64 {
	s := f / (2 + f)
	s2 := float64(s * s)
	s4 := float64(s2 * s2)
	odd := float64(s2 * mulAdd(s4, mulAdd(s4, mulAdd(s4, 1.479819860511658591e-01, 1.818357216161805012e-01), 2.857142874366239149e-01), 6.666666666666735130e-01))
	even := float64(s4 * mulAdd(s4, mulAdd(s4, 1.531383769920937332e-01, 2.222219843214978396e-01), 3.999999999940941908e-01))
	h := float64(0.5 * float64(f*f))
	return float64(k*ln2Hi) - ((h - (float64(s*(h+odd+even)) + (float64(k*ln2Lo) + more))) - f)
}
