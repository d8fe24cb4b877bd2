package condition_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/condition"
	"github.com/fairlead/fairlead/internal/fault"
)

type customer struct {
	ID                 string            `expr:"id"`
	Region             string            `expr:"region"`
	Segment            string            `expr:"segment"`
	Orders             int               `expr:"orders"`
	Points             int64             `expr:"points"`
	Share              float64           `expr:"share"`
	DaysSinceLastOrder int               `expr:"daysSinceLastOrder"`
	Attributes         map[string]string `expr:"attributes"`
	Hidden             string            `expr:"-"`
}

type env struct {
	Customer customer `expr:"customer"`
	Value    struct {
		Amount float64 `expr:"amount"`
		Basis  string  `expr:"basis"`
	} `expr:"value"`
	Balance struct {
		Guarded bool `expr:"guarded"`
	} `expr:"balance"`
	Partner struct {
		Regions []string `expr:"regions"`
		Level   string   `expr:"level"`
	} `expr:"partner"`
}

func sample() *env {
	e := &env{Customer: customer{ID: "c1", Region: "DE", Segment: "smb", Orders: 7, Points: 1 << 40, Share: 0.95, DaysSinceLastOrder: -1, Attributes: map[string]string{"colour": "red", "a b": "x"}}}
	e.Value.Amount, e.Value.Basis = 7000.5, "declared"
	e.Partner.Regions, e.Partner.Level = []string{"DE", "AT"}, "gold"
	return e
}

func TestMatch_TheLanguage(t *testing.T) {
	for _, c := range []struct {
		when string
		want bool
	}{
		{"true", true},
		{"customer.region == 'DE'", true},
		{`"AQ" == customer.region`, false},
		{"customer.region != 'AQ' and customer.region < 'DF'", true},
		{"customer.region in ['AQ', 'DE']", true},
		{"customer.region not in ['AQ', 'DE']", false},
		{"customer.region in []", false},
		{"customer.share > 0.9 && value.amount > 7000", true},
		{"value.amount == 7000.5", true},
		{"customer.orders > 6.5", true},
		{"customer.orders / 2 == 3.5", true},
		{"customer.orders % 2 == 1", true},
		{"customer.orders in 1..12", true},
		{"customer.points in [1, 1099511627776]", true},
		{"customer.points > customer.orders", true},
		{"customer.daysSinceLastOrder == -1", true},
		{"customer.daysSinceLastOrder in [-1, 0]", true},
		{"1 < customer.orders < 8", true},
		{"customer.orders / customer.daysSinceLastOrder < 0", true},
		{"value.amount / (customer.orders - 7) > 1", true},
		{"balance.guarded", false},
		{"not balance.guarded || customer.share > 2", true},
		{"balance.guarded == false", true},
		{"customer.attributes.colour == 'red'", true},
		{"customer.attributes['a b'] == 'x'", true},
		{"customer.attributes.size == ''", true},
		{"'colour' in customer.attributes", true},
		{"'size' in customer.attributes", false},
		{"customer.region in partner.regions", true},
		{"any(partner.regions, # startsWith 'A')", true},
		{"all(partner.regions, # startsWith 'A')", false},
		{"count(partner.regions, len(#) == 2) == 2", true},
		{"one(partner.regions, # == customer.region) and none(partner.regions, # == 'FR')", true},
		{"customer.id startsWith 'c' and customer.id endsWith '1' and customer.id contains 'c1'", true},
		{"customer.id matches '^c[0-9]+$'", true},
		{"customer.id not matches '^d'", true},
		{"upper(customer.segment) == 'SMB' && lower('SMB') == customer.segment", true},
		{"len(trim(' ab ')) == 2", true},
		{"customer.region + '-' + customer.segment == 'DE-smb'", true},
		{"(balance.guarded ? 1 : 2) == 2", true},
		{"max(customer.orders, 9) == 9 and min(1, 2.5, 3) == 1", true},
		{"abs(-3) == 3 and floor(2.7) == 2 and ceil(2.1) == 3 and round(2.5) == 3", true},
		{"hasPrefix(customer.id, 'c') // the first ones\n && hasSuffix(customer.id, '1')", true},
	} {
		p, err := condition.Compile(c.when, env{})
		if err != nil {
			t.Errorf("%s: %v", c.when, err)
			continue
		}
		for _, e := range []any{sample(), *sample()} {
			if got, err := p.Match(e); err != nil || got != c.want {
				t.Errorf("%s is %v, %v; want %v", c.when, got, err, c.want)
			}
		}
		if p.Source() != c.when || p.Cost() < 1 || p.Cost() > condition.MaxCost {
			t.Errorf("%s: source %q, cost %d", c.when, p.Source(), p.Cost())
		}
	}
}

func TestCompile_Refused_SaysWhyWithLineAndColumn(t *testing.T) {
	long := "customer.region == '" + strings.Repeat("x", condition.MaxBytes) + "'"
	for _, c := range []struct{ when, want string }{
		{"", "line 1, column 1: the condition is empty"},
		{" \n ", "line 1, column 1: the condition is empty"},
		{long, "the condition has 4117 bytes, at most 4096 are allowed"},
		{"customer.region == ", "line 1, column 19: unexpected token EOF"},
		{"customer.region == 'DE", "line 1, column 23: literal not terminated"},
		{"customer.region = 'DE'", "line 1, column 17: unexpected token Operator(\"=\")"},
		{"custmer.region == 'DE'", "line 1, column 1: unknown name custmer; the nearest known one is customer"},
		{"balance.guarded and\n  customer.regoin == 'DE'", "line 2, column 12: unknown name customer.regoin; the nearest known one is customer.region"},
		{"customer.Hidden == ''", "unknown name customer.Hidden; the nearest known one is customer.id"},
		{"customer.Region == ''", "unknown name customer.Region; the nearest known one is customer.region"},
		{"customer.region.code == ''", "unknown name customer.region.code: customer.region is text and has no parts"},
		{"customer == 'c1'", "customer is not a value: say which of its variables (attributes, daysSinceLastOrder, id, orders, points, region, segment, share)"},
		{"customer.region", "line 1, column 10: a condition is true or false, but this is text"},
		{"customer.orders + 1", "a condition is true or false, but this is a number"},
		{"customer.region == 5", "line 1, column 17: cannot compare text with a number by =="},
		{"customer.share == '0.9'", "cannot compare a number with text by =="},
		{"balance.guarded > false", "cannot compare true or false with true or false by >"},
		{"customer.attributes == partner.regions", "cannot compare a table with a list by =="},
		{"partner.regions == partner.regions", "cannot compare a list with a list by =="},
		{"customer.region in ['DE', 5]", "cannot look for text among a number"},
		{"customer.orders in ['DE']", "cannot look for a number among text"},
		{"customer.region in [customer.id]", "the items of a list must be constants"},
		{"customer.region in customer.segment", "to the right of `in` stands a list, not text"},
		{"customer.orders in partner.regions", "cannot look for a number among text"},
		{"customer.orders and true", "what stands beside `and` must be true or false, not a number"},
		{"not customer.region", "what `not` turns around must be true or false, not text"},
		{"-customer.region == 1", "what has a sign must be a number, not text"},
		{"customer.region + 1 == ''", "cannot add text and a number"},
		{"customer.region * 2 == 4", "what stands beside `*` must be a number, not text"},
		{"customer.orders % customer.orders == 0", "the remainder is available by a constant whole number only"},
		{"customer.orders % 0 == 0", "cannot divide by zero"},
		{"customer.share / 0.0 == 0", "cannot divide by zero"},
		{"customer.share % 2 == 0", "line 1, column 16: invalid operation: % (mismatched types float64 and int)"},
		{"customer.share ** 2 > 1", "powers are not available: they are not the same to the last bit on every processor"},
		{"customer.share ^ 2 > 1", "powers are not available"},
		{"now() > 1", "line 1, column 1: a condition has no clock: now is not available"},
		{"date('2026-01-01') == date('2026-01-01')", "a condition has no clock: date is not available"},
		{"rand() > 0.5", "a condition has no chance in it: rand is not available"},
		{"frobnicate(customer.id)", "unknown function frobnicate"},
		{"uper(customer.id) == ''", "unknown function uper; the nearest known one is upper"},
		{"customer.id.upper() == ''", "a condition cannot call this"},
		{"upper(customer.orders) == ''", "what upper takes must be text, not a number"},
		{"upper() == ''", ""},
		{"max(1) == 1", "max takes 2 to 8 arguments, not 1"},
		{"int(customer.share) == 1", "unknown function int"},
		{"let x = customer.id; x == ''", "a condition is one expression: `let` and `;` are not available"},
		{"true; false", "a condition is one expression"},
		{"customer.region == nil", "nothing is nil here: absent text is '', an absent number 0"},
		{"customer?.region == ''", "nothing is nil here"},
		{"(customer.region ?? 'x') == 'x'", "nothing is nil here"},
		{"$env.customer.region == 'DE'", "unknown name $env"},
		{"customer[customer.region] == ''", "what is read of customer must be named, it cannot be computed or counted"},
		{"customer.attributes[customer.region] == ''", "what is read of customer.attributes must be named"},
		{"partner.regions[0] == 'DE'", "what is read of partner.regions must be named"},
		{"partner.regions[0:1] == 'DE'", "this is not available in a condition"},
		{"{'a': 1} == {'a': 1}", "this is not available in a condition"},
		{"[1] == [1]", "a list may only stand to the right of `in`"},
		{"(balance.guarded ? 1 : 'x') == 1", "both answers of a choice must be of one kind, not a number and text"},
		{"(customer.orders ? 1 : 2) == 1", "what is asked before ? must be true or false, not a number"},
		{"# == 'DE'", "line 1, column 1"},
		{"customer.id matches customer.region", "line 1, column 30: the pattern of `matches` must be written out, it cannot be computed"},
		{"customer.id matches '['", "the pattern is not valid: error parsing regexp: missing closing ]: `[`"},
		// What would be slow.
		{"sum(1..100000000) > 0", "sum is not available: its work could grow without bound"},
		{"any(1..100000000, # > 3)", "the condition is too slow: any goes over a list that is a variable, nothing else"},
		{"customer.orders in 1..100000000", "the condition is too slow: a range has 1 to 366 items; compare with >= and <= instead"},
		{"customer.orders in 5..1", "a range has 1 to 366 items"},
		{"(1..3) == (1..3)", "a range may only stand to the right of `in`"},
		{"repeat('x', 1000000000) == ''", "repeat is not available: its work could grow without bound"},
		{"any(partner.regions, any(partner.regions, # == 'DE'))", "the condition is too slow: any may not stand inside another one of its kind"},
		{"len(filter(partner.regions, true)) > 0", "filter is not available: its work could grow without bound"},
		{"customer.id matches '(a{1,99}){1,9}'", "the condition is too slow: it may need"},
		{strings.TrimSuffix(strings.Repeat("all(partner.regions, # contains 'x') and ", 9), "and "), "the condition is too slow: it may need"},
		{strings.Repeat("(", 2000) + "true" + strings.Repeat(")", 2000), ""},
	} {
		_, err := condition.Compile(c.when, env{})
		if c.want == "" {
			continue // only: no panic
		}
		if !fault.Is(err, condition.Slug) || fault.Of(err).Kind != fault.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.80s\n gives %v\n want  %s", c.when, err, c.want)
		}
	}
}

func TestCompile_SeveralProblems_AreToldAtOnce(t *testing.T) {
	_, err := condition.CompileAt("rules[2].when", "custmer.id == 'x' or customer.region == 5 or now() == 1", env{})
	want := []fault.Field{
		{Field: "rules[2].when", Message: "line 1, column 1: unknown name custmer; the nearest known one is customer"},
		{Field: "rules[2].when", Message: "line 1, column 38: cannot compare text with a number by =="},
		{Field: "rules[2].when", Message: "line 1, column 46: a condition has no clock: now is not available"},
	}
	if diff := cmp.Diff(want, fault.Of(err).Fields); diff != "" {
		t.Error(diff)
	}
	if p, err := condition.CompileAt("rules[2].when", "true", env{}); err != nil || p == nil {
		t.Error(p, err)
	}
}

func TestReads_NamesEveryVariableOnce(t *testing.T) {
	p, err := condition.Compile("customer.attributes.colour == 'red' or customer.region == 'DE' and customer.region != 'AT' or value.amount > 1 and any(partner.regions, # == customer.id)", &env{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"customer.attributes.colour", "customer.id", "customer.region", "partner.regions", "value.amount"}
	if diff := cmp.Diff(want, p.Reads()); diff != "" {
		t.Error(diff)
	}
	e := sample()
	var got []any
	for _, path := range p.Reads() {
		v, ok := condition.Value(e, path)
		if !ok {
			t.Errorf("no value at %s", path)
		}
		got = append(got, v)
	}
	if diff := cmp.Diff([]any{"red", "c1", "DE", []string{"DE", "AT"}, 7000.5}, got); diff != "" {
		t.Error(diff)
	}
}

func TestValue_UnknownPaths(t *testing.T) {
	if v, ok := condition.Value(sample(), "customer.attributes.a b"); v != "x" || !ok {
		t.Error(v, ok)
	}
	if v, ok := condition.Value(*sample(), "customer.attributes.none"); v != "" || !ok {
		t.Error(v, ok)
	}
	for _, path := range []string{"", "customer", "customer.none", "none", "customer.region.x"} {
		if v, ok := condition.Value(sample(), path); ok {
			t.Errorf("%q has the value %v", path, v)
		}
	}
}

func TestEqualities_OnlyWhereTheConditionNeedsThem(t *testing.T) {
	for _, c := range []struct{ when, path, values string }{
		{"customer.region == 'AQ'", "customer.region", "AQ"},
		{"'AQ' == customer.region", "customer.region", "AQ"},
		{"customer.region in ['B', 'A', 'B']", "customer.region", "A,B"},
		{"customer.region == 'B' or customer.region in ['C', 'A']", "customer.region", "A,B,C"},
		{"value.amount > 5 and customer.region == 'B'", "customer.region", "B"},
		{"customer.region in ['A', 'B'] && customer.segment == 'smb'", "customer.segment", "smb"},
		{"customer.region == 'A' && customer.segment == 'smb'", "customer.region", "A"},
		{"(customer.region == 'A' && value.amount > 1) || customer.region == 'B'", "customer.region", "A,B"},
		{"customer.attributes.colour == 'red'", "customer.attributes.colour", "red"},
		{"customer.region in []", "customer.region", ""},
		{"customer.region == 'A' or customer.segment == 'smb'", "", ""},
		{"customer.region == 'A' or value.amount > 1", "", ""},
		{"not (customer.region == 'A')", "", ""},
		{"customer.region != 'A'", "", ""},
		{"customer.region not in ['A']", "", ""},
		{"customer.region == customer.segment", "", ""},
		{"upper(customer.region) == 'A'", "", ""},
		{"customer.orders == 3", "", ""},
		{"customer.orders in [3]", "", ""},
		{"'a' in ['a']", "", ""},
		{"'a' == 'b'", "", ""},
		{"true", "", ""},
	} {
		p, err := condition.Compile(c.when, env{})
		if err != nil {
			t.Fatal(c.when, err)
		}
		path, values, ok := p.Equalities()
		if path != c.path || strings.Join(values, ",") != c.values || ok != (c.path != "") {
			t.Errorf("%s: %q %v %v, want %q %s", c.when, path, values, ok, c.path, c.values)
		}
	}
}

func TestMatch_AnotherStruct_IsAnErrorNotAPanic(t *testing.T) {
	p, err := condition.Compile("customer.region == 'DE'", env{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []any{nil, customer{}, (*env)(nil), 3} {
		if _, err := p.Match(e); fault.Of(err).Kind != fault.Internal || err == nil {
			t.Errorf("%T: %v", e, err)
		}
	}
}

func TestCompile_EnvironmentTheLanguageDoesNotKnow_Panics(t *testing.T) {
	type named string
	for _, e := range []any{nil, 3, struct{ A string }{}, struct {
		A named `expr:"a"`
	}{}, struct {
		A any `expr:"a"`
	}{}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%T was accepted", e)
				}
			}()
			_, _ = condition.Compile("true", e)
		}()
	}
}

func TestMatch_ManyAtOnce(t *testing.T) {
	p, err := condition.Compile("customer.region in ['AQ', 'DE'] and any(partner.regions, # == 'AT')", env{})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			e := sample()
			for range 200 {
				if ok, err := p.Match(e); !ok || err != nil {
					t.Error(ok, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// A condition that compiles cannot fail, whatever the customer is like.
func FuzzCompile_WhatCompilesCannotFail(f *testing.F) {
	for _, seed := range []string{
		"customer.region == 'AQ'", "customer.share > 0.9 && value.amount / customer.orders > 2", "customer.orders % 3 == -1", "customer.region in ['a']",
		"any(partner.regions, # matches '^A')", "len(customer.id + customer.region) > 1 ? true : balance.guarded", "customer.attributes['x y'] == ''", "1 < customer.points <= 3.5",
		"min(1, customer.points) in [-1, 2.5]", "customer.id[0]", "-(-1) == +1", "true == (1 in 0..3)", "\"\\u00e9\" != `x`", "round(customer.share) == 1e3", "0x10 == 16", "min(1, customer.points) in [00]", "min(0, customer.points) in []",
	} {
		f.Add(seed)
	}
	empty, full := &env{}, sample()
	f.Fuzz(func(t *testing.T, when string) {
		p, err := condition.Compile(when, env{})
		if err != nil {
			if !fault.Is(err, condition.Slug) || len(fault.Of(err).Fields) == 0 {
				t.Errorf("refused without saying where: %v", err)
			}
			return
		}
		path, values, ok := p.Equalities()
		for _, e := range []*env{empty, full} {
			holds, err := p.Match(e)
			if err != nil {
				t.Fatalf("%q failed: %v", when, fault.Of(err).Err)
			}
			if v, _ := condition.Value(e, path); ok && holds && !strings.Contains("\x00"+strings.Join(values, "\x00")+"\x00", "\x00"+v.(string)+"\x00") {
				t.Errorf("%q holds although %s is %v, not one of %q", when, path, v, values)
			}
		}
	})
}

func benchmark(b *testing.B, when string) {
	p, err := condition.Compile(when, env{})
	if err != nil {
		b.Fatal(err)
	}
	e := sample()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Match(e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMatch_Equality(b *testing.B) { benchmark(b, "customer.region == 'AQ'") }

func BenchmarkMatch_TwoComparisons(b *testing.B) {
	benchmark(b, "customer.share > 0.9 && value.amount > 5000")
}

func BenchmarkMatch_List(b *testing.B) {
	benchmark(b, "customer.region in ['AQ', 'XX', 'YY'] and customer.attributes.colour == 'red'")
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := condition.Compile("customer.share > 0.9 && customer.region in ['A', 'B']", env{}); err != nil {
			b.Fatal(err)
		}
	}
}
