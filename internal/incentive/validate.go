package incentive

import (
	"maps"
	"slices"

	"github.com/fairlead/fairlead/internal/document"
)

// check notes what is wrong inside one component beyond its schema.
func (r *reader) check(path string, c *Component) {
	switch c.Type {
	case TypeCommission:
		r.checkTiers(path, c)
	case TypeSatisfaction:
		for i := 1; i < len(c.Steps); i++ {
			if c.Steps[i].MinAverage == c.Steps[i-1].MinAverage {
				r.bad.Add(document.Path(path, "steps"), "two steps begin at the same average")
			}
		}
		if c.MinAnswers == 0 {
			r.bad.Add(document.Path(path, "minAnswers"), "must be at least 1: nothing has no average")
		}
	case TypeHandover:
		if c.Ceiling < c.Floor {
			r.bad.Add(document.Path(path, "ceiling"), "must not be below the floor")
		}
	case TypeBounty:
		if c.From != "" && c.To != "" && c.To < c.From {
			r.bad.Add(document.Path(path, "to"), "must not be before from")
		}
	case TypeRetention:
		if c.When != nil && c.MinOrder == 0 {
			r.bad.Add(document.Path(path, "when"), "tests orders, but with minOrders 0 none is needed")
		}
	case TypeRecognition:
		if c.PerOrder == 0 && c.PerNewCustomer == 0 {
			r.bad.Add(path, "gives no points: name perOrder or perNewCustomer")
		}
	}
}

// checkTiers: the first begins at zero, so that nothing falls below it; each
// begins above the one before and, where one rate holds for everything, pays no
// less.
func (r *reader) checkTiers(path string, c *Component) {
	tiers := c.Tiers
	for i, t := range tiers {
		switch {
		case i == 0 && t.From != 0:
			r.bad.Add(document.Path(path, "tiers", 0, "from"), "must be 0: below the first tier nothing would be paid")
		case i > 0 && t.From <= tiers[i-1].From:
			r.bad.Add(document.Path(path, "tiers", i, "from"), "must be above that of the tier before")
		case i > 0 && t.Rate < tiers[i-1].Rate && c.Whole:
			r.bad.Add(document.Path(path, "tiers", i, "rate"), "must not fall: one more order would lower the commission")
		}
	}
}

// together notes what is wrong between components. A line is known by its
// component's name, so names are unique in the whole plan.
func (r *reader) together(components []Component) {
	names, single := map[string]Type{}, map[Type]int{}
	for i := range components {
		c := &components[i]
		path := document.Path("components", i)
		if _, twice := names[c.Name]; twice {
			r.bad.Add(document.Path(path, "name"), "%q is the name of an earlier component", c.Name)
		}
		if c.Name == MinimumAndCeiling {
			r.bad.Add(document.Path(path, "name"), "%q is kept for corrections of closed months", c.Name)
		}
		names[c.Name] = c.Type
		switch c.Type {
		case TypeGuarantee, TypeCap, TypeReserve, TypeClawback:
			if single[c.Type]++; single[c.Type] == 2 {
				r.bad.Add(path, "a plan has at most one %s", c.Type)
			}
		}
	}
	for i := range components {
		if c := &components[i]; c.Type == TypeSatisfaction {
			r.checkOf(document.Path("components", i, "of"), c.Of, names)
		}
	}
}

// checkOf: a satisfaction bonus multiplies a component that earns money of its
// own, never another bonus or a limit.
func (r *reader) checkOf(path, of string, names map[string]Type) {
	switch t, known := names[of]; {
	case !known:
		r.bad.Add(path, "no component is named %q; the nearest is %q", of, document.Nearest(of, slices.Sorted(maps.Keys(names))))
	case t != TypeCommission && t != TypeRetention && t != TypeGrowth && t != TypeHandover && t != TypeBounty:
		r.bad.Add(path, "%q is a %s; a satisfaction bonus is a share of a commission, retention, growth, handover or bounty", of, t)
	}
}
