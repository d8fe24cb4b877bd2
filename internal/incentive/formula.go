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

// writer words one line: its text, its formula, and the numbers of the formula.
type writer struct {
	currency string
	month    string // that the line is for, as monthName says it
	was      int64  // booked before under the line's key

	text    string
	formula string
	inputs  []Given
}

// say sets the line's text: one sentence for the partner.
func (w *writer) say(format string, args ...any) { w.text = fmt.Sprintf(format, args...) }

// given adds a number of the formula, in the order in which it names them.
func (w *writer) given(name, value string) { w.inputs = append(w.inputs, Given{name, value}) }

func (w *writer) givenCount(name string, n int64) { w.given(name, strconv.FormatInt(n, 10)) }

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

// lessBooked takes away what was booked before and names it.
func (w *writer) lessBooked() { w.lessNamed("booked so far", w.was) }

// lessNamed takes away an amount and names it; nothing for 0.
func (w *writer) lessNamed(name string, n int64) {
	if n != 0 {
		w.amountOf(name, n)
		w.less(n)
	}
}

// termsOf words credits, said as amounts or counts, at a rate: "100.00 x 5 %",
// guarded ones with their factor.
func termsOf(c credits, say func(money.Wide) string, rate string, factor money.Rate) []string {
	var out []string
	if c.plain != (money.Wide{}) {
		out = append(out, say(c.plain)+" x "+rate)
	}
	if c.guarded != (money.Wide{}) {
		out = append(out, say(c.guarded)+" x "+rate+times(factor))
	}
	return out
}

// guarded names what the balance guard multiplies by, and is that for the
// formula; nothing for one. when says "is on" or "was on".
func (w *writer) guarded(when string, factor money.Rate) string {
	if factor != money.One {
		w.given("while the balance guard "+when, "x "+factor.String())
	}
	return times(factor)
}

// times is " x 1.1", nothing for one.
func times(factor money.Rate) string {
	if factor == money.One {
		return ""
	}
	return " x " + factor.String()
}

// rounded is round(a + b), or 0 without terms.
func rounded(terms []string) string {
	if len(terms) == 0 {
		return "0"
	}
	return "round(" + strings.Join(terms, " + ") + ")"
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
