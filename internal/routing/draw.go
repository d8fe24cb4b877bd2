package routing

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
)

// The draw is weighted rendezvous hashing: every candidate draws a number from
// the customer's id and its own, and the lowest number divided by weight wins.
// So a candidate with twice the weight gets twice the customers, and one that
// joins or leaves changes the order of nobody else. All of it is integers: in
// floats, 17 to 37 % of the scores differ between amd64 and arm64.

// fractionBits is the number of binary places of a logarithm.
const fractionBits = 48

// Weights are counted in millionths. A candidate of weight 0 is ranked nowhere.
const (
	weightUnit = 1_000_000
	minWeight  = weightUnit / 100
	maxWeight  = weightUnit * 10_000
)

// exponential is E = -log2(x / 2^64) in units of 2^-48, for x > 0: an
// exponentially distributed number where x is uniform. It is found bit by bit:
// squaring the mantissa doubles its logarithm, whose whole part is the next bit.
// E(1) = 18014398509481984 and E(2^64-1) = 1.
func exponential(x uint64) uint64 {
	n := bits.LeadingZeros64(x)
	m := x << n
	var fraction uint64
	for range fractionBits {
		hi, lo := bits.Mul64(m, m)
		top := uint64(int64(hi) >> 63) // all ones if the top bit is set
		fraction = fraction<<1 - top
		// With a top bit the next m is hi; without one the square is below a
		// half and is taken doubled, hi + hi + the top bit of lo. A mask instead
		// of a branch is three times as fast, since the bits are random.
		m = hi + (hi+lo>>63)&^top
	}
	return uint64(n+1)<<fractionBits - fraction
}

// exponentials is exponential of two numbers at once: each squaring waits for
// the one before, so a second chain beside the first is nearly free.
func exponentials(x, y uint64) (uint64, uint64) {
	nx, ny := bits.LeadingZeros64(x), bits.LeadingZeros64(y)
	m, w := x<<nx, y<<ny
	var fx, fy uint64
	for range fractionBits {
		hi, lo := bits.Mul64(m, m)
		top := uint64(int64(hi) >> 63)
		fx = fx<<1 - top
		m = hi + (hi+lo>>63)&^top
		hi, lo = bits.Mul64(w, w)
		top = uint64(int64(hi) >> 63)
		fy = fy<<1 - top
		w = hi + (hi+lo>>63)&^top
	}
	return uint64(nx+1)<<fractionBits - fx, uint64(ny+1)<<fractionBits - fy
}

// uniform makes the number that a digest draws: its first 8 bytes, big endian,
// the lowest bit set so that it is never zero.
func uniform(sum [sha256.Size]byte) uint64 { return binary.BigEndian.Uint64(sum[:8]) | 1 }

// perWeight is the score: floor(E x 1,000,000 / weight in millionths), which
// fits, for E is at most 2^54 and the smallest weight 10,000.
func perWeight(e, micros uint64) uint64 {
	hi, lo := bits.Mul64(e, weightUnit)
	q, _ := bits.Div64(hi, lo, micros)
	return q
}

// lot is one customer's draw: SHA-256 of seed LF customer LF candidate.
type lot struct {
	text   []byte
	prefix int
}

// newLot prepares the draw of a customer; buf is where its text is built.
func newLot(buf []byte, seed, customer string) lot {
	b := buf[:0]
	for _, part := range [...]string{seed, "\n", customer, "\n"} {
		b = append(b, part...)
	}
	return lot{text: b, prefix: len(b)}
}

// number is what a candidate draws before its weight counts.
func (l *lot) number(candidate string) uint64 {
	l.text = append(l.text[:l.prefix], candidate...)
	return uniform(sha256.Sum256(l.text))
}

// of is the score of one candidate; micros must not be 0.
func (l *lot) of(candidate string, micros uint64) uint64 {
	return perWeight(exponential(l.number(candidate)), micros)
}

// rank scores the candidates and puts them in order.
func (l *lot) rank(all []drawn) {
	l.score(all)
	slices.SortFunc(all, drawn.before)
}

// score scores the candidates; no weight may be 0.
func (l *lot) score(all []drawn) {
	for i := 0; i+1 < len(all); i += 2 {
		a, b := &all[i], &all[i+1]
		ea, eb := exponentials(l.number(a.id), l.number(b.id))
		a.score, b.score = perWeight(ea, a.micros), perWeight(eb, b.micros)
	}
	if n := len(all); n%2 == 1 {
		all[n-1].score = l.of(all[n-1].id, all[n-1].micros)
	}
}

// drawn is a candidate with its weight and score.
type drawn struct {
	id            string
	micros, score uint64
	at            int // its place in the directory
}

// before orders the draw: lowest score first, ties by id, bytewise.
func (a drawn) before(b drawn) int {
	switch {
	case a.score < b.score:
		return -1
	case a.score > b.score:
		return 1
	}
	return strings.Compare(a.id, b.id)
}

// inShare says where the challenger of an experiment decides: floor(x x 1,000,000 / 2^64) < ppm.
func inShare(experiment, customer string, ppm int64) bool {
	sum := sha256.Sum256([]byte("experiment\n" + experiment + "\n" + customer))
	hi, _ := bits.Mul64(binary.BigEndian.Uint64(sum[:8]), 1_000_000)
	return hi < uint64(ppm)
}
