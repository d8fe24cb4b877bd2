package incentive

import (
	"cmp"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// Position is what one statement hands to the next. Its JSON is canonical in
// content: every list is sorted, nothing depends on the order of arrival.
type Position struct {
	Currency string         `json:"currency,omitempty"`
	Through  channel.Period `json:"through,omitempty"` // the last period with a statement; "" before the first

	// All amounts are minor units of Currency.
	Balance int64    `json:"balance"`          // below zero: more was taken back than earned
	Draw    int64    `json:"draw"`             // of recoverable guarantees, still to be taken back
	Excess  int64    `json:"excess"`           // above a cap, carried; negative if too much was carried in
	Holds   []Hold   `json:"holds,omitempty"`  // by (due, period)
	Points  int64    `json:"points"`           // lifetime
	Badges  []string `json:"badges,omitempty"` // in the order in which they were given
	Fund    int64    `json:"fund"`             // of marketing; in no balance
	// Growth is the fall in value that must be made good before growth pays again.
	Growth int64 `json:"growth"`

	Months []Month `json:"months,omitempty"` // ascending: every month that has been booked for
}

// Hold is a part kept in reserve from Period's statement until Due (the first
// instant of a day of the programme's zone).
type Hold struct {
	Period channel.Period `json:"period"`
	Due    time.Time      `json:"due"`
	Amount int64          `json:"amount"`
}

// Month is what has been booked for one month so far, by all statements up to now.
type Month struct {
	Period channel.Period `json:"period"`
	// Closed: the month had a statement of its own, so guarantee and cap were
	// applied. Earlier months, first known in a later statement, have neither.
	Closed   bool  `json:"closed,omitempty"`
	Own      int64 `json:"own"`      // sum of its lines, without hand-over, guarantee and cap
	Handover int64 `json:"handover"` // sum of its hand-over lines
	Draw     int64 `json:"draw"`     // at its opening
	Excess   int64 `json:"excess"`   // at its opening
	// Partner is what conditions read of the partner in this month, where it
	// differs from the month before in the list.
	Partner *Partner `json:"partner,omitempty"`
	Booked  []Booked `json:"booked,omitempty"` // by (component, kind)
}

// Booked is the sum of all lines so far of one component and kind for a month.
// Points and Fund are kept the same way, though they are no lines.
type Booked struct {
	Component string `json:"component"`
	Kind      Kind   `json:"kind"`
	Amount    int64  `json:"amount"` // minor units, or points; never 0
}

// position is the opening of the next statement. Growth and Holds have been
// settled by their components.
func (c *computation) position(r *Result) Position {
	p := Position{Currency: c.in.Partner.Currency, Through: c.in.Period, Balance: r.ClosingBalance,
		Draw: c.limited.draw, Excess: c.limited.excess, Holds: r.Position.Holds, Points: r.Points.Closing,
		Badges: r.Badges, Fund: r.Fund.Closing, Growth: r.Position.Growth}
	booked := c.bookedByMonth()
	old := map[channel.Period]*Month{}
	for i := range c.in.Opening.Months {
		old[c.in.Opening.Months[i].Period] = &c.in.Opening.Months[i]
	}
	var pinned *Partner
	for i := range c.months {
		m := &c.months[i]
		out := Month{Period: m.period, Own: c.sums[i].own, Handover: c.sums[i].handover, Booked: booked[i]}
		was := old[m.period]
		if was != nil {
			out.Closed, out.Draw, out.Excess = was.Closed, was.Draw, was.Excess
		}
		if i == c.open {
			out.Closed, out.Draw, out.Excess = true, c.limited.opened.draw, c.limited.opened.excess
		}
		if was == nil && i != c.open && len(out.Booked) == 0 {
			continue
		}
		if pinned == nil || !samePartner(pinned, m.partner) {
			pinned = m.partner
			copied := *pinned
			out.Partner = &copied
		}
		p.Months = append(p.Months, out)
	}
	return p
}

// bookedByMonth lists what is booked now, a list a month by (component, kind).
func (c *computation) bookedByMonth() [][]Booked {
	out := make([][]Booked, len(c.months))
	for key, n := range c.after {
		if n != 0 {
			out[key.month] = append(out[key.month], Booked{key.component, key.kind, n})
		}
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b Booked) int {
			return cmp.Or(cmp.Compare(a.Component, b.Component), cmp.Compare(a.Kind, b.Kind))
		})
	}
	return out
}

// samePartner reports whether conditions see two partners alike.
func samePartner(a, b *Partner) bool {
	return a.Level == b.Level && slices.Equal(a.Regions, b.Regions) && slices.Equal(a.Certifications, b.Certifications)
}
