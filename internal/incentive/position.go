package incentive

import (
	"cmp"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// position is the opening of the next statement.
func (c *computation) position(r *Result, holds []Hold) Position {
	p := Position{Currency: c.in.Partner.Currency, Through: c.in.Period, Balance: r.ClosingBalance, Draw: c.limited.draw, Excess: c.limited.excess,
		Holds: holds, Points: r.Points.Closing, Badges: r.Badges, Fund: r.Fund.Closing, Growth: c.growth}
	booked := make([][]Booked, len(c.months))
	for key, n := range c.after {
		if n != 0 {
			booked[key.month] = append(booked[key.month], Booked{key.component, key.kind, n})
		}
	}
	old := map[channel.Period]*Month{}
	for i := range c.in.Opening.Months {
		old[c.in.Opening.Months[i].Period] = &c.in.Opening.Months[i]
	}
	var pinned *Partner
	for i := range c.months {
		m := &c.months[i]
		out := Month{Period: m.period, Own: c.own[i].own, Handover: c.own[i].handover, Booked: booked[i]}
		was := old[m.period]
		if was != nil {
			out.Closed, out.Draw, out.Excess = was.Closed, was.Draw, was.Excess
		}
		if i == c.open {
			out.Closed, out.Draw, out.Excess = true, c.opened.draw, c.opened.excess
		}
		if was == nil && i != c.open && len(out.Booked) == 0 {
			continue
		}
		slices.SortFunc(out.Booked, func(a, b Booked) int {
			return cmp.Or(cmp.Compare(a.Component, b.Component), cmp.Compare(a.Kind, b.Kind))
		})
		if pinned == nil || !samePartner(pinned, m.partner) {
			pinned = m.partner
			out.Partner = &Partner{ID: pinned.ID, Currency: pinned.Currency, Regions: pinned.Regions, Level: pinned.Level, Certifications: pinned.Certifications}
		}
		p.Months = append(p.Months, out)
	}
	return p
}

func samePartner(a, b *Partner) bool {
	return a.Level == b.Level && slices.Equal(a.Regions, b.Regions) && slices.Equal(a.Certifications, b.Certifications)
}

// sortLines puts the lines in the order of the plan's components; those of
// earlier versions follow by name, then guarantee, cap and corrections; within
// a component by month, then by kind.
func (c *computation) sortLines(plan *Plan) {
	place := map[string]int{}
	if plan != nil {
		for i := range plan.Components {
			place[plan.Components[i].Name] = i + 1
		}
	}
	rank := func(l *Line) int {
		at, named := place[l.Component]
		switch k := kindRank[l.Kind]; {
		case k >= kindRank[TopUp]:
			return 1_000_000 + k
		case named:
			return at
		}
		return 1000
	}
	slices.SortStableFunc(c.lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), cmp.Compare(a.Component, b.Component), cmp.Compare(a.Period, b.Period), cmp.Compare(kindRank[a.Kind], kindRank[b.Kind]))
	})
}

var kindRank = map[Kind]int{Earning: 1, Reversal: 2, TierAdjustment: 3, OneTime: 4, Trail: 5, TrailReversal: 6,
	TopUp: 10, DrawTaken: 11, DrawGiven: 12, CarriedIn: 13, ExcessCut: 14, Correction: 15}

func lineID(component string, period channel.Period, kind Kind) string {
	return string(period) + "/" + component + "/" + string(kind)
}

// listForeign lists an order that earns nothing because of its currency.
func (c *computation) listForeign(o *order, cust *customer, alive bool) {
	if alive && c.fresh(o) {
		c.list(Unpaid{Customer: cust.Customer, Order: o.of.ID, Period: c.months[o.month].period, Code: OtherCurrency, Value: money.Of(o.of.Amount, o.of.Currency)})
	}
}

// listNoMargin lists an order that a commission on margin cannot price.
func (c *computation) listNoMargin(o *order, cust *customer, p *Component, alive bool) {
	if alive && c.fresh(o) {
		c.list(Unpaid{Customer: cust.Customer, Order: o.of.ID, Component: p.Name, Period: c.months[o.month].period, Code: NoMargin, Value: money.Of(o.of.Amount, o.of.Currency)})
	}
}

// listTrail lists an order on which a trail cannot pay, once.
func (c *computation) listTrail(p *Component, cust *customer, o *history.Order, i int) {
	if max(o.Booked.Sub(c.low), c.first, i) > c.through {
		c.list(Unpaid{Customer: cust.Customer, Order: o.ID, Component: p.Name, Period: c.months[i].period, Code: OtherCurrency, Value: money.Of(o.Amount, o.Currency)})
	}
}

// listValue lists a hand-over whose value is in another currency, once.
func (c *computation) listValue(p *promotion, cust *customer, booked channel.Period) {
	stage := max(c.first, p.month)
	if booked != "" {
		stage = max(stage, booked.Sub(c.low))
	}
	if stage > c.through {
		name := ""
		for j := range p.plan.Components {
			if p.plan.Components[j].Type == TypeHandover {
				name = p.plan.Components[j].Name
				break
			}
		}
		c.list(Unpaid{Customer: cust.Customer, Component: name, Period: c.months[p.month].period, Code: OtherCurrency, Value: p.value})
	}
}

func (c *computation) list(u Unpaid) {
	u.Text = unpaidText(&u, c.in.Partner.Currency)
	c.unpaid = append(c.unpaid, u)
}

func byUnpaid(a, b Unpaid) int {
	return cmp.Or(cmp.Compare(a.Period, b.Period), cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Order, b.Order), cmp.Compare(a.Component, b.Component), cmp.Compare(a.Code, b.Code))
}
