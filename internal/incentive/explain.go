package incentive

import (
	"fmt"

	"github.com/fairlead/fairlead/internal/money"
)

// Explain says the plan in plain sentences: one paragraph for the plan and one
// for each component, in document order.
func (p *Plan) Explain() []string {
	out := []string{fmt.Sprintf("Plan %s, in %s, in force from %s.", p.ID, p.Currency, p.EffectiveFrom) + noted(p.Note)}
	for _, c := range p.Components {
		out = append(out, p.explain(c))
	}
	if n := len(p.Examples); n > 0 {
		return append(out, many(n, "worked example")+", computed whenever it is published.")
	}
	return append(out, "It has no worked examples.")
}

// noted is a note, as said after a sentence; nothing without one.
func noted(note string) string {
	if note == "" {
		return ""
	}
	return " Note: " + note
}

// explain is the paragraph of one component: what its terms say, then what the
// keys say that several types have.
func (p *Plan) explain(c *Component) string {
	say := c.terms.explain(p)
	if c.When != nil {
		say += fmt.Sprintf(" Only for orders where %s.", c.When.Source())
	}
	if c.WhenGuarded != money.One {
		say += fmt.Sprintf(" Times %s in months in which the balance guard is on.", c.WhenGuarded)
	}
	return fmt.Sprintf("%s (%s): %s", c.Name, c.Type, say) + noted(c.Note)
}

// amount is minor units of the plan's currency as text: "5.00 EUR".
func (p *Plan) amount(n int64) string { return money.Format(n, p.Currency) + " " + p.Currency }
