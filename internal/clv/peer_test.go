package clv

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// peer is a Python with lifetimes in it: make peer.
var peer = flag.String("peer", "", "a Python that has the package lifetimes, to fit the same customers with; empty leaves it out")

const (
	peerCustomers = 1_000_000
	peerRatio     = 10 // at least so many times faster
)

// TestPeer fits a million customers, drawn one by one and seen in whole days as
// real orders are, here and with the Python package lifetimes, in one run. Both
// are timed from the rows in memory to the parameters, with and without counting
// equal rows once; here they always are.
func TestPeer_AMillionCustomersAreFittedTenTimesFaster(t *testing.T) {
	if *peer == "" {
		t.Skip("needs -peer PYTHON with lifetimes: make peer")
	}
	rows := wholeDays(simulate(published, peerCustomers, 78))
	file := filepath.Join(t.TempDir(), "rows.csv")
	writeRows(t, file, rows)
	best := math.Inf(1)
	var fit Fit
	for range 3 {
		start := time.Now()
		var s Stats
		for _, r := range rows {
			if err := s.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		var err error
		if fit, err = FitBGNBD(&s); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(start).Seconds())
	}
	out, err := exec.CommandContext(t.Context(), *peer, "testdata/peer.py", file).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var theirs struct {
		Rows, Distinct   int
		All, DistinctAll float64
		Params           struct{ R, Alpha, A, B float64 }
	}
	if err := json.Unmarshal(out, &theirs); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("%d customers, %d distinct: here %.3f s; lifetimes %.2f s, %.2f s with equal rows counted once: %.0f and %.0f times as long",
		theirs.Rows, theirs.Distinct, best, theirs.All, theirs.DistinctAll, theirs.All/best, theirs.DistinctAll/best)
	if theirs.All < peerRatio*best {
		t.Errorf("lifetimes takes %.1f times as long, want at least %d", theirs.All/best, peerRatio)
	}
	for name, p := range map[string][2]float64{"r": {fit.Model.R, theirs.Params.R}, "alpha": {fit.Model.Alpha, theirs.Params.Alpha}, "a": {fit.Model.A, theirs.Params.A}, "b": {fit.Model.B, theirs.Params.B}} {
		near(t, name, p[0], p[1], 1e-2)
	}
}

// wholeDays are the customers one by one, in a fixed order, their ages in whole
// days.
func wholeDays(s *Stats) []Row {
	var out []Row
	s.rows.each(func(k *key, n int64) {
		row := Row{X: k.x, TX: math.Ceil(k.u*7) / 7, T: math.Ceil(k.v*7) / 7}
		for range n {
			out = append(out, row)
		}
	})
	return out
}

func writeRows(t *testing.T, name string, rows []Row) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "x,t_x,T")
	for _, r := range rows {
		fmt.Fprintf(w, "%d,%v,%v\n", r.X, r.TX, r.T)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
