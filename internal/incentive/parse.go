package incentive

import (
	"bytes"
	"encoding/json"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
)

// Parse reads and checks a plan document. Every problem is reported at once, as
// fault.Invalid with JSON paths. The examples are checked for form only: see
// Check.
func Parse(data []byte) (*Plan, error) {
	var raw rawPlan
	if err := Schema.Decode(data, &raw); err != nil {
		return nil, err
	}
	r := &reader{types: componentTypes, currency: raw.Currency}
	p := &Plan{ID: channel.PlanID(raw.ID), EffectiveFrom: raw.EffectiveFrom, Currency: raw.Currency, Note: raw.Note}
	if _, err := channel.ParseCurrency("currency", raw.Currency); err != nil {
		r.bad.Merge("", err)
		return nil, r.bad.Err("plan") // every amount would be reported again
	}
	r.day("effectiveFrom", raw.EffectiveFrom)
	for i, values := range raw.Components {
		p.Components = append(p.Components, r.component(document.Path("components", i), values))
	}
	r.agree(p.Components)
	for i := range raw.Examples {
		p.Examples = append(p.Examples, r.example(document.Path("examples", i), &raw.Examples[i], p))
	}
	if err := r.bad.Err("plan"); err != nil {
		return nil, err
	}
	canonical, err := seal.CanonicalJSON(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))) // a byte order mark
	if err != nil {
		return nil, err
	}
	p.canonical, p.Hash = canonical, seal.Hash(canonical)
	return p, nil
}

type rawPlan struct {
	ID            string                       `json:"id"`
	EffectiveFrom string                       `json:"effectiveFrom"`
	Currency      string                       `json:"currency"`
	Note          string                       `json:"note"`
	Components    []map[string]json.RawMessage `json:"components"` // each type reads its own keys
	Examples      []rawExample                 `json:"examples"`
}

// component reads one component, and checks it as far as it stands alone.
func (r *reader) component(path string, values map[string]json.RawMessage) *Component {
	c := &Component{WhenGuarded: money.One}
	k := &keys{r, path, c, values}
	c.Type, c.Name, c.Note = Type(k.text("type")), k.text("name"), k.text("note")
	for i := range r.types {
		if r.types[i].is == c.Type {
			c.rules = &r.types[i]
		}
	}
	c.terms = c.rules.read(k) // the schema knows the types of the table only
	return c
}

// agree notes what is wrong between components. A line is known by its
// component's name, so names are unique in the whole plan.
func (r *reader) agree(components []*Component) {
	names, single := map[string]bool{}, map[Type]int{}
	for i, c := range components {
		path := document.Path("components", i)
		if names[c.Name] {
			r.bad.Add(document.Path(path, "name"), "%q is the name of an earlier component", c.Name)
		}
		if c.Name == MinimumAndCeiling {
			r.bad.Add(document.Path(path, "name"), "%q is kept for corrections of closed months", c.Name)
		}
		names[c.Name] = true
		if single[c.Type]++; c.rules.single && single[c.Type] == 2 {
			r.bad.Add(path, "a plan has at most one %s", c.Type)
		}
	}
	for i, c := range components {
		if c.rules.agree != nil {
			c.rules.agree(r, document.Path("components", i), c, components)
		}
	}
}
