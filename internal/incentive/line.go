package incentive

import (
	"cmp"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
)

// bookKey is what is booked by: there is one line each in a statement. month is
// an index of the computation's months.
type bookKey struct {
	component string
	month     int
	kind      Kind
}

// book says what a month is worth now under a key. The difference to what was
// booked is a line of this statement.
func (c *computation) book(key bookKey, now int64, words func(*writer)) {
	c.line(key, c.keep(key, now), words)
}

// bookUnlined is book for points and fund, which have no lines.
func (c *computation) bookUnlined(key bookKey, now int64) {
	change := c.unlined[key.kind]
	c.sum(&change, c.keep(key, now))
	c.unlined[key.kind] = change
}

// keep notes what a month is worth now, and returns the change.
func (c *computation) keep(key bookKey, now int64) int64 {
	c.after[key] = now
	change := now
	c.sum(&change, -c.before[key])
	return change
}

// line adds a line, unless it is of nothing.
func (c *computation) line(key bookKey, amount int64, words func(*writer)) {
	if amount == 0 {
		return
	}
	period := c.months[key.month].period
	w := &writer{currency: c.in.Partner.Currency, month: monthName(period), was: c.before[key]}
	words(w)
	c.lines = append(c.lines, Line{ID: lineID(key.component, period, key.kind), Component: key.component, Kind: key.kind,
		Period: period, Text: w.text, Formula: w.formula, Inputs: w.inputs, Amount: amount})
}

// lineID is stable: a statement computed again has the same ids.
func lineID(component string, period channel.Period, kind Kind) string {
	return string(period) + "/" + component + "/" + string(kind)
}

// worth is what a component is worth in a month, all kinds together.
func (c *computation) worth(component string, month int) int64 {
	sum := int64(0)
	for i := range kinds {
		if role := kinds[i].role; role == ownSum || role == handoverSum {
			c.sum(&sum, c.after[bookKey{component, month, kinds[i].kind}])
		}
	}
	return sum
}

// forget takes back what was booked under keys that nothing is worth any more.
func (c *computation) forget() error {
	for i := range c.in.Opening.Months {
		m := &c.in.Opening.Months[i]
		for _, b := range m.Booked {
			key := bookKey{b.Component, m.Period.Sub(c.low), b.Kind}
			if _, known := c.after[key]; known {
				continue
			}
			if _, is := b.Kind.standing(); is == noLine {
				c.bookUnlined(key, 0)
				continue
			}
			c.book(key, 0, func(w *writer) {
				w.say("What was booked here is no longer due.")
				w.formula = "0"
				w.lessBooked()
			})
		}
	}
	return nil
}

// sortLines puts the lines in the order of the plan's components; those of
// earlier versions follow by name, then guarantee, cap and corrections; within
// a component by month, then by kind.
func (c *computation) sortLines(plan *Plan) {
	place := map[string]int{} // below 0; that of other components is 0
	if plan != nil {
		for i, p := range plan.Components {
			place[p.Name] = i - len(plan.Components)
		}
	}
	rank := func(l *Line) int {
		if at, is := l.Kind.standing(); is == limitLine {
			return 1 + at
		}
		return place[l.Component]
	}
	slices.SortStableFunc(c.lines, func(a, b Line) int {
		kindA, _ := a.Kind.standing()
		kindB, _ := b.Kind.standing()
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), cmp.Compare(a.Component, b.Component),
			cmp.Compare(a.Period, b.Period), cmp.Compare(kindA, kindB))
	})
}
