package routing

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/internal/channel"
)

// oneByOne is the first rule that matches, without the index.
func (r *run) oneByOne() *rule {
	for i, rule := range r.t.rules {
		if rule.decline == nil && rule.matches(&r.vars) {
			r.why.ChannelsTried = i + 1
			return rule
		}
	}
	return nil
}

func TestIndex_FindsTheRuleThatTryingAllWouldFind(t *testing.T) {
	indexed := 0
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		w.rules = randomRules(t, rapid.IntRange(5, 40).Draw(t, "rules"))
		w.write(10, 0)
		p, err := Parse(w.json(), channel.Calendar{})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range p.base.book.channels.keyed {
			indexed += len(k.by)
		}
		w.policy = p
		for range 5 {
			in := randomInput(t, w)
			r := newRun(&in)
			want, got := r.oneByOne(), r.firstRule()
			if want != got {
				t.Fatalf("found %v, trying all finds %v\n%s", got, want, w.json())
			}
			var declined []string
			for i := range w.rules {
				if w.rules[i].decline && w.rules[i].holds(&in) {
					declined = append(declined, w.rules[i].name)
				}
			}
			r = newRun(&in)
			if first := r.declines(); first != (len(declined) > 0 && !r.owned && !r.why.Guarded) {
				t.Fatalf("declined: %v, but the rules that match are %v", first, declined)
			}
		}
	})
	if indexed == 0 {
		t.Error("nothing was indexed: the test compares a thing with itself")
	}
}

// thousand is a policy of 1,000 rules as a large programme has them: most ask
// for one account, one city or one segment, a few compare numbers.
func thousand(t testing.TB) *Policy {
	var rules []any
	for i := range 1000 {
		when := fmt.Sprintf("customer.attributes.city == 'city-%d' && customer.orders > %d", i, i%5)
		switch {
		case i%3 == 1:
			when = fmt.Sprintf("customer.id == 'account-%d'", i)
		case i%3 == 2:
			when = fmt.Sprintf("customer.segment in ['segment-%d', 'segment-%d'] && value.amount > 100", i, i+1)
		case i%250 == 0:
			when = fmt.Sprintf("customer.share > 0.9 && customer.discountShare > 0.%d", 2+i/250)
		}
		rules = append(rules, map[string]any{"name": fmt.Sprintf("rule %d", i), "when": when, "then": map[string]any{"channel": "partner"}})
	}
	text, err := json.Marshal(map[string]any{
		"id": "large", "effectiveFrom": "2026-01-01", "currency": "EUR", "rules": rules,
		"tiers": []any{map[string]any{"name": "focal", "minValue": "50000.00", "channel": "sales_force"}, map[string]any{"name": "base", "minValue": "0.00", "channel": "partner"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return mustParse(t, string(text))
}

// usual is a customer that no rule of thousand matches, with the directory of
// a middle-sized programme.
func usual(t testing.TB, p *Policy) Input {
	var people channel.Directory
	for i := range 12 {
		people.Partners = append(people.Partners, channel.Partner{ID: channel.PartnerID(fmt.Sprintf("partner-%02d", i)), Regions: []string{"DE", "FR"}, WeightMicros: 1_000_000, Capacity: channel.Unlimited})
	}
	dir, err := NewDirectory(people)
	if err != nil {
		t.Fatal(err)
	}
	declared := int64(700_000)
	return Input{
		Policy: p, Directory: dir, At: epoch, Cause: ByCall,
		Customer: Customer{ID: "customer-0012345", Region: "DE", Segment: "segment-x", Orders: 2, Gross: 12_000, Revenue: 12_000, DaysSinceLastOrder: 12, Attributes: map[string]string{"city": "Bonn"}},
		Value:    Value{Amount: declared, Currency: "EUR", Basis: Declared, Declared: &declared, AlivePPM: 1_000_000, AsOf: "2026-03-01"},
	}
}

// The goal: 1,000 rules decide in at most 20 us. "one by one" is the same
// decision with every rule tried, to show what the index is worth.
func BenchmarkDecide1000Rules(b *testing.B) {
	in := usual(b, thousand(b))
	b.Run("indexed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Decide(in); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("one by one", func(b *testing.B) {
		b.ReportAllocs()
		p := *in.Policy
		base := *p.base
		base.book = ruleIndexes{channels: ruleIndex{size: len(base.rules), open: allPlaces(len(base.rules))}}
		p.base = &base
		in := in
		in.Policy = &p
		for b.Loop() {
			if _, err := Decide(in); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func allPlaces(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(i)
	}
	return out
}
