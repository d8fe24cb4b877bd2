package ledger

import (
	"math"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

// Booking is what a statement books, in minor units of Currency. Earned and MDF
// may be negative (refunds), Held and Released may not.
type Booking struct {
	Partner  channel.PartnerID
	Period   channel.Period
	Currency string
	Earned   int64
	Held     int64
	Released int64
	MDF      int64
	Cause    string // name of the statement
}

// Accrue is the transfers that book a statement: one for each amount that is
// not zero, in the order earned, held, released, mdf. A negative amount goes
// the other way round. Their ids derive from the booking, so that the same
// statement collides with itself.
func Accrue(b Booking) ([]Transfer, error) {
	owed, reserve, fund := Owed(b.Partner), Reserve(b.Partner), Fund(b.Partner)
	if b.Held < 0 || b.Released < 0 {
		return nil, fault.New(fault.Internal, "impossible_transfer",
			"the statement of %s for %s keeps back less than nothing", b.Partner, b.Period)
	}
	var out []Transfer
	for _, m := range []struct {
		code          Code
		debit, credit Account
		minor         int64
	}{
		{Earned, Expense, owed, b.Earned},
		{Held, owed, reserve, b.Held},
		{Released, reserve, owed, b.Released},
		{MDF, Marketing, fund, b.MDF},
	} {
		if m.minor == math.MinInt64 {
			return nil, fault.New(fault.Internal, "impossible_transfer", "the %s of %s for %s is out of range",
				m.code, b.Partner, b.Period)
		}
		if m.minor < 0 {
			m.debit, m.credit, m.minor = m.credit, m.debit, -m.minor
		}
		if m.minor == 0 {
			continue
		}
		t := Transfer{ID: b.Currency + "." + string(m.code), Period: b.Period, Debit: m.debit, Credit: m.credit,
			Minor: m.minor, Currency: b.Currency, Code: m.code, Cause: b.Cause}
		if err := t.Check(); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}
