package incentive

import (
	"fmt"
	"strings"

	"github.com/fairlead/fairlead/internal/money"
)

// Explain says the plan in plain sentences: one paragraph for the plan and one
// for each component, in document order.
func (p *Plan) Explain() []string {
	out := []string{fmt.Sprintf("Plan %s, in %s, in force from %s.", p.ID, p.Currency, p.EffectiveFrom) + noted(p.Note)}
	for i := range p.Components {
		out = append(out, p.explain(&p.Components[i]))
	}
	switch n := len(p.Examples); n {
	case 0:
		out = append(out, "It has no worked examples.")
	default:
		out = append(out, fmt.Sprintf("%s, computed whenever it is published.", upperFirst(many(n, "worked example"))))
	}
	return out
}

func noted(note string) string {
	if note == "" {
		return ""
	}
	return " Note: " + note
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (p *Plan) explain(c *Component) string {
	say := p.sentences(c)
	if c.When != nil {
		say += fmt.Sprintf(" Only for orders where %s.", c.When.Source())
	}
	if c.WhenGuarded != money.One {
		say += fmt.Sprintf(" Times %s in months in which the balance guard is on.", c.WhenGuarded)
	}
	return fmt.Sprintf("%s (%s): %s", c.Name, c.Type, say) + noted(c.Note)
}

func (p *Plan) amount(n int64) string { return money.Format(n, p.Currency) + " " + p.Currency }

func (p *Plan) sentences(c *Component) string {
	switch c.Type {
	case TypeCommission:
		return p.explainCommission(c)
	case TypeRetention:
		return fmt.Sprintf("%s a month for each customer owned at its first and last instant, with at least %s in it and not churned; a customer promoted to the sales force within the month counts.", p.amount(c.Amount), many(c.MinOrder, "order"))
	case TypeSatisfaction:
		return p.explainSatisfaction(c)
	case TypeGrowth:
		return fmt.Sprintf("%s of the growth in value of the customers owned through the month, as observed in their orders; a fall is made good first.", percent(c.Rate))
	case TypeHandover:
		return p.explainHandover(c)
	case TypeBounty:
		return p.explainBounty(c)
	case TypeRecognition:
		return explainRecognition(c)
	case TypeMDF:
		return fmt.Sprintf("%s of net revenue into a fund for approved marketing.", percent(c.Rate))
	case TypeGuarantee, TypeCap, TypeReserve, TypeClawback:
		return p.explainLimits(c)
	}
	return ""
}

func (p *Plan) explainCommission(c *Component) string {
	basis, how, consequence := "net revenue", "each rate on its own part", "A refund also takes back the tier it had helped to reach."
	if c.OnMargin {
		basis = "margin"
	}
	if c.Whole {
		how = "one rate on everything"
	}
	if c.Waive {
		consequence = "A refund takes back what its order earned and never moves a tier."
	}
	tiers := make([]string, 0, len(c.Tiers))
	for _, t := range c.Tiers {
		if len(c.Tiers) == 1 {
			tiers, how = append(tiers, percent(t.Rate)), ""
			break
		}
		tiers = append(tiers, fmt.Sprintf("%s from %s", percent(t.Rate), p.amount(t.From)))
	}
	if how != "" {
		how = fmt.Sprintf(" of each %s, %s", c.Window, how)
	}
	return fmt.Sprintf("%s on the %s%s. %s", strings.Join(tiers, ", "), basis, how, consequence)
}

func (p *Plan) explainSatisfaction(c *Component) string {
	steps := make([]string, 0, len(c.Steps))
	for _, s := range c.Steps {
		steps = append(steps, fmt.Sprintf("%s from an average of %s", percent(s.Share), money.Rate(s.MinAverage)))
	}
	return fmt.Sprintf("of %s, by the average score of the month's answers: %s; with at least %s.", c.Of, strings.Join(steps, ", "), many(c.MinAnswers, "answer"))
}

func (p *Plan) explainHandover(c *Component) string {
	limits := ""
	if c.Floor > 0 {
		limits += ", at least " + p.amount(c.Floor)
	}
	if c.Ceiling != NoCeiling {
		limits += ", at most " + p.amount(c.Ceiling)
	}
	out := fmt.Sprintf("when a customer is promoted to the sales force, %s of its value%s, once", percent(c.Rate), limits)
	if c.TrailMonths > 0 {
		out += fmt.Sprintf("; then %s of its orders for %s, whoever serves it", percent(c.TrailRate), many(c.TrailMonths, "month"))
	}
	return out + "."
}

func (p *Plan) explainBounty(c *Component) string {
	on := "each order"
	if c.FirstOrder {
		on = "each customer's first order"
	}
	out := fmt.Sprintf("%s for %s", p.amount(c.Amount), on)
	if c.From != "" {
		out += " from " + c.From
	}
	if c.To != "" {
		out += " to " + c.To
	}
	if c.Limit > 0 {
		out += fmt.Sprintf(", the first %d", c.Limit)
	}
	return out + "."
}

func explainRecognition(c *Component) string {
	var parts []string
	if c.PerOrder > 0 {
		parts = append(parts, fmt.Sprintf("%d points for each order", c.PerOrder))
	}
	if c.PerNewCustomer > 0 {
		parts = append(parts, fmt.Sprintf("%d points for each new customer", c.PerNewCustomer))
	}
	out := strings.Join(parts, ", ") + "; never money."
	for _, b := range c.Badges {
		out += fmt.Sprintf(" The badge %q at %d points.", b.Name, b.MinPoints)
	}
	return out
}

func (p *Plan) explainLimits(c *Component) string {
	switch c.Type {
	case TypeGuarantee:
		if c.Recoverable {
			return fmt.Sprintf("at least %s a month; a top-up is a draw, taken back from what later months earn above it.", p.amount(c.Amount))
		}
		return fmt.Sprintf("at least %s a month.", p.amount(c.Amount))
	case TypeCap:
		if c.Carry {
			return fmt.Sprintf("at most %s a month, hand-overs apart; what is above is carried into the next month.", p.amount(c.Amount))
		}
		return fmt.Sprintf("at most %s a month, hand-overs apart; what is above is not paid.", p.amount(c.Amount))
	case TypeReserve:
		return fmt.Sprintf("%s of what a month earns is kept back for %s and then paid.", percent(c.Rate), many(c.Days, "day"))
	}
	return fmt.Sprintf("a refund counts for %s after its order.", many(c.Days, "day"))
}
