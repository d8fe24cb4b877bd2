// Package ledger is double-entry bookkeeping: transfers between accounts, and
// the balances they fold to. It never knows statements: what a transfer is for
// is a code and the name of its cause. It owns the chart of accounts; it keeps
// no running balance and writes no keys. README.md has its invariants and the
// tests that hold them.
package ledger

import (
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

// Account is one account. The company's are Expense, Marketing and Bank; each
// partner has three of its own.
type Account string

// The company's accounts.
const (
	Expense   Account = "expense"   // what incentives cost
	Marketing Account = "marketing" // what is set aside for partners' marketing
	Bank      Account = "bank"      // what left through a rail
)

// Owed is what the company owes the partner and may pay: its balance.
func Owed(p channel.PartnerID) Account { return Account("partner:" + string(p) + "#owed") }

// Reserve is what the company owes the partner and keeps back until it is due.
func Reserve(p channel.PartnerID) Account { return Account("partner:" + string(p) + "#reserve") }

// Fund is the partner's marketing fund: it can only be spent on approved
// activities and is never paid out.
func Fund(p channel.PartnerID) Account { return Account("partner:" + string(p) + "#fund") }

// Partner is the partner whose account it is; not ok for the company's.
func (a Account) Partner() (channel.PartnerID, bool) {
	rest, ok := strings.CutPrefix(string(a), "partner:")
	id, _, found := strings.Cut(rest, "#")
	return channel.PartnerID(id), ok && found
}

// Code says what kind of movement a transfer is.
type Code string

// The codes, each with the direction of a positive amount.
const (
	Earned   Code = "earned"   // expense to owed
	Held     Code = "held"     // owed to reserve
	Released Code = "released" // reserve to owed
	MDF      Code = "mdf"      // marketing to fund
	Payout   Code = "payout"   // owed to bank
)

var codes = map[Code]bool{Earned: true, Held: true, Released: true, MDF: true, Payout: true}

// Transfer moves Minor units of Currency from Credit's point of view: the debit
// account gives up a claim (or bears a cost), the credit account gains it. ID is
// unique within its partner and period; Cause names the statement or attempt
// that made it.
type Transfer struct {
	ID       string
	Period   channel.Period
	Debit    Account
	Credit   Account
	Minor    int64
	Currency string
	Code     Code
	Cause    string
	Pending  bool
}

// Check reports what is wrong with a transfer: amounts are above zero, the two
// accounts differ, the code is known. The error is Internal: a transfer is
// made by us, never by a caller.
func (t Transfer) Check() error {
	var problem string
	switch {
	case t.ID == "" || t.Period == "" || t.Cause == "":
		problem = "has no id, period or cause"
	case t.Debit == "" || t.Credit == "" || t.Debit == t.Credit:
		problem = "does not name two accounts"
	case t.Minor <= 0:
		problem = "does not move a positive amount"
	case len(t.Currency) != 3:
		problem = "has no currency"
	case !codes[t.Code]:
		problem = "has no known code"
	default:
		return nil
	}
	return fault.New(fault.Internal, "impossible_transfer", "the transfer %q of %s %s", t.ID, t.Period, problem)
}

// Resolution ends a pending transfer: Post moves the money, else it is void.
type Resolution struct {
	Pending string // id of the transfer
	Period  channel.Period
	Post    bool
	Cause   string // the attempt whose answer decided it
}
