package incentive

import (
	"fmt"
	"math"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

var handoverType = componentType{is: "handover", earns: true, read: readHandover, work: workHandover}

// handover pays for a customer that is promoted to the sales force, so that a
// partner does not lose by letting it grow. It pays once, a share of its value
// between floor and ceiling, and then a trail: a share of its orders for some
// months, no matter who serves it. The terms are those at the move. The one-time
// share is paid once per partner and customer and never reversed; the trail is
// net of refunds.
//
// A value of 120,000 at 2 %, between 500 and 5,000, pays 2,400; an order of
// 10,000 five months later at 3 % pays 300 (hand-over.txtar). Months are added by
// the calendar, clamped to the month's end (hand-over-on-the-31st.txtar).
//
// Reading order: here the keys and the promotions; handover_pay, the lines;
// handover_compare, what staying would have paid; handover_wholeness, what a
// plan promises, before it is published.
type handover struct {
	*Component
	rate         money.Rate // one-time, of the value handed over
	floor        int64      // minor units: the one-time share is no less
	ceiling      int64      // and no more; noCeiling: no limit
	trailRate    money.Rate // of the customer's later orders, net of counted refunds
	trailMonths  int        // from the move on; 0: no trail
	wholeAtLeast money.Rate // below this share of what staying would earn, publishing warns; 0: never
}

// noCeiling is above every value.
const noCeiling int64 = math.MaxInt64

// readHandover: without `trail` there is none, without `ceiling` no limit.
func readHandover(k *keys) terms {
	t := &handover{Component: k.component, rate: k.share("rate"), ceiling: noCeiling}
	trail := k.object("trail")
	t.trailRate, t.trailMonths = trail.share("rate"), int(trail.count("months", 0))
	t.wholeAtLeast = k.factor("wholeAtLeast")
	k.readWhenGuarded()
	t.floor = k.amount("floor")
	if k.has("ceiling") {
		t.ceiling = k.amount("ceiling")
	}
	if t.ceiling < t.floor {
		k.wrong("ceiling", "must not be below the floor")
	}
	return t
}

func (t *handover) explain(p *Plan) string {
	limits := ""
	if t.floor > 0 {
		limits += ", at least " + p.amount(t.floor)
	}
	if t.ceiling != noCeiling {
		limits += ", at most " + p.amount(t.ceiling)
	}
	out := fmt.Sprintf("when a customer is promoted to the sales force, %s of its value%s, once", percent(t.rate), limits)
	if t.trailMonths > 0 {
		out += fmt.Sprintf("; then %s of its orders for %s, whoever serves it", percent(t.trailRate),
			many(t.trailMonths, "month"))
	}
	return out + "."
}

// handovers is hand-over at work: the promotions, and what they pay for.
type handovers struct {
	*computation
	promotions []*promotion
	onces      map[handKey][]oneTime
	trails     map[handKey][]trailed
}

// promotion is one move of a customer from the partner to a pod. Its terms are
// those of the plan version of its month.
type promotion struct {
	customer *customer
	at       time.Time
	month    int
	plan     *Plan
	value    money.Amount // as the decision says it
	until    time.Time    // the trail's end, or the customer's return; zero: neither
	paid     int64        // so far, in minor units
}

// handKey names what the hand-overs of one component pay in one month.
type handKey struct {
	component string
	month     int
}

// oneTime is the one-time share of one promotion.
type oneTime struct {
	*promotion
	terms   *handover
	guarded bool
}

// trailed is an order on which a promotion's trail pays.
type trailed struct {
	*promotion
	terms   *handover
	order   *history.Order
	net     int64 // of counted refunds
	guarded bool
}

// workHandover starts with no promotions: they are found again in every
// computation, in the histories.
func workHandover(c *computation) steps {
	h := &handovers{computation: c, onces: map[handKey][]oneTime{}, trails: map[handKey][]trailed{}}
	return steps{meet: h.findPromotions, earn: h.bookHandovers, settle: h.compare}
}

// findPromotions finds the customer's promotions and what they pay for. Only the
// first in the plan's currency pays a one-time share.
func (h *handovers) findPromotions(cust *customer, _ []order) {
	paid := false
	for s := range cust.Spans {
		if !cust.promotedAt(s) {
			continue
		}
		span := &cust.Spans[s]
		i := h.monthOf(span.From, 0)
		if i < 0 || i >= len(h.months) || span.From.Before(h.months[i].since) {
			continue
		}
		m := &h.months[i]
		if only[*handover](m.plan) == nil {
			continue
		}
		p := &promotion{customer: cust, at: span.From, month: i, plan: m.plan, value: span.Move.Value}
		if p.value.Currency == "" && p.value.Minor == 0 {
			p.value.Currency = m.plan.Currency // nothing is nothing in any currency
		}
		h.promotions = append(h.promotions, p)
		switch {
		case p.value.Currency != m.plan.Currency:
			h.listValue(p, span.Move.Booked)
		case !paid:
			paid = true
			for _, t := range each[*handover](p.plan) {
				key := handKey{t.Name, p.month}
				h.onces[key] = append(h.onces[key], oneTime{p, t, h.guards(m, cust, span.From)})
			}
		}
		h.followTrails(p, s)
	}
}

// followTrails notes the orders on which the promotion's trails pay: from the
// move to the trail's end or the customer's return, no matter who owns the
// customer then.
func (h *handovers) followTrails(p *promotion, span int) {
	cust := p.customer
	for next := span + 1; next < len(cust.Spans) && p.until.IsZero(); next++ {
		if cust.mine[next] {
			p.until = cust.Spans[next].From
		}
	}
	returned, longest := p.until, 0
	for _, t := range each[*handover](p.plan) {
		if t.trailMonths == 0 {
			continue
		}
		end := h.cal.AddMonths(p.at, t.trailMonths)
		if !within(returned, end) {
			end = returned
		}
		if t.trailMonths >= longest {
			longest, p.until = t.trailMonths, end
		}
		for k := range cust.Orders {
			if o := &cust.Orders[k]; !o.Occurred.Before(p.at) && o.Occurred.Before(end) {
				h.addTrail(p, t, o)
			}
		}
	}
}

// addTrail notes one order that a trail pays on.
func (h *handovers) addTrail(p *promotion, t *handover, o *history.Order) {
	i := h.monthOf(o.Occurred, p.month)
	if i < 0 || i >= len(h.months) {
		return
	}
	m := &h.months[i]
	if o.Currency != p.plan.Currency {
		if int(h.stage(o.Booked, i)) > h.through {
			h.listForeign(o, Unpaid{Customer: p.customer.Customer, Component: t.Name, Period: m.period})
		}
		return
	}
	back := m.clawback
	if m.plan == nil {
		back = h.months[p.month].clawback // the partner has left: the terms of the hand-over go on
	}
	key := handKey{t.Name, i}
	net, guarded := o.Amount-refundedOf(o, back), h.guards(m, p.customer, o.Occurred)
	h.trails[key] = append(h.trails[key], trailed{p, t, o, net, guarded})
}

// listValue lists a hand-over whose value is in another currency, once.
func (h *handovers) listValue(p *promotion, booked channel.Period) {
	stage := max(h.first, p.month)
	if booked != "" {
		stage = max(stage, booked.Sub(h.low))
	}
	if stage > h.through {
		h.list(Unpaid{Customer: p.customer.Customer, Component: only[*handover](p.plan).Name,
			Period: h.months[p.month].period, Code: OtherCurrency, Value: p.value,
			Text: fmt.Sprintf("The hand-over of customer %s at a value of %s pays nothing at once: the plan is in %s.",
				p.customer.Customer, p.value, h.in.Partner.Currency)})
	}
}
