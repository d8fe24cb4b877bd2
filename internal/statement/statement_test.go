package statement

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/money"
)

var april = time.Date(2026, 4, 6, 7, 0, 0, 0, time.UTC)

// result is a statement with everything in it.
func result() incentive.Result {
	line := func(component string, kind incentive.Kind, period channel.Period, amount int64, text, formula string, given ...incentive.Given) incentive.Line {
		return incentive.Line{ID: component + "|" + string(period) + "|" + string(kind), Component: component, Kind: kind, Period: period,
			Text: text, Formula: formula, Inputs: given, Amount: amount}
	}
	return incentive.Result{
		Partner: "alder", Period: "2026-03", Currency: "EUR", Plan: &incentive.PlanRef{ID: "standard", Version: 2, Hash: "sha256:5f1d7c3a9be24460"},
		OpeningBalance: 1250,
		Lines: []incentive.Line{
			line("commission", incentive.Earning, "2026-03", 450000, "3 new orders, 60,000.00 EUR net of refunds.", "10,000.00 x 5 % + 40,000.00 x 7.5 % + 10,000.00 x 10 %",
				incentive.Given{Name: "net revenue", Value: "60000.00"}, incentive.Given{Name: "orders", Value: "3"}),
			line("commission", incentive.Reversal, "2026-02", -42500, "One refund of an order of February.", "850.00 x 6,000.00 / 12,000.00"),
			line("commission", incentive.TierAdjustment, "2026-02", -17500, "The refund moves later orders of February into a lower tier.", "3,900.00 - 4,500.00 - (-425.00)"),
			line("kept customers", incentive.Earning, "2026-03", 21000, "42 customers kept and active.", "42 x 5.00"),
			line("hand-over", incentive.OneTime, "2026-03", 240000, "Customer c77 was promoted to the sales force.", "120,000.00 x 2 %, at least 500.00, at most 5,000.00"),
		},
		Earned: 651000, Held: 65100, Released: 4000, Payable: 591150, ClosingBalance: 0,
		Points: incentive.Points{Opening: 910, Earned: 130, Closing: 1040}, Badges: []string{"hundred"},
		Fund:     incentive.Fund{Opening: 10000, Earned: 60000, Closing: 70000},
		Handover: []incentive.Handover{{Customer: "c77", Until: time.Date(2028, 3, 20, 0, 0, 0, 0, time.UTC), WouldHaveEarned: 80000, PaidSoFar: 240000}},
		Unpaid:   []incentive.Unpaid{{Order: "o9", Text: "The order is in USD; the plan pays in EUR."}},
		Position: incentive.Position{Draw: 70000, Excess: 12300, Holds: []incentive.Hold{{Period: "2026-03", Due: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), Amount: 65100}}},
	}
}

func document(change func(*Source)) *Document {
	s := Source{Result: result(), PartnerName: "Alder (sample)", Programme: "Acme Partner Programme", MinimumPayout: 2500,
		Seal: &Seal{Root: "sha256:9a0f3c", Count: 187}}
	if change != nil {
		change(&s)
	}
	d := Build(s)
	d.Payment = &Payment{State: PaymentScheduled, ExpectedOn: "2026-04-06"}
	return d
}

func render(t *testing.T, d *Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestBuild_HoldsTheContractsIdentityAndItsLinesSumToEarned(t *testing.T) {
	d := document(nil)
	sum := new(big.Rat)
	add := func(sign int64, text string) {
		r, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("%q is no amount", text)
		}
		sum.Add(sum, r.Mul(r, big.NewRat(sign, 1)))
	}
	for _, l := range d.Lines {
		add(1, l.Amount)
	}
	add(-1, d.Earned)
	if sum.Sign() != 0 {
		t.Errorf("the lines miss earned by %s", sum)
	}
	add(1, d.OpeningBalance)
	add(1, d.Earned)
	add(-1, d.Held)
	add(1, d.Released)
	add(-1, d.Payable)
	add(-1, d.ClosingBalance)
	if sum.Sign() != 0 {
		t.Errorf("the closing balance is off by %s", sum)
	}
}

func TestBuild_JSONHasEveryKeyOfTheContract(t *testing.T) {
	d := document(nil)
	d.Inputs = &Inputs{}
	raw, err := json.Marshal(d)
	if err == nil {
		var got map[string]json.RawMessage
		if err = json.Unmarshal(raw, &got); err == nil {
			for _, key := range strings.Fields(`partnerId period currency state openingBalance lines earned held released payable
				closingBalance points badges mdf handovers plan shareOfStableBase inputs seal payment`) {
				if _, ok := got[key]; !ok {
					t.Errorf("%q is missing", key)
				}
			}
			if string(got["mdf"]) != `{"opening":"100.00","earned":"600.00","spent":"0.00","closing":"700.00"}` {
				t.Errorf("mdf is %s", got["mdf"])
			}
			if string(got["handovers"]) != `[{"customerId":"c77","wouldHaveEarned":"800.00","paidSoFar":"2400.00","until":"2028-03-19"}]` {
				t.Errorf("handovers are %s", got["handovers"])
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestBuild_EmptyListsAreListsAndNotNull(t *testing.T) {
	raw, err := json.Marshal(Build(Source{Result: incentive.Result{Partner: "p1", Period: "2026-03", Currency: "JPY"}, AsOf: april}))
	if err != nil || strings.Contains(string(raw), `"lines":null`) || !strings.Contains(string(raw), `"badges":[]`) || !strings.Contains(string(raw), `"earned":"0"`) {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestAnswer_SaysWhatWasEarnedAndWhatIsPaidWhen(t *testing.T) {
	paid := april.AddDate(0, 0, 1)
	due := func(p *Payment) *Document {
		d := document(nil)
		d.Payment = p
		return d
	}
	balance := func(earned, payable, closing int64, asOf time.Time) *Document {
		return Build(Source{Result: incentive.Result{Partner: "p1", Period: "2026-12", Currency: "EUR", Earned: earned, Payable: payable, ClosingBalance: closing}, MinimumPayout: 2500, AsOf: asOf})
	}
	for _, c := range []struct {
		d    *Document
		want string
	}{
		{due(nil), "You earned 6,510.00 EUR in March 2026; we pay 5,911.50 EUR."},
		{due(&Payment{State: PaymentScheduled, ExpectedOn: "2026-04-06"}), "You earned 6,510.00 EUR in March 2026; we pay 5,911.50 EUR on 6 April 2026."},
		{due(&Payment{State: PaymentPaid, PaidAt: &paid}), "You earned 6,510.00 EUR in March 2026; we paid 5,911.50 EUR on 7 April 2026."},
		{due(&Payment{State: PaymentPaying}), "You earned 6,510.00 EUR in March 2026; our payment of 5,911.50 EUR is on its way."},
		{due(&Payment{State: PaymentFailed}), "You earned 6,510.00 EUR in March 2026; our payment of 5,911.50 EUR was returned by the bank, and we make it again."},
		{balance(0, 0, 0, time.Time{}), "You earned nothing in December 2026, and nothing is due."},
		{balance(500, 0, 0, time.Time{}), "You earned 5.00 EUR in December 2026; nothing is due now."},
		{balance(500, 0, 2499, time.Time{}), "You earned 5.00 EUR in December 2026; your balance of 24.99 EUR is below the minimum payment of 25.00 EUR, so it is carried into January 2027."},
		{balance(-60000, 0, -60000, time.Time{}), "You earned \u2212600.00 EUR in December 2026, because what was taken back is more than what was new; nothing is paid, and \u2212600.00 EUR is carried into January 2027."},
		{balance(100, 0, -60000, time.Time{}), "You earned 1.00 EUR in December 2026; your balance is still negative, so nothing is paid, and \u2212600.00 EUR is carried into January 2027."},
		{balance(0, 0, 0, april), "So far you have earned nothing in December 2026; nothing would be paid if the month ended now."},
		{balance(123456, 123456, 0, april), "So far you have earned 1,234.56 EUR in December 2026; we would pay 1,234.56 EUR if the month ended now."},
	} {
		if got := c.d.Answer(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestHTML_BeginsWithTheAnswerAndShowsEveryLine(t *testing.T) {
	d := document(nil)
	got := render(t, d)
	_, main, _ := strings.Cut(got, "<main>")
	body := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(main, "")
	answer := strings.Index(body, d.Answer())
	if first := strings.Index(body, "Paid to you"); answer < 0 || answer > first {
		t.Errorf("the answer is at %d, the calculation at %d", answer, first)
	}
	for _, l := range d.Lines {
		for _, want := range []string{l.Text, formula(l.Formula), Grouped(l.Amount), l.Kind} {
			if !strings.Contains(got, escaped(want)) {
				t.Errorf("line %s: %q is not on the page", l.ID, want)
			}
		}
	}
	for _, want := range []string{"for February 2026", "c77", "19 March 2028", "1 May 2026", "1,040", "hundred", "The order is in USD", "Above the ceiling", "Sealed over 187 entries"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
}

// escaped is text as html/template writes it.
func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "+", "&#43;").Replace(s)
}

func TestHTML_FetchesNothingAndRunsNothing(t *testing.T) {
	got := strings.ToLower(render(t, document(nil)))
	for _, bad := range []string{"http:", "https:", "//", "src=", "href=", "url(", "@import", "<script", "<link", "<iframe", "onload"} {
		if strings.Contains(got, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
}

func TestHTML_WhatPeopleWroteIsText(t *testing.T) {
	const attack = `<script>alert(1)</script><img src=x onerror=alert(1)>`
	d := document(func(s *Source) {
		s.PartnerName, s.Programme = attack, attack
		s.Result.Lines[0].Component, s.Result.Lines[0].Text, s.Result.Lines[0].Formula = attack, attack, attack
		s.Result.Lines[0].Inputs = []incentive.Given{{Name: attack, Value: attack}}
		s.Result.Badges = []string{attack}
		s.Result.Unpaid = []incentive.Unpaid{{Order: "o1", Text: attack}}
	})
	if got := render(t, d); strings.Contains(got, "<script>") || strings.Contains(got, "<img") {
		t.Error("markup from a name reached the page")
	}
}

func TestHTML_IsAccessibleAndPrintsOnA4(t *testing.T) {
	got := render(t, document(nil))
	for _, want := range []string{`<html lang="en">`, "<main>", `name="viewport"`, "@page { size: A4", "@media print", `<th scope="col"`, `<th scope="row"`, "<h1>", "<title>Statement March 2026 "} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Count(got, "<h1") != 1 {
		t.Error("the page has not exactly one h1")
	}
}

func TestHTML_AnEmptyStatementAndAPreviewRead(t *testing.T) {
	empty := render(t, Build(Source{Result: incentive.Result{Partner: "p1", Period: "2026-03", Currency: "JPY"}}))
	if !strings.Contains(empty, "you were on no plan in March 2026") {
		t.Error("an empty statement does not say why")
	}
	preview := render(t, document(func(s *Source) { s.AsOf, s.Seal = april, nil }))
	if !strings.Contains(preview, "Preview") || !strings.Contains(preview, "as of 6 April 2026") || strings.Contains(preview, "Sealed over") {
		t.Error("a preview does not say that it is one")
	}
}

func TestCSV_LinesSumToEarnedAndFormulasAreText(t *testing.T) {
	var b bytes.Buffer
	d := document(func(s *Source) { s.Result.Lines[0].Text = "=HYPERLINK(1)" })
	if err := CSV(&b, d); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	totals := map[string]string{}
	for _, r := range rows[1:] {
		if r[4] != "line" {
			totals[r[4]] = r[10]
			continue
		}
		minor, err := money.ParseSignedMinor(r[10], "EUR")
		if err != nil {
			t.Fatal(err)
		}
		sum += minor
	}
	if money.Format(sum, "EUR") != totals["earned"] || totals["payable"] != "5911.50" || totals["closing_balance"] != "0.00" {
		t.Errorf("lines sum to %d, totals %v", sum, totals)
	}
	if rows[1][8] != "'=HYPERLINK(1)" || rows[2][10] != "-425.00" {
		t.Errorf("rows %q", rows[1:3])
	}
}

func TestCSV_SaysWhatGrowingACustomerEarned(t *testing.T) {
	var b bytes.Buffer
	d := document(func(*Source) {})
	d.Handovers = []Handover{{CustomerID: "c77", WouldHaveEarned: "120.00", PaidSoFar: "2400.00", Until: "2028-03-31"}, {CustomerID: "c78", WouldHaveEarned: "0.00", PaidSoFar: "500.00"}}
	if err := CSV(&b, d); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		",handover_would_have_earned,,,,\"customer c77, had it stayed\",,120.00\n", ",handover_paid_so_far,,,,\"customer c77, trail until 2028-03-31\",,2400.00\n",
		",handover_paid_so_far,,,,\"customer c78, no trail\",,500.00\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s is missing in\n%s", want, b.String())
		}
	}
}

func TestCell_WhatLooksLikeAFormulaIsText(t *testing.T) {
	for text, want := range map[string]string{"": "", "a-b": "a-b", "=1": "'=1", "+1": "'+1", "@x": "'@x", "\tx": "'\tx", "Über": "Über"} {
		if got := Cell(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestWords_ArePlain(t *testing.T) {
	for text, want := range map[string]string{"0.00": "0.00", "-1234.50": "\u22121,234.50", "999": "999", "1000": "1,000", "1234567.891": "1,234,567.891", "12": "12"} {
		if got := Grouped(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for share, want := range map[string]string{"0.1234": "12.34 %", "1": "100 %", "0.05": "5 %", "0": "0 %", "0.00001": "0.001 %", "0.5": "50 %"} {
		if got := Percent(share); got != want {
			t.Errorf("%s: %s, want %s", share, got, want)
		}
	}
}
