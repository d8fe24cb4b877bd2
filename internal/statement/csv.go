package statement

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// csvColumns are the columns of a statement as CSV. Rows of type line sum to
// the row earned; the other rows are the statement's totals, and two for each
// customer that was handed over.
var csvColumns = []string{"partner_id", "period", "currency", "state", "row", "component", "kind", "for_period",
	"text", "formula", "amount"}

// CSV writes the statement as RFC 4180: one row per line, then the totals, then
// what growing customers earned.
// Text that a spreadsheet would take for a formula is quoted with an
// apostrophe; amounts are plain decimal text.
func CSV(w io.Writer, d *Document) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvColumns); err != nil {
		return err
	}
	row := func(kind string, l Line) error {
		return out.Write([]string{Cell(string(d.PartnerID)), string(d.Period), d.Currency, d.State, kind,
			Cell(l.Component), Cell(l.Kind), string(l.Period), Cell(l.Text), Cell(l.Formula), l.Amount})
	}
	for _, l := range d.Lines {
		if err := row("line", l); err != nil {
			return err
		}
	}
	for _, t := range []struct{ kind, text, amount string }{
		{"opening_balance", "carried from before", d.OpeningBalance},
		{"earned", "sum of the lines", d.Earned},
		{"held", "kept in reserve", d.Held},
		{"released", "released from reserve", d.Released},
		{"payable", "what this statement orders to pay", d.Payable},
		{"closing_balance", "carried forward", d.ClosingBalance},
		{"points", "lifetime points, not money", strconv.FormatInt(d.Points, 10)},
		{"marketing_fund", "left for approved marketing", d.MDF.Closing},
	} {
		if err := row(t.kind, Line{Text: t.text, Amount: t.amount}); err != nil {
			return err
		}
	}
	for _, h := range d.Handovers {
		trail := "no trail"
		if h.Until != "" {
			trail = "trail until " + h.Until
		}
		who := "customer " + string(h.CustomerID) + ", "
		had := Line{Text: who + "had it stayed", Amount: h.WouldHaveEarned}
		paid := Line{Text: who + trail, Amount: h.PaidSoFar}
		if err := row("handover_would_have_earned", had); err != nil {
			return err
		}
		if err := row("handover_paid_so_far", paid); err != nil {
			return err
		}
	}
	if share := d.ShareOfStableBase; share != nil {
		if err := row("stable_share", Line{Text: "your share of the company's stable base", Amount: *share}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Cell makes text safe to open in a spreadsheet: what begins like a formula
// (= + - @, tab, line end) gets an apostrophe in front, which spreadsheets hide
// and which keeps them from computing it. An id may begin with a hyphen.
func Cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}
