package rail

import (
	"encoding/csv"
	"io"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// Payment is one row of the payments file. Statement names the statement that
// orders the payment, for the bank's remittance text: PARTNER/PERIOD.
type Payment struct {
	ID        string
	Partner   channel.PartnerID
	Period    channel.Period
	Amount    money.Amount
	Statement string
}

// PaymentColumns are the columns of the payments file, in order.
var PaymentColumns = []string{"payment_id", "partner_id", "period", "amount", "currency", "statement"}

// WriteCSV writes the payments file: RFC 4180 with a header, amounts as decimal
// text with the currency's decimals. Lines end in a bare line feed, which every
// reader takes and no shell trips over.
func WriteCSV(w io.Writer, payments []Payment) error {
	out := csv.NewWriter(w)
	if err := out.Write(PaymentColumns); err != nil {
		return err
	}
	for _, p := range payments {
		row := []string{Cell(p.ID), Cell(string(p.Partner)), string(p.Period),
			money.Format(p.Amount.Minor, p.Amount.Currency), p.Amount.Currency, Cell(p.Statement)}
		if err := out.Write(row); err != nil {
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
