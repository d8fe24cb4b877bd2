package value

import (
	"bufio"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// cdnow reads the orders of the 1/10 sample, customer by customer, or skips.
func cdnow(t *testing.T) map[string]*history.History {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "clv", "CDNOW_sample.txt"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("reference data CDNOW_sample.txt is not beside the checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := map[string]*history.History{}
	for in := bufio.NewScanner(f); in.Scan(); {
		w := strings.Fields(in.Text()) // id, id in the sample, day, disks, dollars
		at, err := time.Parse("20060102", w[2])
		if err != nil {
			t.Fatal(err)
		}
		amount, err := money.ParseMinor(w[4], "USD")
		if err != nil {
			t.Fatal(err)
		}
		if out[w[1]] == nil {
			out[w[1]] = &history.History{Customer: channel.CustomerID(w[1])}
		}
		h := out[w[1]]
		h.Orders = append(h.Orders, history.Order{Order: channel.Order{Currency: "USD", Amount: amount}, Occurred: at})
	}
	return out
}

// The published fit comes out of the orders themselves, through purchase days
// and repeat days: Fader, Hardie and Lee 2005, Table 2, and "RFM and CLV".
func TestFit_OfCDNOWsOrdersGivesThePublishedModel(t *testing.T) {
	asOf := day(t, "1997-09-30")
	var s Sample
	for _, h := range cdnow(t) {
		if err := s.Add(Summarise(h, asOf, channel.Calendar{}, Currency{Code: "USD"}), asOf); err != nil {
			t.Fatal(err)
		}
	}
	m, err := s.Fit(asOf)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		got       Figure
		want, ulp float64 // unit of the last printed place
	}{
		{"r", m.Params.R, .242595, 1e-6}, {"alpha", m.Params.Alpha, 4.413602, 1e-6}, {"a", m.Params.A, .792922, 1e-6}, {"b", m.Params.B, 2.425907, 1e-6},
		{"log-likelihood", m.LogLikelihood, -9582.429207, 1e-6},
		{"p", m.Spends[0].P, 6.25, .01}, {"q", m.Spends[0].Q, 3.74, .01}, {"gamma", m.Spends[0].Gamma, 15.44, .01},
	} {
		if math.Abs(float64(c.got)-c.want) > c.ulp {
			t.Errorf("%s: %v, published %v", c.name, float64(c.got), c.want)
		}
	}
	if m.Customers != 2357 || m.Spends[0].Customers != 946 {
		t.Errorf("%d customers, %d with a repeat day", m.Customers, m.Spends[0].Customers)
	}
}

func TestFit_NamesTheCurrencyWhoseSpendCannotBeFittedAndKeepsTheOthers(t *testing.T) {
	asOf := day(t, "1997-09-30")
	var left, right Sample
	i := 0
	for _, h := range cdnow(t) {
		o := Summarise(h, asOf, channel.Calendar{}, Currency{Code: "USD"})
		if i++; i%100 == 0 {
			o.Currency = "EUR" // a handful: too few
		}
		half := &left
		if i%2 == 0 {
			half = &right
		}
		if err := half.Add(o, asOf); err != nil {
			t.Fatal(err)
		}
	}
	left.Merge(&right)
	m, err := left.Fit(asOf)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Spends) != 1 || m.Spends[0].Currency != "USD" || len(m.Refused) != 1 || m.Refused[0].Currency != "EUR" || m.Refused[0].Reason == "" {
		t.Errorf("%+v %+v", m.Spends, m.Refused)
	}
	if _, why := m.Spend("EUR"); why != m.Refused[0].Reason {
		t.Errorf("why there is no spend: %q", why)
	}
	if s := m.Score(Orders{Currency: "EUR", Orders: 3, Days: 3, First: asOf - 30, Last: asOf}, Terms{Currency: "EUR", HorizonMonths: 36}, asOf); s.OK || s.AlivePPM == int64(money.One) {
		t.Errorf("a value without a spend model, or no P(alive): %+v", s)
	}
}
