package value

import (
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/clv"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

var terms = Terms{Currency: "EUR", HorizonMonths: 36, AnnualDiscount: 120_000, Margin: 300_000, ObservedFrom: 3}

func day(t *testing.T, s string) Day {
	t.Helper()
	d, err := ParseDay("day", s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// past is a customer of euro orders, by time and amount in minor units.
func past(orders ...any) *history.History {
	h := &history.History{Customer: "c"}
	for i := 0; i < len(orders); i += 2 {
		at, _ := time.Parse(time.RFC3339, orders[i].(string))
		h.Orders = append(h.Orders, history.Order{Order: channel.Order{Currency: "EUR", Amount: int64(orders[i+1].(int))}, Occurred: at})
	}
	return h
}

func refunded(h *history.History, i int, minor int64) *history.History {
	h.Orders[i].Refunds = append(h.Orders[i].Refunds, history.Refund{Amount: minor, Occurred: h.Orders[i].Occurred.Add(time.Hour)})
	return h
}

func TestSummarise_CountsDaysOfLiveOrders(t *testing.T) {
	three := func() *history.History {
		return past("2026-01-01T10:00:00Z", 1000, "2026-01-08T09:00:00Z", 2000, "2026-01-08T20:00:00Z", 500, "2026-02-01T00:00:00Z", 700)
	}
	mixed := past("2026-01-01T10:00:00Z", 1000, "2026-01-05T10:00:00Z", 300)
	mixed.Orders[1].Currency = "USD"
	for name, c := range map[string]struct {
		h     *history.History
		as    string
		days  int64
		first string
		spend int64
	}{
		"several orders of one day are one purchase":         {three(), "2026-03-01", 3, "2026-01-01", 3200},
		"orders of later days are not seen":                  {three(), "2026-01-31", 2, "2026-01-01", 2500},
		"the as-of day itself is":                            {three(), "2026-02-01", 3, "2026-01-01", 3200},
		"a first order refunded in full was never placed":    {refunded(three(), 0, 1000), "2026-03-01", 2, "2026-01-08", 700},
		"a refund in part lowers the spend":                  {refunded(three(), 1, 400), "2026-03-01", 3, "2026-01-01", 2800},
		"without a rate another currency is left out":        {mixed, "2026-03-01", 1, "2026-01-01", 0},
		"who gives back more than it bought spends nothing":  {refunded(refunded(three(), 1, 2500), 3, 700), "2026-03-01", 2, "2026-01-01", 500},
		"one customer may have very many orders on one date": {past("2026-01-01T10:00:00Z", 1, "2026-01-01T11:00:00Z", 1, "2026-01-01T12:00:00Z", 1), "2026-01-01", 1, "2026-01-01", 0},
	} {
		o := Summarise(c.h, day(t, c.as), channel.Calendar{}, Currency{Code: "EUR"})
		if o.Days != c.days || o.First.String() != c.first || o.Spend != c.spend {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestScore_SaysWhyThereIsNoValueAndNeverPanics(t *testing.T) {
	m := &Model{Kind: BGNBD, Params: Params{0.243, 4.414, 0.793, 2.426}, Spends: []Spend{{Currency: "EUR", P: 6.25, Q: 3.74, Gamma: 15.44}}}
	asOf := day(t, "2026-03-01")
	for name, o := range map[string]Orders{
		"no order":            {Currency: "EUR"},
		"after the day":       {Currency: "EUR", Days: 1, Orders: 1, First: asOf + 1, Last: asOf + 1},
		"another currency":    {Currency: "USD", Days: 1, Orders: 1, First: asOf, Last: asOf},
		"no spend model":      {Currency: "JPY", Days: 1, Orders: 1, First: asOf, Last: asOf},
		"beyond what is sane": {Currency: "EUR", Days: 3, Orders: 3, First: asOf - 9, Last: asOf, Spend: math.MaxInt64},
	} {
		if s := m.Score(o, terms, asOf); s.OK || s.Why == "" || s.Amount.Minor != 0 || len(s.Words(o, terms, asOf)) == 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
	for name, o := range map[string]Orders{
		"T = 0":                        {Currency: "EUR", Days: 1, Orders: 1, First: asOf, Last: asOf},
		"10,000 orders":                {Currency: "EUR", Days: 10_000, Orders: 10_000, First: asOf - 10_000, Last: asOf, Spend: 99_990_000},
		"more given back than bought":  {Currency: "EUR", Days: 4, Orders: 4, First: asOf - 90, Last: asOf, Spend: -5},
		"churned":                      {Currency: "EUR", Days: 4, Orders: 4, First: asOf - 90, Last: asOf, Spend: 900, Churned: true},
		"gone for thirty years, alive": {Currency: "EUR", Days: 1, Orders: 1, First: asOf - 11_000, Last: asOf - 11_000},
	} {
		s := m.Score(o, terms, asOf)
		if !s.OK || s.Amount.Minor < 0 || s.AlivePPM < 0 || s.AlivePPM > int64(money.One) || o.Churned && (s.Amount.Minor != 0 || s.AlivePPM != 0) {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// TestScore_PinnedMinorUnits are what every processor must agree on. Each lies far
// from the next rounding edge, so that another form of the same formula agrees too.
func TestScore_PinnedMinorUnits(t *testing.T) {
	m := &Model{Kind: BGNBD, Params: Params{0.243, 4.414, 0.793, 2.426}, Spends: []Spend{{Currency: "EUR", P: 6.25, Q: 3.74, Gamma: 15.44}}}
	asOf := day(t, "2026-03-01")
	var sum int64
	for x := int64(1); x <= 40; x++ {
		for age := Day(7); age <= 700; age += 77 {
			o := Orders{Currency: "EUR", Days: min(x, int64(age)+1), Orders: x, First: asOf - age, Last: asOf - age/3, Spend: 1500 * (x - 1)}
			if o.Days == 1 {
				o.Last, o.Spend = o.First, 0
			}
			s := m.Score(o, terms, asOf)
			exact := s.DiscountedOrders * s.ExpectedSpend * 0.30 * 100
			if edge := math.Abs(math.Abs(exact-math.Trunc(exact)) - 0.5); edge < 1e-9*exact {
				t.Errorf("%+v is %v minor units: too near to a rounding edge to pin", o, exact)
			}
			sum += s.Amount.Minor*7 + s.AlivePPM
		}
	}
	const want = 112957211
	if sum != want {
		t.Errorf("the pinned vectors sum to %d, want %d", sum, want)
	}
}

// TestScore_PinnedCustomersOfManyModels are 10,000 customers, each with a model
// and terms of its own: one digest of all their values, of P(alive), and of the
// floats behind them to the last bit, so that no value can differ, however near
// to a rounding edge it lies. make test-arm64 runs it on another processor.
func TestScore_PinnedCustomersOfManyModels(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	between := func(lo, hi float64) Figure { return Figure(lo + float64((hi-lo)*rng.Float64())) } // fused, it would be another model
	asOf := day(t, "2026-03-01")
	pins := sha256.New()
	for range 10_000 {
		m := &Model{Kind: BGNBD, Params: Params{between(.05, 3), between(.5, 30), between(.05, 3), between(.1, 6)},
			Spends: []Spend{{Currency: "EUR", P: between(1, 9), Q: between(1.1, 6), Gamma: between(1, 300)}}}
		age := rng.Int64N(1500)
		o := Orders{Currency: "EUR", Days: 1, First: asOf - Day(age)}
		if rng.IntN(3) > 0 {
			o.Days += min(rng.Int64N(60), age)
		}
		o.Last = o.First + Day(o.Days-1)
		if o.Days > 1 {
			o.Last += Day(rng.Int64N(age - o.Days + 2))
		}
		o.Orders, o.Spend = o.Days, rng.Int64N(200_000)*(o.Days-1)
		s := m.Score(o, Terms{Currency: "EUR", HorizonMonths: 6 + rng.IntN(84), AnnualDiscount: 120_000, Margin: 300_000, ObservedFrom: 3}, asOf)
		if !s.OK {
			t.Fatalf("%+v: %s", o, s.Why)
		}
		fmt.Fprintln(pins, s.Amount.Minor, s.AlivePPM, math.Float64bits(s.DiscountedOrders), math.Float64bits(s.ExpectedSpend))
	}
	const want = "ee324e538489672b"
	if got := fmt.Sprintf("%x", pins.Sum(nil)[:8]); got != want {
		t.Errorf("the digest is %s, want %s", got, want)
	}
}

func TestModel_ReadsBackAsTheSameFloats(t *testing.T) {
	m := &Model{AsOf: day(t, "2026-02-28"), Kind: BGNBD, Params: Params{Figure(math.Pi), 0.1, 1e-7, 123456.789}, Spends: []Spend{{Currency: "EUR", P: 1.0 / 3, Q: 2, Gamma: 5}}}
	a, err := m.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseModel("value~1", a)
	if err != nil || back.Params != m.Params || back.Spends[0] != m.Spends[0] {
		t.Fatalf("%v %+v", err, back)
	}
	if _, err := ParseModel("", []byte(`{"kind":"bg/nbd","params":{"r":"NaN","alpha":"1","a":"1","b":"1"}}`)); !fault.Is(err, "invalid_model") {
		t.Errorf("a model of no numbers: %v", err)
	}
}

func TestFit_RefusesWhatCannotIdentifyAModelAndStoresNothing(t *testing.T) {
	asOf := day(t, "2026-03-01")
	var once, ten, two Sample
	for i := range 400 {
		o := Orders{Currency: "EUR", Days: 1, Orders: 1, First: asOf - Day(i), Last: asOf - Day(i)}
		if err := once.Add(o, asOf); err != nil {
			t.Fatal(err)
		}
		if i < 10 {
			_ = ten.Add(o, asOf)
		}
		if i%3 == 0 { // spends grow with the number of orders
			o.Days, o.First, o.Spend = int64(2+i%7), o.First-300, int64(1000*(2+i%7)*(1+i%7))
		}
		_ = two.Add(o, asOf)
	}
	for name, s := range map[string]*Sample{"all of them one-time buyers": &once, "ten customers": &ten, "nobody": {}, "spend goes with frequency": &two} {
		if m, err := s.Fit(asOf); m != nil || !fault.Is(err, "model_not_identified") {
			t.Errorf("%s: %v %v", name, m, err)
		}
	}
	if _, err := FitRows([]RFM{{Row: clv.Row{X: 0, TX: 3, T: 5}}}, false); !fault.Is(err, "invalid_summary") {
		t.Errorf("an impossible row: %v", err)
	}
}

func TestCensus_ShareGuardAndPartners(t *testing.T) {
	var a, b Tally
	add := func(to *Tally, owner channel.Owner, tier string, minor, alive int64) {
		to.Add(Member{Region: "DE", Segment: "smb", Owner: owner, Tier: tier, Focal: tier == "focal", Value: money.Of(minor, "EUR"), Common: minor, AlivePPM: alive, Observed: true})
	}
	add(&a, "pod:north", "focal", 700_00, 1_000_000)
	add(&b, "partner:p1", "base", 200_00, 500_000)
	add(&b, "partner:p1", "base", 60_00, 499_999) // not likely alive
	add(&a, "partner:p2", "base", 40_00, 1_000_000)
	a.Merge(&b)
	for floor, guarded := range map[int64]bool{240_000: false, 240_001: true} {
		c := a.Census(Frame{AsOf: 1, Currency: "EUR", Floor: func(string) (int64, bool) { return floor, true }})
		r := c.Region("DE")
		if r.Equity != "1000.00" || *r.FocalPPM != 700_000 || *r.StablePPM != 240_000 || r.Guarded != guarded || r.EquityByTier["base"] != "300.00" {
			t.Errorf("floor %d: %+v", floor, r)
		}
		if want := int64(math.Round(1000 * 1000 * 1000 / (700*700 + 200*200 + 60*60 + 40*40.0))); r.Effective != want {
			t.Errorf("effective number of customers: %d thousandths, want %d", r.Effective, want)
		}
		if p := c.Partner("p1"); p.EquityPPM != 260_000 || *p.StablePPM != 833_333 {
			t.Errorf("p1: %+v", p)
		}
		if len(c.Guarded()) == 1 != guarded || c.Segments[0].Mean != "250.00" {
			t.Errorf("floor %d: %v %v", floor, c.Guarded(), c.Segments)
		}
		text, err := c.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := ParseCensus(text); err != nil || back.Region("DE").Equity != "1000.00" {
			t.Errorf("read back: %v", err)
		}
	}
	var empty Tally
	empty.Add(Member{Region: "JP", Value: money.Of(0, "JPY"), AlivePPM: 1_000_000})
	if r := empty.Census(Frame{Floor: func(string) (int64, bool) { return 999_999, true }}).Region("JP"); r.Guarded || r.StablePPM != nil {
		t.Errorf("no equity, yet a guard: %+v", r)
	}
}

func TestWords_SayHowMuchOfAnOrderIsTheCustomersOwn(t *testing.T) {
	m := &Model{Kind: BGNBD, Params: Params{0.243, 4.414, 0.793, 2.426}, Spends: []Spend{{Currency: "EUR", P: 6.25, Q: 3.74, Gamma: 15.44}}}
	for _, c := range []struct {
		days int64
		want string
	}{
		{1, "everybody's"}, {3, "82 % from its own mean of 40.00 EUR, the rest from everybody's"}, {200, "more than 99 % from its own mean of 40.00 EUR"},
	} {
		o := Orders{Currency: "EUR", Orders: c.days, Days: c.days, First: 20_000, Last: 20_000 + Day(c.days) - 1, Spend: 4_000 * (c.days - 1)}
		if got := strings.Join(m.Score(o, terms, 20_300).Words(o, terms, 20_300), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%d days: %s", c.days, got)
		}
	}
}
