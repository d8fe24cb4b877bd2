package routing

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

func figure(s, currency string) channel.Figure { return channel.Figure{Decimal: s, Currency: currency} }

func scored(s, currency string) *Score {
	n, err := money.ParseMinor(s, currency)
	if err != nil {
		panic(err)
	}
	return &Score{Value: money.Of(n, currency), AlivePPM: 912_345, Model: "2026-03-01"}
}

func TestLoad_Value_ComesFromTheBestBasis(t *testing.T) {
	p := mustParse(t, string(readFile(t, "testdata/worldwide.json")))
	for _, c := range []struct {
		name  string
		known LoadInput
		want  string // amount, basis, declared, observed, referral
	}{
		{"nothing known: the default prior", LoadInput{}, "900.00 prior - - 0.00"},
		{"the prior of the segment", LoadInput{Profile: history.Profile{Segment: "smb"}}, "700.00 prior - - 0.00"},
		{"declared", LoadInput{Profile: history.Profile{Segment: "smb", DeclaredValue: figure("7000.00", "")}}, "7000.00 declared 7000.00 - 0.00"},
		{"a declared 0 is declared", LoadInput{Profile: history.Profile{DeclaredValue: figure("0", "")}}, "0.00 declared 0.00 - 0.00"},
		{"one order: declared 200,000 does not become average", LoadInput{Profile: history.Profile{DeclaredValue: figure("200000.00", "EUR")}, Summary: history.Summary{Orders: 1}, Scored: scored("450.00", "EUR")}, "200000.00 declared 200000.00 450.00 0.00"},
		{"two orders, nothing declared: still the prior", LoadInput{Summary: history.Summary{Orders: 2}, Scored: scored("450.00", "EUR")}, "900.00 prior - 450.00 0.00"},
		{"three orders and a model: observed", LoadInput{Profile: history.Profile{DeclaredValue: figure("200000.00", "EUR")}, Summary: history.Summary{Orders: 3}, Scored: scored("450.00", "EUR")}, "450.00 observed 200000.00 450.00 0.00"},
		{"three orders without a model: declared", LoadInput{Profile: history.Profile{DeclaredValue: figure("200.00", "")}, Summary: history.Summary{Orders: 3}}, "200.00 declared 200.00 - 0.00"},
		{"dollars at 0.92", LoadInput{Profile: history.Profile{Currency: "USD", DeclaredValue: figure("100.00", "")}}, "92.00 declared 92.00 - 0.00"},
		{"0.25 dollars are 0.23", LoadInput{Profile: history.Profile{Currency: "USD", DeclaredValue: figure("0.25", "")}}, "0.23 declared 0.23 - 0.00"},
		{"declared referral value", LoadInput{Profile: history.Profile{DeclaredValue: figure("100.00", ""), ReferralValue: figure("40.00", "")}, Referred: []money.Amount{money.Of(999_999, "EUR")}}, "140.00 declared 100.00 - 40.00"},
		{"a quarter of what it referred is worth", LoadInput{Profile: history.Profile{DeclaredValue: figure("100.00", "")}, Referred: []money.Amount{money.Of(10_000, "EUR"), money.Of(10_010, "EUR"), money.Of(10_000, "USD")}}, "173.02 declared 100.00 - 73.02"},
		{"what it referred elsewhere is left out", LoadInput{Profile: history.Profile{DeclaredValue: figure("100.00", "")}, Referred: []money.Amount{money.Of(10_000, "JPY")}}, "100.00 declared 100.00 - 0.00"},
		{"francs", LoadInput{Profile: history.Profile{Currency: "CHF"}}, "refused"},
		{"a figure in francs", LoadInput{Profile: history.Profile{Currency: "EUR", Need: figure("5.00", "CHF")}}, "refused"},
		{"yen in Japan", LoadInput{Profile: history.Profile{Region: "JP", DeclaredValue: figure("9000000", "")}}, "9000000 declared 9000000 - 0"},
		{"euros in Japan", LoadInput{Profile: history.Profile{Region: "JP", Currency: "EUR"}}, "refused"},
	} {
		_, v, err := p.Load(c.known)
		got := "refused"
		if err == nil {
			show := func(n *int64) string {
				if n == nil {
					return "-"
				}
				return money.Format(*n, v.Currency)
			}
			got = money.Format(v.Amount, v.Currency) + " " + string(v.Basis) + " " + show(v.Declared) + " " + show(v.Observed) + " " + money.Format(v.Referral, v.Currency)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s (%v)", c.name, got, c.want, err)
		}
	}
}

func TestLoad_CurrencyWithoutRate_IsRefusedByItsSlug(t *testing.T) {
	p := mustParse(t, string(readFile(t, "testdata/worldwide.json")))
	_, _, err := p.Load(LoadInput{Profile: history.Profile{Currency: "CHF", DeclaredValue: figure("1.00", "")}})
	if !fault.Is(err, "currency_not_in_policy") || fault.Of(err).Kind != fault.Invalid {
		t.Errorf("error is %v", err)
	}
}

func TestLoad_Customer_SumsAreInThePolicysCurrency(t *testing.T) {
	p := mustParse(t, string(readFile(t, "testdata/worldwide.json")))
	cal, err := channel.ParseCalendar("", "Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	c, v, err := p.Load(LoadInput{
		ID: "c1", Day: cal.DayOf(time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)),
		Profile: history.Profile{Region: "DE", Segment: "smb", SourcedBy: "p1", ReferredBy: "c0", Need: figure("1000.00", "USD"), Attributes: map[string]string{"size": "L"}},
		Summary: history.Summary{Orders: 4, DaysSinceLastOrder: 12, Sums: []history.Sums{
			{Currency: "CHF", Gross: 5, Revenue: 5},
			{Currency: "EUR", Gross: 1000, Discount: 100, Revenue: 900, LastYear: 800},
			{Currency: "USD", Gross: 100, Discount: 50, Revenue: 100, LastYear: 100},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Customer{
		ID: "c1", Region: "DE", Segment: "smb", SourcedBy: "p1", ReferredBy: "c0", Orders: 4, DaysSinceLastOrder: 12,
		Gross: 1092, Discount: 146, Revenue: 992, LastYear: 892, Need: 92_000, Attributes: map[string]string{"size": "L"}, LeftOut: []string{"CHF"},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	if v.AsOf != "2026-03-02" || v.AlivePPM != 1_000_000 {
		t.Errorf("as of %s, alive %d", v.AsOf, v.AlivePPM)
	}
}

func TestExperiment_ArmIsRecorded(t *testing.T) {
	doc := worldwide(t, "experiment", keys{"name": "spring", "share": "0.5", "challenger": keys{"id": "bold", "version": 2}})
	p, err := Parse(doc, channel.Calendar{})
	if err != nil {
		t.Fatal(err)
	}
	in := usual(t, p.As(1))
	arms := map[string]int{}
	for _, id := range []channel.CustomerID{"c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"} {
		arm, challenger := p.Split(id)
		if arm == nil || challenger.ID != "bold" || challenger.Version != 2 {
			t.Fatalf("arm %v, challenger %v", arm, challenger)
		}
		in.Customer.ID, in.Arm = id, arm
		d, err := Decide(in)
		if err != nil {
			t.Fatal(err)
		}
		if d.Record.Experiment == nil || d.Record.Experiment.Name != "spring" {
			t.Fatalf("record %s", d.Bytes)
		}
		arms[d.Record.Experiment.Arm]++
	}
	if len(arms) != 2 {
		t.Errorf("arms %v", arms)
	}
}
