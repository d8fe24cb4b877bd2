package clv

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// factor is the Cholesky factor U of a matrix U'U, by LAPACK as gonum has it:
// its package of matrices would be the same with much to set up before main.
type factor struct{ blas64.Triangular }

// leastReciprocal is the smallest reciprocal of a condition number at which a
// solution is believed (gonum's own tolerance).
const leastReciprocal = 1e-16

// factorize takes the n by n matrix whose upper triangle stands in rows, which it
// overwrites. It is not ok where the matrix is not positive definite or has a
// condition number beyond 1/leastReciprocal.
func factorize(rows []float64, n int) (factor, bool) {
	a := blas64.Symmetric{Uplo: blas.Upper, N: n, Data: rows, Stride: n}
	work := make([]float64, 3*n)
	norm := lapack64.Lansy(lapack.MaxRowSum, a, work)
	u, ok := lapack64.Potrf(a)
	return factor{u}, ok && lapack64.Pocon(a, norm, work, make([]int, n)) >= leastReciprocal
}

// solve puts x with U'U x = b in the place of b.
func (f factor) solve(b []float64) {
	lapack64.Potrs(f.Triangular, blas64.General{Rows: f.N, Cols: 1, Data: b, Stride: 1})
}

// invert puts the inverse of U'U in the place of U.
func (f factor) invert() { lapack64.Potri(f.Triangular) }
