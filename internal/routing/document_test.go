package routing

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

// worldwide is the policy of testdata/worldwide.json with one thing changed.
func worldwide(t *testing.T, path string, value any) []byte {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(readFile(t, "testdata/worldwide.json"), &doc); err != nil {
		t.Fatal(err)
	}
	keys := strings.Split(path, "/")
	at := any(doc)
	for _, key := range keys[:len(keys)-1] {
		switch v := at.(type) {
		case map[string]any:
			at = v[key]
		case []any:
			at = v[int(key[0]-'0')]
		}
	}
	last := keys[len(keys)-1]
	switch v := at.(type) {
	case map[string]any:
		if v[last] = value; value == nil {
			delete(v, last)
		}
	case []any:
		v[int(last[0]-'0')] = value
	}
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type keys = map[string]any

func TestPolicy_WrongDocument_SaysWhatAndWhere(t *testing.T) {
	for _, c := range []struct {
		name, path string
		value      any
		want       string
	}{
		{"unknown key", "protecton", keys{"days": 9}, `protecton: unknown key "protecton"; the nearest known one is "protection"`},
		{"unknown key inside", "tiers/1/minvalue", "1.00", `tiers[1].minvalue: unknown key "minvalue"; the nearest known one is "minValue"`},
		{"no tiers", "tiers", nil, "tiers: is missing"},
		{"missing last tier", "tiers", []any{keys{"name": "a", "minValue": "5.00", "channel": "partner"}}, "tiers[0].minValue: is 5.00; the last tier begins at zero"},
		{"tiers that rise", "tiers/1/minValue", "60000.00", "tiers[1].minValue: is 60000.00; it must be below the 50000.00"},
		{"tiers that are level", "tiers/1/minValue", "50000.00", "tiers[1].minValue: is 50000.00; it must be below"},
		{"a tier's name twice", "tiers/1/name", "focal", `tiers[1].name: "focal" stands twice`},
		{"too many digits", "tiers/0/minValue", "50000.001", "tiers[0].minValue:"},
		{"a negative amount", "tiers/0/minValue", "-1.00", "tiers[0].minValue:"},
		{"an amount as a number", "tiers/0/minValue", 50000, "tiers[0].minValue:"},
		{"no such channel", "tiers/0/channel", "salesforce", `tiers[0].channel: "salesforce"`},
		{"no such currency", "currency", "EUX", "currency: \"EUX\" is not a known currency"},
		{"no such day", "effectiveFrom", "2026-02-30", "effectiveFrom:"},
		{"promote below 1", "hysteresis/promoteFactor", "0.99", "hysteresis.promoteFactor: is 0.99; it must be 1 or more"},
		{"demote above 1", "hysteresis/demoteFactor", "1.01", "hysteresis.demoteFactor: is 1.01; it must be above 0 and at most 1"},
		{"demote 0", "hysteresis/demoteFactor", "0", "hysteresis.demoteFactor: is 0; it must be above 0"},
		{"dwell that is no whole number", "hysteresis/dwellDays", "90", "hysteresis.dwellDays:"},
		{"a rule without effect", "rules/0/then", keys{}, "rules[0].then:"},
		{"a rule with two", "rules/0/then", keys{"channel": "partner", "partner": "p1"}, "rules[0].then: names channel and partner; it must name exactly one"},
		{"a rule's name twice", "rules/1/name", "strategic account", `rules[1].name: "strategic account" stands twice`},
		{"an unknown variable", "rules/0/when", "customer.segmet == 'x'", "rules[0].when: line 1, column"},
		{"an ill-typed condition", "rules/0/when", "customer.segment > 3", "rules[0].when: line 1, column"},
		{"a condition on the clock", "rules/0/when", "now().Year() > 2026", "rules[0].when: line 1, column 7: a condition cannot call this"},
		{"a slow condition", "rules/0/when", "all(1..1000000000, customer.orders > #)", "rules[0].when: line 1"},
		{"a condition that is no answer", "rules/0/when", "customer.orders + 1", "rules[0].when:"},
		{"an attribute that is not listed", "attributes", []any{"colour"}, ""},
		{"offers without end", "offer", keys{"required": true}, "offer.expiresHours: is missing"},
		{"a share above 1", "balance/minStableShare", "1.1", "balance.minStableShare:"},
		{"currency override inherits money", "regions/JP", keys{"currency": "JPY"}, "regions.JP: changes the currency to JPY and so must bring its own tiers"},
		{"currency override inherits value", "regions/JP/value", nil, "regions.JP: changes the currency to JPY and so must bring its own value"},
		{"amounts of another currency", "regions/JP/tiers/0/minValue", "8000000.50", "regions.JP.tiers[0].minValue:"},
		{"override without example", "regions/KR", keys{"noPartner": "sales_force"}, "regions.KR: has no example"},
		{"override of what holds for all", "regions/JP/seed", "x", "regions.JP.seed: unknown key"},
		{"a seed with a line end", "seed", "a\nb", "seed:"},
		{"its own currency exchanged", "value/exchange", keys{"EUR": "1"}, "value.exchange.EUR: is the policy's own currency"},
		{"an example's name twice", "examples/1/name", "Japan has its own line", "stands twice"},
		{"an example that expects nothing", "examples/0/expect", keys{}, "examples[0].expect:"},
		{"an example with an unknown key", "examples/0/given/customer/regio", "DE", `examples[0].given.customer.regio: unknown key "regio"; the nearest known one is "region"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(worldwide(t, c.path, c.value), channel.Calendar{})
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !fault.Is(err, "invalid_document") || fault.Of(err).Kind != fault.Invalid {
				t.Fatalf("error is %v", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("says %s\nwant %s", err, c.want)
			}
		})
	}
}

func TestPolicy_AnAmountThatCannotBeRead_IsTheOnlyProblemOfItsTiers(t *testing.T) {
	_, err := Parse(worldwide(t, "tiers/0/minValue", "50000.001"), channel.Calendar{})
	if f := fault.Of(err).Fields; len(f) != 1 || f[0].Field != "tiers[0].minValue" {
		t.Errorf("got %+v", f)
	}
}

func TestPolicy_ConditionOnUnlistedAttribute_IsRefused(t *testing.T) {
	doc := worldwide(t, "attributes", []any{"colour"})
	doc = []byte(strings.Replace(string(doc), "customer.segment == 'strategic'", "customer.attributes.color == 'red'", 1))
	_, err := Parse(doc, channel.Calendar{})
	if err == nil || !strings.Contains(err.Error(), `reads the attribute "color", which `+"`attributes`"+` does not list; did you mean "colour"?`) {
		t.Errorf("error is %v", err)
	}
}

func TestPolicy_UnlistedAttributes_AreNotKept(t *testing.T) {
	p, err := Parse(worldwide(t, "attributes", []any{"colour"}), channel.Calendar{})
	if err != nil {
		t.Fatal(err)
	}
	in := usual(t, p.As(1))
	in.Customer.Attributes = map[string]string{"colour": "red", "birthday": "1970-01-01"}
	d, err := Decide(in)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(d.Bytes), "birthday") || !strings.Contains(string(d.Bytes), `"colour":"red"`) {
		t.Errorf("the record keeps %s", d.Bytes)
	}
}

func TestPolicy_TwoGroupsWithOverrides_OneRegion_IsRefused(t *testing.T) {
	base := worldwide(t, "regionGroups", keys{"APAC": []any{"KR"}, "ASIA": []any{"KR"}})
	doc := strings.Replace(string(base), `"regions":{`, `"regions":{"APAC":{"noPartner":"wait"},"ASIA":{"noPartner":"wait"},`, 1)
	_, err := Parse([]byte(doc), channel.Calendar{})
	if err == nil || !strings.Contains(err.Error(), `regionGroups.ASIA[0]: "KR" is in the group APAC too`) {
		t.Errorf("error is %v", err)
	}
}

func TestPolicy_CurrencyOverride_WarnsOfInheritedRulesOnAmounts(t *testing.T) {
	p, err := Parse(worldwide(t, "rules/0/when", "value.amount > 100"), channel.Calendar{})
	if err != nil {
		t.Fatal(err)
	}
	if w := p.Warnings(); len(w) != 1 || !strings.Contains(w[0], `In JP the rule "strategic account", which compares value.amount, is inherited`) {
		t.Errorf("warnings %q", w)
	}
}

func TestCheck_FailingExample_NamesExpectedAndGot(t *testing.T) {
	p, err := Parse(worldwide(t, "examples/1/expect", keys{"outcome": "sales_force", "tier": "growth", "rule": "strategic account"}), channel.Calendar{})
	if err != nil {
		t.Fatal(err)
	}
	results, err := p.Check()
	if !fault.Is(err, "example_failed") {
		t.Fatalf("error is %v", err)
	}
	for _, want := range []string{
		`examples[1].expect.outcome: "a so-so customer goes to a partner" expects sales_force, but the policy computes partner`,
		`examples[1].expect.rule: "a so-so customer goes to a partner" expects strategic account, but the policy computes none`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("says %s\nwant %s", err, want)
		}
	}
	if results[1].OK || results[1].Expected != "outcome sales_force, tier growth, rule strategic account" || results[1].Got != "outcome partner, tier growth, rule none" || !results[0].OK {
		t.Errorf("results %+v", results)
	}
}

func TestCheck_ExampleInAnotherCurrency_NeedsARate(t *testing.T) {
	p, err := Parse(worldwide(t, "examples/1/given/customer/currency", "CHF"), channel.Calendar{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = p.Check(); err == nil || !strings.Contains(err.Error(), "CHF is not in value.exchange") {
		t.Errorf("error is %v", err)
	}
}

func TestPolicy_SameContentOtherwiseWritten_SameHash(t *testing.T) {
	text := readFile(t, "testdata/worldwide.json")
	a := mustParse(t, string(text))
	b := mustParse(t, string(worldwide(t, "currency", "EUR")))
	c := mustParse(t, string(worldwide(t, "note", "other words")))
	if a.Hash() != b.Hash() || a.Hash() == c.Hash() {
		t.Errorf("hashes %s, %s, %s", a.Hash(), b.Hash(), c.Hash())
	}
}

func TestPolicy_EffectiveFrom_IsADayOfTheProgramme(t *testing.T) {
	cal, err := channel.ParseCalendar("", "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(readFile(t, "testdata/worldwide.json"), cal)
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC); !p.EffectiveFrom.Equal(want) {
		t.Errorf("in force from %s, want %s", p.EffectiveFrom, want)
	}
}

func TestSentences_TellTheWholeDocument(t *testing.T) {
	got := strings.Join(mustParse(t, string(readFile(t, "testdata/worldwide.json"))).Sentences(), "\n") + "\n"
	golden(t, "testdata/worldwide.txt", got)
}
