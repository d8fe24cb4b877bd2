package wire

import (
	"github.com/fairlead/fairlead/internal/channel"
)

// StatementSummary is a closed statement in a list.
type StatementSummary struct {
	PartnerID      channel.PartnerID `json:"partnerId"`
	Period         channel.Period    `json:"period"`
	Currency       string            `json:"currency"`
	State          string            `json:"state"`
	Earned         string            `json:"earned"`
	Payable        string            `json:"payable"`
	ClosingBalance string            `json:"closingBalance"`
	Points         int64             `json:"points"`
}

// PartnerLedger is a partner's account in one period: the transfers, and the
// balances they fold to.
type PartnerLedger struct {
	PartnerID channel.PartnerID `json:"partnerId"`
	Period    channel.Period    `json:"period"`
	Opening   []AccountBalance  `json:"opening"`
	Transfers []Transfer        `json:"transfers"`
	Closing   []AccountBalance  `json:"closing"`
}

// AccountBalance is one of a partner's accounts: owed (and payable), reserve (kept
// back until due), fund (for marketing). Pending is what payments under way
// will change it by.
type AccountBalance struct {
	Account  string `json:"account"`
	Currency string `json:"currency"`
	Amount   string `json:"amount"`
	Pending  string `json:"pending"`
}

// The states of a transfer.
const (
	TransferPosted  = "posted"
	TransferPending = "pending" // its payment is under way
	TransferVoided  = "voided"  // its payment was refused
)

// Transfer is one movement between two accounts; never changed.
type Transfer struct {
	ID       string `json:"id"`
	Debit    string `json:"debit"`
	Credit   string `json:"credit"`
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	Code     string `json:"code"`
	State    string `json:"state"` // see Transfer*
	Cause    string `json:"cause"` // the statement or attempt behind it
}
