package incentive

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// Timeline is who was on which plan version when: the assignments, each cut
// where a newer version of its plan takes effect. versions are all published
// versions of the plans named, in any order; of those in effect the one with
// the greatest EffectiveFrom counts, then the greatest Version.
func Timeline(cal channel.Calendar, assigned []channel.Assignment, versions []*Plan) []PlanSpan {
	assigned = slices.Clone(assigned)
	slices.SortStableFunc(assigned, func(a, b channel.Assignment) int { return a.From.Compare(b.From) })
	versions = slices.Clone(versions)
	slices.SortStableFunc(versions, func(a, b *Plan) int {
		return cmp.Or(cmp.Compare(a.EffectiveFrom, b.EffectiveFrom), cmp.Compare(a.Version, b.Version))
	})
	var out []PlanSpan
	for i, a := range assigned {
		if i+1 < len(assigned) && (a.To.IsZero() || assigned[i+1].From.Before(a.To)) {
			a.To = assigned[i+1].From
		}
		out = append(out, cut(cal, a, versions)...)
	}
	return out
}

// cut makes the spans of one assignment; versions are sorted by effect.
func cut(cal channel.Calendar, a channel.Assignment, versions []*Plan) []PlanSpan {
	var out []PlanSpan
	for _, p := range versions {
		if p.ID != a.Plan {
			continue
		}
		from := p.Start(cal)
		if from.Before(a.From) {
			from = a.From
		}
		if !a.To.IsZero() && !from.Before(a.To) {
			break
		}
		if n := len(out); n > 0 {
			if out[n-1].From.Equal(from) {
				out[n-1].Plan = p
				continue
			}
			out[n-1].Until = from
		}
		out = append(out, PlanSpan{From: from, Until: a.To, Plan: p})
	}
	return out
}

// month is one month of a computation with everything that is fixed for it.
type month struct {
	period     channel.Period
	start, end time.Time // end is exclusive
	plan       *Plan     // nil: none
	// since: earlier orders do not count, where the plan began inside the month.
	since     time.Time
	days, of  int // the days of the month under a plan, and all of them
	partner   *Partner
	guarded   bool            // for every region
	regions   map[string]bool // guarded ones
	clawback  int64           // seconds, -1: refunds always count
	counts    []tally         // one per component of plan
	observers []observer      // the components that look at orders
	credited  int             // orders
	revenue   money.Wide      // net minor units, of credited orders in the plan's currency
}

// observer is one component that looks at orders in a month. at is its index in
// the plan.
type observer struct {
	at        int
	component *Component
	tally     *tally
	sees      orderKind
	count     func(*Component, *tally, *order) bool // nil: every match counts
}

// findSights notes for every month which components look at orders, so that no
// order asks the others.
//
// Half of the types look at no orders, and there may be very many of these.
func (c *computation) findSights() {
	for i := range c.months {
		m := &c.months[i]
		for j := range m.counts {
			p := m.plan.Components[j]
			if p.rules.sees == 0 {
				continue
			}
			at := slices.IndexFunc(c.types, func(t componentType) bool { return t.is == p.Type })
			m.observers = append(m.observers, observer{j, p, &m.counts[j], p.rules.sees, c.steps[at].count})
		}
	}
}

// makeMonths lays out the months from the first that can earn anything to the
// open one.
func (c *computation) makeMonths() {
	period := c.in.Period
	low := period
	if len(c.in.Plans) > 0 && c.earliest != "" {
		low = min(low, max(c.cal.Of(c.in.Plans[0].From), c.earliest))
	}
	for _, m := range c.in.Opening.Months {
		low = min(low, m.Period)
	}
	c.low = low
	c.months = make([]month, period.Sub(low)+1)
	for i := range c.months {
		m := &c.months[i]
		m.period = low.Add(i)
		m.start, m.end = c.cal.Start(m.period), c.cal.End(m.period)
		c.assign(m)
	}
	c.pinPartner()
	for _, g := range c.in.Guarded {
		if i := g.Period.Sub(low); i >= 0 && i < len(c.months) {
			c.months[i].guard(g.Region)
		}
	}
}

// guard turns the balance guard on, for a region or ("") for all.
func (m *month) guard(region string) {
	if region == "" {
		m.guarded = true
		return
	}
	if m.regions == nil {
		m.regions = map[string]bool{}
	}
	m.regions[region] = true
}

// assign gives the month its plan version: the one in effect at its first
// instant, else the first that begins inside it.
func (c *computation) assign(m *month) {
	m.of = c.cal.DaysIn(m.period)
	m.clawback = -1
	for i := range c.in.Plans {
		s := &c.in.Plans[i]
		if !s.From.Before(m.end) {
			return
		}
		if !s.Until.IsZero() && !s.Until.After(m.start) {
			continue
		}
		m.plan, m.since, m.days = s.Plan, m.start, m.of
		if s.From.After(m.start) {
			m.since, m.days = s.From, c.cal.DaysBetween(s.From, m.end)
		}
		m.counts = make([]tally, len(s.Plan.Components))
		m.clawback = only[*clawback](s.Plan).seconds()
		return
	}
}

// pinPartner gives every month the partner as conditions saw it when the month
// was first booked, so that a new level changes no closed month. Months never
// booked take the nearest record after them, the newest ones the partner of
// today.
func (c *computation) pinPartner() {
	for i := range c.months {
		c.months[i].partner = &c.in.Partner
	}
	var pinned *Partner
	filled := 0
	for i := range c.in.Opening.Months {
		m := &c.in.Opening.Months[i]
		if m.Partner != nil {
			pinned = m.Partner
		}
		if pinned == nil {
			continue
		}
		for at := m.Period.Sub(c.low); filled <= at && filled < len(c.months)-1; filled++ {
			c.months[filled].partner = pinned
		}
	}
}

// monthOf is the index of the month that holds t, -1 before the first and
// len(months) after the open one. hint is where to look first.
func (c *computation) monthOf(t time.Time, hint int) int {
	if hint >= 0 && hint < len(c.months) && !t.Before(c.months[hint].start) {
		for ; hint < len(c.months); hint++ {
			if t.Before(c.months[hint].end) {
				return hint
			}
		}
		return hint
	}
	i := sort.Search(len(c.months), func(i int) bool { return c.months[i].end.After(t) })
	if i == 0 && t.Before(c.months[0].start) {
		return -1
	}
	return i
}
