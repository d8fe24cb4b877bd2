package statement

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/fairlead/fairlead/internal/channel"
)

// Answer is the statement in one sentence: what was earned and what is paid
// when, or why nothing is.
func (d *Document) Answer() string {
	month := Month(d.Period)
	earned := "You earned " + d.money(d.Earned) + " in " + month
	if isZero(d.Earned) {
		earned = "You earned nothing in " + month
	}
	if d.State == Preview {
		return d.previewAnswer(month)
	}
	if !isZero(d.Payable) {
		return earned + "; " + d.paidWords()
	}
	next := Month(d.Period.Next())
	switch {
	case d.Carried == nil && isZero(d.Earned):
		return earned + ", and nothing is due."
	case d.Carried == nil:
		return earned + "; nothing is due now."
	case d.Carried.Reason == "below_minimum":
		return fmt.Sprintf("%s; your balance of %s is below the minimum payment of %s, so it is carried into %s.",
			earned, d.money(d.Carried.Amount), d.money(d.Carried.Minimum), next)
	case strings.HasPrefix(d.Earned, "-"):
		return fmt.Sprintf("%s, because what was taken back is more than what was new; "+
			"nothing is paid, and %s is carried into %s.", earned, d.money(d.Carried.Amount), next)
	}
	return fmt.Sprintf("%s; your balance is still negative, so nothing is paid, and %s is carried into %s.",
		earned, d.money(d.Carried.Amount), next)
}

func (d *Document) paidWords() string {
	amount, p := d.money(d.Payable), d.Payment
	switch {
	case p == nil:
		return "we pay " + amount + "."
	case p.State == PaymentPaid && p.PaidAt != nil:
		return "we paid " + amount + " on " + p.PaidAt.Format("2 January 2006") + "."
	case p.State == PaymentFailed:
		return "our payment of " + amount + " was returned by the bank, and we make it again."
	case p.State == PaymentPaying:
		return "our payment of " + amount + " is on its way."
	case p.ExpectedOn != "":
		return "we pay " + amount + " on " + Day(p.ExpectedOn) + "."
	}
	return "we pay " + amount + "."
}

func (d *Document) previewAnswer(month string) string {
	earned := "So far you have earned " + d.money(d.Earned) + " in " + month
	if isZero(d.Earned) {
		earned = "So far you have earned nothing in " + month
	}
	if isZero(d.Payable) {
		return earned + "; nothing would be paid if the month ended now."
	}
	return earned + "; we would pay " + d.money(d.Payable) + " if the month ended now."
}

// money is decimal text for people, with its currency.
func (d *Document) money(amount string) string { return Grouped(amount) + " " + d.Currency }

// Grouped is decimal text with thousands set apart and a true minus sign:
// "-1234.50" is "−1,234.50". What is no amount stays as it is.
func Grouped(amount string) string {
	digits, negative := strings.CutPrefix(amount, "-")
	whole, _, _ := strings.Cut(digits, ".")
	n, err := strconv.ParseUint(whole, 10, 64)
	if err != nil {
		return amount
	}
	grouped := message.NewPrinter(language.English).Sprint(n) + digits[len(whole):]
	if negative {
		return "\u2212" + grouped
	}
	return grouped
}

// Month is a period for people: "March 2026".
func Month(p channel.Period) string {
	t, err := time.Parse("2006-01", string(p))
	if err != nil {
		return string(p)
	}
	return t.Format("January 2006")
}

// Day is a day for people: "6 April 2026". It takes what a Document holds.
func Day(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return t.Format("2 January 2006")
}

// Percent is a decimal share of one for people: "0.1234" is "12.34 %".
func Percent(share string) string {
	whole, decimals, _ := strings.Cut(share, ".")
	decimals += "00"
	digits := strings.TrimLeft(whole+decimals[:2], "0")
	if digits == "" {
		digits = "0"
	}
	if rest := strings.TrimRight(decimals[2:], "0"); rest != "" {
		digits += "." + rest
	}
	return digits + " %"
}

func isZero(amount string) bool { return strings.Trim(amount, "-0.") == "" }
