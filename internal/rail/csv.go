package rail

import (
	"encoding/csv"
	"io"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/statement"
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
		row := []string{statement.Cell(p.ID), statement.Cell(string(p.Partner)), string(p.Period),
			money.Format(p.Amount.Minor, p.Amount.Currency), p.Amount.Currency, statement.Cell(p.Statement)}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
