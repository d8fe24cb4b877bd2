package incentive

import (
	"iter"

	"github.com/fairlead/fairlead/internal/condition"
	"github.com/fairlead/fairlead/internal/money"
)

// Type names a type of component, as the document's key "type" does. Each
// constant stands in the file of its type.
type Type string

// Component is one part of a plan: what the keys say that several types have.
// The keys of its own type are its terms, which the file of that type reads.
type Component struct {
	Type Type
	Name string // unique in the plan: it names the component's lines
	Note string // words for people; nothing is computed from them

	When        *condition.Program // which orders match; nil: every order
	WhenGuarded money.Rate         // multiplies credits of guarded months; money.One: nothing

	rules *componentType
	terms terms
}

// terms are what the keys of one type say. Each type of component has its own,
// which embeds its *Component, so that functions take the terms alone.
type terms interface {
	// explain is a sentence or more for the partner; p words amounts.
	explain(p *Plan) string
	base() *Component
}

func (c *Component) base() *Component { return c }

// componentType is all that the rest of the room knows of a type of component.
type componentType struct {
	is     Type
	single bool      // a plan has at most one
	earns  bool      // its lines are money of its own: a satisfaction bonus may be a share of it
	listed bool      // its tally lists the matching orders in (time, id)
	sees   orderKind // which orders it looks at; 0: none

	// read makes terms of the component's own keys and notes what is wrong.
	read func(*keys) terms
	// agree notes what does not agree with the plan's other components; nil:
	// nothing can.
	agree func(r *reader, path string, c *Component, plan []*Component)
	// work begins a computation; nil: the steps of others read the terms.
	work func(*computation) steps
}

// steps are what one type of component does in one computation, for all its
// components and months. They run in the order below, each for all types in the
// order of the table before the next begins. A nil step does nothing.
//
// A type with facts of its own to keep between steps (the promotions of
// hand-overs, the answers of satisfaction) keeps them in a struct that embeds the
// computation, which its work makes; the computation itself knows none of them.
type steps struct {
	// count adds an order that matches to the component's tally of its month.
	// It reports whether the component takes the order at all; nil: it does.
	count func(p *Component, t *tally, o *order) bool
	// meet looks at one customer with its credited orders, by month.
	meet func(cust *customer, credited []order)
	// earn books what the months are worth by facts alone.
	earn func() error
	// share books what is a share of what other types have earned.
	share func() error
	// limit changes one month by its guarantee or cap, and books nothing: it
	// also runs for closed months, before and after a correction.
	limit func(*limited) error
	// settleLimit books what limit made of the open month.
	settleLimit func(*limited)
	// settle fills in its part of the result, when all lines are booked.
	settle func(*Result) error
}

// orderKind says how components see an order; it is one of these.
type orderKind uint8

const (
	liveOrder    orderKind = 1 << iota // in the plan's currency, and something is left of it
	deadOrder                          // in the plan's currency, refunded in full
	foreignOrder                       // in another currency, and something is left of it
)

// each iterates over the plan's components of one type, with their indexes. A
// nil plan has none.
func each[T terms](p *Plan) iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		if p == nil {
			return
		}
		for i, c := range p.Components {
			if t, is := c.terms.(T); is && !yield(i, t) {
				return
			}
		}
	}
}

// only is the plan's first component of a type, the zero T without one.
func only[T terms](p *Plan) (first T) {
	for _, t := range each[T](p) {
		return t
	}
	return first
}

// placed is one component in one month, with what it counted there.
type placed[T terms] struct {
	*tally
	month, at int // at: its index in the month's plan
	terms     T
}

// places lists the components of a type, by month, then in document order.
func places[T terms](c *computation) (out []placed[T]) {
	for i := range c.months {
		for j, t := range each[T](c.months[i].plan) {
			out = append(out, placed[T]{&c.months[i].counts[j], i, j, t})
		}
	}
	return out
}

// byName are the places of each component of a type, by month: it goes by its
// name from one version to the next.
func byName[T terms](c *computation) map[string][]placed[T] {
	out := map[string][]placed[T]{}
	for _, p := range places[T](c) {
		out[p.terms.base().Name] = append(out[p.terms.base().Name], p)
	}
	return out
}
