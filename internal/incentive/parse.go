package incentive

import (
	"bytes"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
)

// Parse reads and checks a plan document. Every problem is reported at once, as
// fault.Invalid with JSON paths. The examples are checked for form only: see
// Check.
func Parse(data []byte) (*Plan, error) {
	k := &keys{reader: &reader{types: componentTypes}}
	if err := Schema.Decode(data, &k.values); err != nil {
		return nil, err
	}
	if k.readCurrency(); k.bad.Len() > 0 {
		return nil, k.bad.Err("plan") // every amount would be reported again
	}
	p := &Plan{ID: channel.PlanID(k.text("id")), EffectiveFrom: k.day("effectiveFrom"),
		Currency: k.currency, Note: k.text("note")}
	for _, inner := range k.list("components") {
		p.Components = append(p.Components, readComponent(inner))
	}
	k.agree(p.Components)
	for _, inner := range k.list("examples") {
		p.Examples = append(p.Examples, readExample(inner, p.Components))
	}
	if err := k.bad.Err("plan"); err != nil {
		return nil, err
	}
	canonical, err := seal.CanonicalJSON(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))) // a byte order mark
	if err != nil {
		return nil, err
	}
	p.canonical, p.Hash = canonical, seal.Hash(canonical)
	return p, nil
}

// readComponent reads one component, and checks it as far as it stands alone.
func readComponent(k *keys) *Component {
	c := &Component{Type: Type(k.text("type")), Name: k.text("name"), Note: k.text("note"), WhenGuarded: money.One}
	k.component = c
	at := slices.IndexFunc(k.types, func(t componentType) bool { return t.is == c.Type })
	c.rules = &k.types[at] // the schema knows the types of the table only
	c.terms = c.rules.read(k)
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
