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
// are timed from the rows in memory to the parameters, the best of three: counting
// equal rows, and the fit on what was counted. lifetimes fits all rows too, once.
func TestPeer_AMillionCustomersAreFittedTenTimesFaster(t *testing.T) {
	if *peer == "" {
		t.Skip("needs -peer PYTHON with lifetimes: make peer")
	}
	rows := wholeDays(simulate(published, peerCustomers, 78))
	file := filepath.Join(t.TempDir(), "rows.csv")
	writeRows(t, file, rows)
	out, err := exec.CommandContext(t.Context(), *peer, "testdata/peer.py", file).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var theirs struct {
		Rows, Distinct          int
		All, Counting, Weighted float64
		Params                  struct{ R, Alpha, A, B float64 }
	}
	if err := json.Unmarshal(out, &theirs); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	fit, counting, fitting := timed(t, rows)
	ours := counting + fitting
	t.Logf("%d customers, %d distinct: here %.3f s, %.3f of them for counting; lifetimes %.2f s on all rows, %.2f s on distinct ones and %.2f for counting them",
		theirs.Rows, theirs.Distinct, ours, counting, theirs.All, theirs.Weighted, theirs.Counting)
	for what, times := range map[string]float64{
		"all rows": theirs.All / ours, "counting and fit of distinct rows": (theirs.Counting + theirs.Weighted) / ours, "fit of distinct rows": theirs.Weighted / fitting,
	} {
		t.Logf("%s: lifetimes takes %.0f times as long", what, times)
		if times < peerRatio {
			t.Errorf("%s: lifetimes takes %.1f times as long, want at least %d", what, times, peerRatio)
		}
	}
	for name, p := range map[string][2]float64{"r": {fit.Model.R, theirs.Params.R}, "alpha": {fit.Model.Alpha, theirs.Params.Alpha}, "a": {fit.Model.A, theirs.Params.A}, "b": {fit.Model.B, theirs.Params.B}} {
		near(t, name, p[0], p[1], 1e-2)
	}
}

// timed counts the rows and fits the model, three times; the best seconds of
// either.
func timed(t *testing.T, rows []Row) (fit Fit, counting, fitting float64) {
	t.Helper()
	counting, fitting = math.Inf(1), math.Inf(1)
	for range 3 {
		start := time.Now()
		var s Stats
		for _, r := range rows {
			if err := s.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		counted := time.Now()
		var err error
		if fit, err = FitBGNBD(&s); err != nil {
			t.Fatal(err)
		}
		counting, fitting = min(counting, counted.Sub(start).Seconds()), min(fitting, time.Since(counted).Seconds())
	}
	return fit, counting, fitting
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
