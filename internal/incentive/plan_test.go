package incentive

import (
	"os"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
)

func fullPlan(t *testing.T) *Plan {
	t.Helper()
	data, err := os.ReadFile("testdata/full.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParse_PlanWithEverything_ComputesItsExamples(t *testing.T) {
	p := fullPlan(t)
	results, err := p.Check(channel.Calendar{})
	if err != nil || len(results) != len(p.Examples) || len(results) < 8 {
		t.Fatalf("%d examples: %v", len(results), err)
	}
	if p.Hash == "" || !strings.Contains(string(p.Canonical()), `"wholeAtLeast":"0.50"`) {
		t.Errorf("hash %q of %s", p.Hash, p.Canonical())
	}
	again, err := Parse(append([]byte("\xef\xbb\xbf"), p.Canonical()...))
	if err != nil || again.Hash != p.Hash {
		t.Errorf("the canonical document has another hash: %v", err)
	}
}

func TestExplain_SaysThePlanInPlainSentences(t *testing.T) {
	got := strings.Join(fullPlan(t).Explain(), "\n") + "\n"
	const file = "testdata/full.txt"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || got != string(want) {
		t.Errorf("%v\n%s", err, got)
	}
}

func TestParse_BadPlan_SaysWhatAndWhere(t *testing.T) {
	commission := `{"type": "commission", "name": "commission", "tiers": [{"from": "0.00", "rate": "0.05"}]}`
	for _, c := range []struct{ name, components, want string }{
		{"unknown type", `[{"type": "comission", "name": "x"}]`, `components[0].type: "comission" is not one of`},
		{"unknown key", `[{"type": "retention", "name": "x", "amount": "5.00", "minOrder": 1}]`, `components[0].minOrder: unknown key "minOrder"; the nearest known one is "minOrders"`},
		{"too many digits", `[{"type": "retention", "name": "x", "amount": "5.001"}]`, `components[0].amount: "5.001": too many decimals`},
		{"negative", `[{"type": "retention", "name": "x", "amount": "-5.00"}]`, `components[0].amount: "-5.00" is not valid`},
		{"number for text", `[{"type": "mdf", "name": "x", "rate": 0.05}]`, `components[0].rate: is a number; it must be text`},
		{"percent for a share", `[{"type": "mdf", "name": "x", "rate": "5"}]`, `components[0].rate: "5" is more than 1; a rate is a share of one (0.05 is 5 %)`},
		{"gap below the first tier", `[{"type": "commission", "name": "x", "tiers": [{"from": "1.00", "rate": "0.05"}]}]`, `components[0].tiers[0].from: must be 0`},
		{"tiers out of order", `[{"type": "commission", "name": "x", "tiers": [{"from": "0", "rate": "0.05"}, {"from": "0.00", "rate": "0.06"}]}]`, `components[0].tiers[1].from: must be above`},
		{"rates fall", `[{"type": "commission", "name": "x", "method": "whole", "tiers": [{"from": "0", "rate": "0.05"}, {"from": "10.00", "rate": "0.04"}]}]`, `components[0].tiers[1].rate: must not fall`},
		{"two of a name", "[" + commission + ", " + commission + "]", `components[1].name: "commission" is the name of an earlier component`},
		{"name of corrections", `[{"type": "cap", "name": "minimum and ceiling", "amount": "1.00"}]`, `components[0].name: "minimum and ceiling" is kept for corrections`},
		{"two caps", `[{"type": "cap", "name": "a", "amount": "1.00"}, {"type": "cap", "name": "b", "amount": "2.00"}]`, `components[1]: a plan has at most one cap`},
		{"guard on a cap", `[{"type": "cap", "name": "a", "amount": "1.00", "whenGuarded": "2"}]`, `components[0].whenGuarded: unknown key`},
		{"bonus of nothing", `[` + commission + `, {"type": "satisfaction", "name": "s", "of": "comission", "minAnswers": 1, "steps": [{"minAverage": "4.00", "share": "0.05"}]}]`, `components[1].of: no component is named "comission"; the nearest is "commission"`},
		{"bonus of itself", `[{"type": "satisfaction", "name": "s", "of": "s", "minAnswers": 1, "steps": [{"minAverage": "4.00", "share": "0.05"}]}]`, `components[0].of: "s" is a satisfaction`},
		{"ceiling below floor", `[{"type": "handover", "name": "h", "rate": "0.02", "floor": "2.00", "ceiling": "1.00"}]`, `components[0].ceiling: must not be below the floor`},
		{"no such day", `[{"type": "bounty", "name": "b", "amount": "1.00", "on": "order", "from": "2026-02-30"}]`, `components[0].from: "2026-02-30" is not a day`},
		{"days turned round", `[{"type": "bounty", "name": "b", "amount": "1.00", "on": "order", "from": "2026-03-02", "to": "2026-03-01"}]`, `components[0].to: must not be before from`},
		{"condition of another type", `[{"type": "mdf", "name": "x", "rate": "0.01", "when": "order.amount == 'kit'"}]`, `components[0].when: line 1, column`},
		{"condition with an unknown name", `[{"type": "mdf", "name": "x", "rate": "0.01", "when": "order.prodct == 'kit'"}]`, `components[0].when: line 1, column`},
		{"a count with decimals", `[{"type": "bounty", "name": "b", "amount": "1.00", "on": "order", "limit": 1.0}]`, `components[0].limit: number 1.0 does not fit here`},
		{"no points", `[{"type": "recognition", "name": "x"}]`, `components[0]: gives no points`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(planOf("2026-01-01", c.components)))
			if !fault.Is(err, "invalid_document") && !fault.Is(err, "invalid_condition") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error\n %v\nwant\n %s", err, c.want)
			}
		})
	}
}

func TestParse_BadExample_SaysWhatAndWhere(t *testing.T) {
	for given, want := range map[string]string{
		`"given": {"period": "2026-13"}, "expect": {"earned": "0.00"}`:                                                                                                             `examples[0].given.period: "2026-13"`,
		`"given": {"period": "2026-03", "refunds": [{"order": "a", "amount": "1.00"}]}, "expect": {"earned": "0.00"}`:                                                              `examples[0].given.refunds[0].order: no order of the example has the id "a"`,
		`"given": {"period": "2026-03"}, "expect": {"lines": {"comission": "0.00"}}`:                                                                                               `examples[0].expect.lines.comission: no component is named "comission"; the nearest is "commission"`,
		`"given": {"period": "2026-03", "orders": [{"id": "a", "customer": "c", "amount": "1.00"}], "refunds": [{"order": "a", "amount": "1.01"}]}, "expect": {"earned": "0.00"}`:  `examples[0].given.refunds[0].amount: 1.01 is more than the order's 1.00`,
		`"given": {"period": "2026-03", "orders": [{"id": "a", "customer": "c", "amount": "1.00"}, {"id": "a", "customer": "c", "amount": "1.00"}]}, "expect": {"earned": "0.00"}`: `examples[0].given.orders[1].id: "a" is the id of an earlier order`,
		`"given": {"period": "2026-03", "orders": [{"id": "a", "customer": "c", "amount": "1.00", "currency": "EURO"}]}, "expect": {"earned": "0.00"}`:                             `examples[0].given.orders[0].currency: "EURO"`,
		`"given": {"period": "2026-03", "orders": [{"id": "a", "customer": "c", "amount": "1.00"}]}, "expect": {}`:                                                                 `examples[0].expect`,
		`"given": {"period": "2026-03", "guarded": ["2026-1"], "orders": []}, "expect": {"earned": "0.00"}`:                                                                        `examples[0].given.guarded`,
		`"given": {"period": "2026-03", "opening": {"balance": "-1.005"}}, "expect": {"earned": "0.00"}`:                                                                           `examples[0].given.opening.balance: "-1.005": too many decimals`,
	} {
		doc := strings.TrimSuffix(planOf("2026-01-01", `[{"type": "commission", "name": "commission", "tiers": [{"from": "0.00", "rate": "0.05"}]}]`), "}") + `, "examples": [{"name": "e", ` + given + `}]}`
		if _, err := Parse([]byte(doc)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error\n %v\nwant\n %s", err, want)
		}
	}
}

func TestCheck_FailingExample_ShowsTheDifferenceLineByLine(t *testing.T) {
	doc := `{"id": "p", "effectiveFrom": "2026-01-01", "currency": "EUR",
	 "components": [{"type": "commission", "name": "commission", "tiers": [{"from": "0.00", "rate": "0.05"}]}],
	 "examples": [
	  {"name": "right", "given": {"period": "2026-03", "orders": [{"id": "a", "customer": "c", "amount": "100.00"}]}, "expect": {"lines": {"commission": "5.00"}, "closingBalance": "0.00"}},
	  {"name": "wrong", "given": {"period": "2026-03", "orders": [{"id": "a", "customer": "c", "amount": "100.00", "time": "2026-02-20"}]}, "expect": {"lines": {"commission": "6.00"}, "earned": "6.00", "points": 3}}]}`
	p := mustParse(t, doc)
	results, err := p.Check(channel.Calendar{})
	want := "commission: expected 6.00, computed 5.00\n  2026-02 earning 5.00 = round(100.00 x 5 %)\nearned: expected 6.00, computed 5.00\npoints: expected 3, computed 0"
	if len(results) != 2 || !results[0].OK || results[1].OK || results[1].Detail != want {
		t.Errorf("%+v\nwant %s", results, want)
	}
	if !fault.Is(err, "example_failed") || fault.Of(err).Fields[0].Field != "examples[1]" {
		t.Errorf("error %v", err)
	}
}

func TestWholeness_HandoverBelowWhatStayingWouldPay_Warns(t *testing.T) {
	p := fullPlan(t)
	at := Threshold{Value: money.Of(50_000_00, "EUR"), MarginRate: 300_000, HorizonMonths: 36}
	got := p.Wholeness(at)
	want := "hand-over: a customer promoted at 50000.00 EUR pays the partner 4333.33 EUR over 24 months, which is 78.0 % of what staying would have earned at its lowest rate (5 %) and 39.0 % at its highest (10 %). That is below the 50 % the plan asks for."
	if len(got) != 1 || !got[0].Warn || got[0].Text != want || got[0].AtLowest != 780_000 || got[0].AtHighest != 390_000 {
		t.Errorf("%+v\nwant %s", got, want)
	}
	at.Value.Currency = "USD"
	if got := p.Wholeness(at); got != nil {
		t.Errorf("a threshold in another currency says %v", got)
	}
}

// Whatever is written, it is either refused or computed.
func FuzzParse(f *testing.F) {
	full, err := os.ReadFile("testdata/full.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(full))
	f.Add(planOf("2026-01-01", "["+tenPercent+"]"))
	f.Add(`{"id": "x", "effectiveFrom": "9998-12-31", "currency": "JPY", "components": [{"type": "commission", "name": "c", "tiers": [{"from": "0", "rate": "1"}]}],
	 "examples": [{"name": "e", "given": {"period": "9998-12", "orders": [{"id": "a", "customer": "c", "amount": "99999999999999999", "time": "1970-01-01"}]}, "expect": {"earned": "0"}}]}`)
	f.Fuzz(func(t *testing.T, doc string) {
		p, err := Parse([]byte(doc))
		if err != nil {
			return
		}
		if _, err := p.Check(channel.Calendar{}); err != nil && fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%v", err)
		}
		p.Explain()
	})
}
