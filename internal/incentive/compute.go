package incentive

import (
	"errors"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
)

// Compute is the statement of in.Period: for that month and for every closed
// month, what it is worth now less what was booked for it. An error means that
// the Input is impossible (a plan in another currency than the partner's) or
// that amounts left the range of int64; it is never a matter of taste. It reads
// nothing but in, and changes nothing in it.
func Compute(in Input) (Result, error) {
	c := &computation{in: in, cal: in.Calendar, types: componentTypes,
		before: map[bookKey]int64{}, after: map[bookKey]int64{}, unlined: map[Kind]int64{}}
	if err := c.checkInput(); err != nil {
		return Result{}, err
	}
	c.prepare()
	r, err := c.run()
	if err == nil && c.over {
		err = money.ErrOverflow
	}
	if errors.Is(err, money.ErrOverflow) {
		err = fault.New(fault.Invalid, "amount_out_of_range",
			"the amounts of this statement do not fit into a statement").Because(err)
	}
	if err != nil {
		return Result{}, err
	}
	return r, nil
}

// computation is one Compute at work. What one type of component alone knows
// stands in the file of that type. Months are named by their index in months
// throughout, orders and customers by theirs.
type computation struct {
	in    Input
	cal   channel.Calendar // in.Calendar
	types []componentType  // the table: functions of its entries cannot name it themselves
	steps []steps          // one for each of types

	earliest channel.Period // in which the partner first owned a customer; "" if never
	low      channel.Period // of months[0]
	months   []month
	open     int // index of in.Period
	first    int // index of the first closed period; may be below 0
	through  int // index of the last month the partner has a statement of; below 0: none

	customers []customer // by id
	orders    []order    // credited, in months under a plan
	matcher   *matcher

	before, after map[bookKey]int64 // booked by earlier statements; and with this one
	unlined       map[Kind]int64    // what this statement changes under kinds without lines
	lines         []Line
	unpaid        []Unpaid
	sums          []sums  // per month, of what is booked with this statement
	limited       limited // the open month
	given         int64   // of a draw that fell below zero
	over          bool    // some sum left the range of amounts
}

// prepare lays out the months, what was booked in them, and the components'
// steps.
func (c *computation) prepare() {
	c.sortCustomers()
	c.makeMonths()
	c.open = len(c.months) - 1
	c.first, c.through = c.open, -1
	if c.in.First != "" {
		c.first = c.in.First.Sub(c.low)
	}
	if t := c.in.Opening.Through; t != "" {
		c.through = t.Sub(c.low)
	}
	c.matcher = newMatcher(c.cal, c.in.Partner.Currency)
	for i := range c.in.Opening.Months {
		m := &c.in.Opening.Months[i]
		for _, b := range m.Booked {
			c.before[bookKey{b.Component, m.Period.Sub(c.low), b.Kind}] = b.Amount
		}
	}
	c.steps = make([]steps, len(c.types))
	for i := range c.types {
		if work := c.types[i].work; work != nil {
			c.steps[i] = work(c)
		}
	}
	c.findSights()
}

// run is the order of the rules: what facts earn, then shares of that, then
// what nothing is worth any more, then guarantee and cap, then the balance.
func (c *computation) run() (Result, error) {
	order := []func() error{c.gather}
	for i := range c.steps {
		order = append(order, c.steps[i].earn)
	}
	for i := range c.steps {
		order = append(order, c.steps[i].share)
	}
	for _, step := range append(order, c.forget, c.limits) {
		if step == nil {
			continue
		}
		if err := step(); err != nil {
			return Result{}, err
		}
	}
	return c.result()
}

// sum adds n to a total and notes when that leaves the range of amounts; the
// computation then fails as a whole.
func (c *computation) sum(total *int64, n int64) {
	v, err := money.Add(*total, n)
	if err != nil {
		c.over = true
	}
	*total = v
}
