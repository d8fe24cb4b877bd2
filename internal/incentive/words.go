package incentive

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// A formula is an expression over decimal numbers: + - x / ( ), `N %`, and the
// functions round (to the minor unit, half to even), max and min. Evaluated, it
// is the line's amount. Long sums stand as one number, which the inputs name.

// maxTerms is how many orders or customers a formula spells out.
const maxTerms = 8

// writer words one line.
type writer struct {
	currency string
	text     string
	formula  string
	inputs   []Given
}

func (w *writer) say(format string, args ...any) { w.text = fmt.Sprintf(format, args...) }

func (w *writer) given(name, value string) { w.inputs = append(w.inputs, Given{name, value}) }

// amount is minor units as text: "1234.56".
func (w *writer) amount(n int64) string { return money.Format(n, w.currency) }

// wide is a sum of amounts as text.
func (w *writer) wide(sum money.Wide) string { return sum.Format(w.currency) }

func (w *writer) amountOf(name string, n int64) { w.given(name, w.amount(n)) }

// less appends "- n", or "+ |n|"; nothing for 0.
func (w *writer) less(n int64) {
	switch {
	case n > 0:
		w.formula += " - " + w.amount(n)
	case n < 0:
		w.formula += " + " + w.amount(-n)
	}
}

// sofar takes away what was booked before and names it.
func (w *writer) sofar(n int64) {
	if n != 0 {
		w.amountOf("booked so far", n)
		w.less(n)
	}
}

// percent is a rate as "7.5 %".
func percent(r money.Rate) string { return (100 * r).String() + " %" }

// monthName is "March 2026".
func monthName(p channel.Period) string { return p.Month().String() + " " + strconv.Itoa(p.Year()) }

// many is "1 order", "3 orders".
func many[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// terms words credits at a rate: "100.00 x 5 %", guarded ones with their factor.
// rate "" is none.
func (w *writer) terms(c credits, rate string, factor money.Rate, number func(money.Wide) string) []string {
	var out []string
	if rate != "" {
		rate = " x " + rate
	}
	if c.plain != (money.Wide{}) {
		out = append(out, number(c.plain)+rate)
	}
	switch {
	case c.guarded == (money.Wide{}):
	case factor == money.One:
		out = append(out, number(c.guarded)+rate)
	default:
		out = append(out, number(c.guarded)+rate+" x "+factor.String())
	}
	return out
}

// rounded is round(a + b), or 0 without terms.
func rounded(terms []string) string {
	if len(terms) == 0 {
		return "0"
	}
	return "round(" + strings.Join(terms, " + ") + ")"
}

func (w *writer) gone(b Booked) {
	w.say("What was booked here is no longer due.")
	w.formula = "0"
	w.sofar(b.Amount)
}

func unpaidText(u *Unpaid, currency string) string {
	switch {
	case u.Code == NoMargin:
		return fmt.Sprintf("Order %s of %s has no margin, and %s is paid on margin: it earns nothing there.", u.Order, u.Value, u.Component)
	case u.Order == "":
		return fmt.Sprintf("The hand-over of customer %s at a value of %s pays nothing at once: the plan is in %s.", u.Customer, u.Value, currency)
	}
	return fmt.Sprintf("Order %s of %s earns nothing: the plan is in %s.", u.Order, u.Value, currency)
}

// commissionBooking words the lines of one month of a commission.
type commissionBooking struct {
	c     *computation
	e     *earned
	month int
	was   map[Kind]int64
}

func (b commissionBooking) name() string { return monthName(b.c.months[b.month].period) }

func (b commissionBooking) earning(w *writer) {
	e, what := b.e, "revenue"
	if e.comp.OnMargin {
		what = "margin"
	}
	w.say("Commission on %s of %s.", many(e.orders, "order"), b.name())
	w.given("new orders", strconv.Itoa(e.orders))
	var terms []string
	var exact money.Exact
	for i, s := range e.tiers {
		t := e.comp.Tiers[i]
		part := w.terms(s, percent(t.Rate), e.comp.WhenGuarded, w.wide)
		if len(part) == 0 {
			continue
		}
		terms = append(terms, part...)
		e.comp.addCredits(&exact, s, t.Rate)
		w.given(fmt.Sprintf("%s from %s on, at %s", what, w.amount(t.From), percent(t.Rate)), w.wide(s.sum()))
		if s.guarded != (money.Wide{}) {
			w.given("of that while the balance guard was on, x "+e.comp.WhenGuarded.String(), w.wide(s.guarded))
		}
	}
	w.formula = rounded(terms)
	if sum, err := exact.Round(); err == nil && sum != e.fresh {
		w.amountOf("rounding of the orders' shares", e.fresh-sum)
		w.less(sum - e.fresh)
	}
}

func (b commissionBooking) reversal(w *writer) {
	w.say("Refunds on %s of %s, at what each order had earned.", many(len(b.e.backs), "order"), b.name())
	var terms []string
	if len(b.e.backs) > maxTerms {
		w.amountOf(fmt.Sprintf("taken back of the shares of %d orders", len(b.e.backs)), b.e.back)
		terms = append(terms, w.amount(b.e.back))
	} else {
		for _, r := range b.e.backs {
			o := &b.c.orders[r.order]
			w.given("order "+string(o.of.ID), fmt.Sprintf("share %s, refunded %s of %s", w.amount(r.share), w.amount(o.of.Amount-o.net), w.amount(o.of.Amount)))
			terms = append(terms, fmt.Sprintf("%s x %s / %s", w.amount(r.share), w.amount(o.of.Amount-o.net), w.amount(o.of.Amount)))
		}
	}
	w.formula = "-" + rounded(terms)
	w.sofar(b.was[Reversal])
}

func (b commissionBooking) adjustment(w *writer) {
	e := b.e
	back := -e.back - b.was[Reversal]
	booked := b.was[Earning] + b.was[Reversal] + b.was[TierAdjustment]
	if e.comp.Waive {
		w.say("What %s is worth now, beyond its new orders and refunds: a higher rate counts for the earlier orders too.", b.name())
		w.amountOf("shares of all orders", e.all)
		w.amountOf("steps up for earlier orders", e.stepUps)
		w.amountOf("taken back with refunds", e.matchedBack)
		w.formula = w.amount(e.all)
		w.less(-e.stepUps)
		w.less(e.matchedBack)
	} else {
		w.say("What %s is worth now, beyond its new orders and refunds.", b.name())
		w.amountOf(fmt.Sprintf("commission of the %s to the end of %s", e.comp.Window, b.name()), e.through)
		w.formula = w.amount(e.through)
		if e.before != 0 {
			w.amountOf("of that, to the end of the month before", e.before)
			w.less(e.before)
		}
	}
	w.sofar(booked)
	if e.fresh != 0 {
		w.amountOf("new orders, in their own line", e.fresh)
		w.less(e.fresh)
	}
	if back != 0 {
		w.amountOf("refunds, in their own line", back)
		w.less(back)
	}
}
