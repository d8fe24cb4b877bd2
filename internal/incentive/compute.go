package incentive

import (
	"cmp"
	"errors"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
)

// Compute is the statement of in.Period: for that month and for every closed
// month, what it is worth now less what was booked for it. An error means that
// the Input is impossible (a plan in another currency than the partner's) or
// that amounts left the range of int64; it is never a matter of taste.
func Compute(in Input) (Result, error) {
	c := &computation{in: in, cal: in.Calendar, before: map[bookKey]int64{}, after: map[bookKey]int64{},
		onces: map[handKey][]oneTime{}, trails: map[handKey][]trailed{}, frozen: map[frozenKey]int64{}}
	if err := c.prepare(); err != nil {
		return Result{}, err
	}
	for _, step := range []func() error{c.gather, c.commissions, c.countable, c.growths, c.handovers, c.satisfactions, c.recognition, c.forget, c.limits} {
		if err := step(); err != nil {
			return Result{}, impossible(err)
		}
	}
	out, err := c.result()
	if err == nil && c.over {
		err = money.ErrOverflow
	}
	if err != nil {
		return Result{}, impossible(err)
	}
	return out, nil
}

// impossible words an error of the arithmetic.
func impossible(err error) error {
	if !errors.Is(err, money.ErrOverflow) {
		return err
	}
	return fault.New(fault.Invalid, "amount_out_of_range", "the amounts of this statement do not fit into a statement").Because(err)
}

// computation is one Compute at work.
type computation struct {
	in       Input
	cal      channel.Calendar
	earliest channel.Period // in which the partner first owned a customer; "" if never

	low     channel.Period // of months[0]
	months  []month
	open    int // index of in.Period
	first   int // index of the first closed period; may be below 0
	through int // index of the last month the partner has a statement of; below 0: none

	customers  []customer
	orders     []order // credited, in months under a plan
	matcher    *matcher
	promotions []promotion
	onces      map[handKey][]oneTime
	trails     map[handKey][]trailed
	frozen     map[frozenKey]int64

	before, after map[bookKey]int64 // booked by earlier statements; and with this one
	lines         []Line
	unpaid        []Unpaid
	shares        []Share
	own           []sums
	opened        advance // at the open month's opening
	limited       limited
	given         int64 // of a draw that fell below zero
	points, fund  int64 // change
	growth        int64 // to make good, after this statement
	over          bool  // some sum left the range of amounts
}

// bookKey is what is booked by: there is one line each in a statement.
type bookKey struct {
	component string
	month     int
	kind      Kind
}

func (c *computation) prepare() error {
	if err := c.checkInput(); err != nil {
		return err
	}
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
	for _, s := range c.in.Shares {
		c.frozen[frozenKey{s.Component, s.Order}] = s.Amount
	}
	for i := range c.in.Opening.Months {
		m := &c.in.Opening.Months[i]
		for _, b := range m.Booked {
			c.before[bookKey{b.Component, m.Period.Sub(c.low), b.Kind}] = b.Amount
		}
	}
	return nil
}

// checkInput refuses what cannot be: it would be a mistake of the caller.
func (c *computation) checkInput() error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Invalid, "impossible_statement", format, args...)
	}
	in := &c.in
	if in.Opening.Through != "" && in.Opening.Through >= in.Period {
		return bad("the opening position is that after %s; %s has its statement already", in.Opening.Through, in.Period)
	}
	if in.Opening.Currency != "" && in.Opening.Currency != in.Partner.Currency {
		return bad("the opening position is in %s, the partner's currency is %s", in.Opening.Currency, in.Partner.Currency)
	}
	for i, s := range in.Plans {
		if s.Plan == nil || i > 0 && s.From.Before(in.Plans[i-1].From) {
			return bad("the partner's plans are not in order")
		}
		if s.Plan.Currency != in.Partner.Currency && s.From.Before(c.cal.End(in.Period)) {
			return fault.New(fault.Conflict, "currency_mismatch", "plan %s is in %s, partner %s in %s: they must agree", s.Plan.ID, s.Plan.Currency, in.Partner.ID, in.Partner.Currency)
		}
	}
	return nil
}

// book says what a month is worth now under a key. The difference to what was
// booked is a line of this statement.
func (c *computation) book(key bookKey, now int64, words func(*writer)) {
	c.line(key, c.keep(key, now), words)
}

// keep is book without a line. It returns the difference.
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
	w := &writer{currency: c.in.Partner.Currency}
	words(w)
	c.lines = append(c.lines, Line{ID: lineID(key.component, period, key.kind), Component: key.component, Kind: key.kind, Period: period,
		Text: w.text, Formula: w.formula, Inputs: w.inputs, Amount: amount})
}

// worth is what a component is worth in a month, all kinds together.
func (c *computation) worth(component string, month int) int64 {
	sum := int64(0)
	for _, kind := range []Kind{Earning, Reversal, TierAdjustment, OneTime, Trail, TrailReversal} {
		c.sum(&sum, c.after[bookKey{component, month, kind}])
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
			switch b.Kind {
			case PointsBooked:
				c.sum(&c.points, c.keep(key, 0))
			case FundBooked:
				c.sum(&c.fund, c.keep(key, 0))
			default:
				c.book(key, 0, func(w *writer) { w.gone(b) })
			}
		}
	}
	return nil
}

// result settles the statement.
func (c *computation) result() (Result, error) {
	opening := &c.in.Opening
	r := Result{Partner: c.in.Partner.ID, Period: c.in.Period, Currency: c.in.Partner.Currency, OpeningBalance: opening.Balance, Shares: c.shares}
	m := &c.months[c.open]
	if m.plan != nil {
		ref := m.plan.Ref()
		r.Plan = &ref
	}
	c.sortLines(m.plan)
	r.Lines = c.lines
	for i := range r.Lines {
		c.sum(&r.Earned, r.Lines[i].Amount)
	}
	var err error
	if p := m.only(TypeReserve); p != nil {
		if r.Held, err = money.MulRate(max(0, r.Earned), p.Rate); err != nil {
			return r, err
		}
	}
	holds := c.release(&r)
	available := opening.Balance
	for _, n := range []int64{r.Earned, -r.Held, r.Released} {
		c.sum(&available, n)
	}
	if available > 0 && available >= c.in.MinimumPayout {
		r.Payable = available
	}
	r.ClosingBalance = available - r.Payable
	c.recognise(&r, m.plan)
	if r.Handover, err = c.compare(); err != nil {
		return r, err
	}
	slices.SortStableFunc(r.Handover, func(a, b Handover) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), a.At.Compare(b.At))
	})
	slices.SortStableFunc(c.unpaid, byUnpaid)
	r.Unpaid = c.unpaid
	r.Position = c.position(&r, holds)
	return r, nil
}

// release frees the holds that are due by the period's end and adds the new
// one.
func (c *computation) release(r *Result) []Hold {
	m := &c.months[c.open]
	var kept []Hold
	for _, h := range c.in.Opening.Holds {
		if h.Due.After(m.end) {
			kept = append(kept, h)
			continue
		}
		c.sum(&r.Released, h.Amount)
	}
	if r.Held != 0 {
		due := c.cal.AddDays(m.end, m.only(TypeReserve).Days)
		if due.After(m.end) {
			kept = append(kept, Hold{Period: c.in.Period, Due: due.UTC(), Amount: r.Held})
		} else { // no days at all: this is the first period that ends when it is due
			c.sum(&r.Released, r.Held)
		}
	}
	slices.SortStableFunc(kept, func(a, b Hold) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Period, b.Period)) })
	return kept
}

// recognise settles points, badges and the marketing fund.
func (c *computation) recognise(r *Result, plan *Plan) {
	opening := &c.in.Opening
	r.Points = Points{Opening: opening.Points, Earned: c.points, Closing: opening.Points}
	c.sum(&r.Points.Closing, c.points)
	r.Fund = Fund{Opening: opening.Fund, Earned: c.fund, Spent: c.in.FundSpent, Closing: opening.Fund}
	c.sum(&r.Fund.Closing, c.fund)
	c.sum(&r.Fund.Closing, -c.in.FundSpent)
	r.Badges = slices.Clone(opening.Badges)
	if plan == nil {
		return
	}
	for i := range plan.Components {
		for _, b := range plan.Components[i].Badges {
			if r.Points.Closing >= b.MinPoints && !slices.Contains(r.Badges, b.Name) {
				r.Badges = append(r.Badges, b.Name)
			}
		}
	}
}
