package incentive

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/money"
)

var commissionType = componentType{is: "commission", earns: true, listed: true, sees: liveOrder | deadOrder,
	read: readCommission, work: workCommission}

// commission is a share of what customers ordered while the partner owned them,
// by tiers of what the partner attains in a window of months.
//
// Attainment is the sum of the window's matching orders, by amount or by margin.
// F(x) is the commission on an attainment of x: marginal, each tier's rate on
// the part of x inside the tier; whole, the rate of the tier that x reaches on
// all of it. R rounds to the minor unit, half to even.
//
//   - Under adjust, W(q) is F on the orders to the end of month q, net of counted
//     refunds, and q is worth R(W(q)) - R(W(q-1)). So the lines of a window
//     always sum to R(W), and rounding never adds up.
//   - An order's share is R(S_k) - R(S_(k-1)) of the running gross sum S, frozen
//     when it is first booked. Its refunds take back R(sum of share x refunded
//     fraction): so three thirds of a refund take back exactly the share. What a
//     month changed by beyond that is the tier adjustment.
//   - Under waive a refund takes its share and never moves attainment.
//
// Three orders of 8,000, 12,000 and 40,000 at 5 %, 7.5 % from 10,000 and 10 %
// from 50,000 earn 500 + 3,000 + 1,000 = 4,500 (marginal.txtar), or as a whole
// 60,000 x 10 % = 6,000 (whole.txtar).
//
// Reading order: here the keys; commission_window, which orders count together;
// commission_walker, what each adds; commission_net, W in fractions where a
// margin is refunded in part; commission_month, the lines.
type commission struct {
	*Component
	onMargin bool // of margin, else of revenue
	whole    bool // one rate on everything in the window; else marginal
	waive    bool // refunds never move attainment; else they adjust it
	windows  windowKind
	tiers    []tier // from ascending, the first from 0
}

// tier is a rate from an attainment on, inclusive, in minor units.
type tier struct {
	from int64
	rate money.Rate
}

// windowKind is over how long attainment grows, by the programme's calendar.
type windowKind string

const (
	monthly   windowKind = "month"
	quarterly windowKind = "quarter"
	yearly    windowKind = "year"
)

// readCommission: without the keys, marginal on revenue, by month, adjusting.
func readCommission(k *keys) terms {
	t := &commission{Component: k.component, onMargin: k.is("basis", "margin"), whole: k.is("method", "whole"),
		waive: k.is("tierConsequence", "waive"), windows: windowKind(k.text("attainment"))}
	if t.windows == "" {
		t.windows = monthly
	}
	k.readWhenGuarded()
	k.readWhen()
	for _, inner := range k.list("tiers") {
		t.tiers = append(t.tiers, tier{inner.amount("from"), inner.share("rate")})
	}
	t.check(k)
	return t
}

// check: the first tier begins at zero, so that nothing falls below it; each
// begins above the one before and, where one rate holds for everything, pays no
// less.
func (t *commission) check(k *keys) {
	for i, next := range t.tiers {
		switch {
		case i == 0 && next.from != 0:
			k.wrong(document.Path("tiers", 0, "from"), "must be 0: below the first tier nothing would be paid")
		case i > 0 && next.from <= t.tiers[i-1].from:
			k.wrong(document.Path("tiers", i, "from"), "must be above that of the tier before")
		case i > 0 && next.rate < t.tiers[i-1].rate && t.whole:
			k.wrong(document.Path("tiers", i, "rate"), "must not fall: one more order would lower the commission")
		}
	}
}

// explain leaves out window and method where one rate makes them the same.
func (t *commission) explain(p *Plan) string {
	basis, how := "net revenue", "each rate on its own part"
	consequence := "A refund also takes back the tier it had helped to reach."
	if t.onMargin {
		basis = "margin"
	}
	if t.whole {
		how = "one rate on everything"
	}
	if t.waive {
		consequence = "A refund takes back what its order earned and never moves a tier."
	}
	if len(t.tiers) == 1 {
		return fmt.Sprintf("%s on the %s. %s", percent(t.tiers[0].rate), basis, consequence)
	}
	tiers := make([]string, 0, len(t.tiers))
	for _, tier := range t.tiers {
		tiers = append(tiers, fmt.Sprintf("%s from %s", percent(tier.rate), p.amount(tier.from)))
	}
	return fmt.Sprintf("%s on the %s of each %s, %s. %s", strings.Join(tiers, ", "), basis, t.windows, how, consequence)
}

// commissions is commission at work.
type commissions struct {
	*computation
	frozen map[frozenKey]int64 // shares of earlier statements
	fresh  []Share             // of this one
	expect int                 // how many these are at most
}

// frozenKey names a share.
type frozenKey struct {
	component string
	order     channel.OrderID
}

func workCommission(c *computation) steps {
	cs := &commissions{computation: c, frozen: make(map[frozenKey]int64, len(c.in.Shares))}
	for _, s := range c.in.Shares {
		cs.frozen[frozenKey{s.Component, s.Order}] = s.Amount
	}
	settle := func(r *Result) error { r.Shares = cs.fresh; return nil }
	return steps{count: cs.takeOrder, earn: cs.bookCommissions, settle: settle}
}

// takeOrder refuses an order without margin where the commission is on margin,
// and lists it.
func (cs *commissions) takeOrder(p *Component, _ *tally, o *order) bool {
	t, _ := p.terms.(*commission)
	fresh := cs.isFresh(o)
	if !t.onMargin || o.of.Margin != nil {
		if fresh {
			cs.expect++
		}
		return true
	}
	if o.orderKind == liveOrder && fresh {
		value := money.Of(o.of.Amount, o.of.Currency)
		cs.list(Unpaid{Customer: cs.customers[o.customer].Customer, Order: o.of.ID, Component: t.Name,
			Period: cs.months[o.month].period, Code: NoMargin, Value: value,
			Text: fmt.Sprintf("Order %s of %s has no margin, and %s is paid on margin: it earns nothing there.",
				o.of.ID, value, t.Name)})
	}
	return false
}

// bookCommissions computes and books every commission of every month.
func (cs *commissions) bookCommissions() error {
	refunded := cs.refundedByMonth()
	cs.fresh = slices.Grow(cs.fresh, cs.expect)
	named := byName[*commission](cs.computation)
	for _, name := range slices.Sorted(maps.Keys(named)) {
		shares := map[int32]int64{}
		months := make([]earned, len(cs.months))
		for _, s := range cs.spans(named[name]) {
			if err := cs.priceWindow(cs.window(named[name], s), months, shares); err != nil {
				return err
			}
		}
		for i := range months {
			e := &months[i]
			if e.terms == nil {
				continue
			}
			if err := cs.reverse(e, refunded[i], shares); err != nil {
				return err
			}
			cs.bookMonth(i, e)
		}
	}
	return nil
}
