package money

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestWide_AgreesWithBigIntegers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		var w, other Wide
		want := new(big.Int)
		for range r.IntN(40) {
			n := number(r)
			if r.IntN(3) == 0 {
				n = []int64{math.MinInt64, math.MaxInt64, -1, 0}[r.IntN(4)]
			}
			if want.Add(want, big.NewInt(n)); r.IntN(2) == 0 {
				w.Add(n)
			} else {
				other.Add(n)
			}
		}
		w.AddWide(other)
		text, err := json.Marshal(w)
		if err != nil || string(text) != want.String() {
			t.Fatalf("%s, %v, want %s", text, err, want)
		}
		var again Wide
		if err := json.Unmarshal(text, &again); err != nil || again != w {
			t.Fatalf("%s is read as %+v, %v", text, again, err)
		}
		n, err := w.Minor()
		if want.IsInt64() != (err == nil) || err == nil && n != want.Int64() {
			t.Fatalf("%s is %d, %v", want, n, err)
		}
		for _, with := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64, n} {
			if got := w.Cmp(with); got != want.Cmp(big.NewInt(with)) {
				t.Fatalf("%s and %d: %d", want, with, got)
			}
		}
		if low := max(w.Clamp(), -math.MaxInt64); w.Cmp(low) != 0 && low != math.MaxInt64 && low != -math.MaxInt64 {
			t.Fatalf("%s is clamped to %d", want, low)
		}
	}
}

func TestWide_IsWrittenAsAnAmountIs(t *testing.T) {
	for _, n := range []int64{0, 5, -5, 100, math.MaxInt64, math.MinInt64} {
		var w Wide
		w.Add(n)
		for _, currency := range []string{"EUR", "JPY", "KWD"} {
			if got := w.Format(currency); got != Format(n, currency) {
				t.Errorf("%d %s: %s", n, currency, got)
			}
		}
	}
	var w Wide
	for range 3 {
		w.Add(math.MaxInt64)
	}
	for currency, want := range map[string]string{"EUR": "276701161105643274.21", "JPY": "27670116110564327421"} {
		if got := w.Format(currency); got != want {
			t.Errorf("%s: %s", currency, got)
		}
	}
	for _, bad := range []string{`"1"`, "1.5", "1e3", "null", "170141183460469231731687303715884105728"} {
		if err := json.Unmarshal([]byte(bad), &w); err == nil && bad != "null" {
			t.Errorf("%s is read as a sum", bad)
		}
	}
}
