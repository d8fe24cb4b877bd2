package incentive

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/fairlead/fairlead/internal/money"
)

// countBooking words so many credits at an amount each.
type countBooking struct {
	c     *computation
	p     *Component
	t     *tally
	month int
	was   int64
}

func (b countBooking) words(w *writer) {
	n, month := b.t.plain+b.t.guarded, monthName(b.c.months[b.month].period)
	noun := "matching order"
	if b.p.FirstOrder {
		noun = "matching first order"
	}
	if b.p.Type == TypeRetention {
		noun = "kept and active customer"
	}
	w.say("%s of %s, %s each.", many(n, noun), month, w.amount(b.p.Amount))
	w.given(noun+"s", strconv.FormatInt(n, 10))
	w.amountOf("for each", b.p.Amount)
	if b.t.guarded != 0 && b.p.WhenGuarded != money.One {
		w.given("of them while the balance guard was on, x "+b.p.WhenGuarded.String(), strconv.FormatInt(b.t.guarded, 10))
	}
	counts := credits{money.WideOf(b.t.plain), money.WideOf(b.t.guarded)}
	w.formula = rounded(w.terms(counts, w.amount(b.p.Amount), b.p.WhenGuarded, money.Wide.String))
	w.sofar(b.was)
}

// satisfactionBooking words a satisfaction bonus.
type satisfactionBooking struct {
	c     *computation
	p     *Component
	month int
	net   int64
	share money.Rate
	was   int64
}

func (b satisfactionBooking) words(w *writer) {
	m := &b.c.months[b.month]
	average := "none"
	if m.answers > 0 {
		average = big.NewRat(m.scores, m.answers).FloatString(2)
	}
	w.say("Your customers of %s gave %s on average (%s): %s of %s.", monthName(m.period), average, many(m.answers, "answer"), percent(b.share), b.p.Of)
	w.given("answers", strconv.FormatInt(m.answers, 10))
	w.given("sum of scores", strconv.FormatInt(m.scores, 10))
	w.given("average", average)
	w.given("share", percent(b.share))
	w.amountOf(b.p.Of+" in "+monthName(m.period), b.net)
	w.formula = fmt.Sprintf("round(max(0, %s) x %s)", w.amount(b.net), percent(b.share))
	w.sofar(b.was)
}

// growthBooking words growth.
type growthBooking struct {
	c         *computation
	p         *Component
	grown     int64
	customers int
}

func (b growthBooking) words(w *writer) {
	m := &b.c.months[b.c.open]
	w.say("The value of %s kept through %s grew.", many(b.customers, "customer"), monthName(m.period))
	w.given("customers observed at both ends", strconv.Itoa(b.customers))
	w.amountOf("growth of their value", b.grown)
	inside := w.amount(b.grown)
	if fall := b.c.in.Opening.Growth; fall != 0 {
		w.amountOf("earlier fall to make good", fall)
		inside += " - " + w.amount(fall)
	}
	w.given("rate", percent(b.p.Rate))
	w.formula = fmt.Sprintf("round(max(0, %s) x %s", inside, percent(b.p.Rate))
	if f := b.p.factor(m.guarded); f != money.One {
		w.given("while the balance guard is on", "x "+f.String())
		w.formula += " x " + f.String()
	}
	w.formula += ")"
	w.sofar(b.c.before[bookKey{b.p.Name, b.c.open, Earning}])
}

// onceBooking words the one-time shares of hand-overs.
type onceBooking struct {
	c     *computation
	list  []oneTime
	month int
}

func (b onceBooking) words(w *writer) {
	key := bookKey{b.list[0].terms.Name, b.month, OneTime}
	w.say("%s promoted to the sales force in %s: a share of the value handed over.", many(len(b.list), "customer"), monthName(b.c.months[b.month].period))
	var terms []string
	if len(b.list) > maxTerms {
		w.amountOf(fmt.Sprintf("shares of %d customers", len(b.list)), b.c.after[key])
		terms = append(terms, w.amount(b.c.after[key]))
	} else {
		for _, o := range b.list {
			terms = append(terms, b.term(w, o))
		}
	}
	w.formula = rounded(terms)
	w.sofar(b.c.before[key])
}

func (b onceBooking) term(w *writer, o oneTime) string {
	p, t := &b.c.promotions[o.promotion], o.terms
	limits := "at least " + w.amount(t.Floor)
	term := fmt.Sprintf("max(%s x %s, %s)", w.amount(p.value.Minor), percent(t.Rate), w.amount(t.Floor))
	if t.Ceiling != NoCeiling {
		limits += ", at most " + w.amount(t.Ceiling)
		term = fmt.Sprintf("min(%s, %s)", term, w.amount(t.Ceiling))
	}
	w.given("customer "+string(b.c.customers[p.customer].Customer), fmt.Sprintf("value %s at %s, %s", w.amount(p.value.Minor), percent(t.Rate), limits))
	if f := t.factor(o.guarded); f != money.One {
		w.given("while the balance guard was on", "x "+f.String())
		term += " x " + f.String()
	}
	return term
}

// trailBooking words the trails of one month.
type trailBooking struct {
	c           *computation
	list        []trailed
	month       int
	placed, now int64
}

// parts sums the orders by the terms they pay under.
func (b trailBooking) parts(w *writer, net bool) []string {
	var terms []*Component
	sum := map[*Component]*credits{}
	for _, o := range b.list {
		if sum[o.terms] == nil {
			sum[o.terms] = &credits{}
			terms = append(terms, o.terms)
		}
		n := o.order.Amount
		if net {
			n = o.net
		}
		sum[o.terms].add(o.guarded, n)
	}
	what := "orders of handed-over customers"
	if net {
		what += ", less refunds"
	}
	var out []string
	for _, t := range terms {
		s := sum[t]
		w.given(what+", at "+percent(t.TrailRate), w.wide(s.sum()))
		out = append(out, w.terms(*s, percent(t.TrailRate), t.WhenGuarded, w.wide)...)
	}
	return out
}

func (b trailBooking) trail(w *writer) {
	w.say("Trail on %s that handed-over customers placed in %s.", many(len(b.list), "order"), monthName(b.c.months[b.month].period))
	w.formula = rounded(b.parts(w, false))
	w.sofar(b.c.before[bookKey{b.list[0].terms.Name, b.month, Trail}])
}

func (b trailBooking) reversal(w *writer) {
	w.say("Refunds on orders of %s that had paid a trail.", monthName(b.c.months[b.month].period))
	w.formula = rounded(b.parts(w, true))
	w.amountOf("trail on the orders as placed", b.placed)
	w.less(b.placed)
	w.sofar(b.c.before[bookKey{b.list[0].terms.Name, b.month, TrailReversal}])
}

// limitBooking words guarantee and cap of the open month.
type limitBooking struct {
	c    *computation
	l    limited
	own  sums
	draw int64
}

func (b limitBooking) month() string { return monthName(b.c.in.Period) }

func (b limitBooking) topUp(w *writer) {
	sum := b.own.own + b.own.handover
	w.say("%s earned %s; the guaranteed minimum is %s.", b.month(), w.amount(sum), w.amount(b.l.minimum))
	b.guaranteed(w, "guaranteed minimum")
	w.amountOf("earned in "+b.month(), sum)
	w.formula = w.amount(b.l.minimum)
	w.less(sum)
}

func (b limitBooking) taken(w *writer) {
	sum := b.own.own + b.own.handover
	w.say("Earlier top-ups are taken back from what %s earned above the minimum.", b.month())
	w.amountOf("still to be taken back", b.draw)
	w.amountOf("earned in "+b.month(), sum)
	b.guaranteed(w, "guaranteed minimum")
	w.formula = fmt.Sprintf("-min(%s, %s - %s)", w.amount(b.draw), w.amount(sum), w.amount(b.l.minimum))
}

func (b limitBooking) given(w *writer) {
	w.say("More had been taken back than was advanced, as corrections of closed months show: the difference is yours.")
	w.amountOf("taken back too much", b.c.given)
	w.formula = w.amount(b.c.given)
}

func (b limitBooking) carried(w *writer) {
	w.say("What was above the ceiling of earlier months comes in.")
	w.amountOf("carried excess", b.l.carried)
	w.formula = w.amount(b.l.carried)
}

func (b limitBooking) cut(w *writer) {
	rest := b.own.own + b.l.topUp - b.l.taken + b.l.carried
	fate := "it is not paid"
	if b.l.excess != 0 {
		fate = "it is carried into the next month"
	}
	w.say("%s came to %s without hand-overs, which is above the ceiling of %s; %s.", b.month(), w.amount(rest), w.amount(b.l.ceiling), fate)
	w.amountOf("before the ceiling, hand-overs apart", rest)
	b.guaranteed(w, "ceiling")
	w.formula = w.amount(b.l.ceiling)
	w.less(rest)
}

// guaranteed names the minimum or ceiling, and its days where the plan began
// inside the month.
func (b limitBooking) guaranteed(w *writer, what string) {
	m, n := &b.c.months[b.c.open], b.l.minimum
	if what == "ceiling" {
		n = b.l.ceiling
	}
	if m.days != m.of {
		what += fmt.Sprintf(" for %d of %d days", m.days, m.of)
	}
	w.amountOf(what, n)
}

// correctionBooking words what guarantee and cap of a closed month change by.
type correctionBooking struct {
	c           *computation
	month       int
	before, now limited
}

func (b correctionBooking) words(w *writer) {
	w.say("Minimum and ceiling of %s, computed again on its corrected sum.", monthName(b.c.months[b.month].period))
	w.amountOf("they add now", b.now.net())
	w.amountOf("they added before", b.before.net())
	w.formula = w.amount(b.now.net())
	w.less(b.before.net())
}
