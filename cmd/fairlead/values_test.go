package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// cdnow is the sample of CDNOW's customers as a file for value fit.
func cdnow(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../../shared/data/clv/cdnow_cbs_holdout.csv")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the orders of CDNOW are not beside the repository (../shared/data/clv)")
	}
	if err != nil {
		t.Fatal(err)
	}
	_, rows, _ := strings.Cut(string(data), "\n")
	path := filepath.Join(t.TempDir(), "cdnow.csv")
	if err := os.WriteFile(path, []byte("id,x,t_x,T,holdout,m_x\n"+rows), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestValueFit_PrintsWhatWasPublishedOfCDNOW: BG/NBD in Fader, Hardie and Lee
// 2005, table 2; gamma-gamma in "RFM and CLV".
func TestValueFit_PrintsWhatWasPublishedOfCDNOW(t *testing.T) {
	path, data := cdnow(t), filepath.Join(t.TempDir(), "data")
	out := command(t, "--data", data, "value", "fit", "--rfm", path, "-o", "json")
	var got struct {
		Model         string
		Params        map[string]float64
		LogLikelihood float64
		Customers     int
		Spend         map[string]any
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Model != "bg/nbd" || got.Customers != 2357 {
		t.Errorf("%s of %d customers", got.Model, got.Customers)
	}
	number := func(name string) float64 { f, _ := got.Spend[name].(float64); return f }
	for _, c := range []struct {
		name            string
		got, want, last float64 // last: one unit of the last printed place
	}{
		{"r", got.Params["r"], 0.243, 0.001}, {"alpha", got.Params["alpha"], 4.414, 0.001}, {"a", got.Params["a"], 0.793, 0.001}, {"b", got.Params["b"], 2.426, 0.001},
		{"logLikelihood", got.LogLikelihood, -9582.4, 0.1},
		{"p", number("p"), 6.25, 0.01}, {"q", number("q"), 3.74, 0.01}, {"gamma", number("gamma"), 15.44, 0.01}, {"spend's logLikelihood", number("logLikelihood"), -4055.9177, 0.0001},
	} {
		if math.Abs(c.got-c.want) > c.last/2 {
			t.Errorf("%s is %v, published %v", c.name, c.got, c.want)
		}
	}
	text := command(t, "--data", data, "value", "fit", "--rfm", path)
	if !strings.Contains(text, "BG/NBD on 2,357 customers") || !strings.Contains(text, "log-likelihood -9582.4") {
		t.Error(text)
	}
}
