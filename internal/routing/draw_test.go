package routing

import (
	"crypto/sha256"
	"fmt"
	"math"
	"math/big"
	"testing"
)

// The pinned numbers: a program in another language must agree.
func TestDraw_Pins(t *testing.T) {
	for _, pin := range []struct{ x, want uint64 }{
		{1, 18014398509481984},
		{math.MaxUint64, 1},
		{1 << 63, 1 << 48},
	} {
		t.Run(fmt.Sprintf("E(%d) is %d", pin.x, pin.want), func(t *testing.T) {
			if got := exponential(pin.x); got != pin.want {
				t.Errorf("E(%d) = %d, want %d", pin.x, got, pin.want)
			}
		})
	}
	for _, pin := range []struct {
		seed, customer, candidate string
		weight, want              uint64
	}{
		{"europe", "c1", "p1", 1, 69045291633555},
		{"europe", "c1", "p2", 3, 82011585206970},
		{"europe", "c1", "pod:north", 1, 835470704524937},
	} {
		t.Run(fmt.Sprintf("(%s, %s, %s, weight %d) is %d", pin.seed, pin.customer, pin.candidate, pin.weight, pin.want), func(t *testing.T) {
			l := newLot(nil, pin.seed, pin.customer)
			if got := l.of(pin.candidate, pin.weight*weightUnit); got != pin.want {
				t.Errorf("score = %d, want %d", got, pin.want)
			}
		})
	}
}

func TestDraw_ExtremeWeights_Fit(t *testing.T) {
	for _, micros := range []uint64{minWeight, maxWeight} {
		want := new(big.Int).Mul(new(big.Int).SetUint64(1<<54), big.NewInt(weightUnit))
		want.Div(want, new(big.Int).SetUint64(micros))
		if got := perWeight(exponential(1), micros); !want.IsUint64() || got != want.Uint64() {
			t.Errorf("score(1, %d) = %d, want %s", micros, got, want)
		}
	}
}

// Each bit of E is a bit of the logarithm: compare with a logarithm of the
// standard library, which is right to about 2^-50 of a number below 64.
func TestDraw_IsALogarithm(t *testing.T) {
	for i := range 2000 {
		sum := sha256.Sum256(fmt.Append(nil, i))
		x := uniform(sum) >> (i % 60) // small numbers too
		x |= 1
		want := (64 - math.Log2(float64(x))) * (1 << fractionBits)
		if one, two := exponentials(x, x>>1|1); one != exponential(x) || two != exponential(x>>1|1) {
			t.Fatalf("two at once differ from one by one at %d", x)
		}
		if got := float64(exponential(x)); math.Abs(got-want) > 64 {
			t.Fatalf("E(%d) = %.0f, a logarithm gives %.0f", x, got, want)
		}
	}
}

func TestDraw_TwiceTheWeight_TwiceTheCustomers(t *testing.T) {
	wins := map[string]int{}
	for i := range 6000 {
		l := newLot(nil, "seed", fmt.Sprintf("customer-%d", i))
		best := drawn{score: math.MaxUint64}
		for id, weight := range map[string]uint64{"p1": 1, "p2": 2, "p3": 3} {
			if d := (drawn{id: id, score: l.of(id, weight*weightUnit)}); d.before(best) < 0 {
				best = d
			}
		}
		wins[best.id]++
	}
	for id, want := range map[string]int{"p1": 1000, "p2": 2000, "p3": 3000} {
		if got := wins[id]; got < want-150 || got > want+150 {
			t.Errorf("%s wins %d of 6000, want about %d", id, got, want)
		}
	}
}

func TestDraw_EqualScores_OrderedById(t *testing.T) {
	a, b := drawn{id: "p1", score: 7}, drawn{id: "p2", score: 7}
	if a.before(b) >= 0 || b.before(a) <= 0 || a.before(a) != 0 {
		t.Error("ties are not by id, bytewise")
	}
}

func TestExperiment_ShareIsKept(t *testing.T) {
	in := 0
	for i := range 20_000 {
		customer := fmt.Sprintf("c%d", i)
		if inShare("spring", customer, 0) || !inShare("spring", customer, 1_000_000) {
			t.Fatal("a share of 0 takes nobody, a share of 1 everybody")
		}
		if inShare("spring", customer, 100_000) {
			in++
		}
	}
	if in < 1850 || in > 2150 {
		t.Errorf("a share of 10 %% took %d of 20,000", in)
	}
}

// One score as Decide computes them, several in a row; the goal is 240 ns.
func BenchmarkScore(b *testing.B) {
	all := make([]drawn, len(candidates16))
	for i, id := range candidates16 {
		all[i] = drawn{id: id, micros: 1_500_000, at: i}
	}
	l := newLot(make([]byte, 0, 128), "worldwide", "customer-0012345")
	for b.Loop() {
		l.score(all)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(all)), "ns/score")
}

var candidates16 = func() (ids [16]string) {
	for i := range ids {
		ids[i] = fmt.Sprintf("partner-%03d", i)
	}
	return ids
}()

func BenchmarkExponential(b *testing.B) {
	x, sink := uint64(0x9e3779b97f4a7c15), uint64(0)
	for b.Loop() {
		x = x*6364136223846793005 + 1
		sink += exponential(x | 1)
	}
	_ = sink
}
