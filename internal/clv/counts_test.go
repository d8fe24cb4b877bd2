package clv

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func (c *counts) list() (out []slot) {
	c.each(func(k *key, n int64) { out = append(out, slot{*k, n}) })
	return out
}

// TestCounts_AreThoseOfAMapInOneOrderWhateverCameFirst compares with a map, for
// keys in several orders, read by one and by several.
func TestCounts_AreThoseOfAMapInOneOrderWhateverCameFirst(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var keys []key
	for range 20_000 {
		keys = append(keys, key{rng.Int64N(4), float64(rng.IntN(40)) / 7, float64(rng.IntN(60)) / 7})
	}
	want := map[key]int64{}
	for _, k := range keys {
		want[k]++
	}
	var first []slot
	for range 5 {
		rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		var readers [3]counts
		for i, k := range keys {
			readers[i%3].add(k, 1)
		}
		var all counts
		for _, i := range rng.Perm(3) {
			all.merge(&readers[i])
		}
		got := map[key]int64{}
		for _, s := range all.list() {
			got[s.key] = s.n
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(key{})); diff != "" || all.distinct() != len(want) {
			t.Fatalf("%d distinct: %s", all.distinct(), diff)
		}
		if first == nil {
			first = all.list()
		}
		if !slices.Equal(all.list(), first) {
			t.Fatal("the order depends on who read what first")
		}
	}
}

// A cluster at the very end runs over it.
func TestCounts_WhoseHashesAreAllTheLastKeepThemAll(t *testing.T) {
	var c counts
	var last []key
	for i := int64(0); len(last) < 100; i++ {
		if k := (key{x: i}); k.hash()>>48 == 1<<16-1 {
			last = append(last, k)
		}
	}
	for _, k := range last {
		c.add(k, 2)
	}
	for _, k := range last {
		c.add(k, 1)
	}
	if got := c.list(); len(got) != 100 || slices.ContainsFunc(got, func(s slot) bool { return s.n != 3 }) {
		t.Errorf("%v", got)
	}
}

func TestStats_TakeNoMoreMemoryThanTheirDistinctRows(t *testing.T) {
	var s Stats
	var sp SpendStats
	for i := range 300_000 {
		day := float64(1+i%500) / 7
		if err := s.Add(Row{X: 1 + int64(i%3), TX: day, T: 80}); err != nil {
			t.Fatal(err)
		}
		if err := sp.Add(1, day); err != nil {
			t.Fatal(err)
		}
	}
	if s.Distinct() != 1500 || len(s.rows.slots) > 4*1500+overrun || len(sp.pairs.slots) > 4*500+overrun {
		t.Errorf("%d distinct rows in %d and %d slots", s.Distinct(), len(s.rows.slots), len(sp.pairs.slots))
	}
	if err := s.Add(Row{T: math.Copysign(0, -1)}); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(Row{TX: math.Copysign(0, -1)}); err != nil || s.Distinct() != 1501 {
		t.Errorf("0 and -0 are two ages: %d, %v", s.Distinct(), err)
	}
}

// TestFit_OneCustomerWithAThousandMillionPurchasesCostsNoMemory: the ratios of
// gamma functions are summed term by term for small numbers only.
func TestFit_OneCustomerWithAThousandMillionPurchasesCostsNoMemory(t *testing.T) {
	s := simulate(published, 2000, 78)
	for _, x := range []int64{10_000, 1_000_000_000} {
		if err := s.Add(Row{X: x, TX: 77, T: 78}); err != nil {
			t.Fatal(err)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fit, err := FitBGNBD(s)
	runtime.ReadMemStats(&after)
	if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 50 {
		t.Errorf("%d MB", mb)
	}
	if err == nil && !fit.Model.Valid() {
		t.Errorf("%+v", fit)
	}
}

func TestFit_IsTheSameWhateverTheOrderTheReadersAndTheProcessors(t *testing.T) {
	var rows []Row
	simulate(published, many+1000, 78).rows.each(func(k *key, _ int64) { rows = append(rows, Row{k.x, k.u, k.v}) })
	rng := rand.New(rand.NewPCG(5, 5))
	var want Fit
	for i, processors := range []int{1, 2, 3, 8} {
		old := runtime.GOMAXPROCS(processors)
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		readers := make([]Stats, 1+2*i)
		for j, r := range rows {
			if err := readers[j%len(readers)].Add(r); err != nil {
				t.Fatal(err)
			}
		}
		var all Stats
		for _, j := range rng.Perm(len(readers)) {
			all.Merge(&readers[j])
		}
		fit, err := FitBGNBD(&all)
		runtime.GOMAXPROCS(old)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			want = fit
		}
		if fit != want {
			t.Errorf("%d processors, %d readers: %+v, want %+v", processors, len(readers), fit, want)
		}
	}
}
