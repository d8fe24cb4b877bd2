package incentive

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/money"
)

var recognitionType = componentType{is: "recognition", sees: liveOrder | foreignOrder, read: readRecognition,
	work: func(c *computation) steps {
		return steps{count: c.countPoints, earn: c.bookPoints, settle: c.settlePoints}
	}}

// recognition gives points for orders and for new customers, and badges for
// points. They are never money. Points are for life, but a refund in full takes
// those of its order back; a badge, once given, stays (points-and-fund.txtar).
type recognition struct {
	*Component
	perOrder       int64 // points for each matching order in the plan's currency
	perNewCustomer int64 // points for a customer's first order, in any currency
	badges         []badge
}

// badge is given for good when lifetime points reach minPoints.
type badge struct {
	name      string
	minPoints int64
}

// readRecognition puts the badges in the order of their points, in which they
// are given and said.
func readRecognition(k *keys) terms {
	t := &recognition{Component: k.component, perOrder: k.count("perOrder", 0),
		perNewCustomer: k.count("perNewCustomer", 0)}
	k.readWhenGuarded()
	k.readWhen()
	for _, b := range k.list("badges") {
		t.badges = append(t.badges, badge{b.text("name"), b.count("minPoints", 0)})
	}
	slices.SortStableFunc(t.badges, func(a, b badge) int { return cmp.Compare(a.minPoints, b.minPoints) })
	if t.perOrder == 0 && t.perNewCustomer == 0 {
		k.bad.Add(k.path, "gives no points: name perOrder or perNewCustomer")
	}
	return t
}

func (t *recognition) explain(*Plan) string {
	var parts []string
	if t.perOrder > 0 {
		parts = append(parts, fmt.Sprintf("%d points for each order", t.perOrder))
	}
	if t.perNewCustomer > 0 {
		parts = append(parts, fmt.Sprintf("%d points for each new customer", t.perNewCustomer))
	}
	out := strings.Join(parts, ", ") + "; never money."
	for _, b := range t.badges {
		out += fmt.Sprintf(" The badge %q at %d points.", b.name, b.minPoints)
	}
	return out
}

// countPoints adds the order's points. A customer is new with its first order
// that counts, if the partner is credited with it.
func (c *computation) countPoints(p *Component, t *tally, o *order) bool {
	terms, _ := p.terms.(*recognition)
	if o.orderKind != foreignOrder {
		t.side(o.guarded).Add(terms.perOrder)
	}
	if o.first {
		t.side(o.guarded).Add(terms.perNewCustomer)
	}
	return true
}

// bookPoints books R(points) of every month.
func (c *computation) bookPoints() error {
	return bookTallies(c, PointsBooked, func(*recognition) money.Rate { return money.One })
}

// settlePoints adds the points, and the badges that they reach: those stay, even
// if points are taken back.
func (c *computation) settlePoints(r *Result) error {
	opening, earned := c.in.Opening.Points, c.unlined[PointsBooked]
	r.Points = Points{Opening: opening, Earned: earned, Closing: opening}
	c.sum(&r.Points.Closing, earned)
	for _, t := range each[*recognition](c.months[c.open].plan) {
		for _, b := range t.badges {
			if r.Points.Closing >= b.minPoints && !slices.Contains(r.Badges, b.name) {
				r.Badges = append(r.Badges, b.name)
			}
		}
	}
	return nil
}
