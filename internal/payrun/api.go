package payrun

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// Page asks for one page of a list. Limit 0 means 100, at most 1,000. Cursor is
// what the last page's NextCursor said, opaque to the caller.
type Page struct {
	Limit  int
	Cursor string
}

// List is one page. An empty NextCursor is the end; a short page is not.
type List[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"nextCursor,omitempty"`
}

// Amount is decimal text with its currency.
type Amount struct {
	Currency string `json:"currency"`
	Amount   string `json:"amount"`
}

// The states of a period.
const (
	PeriodOpen    = "open"
	PeriodClosing = "closing" // no new entry is booked in it; statements are being made
	PeriodClosed  = "closed"
)

// PeriodStatus is how far a period is. Everything after ClosableFrom is there
// once it is closed.
type PeriodStatus struct {
	Period       channel.Period `json:"period"`
	State        string         `json:"state"`
	Start        time.Time      `json:"start"`
	End          time.Time      `json:"end"`          // exclusive
	ClosableFrom time.Time      `json:"closableFrom"` // end and grace days
	ClosedAt     *time.Time     `json:"closedAt,omitempty"`
	Owners       int            `json:"owners"`       // seals
	Statements   int            `json:"statements"`   // one per assigned partner
	Entries      int            `json:"entries"`      // booked in the period, unattributed included
	Unattributed int            `json:"unattributed"` // entries of customers that nobody owned
	Totals       []Total        `json:"totals"`       // by currency
	Root         string         `json:"root,omitempty"`
	Late         int            `json:"late"` // strays of closed periods that this close found and booked anew
	Note         string         `json:"note,omitempty"`
	// Already is set when the period had been closed before this request.
	Already bool `json:"alreadyClosed,omitempty"`
	// Work is what is known of the work on it elsewhere: see Work*. Empty where
	// requests do their work themselves.
	Work string `json:"work,omitempty"`
	// Started is set when this request handed the work on: it is not done yet.
	Started bool `json:"-"`
}

// What is known of the work on a period or a run that is done elsewhere; empty: nothing.
const (
	WorkRunning = "running"
	WorkDone    = "done"
	WorkFailed  = "failed" // it ended before it was done: asking for it again goes on from there
)

// Total sums the statements of a period in one currency.
type Total struct {
	Currency string `json:"currency"`
	Earned   string `json:"earned"`
	Payable  string `json:"payable"`
	Carried  string `json:"carriedForward"` // closing balances
}

// CloseRequest closes a period. Progress, if set, is told how many owners of
// how many are done, twice over (the second reader goes over all again).
type CloseRequest struct {
	Period   channel.Period
	User     string
	Progress func(done, total int)
}

// PrepareRequest makes the payout run of a closed period. While a run of the
// period is alive (not denied) that run is the answer, whoever asks.
type PrepareRequest struct {
	Period channel.Period
	User   string
}

// The states of a run.
const (
	RunPrepared = "prepared"
	RunApproved = "approved"
	RunPaying   = "paying"
	RunSettled  = "settled"
	RunDenied   = "denied"
)

// Run is a payout run. ID is "PERIOD.N"; a bare period names its first run. The
// check between prepared and approved is part of approving: lines, statements
// and ledger are compared by the approver's request, and Hash is what was
// approved.
type Run struct {
	ID         string         `json:"id"`
	Period     channel.Period `json:"period"`
	State      string         `json:"state"`
	PreparedBy string         `json:"preparedBy"`
	PreparedAt time.Time      `json:"preparedAt"`
	ApprovedBy *string        `json:"approvedBy"`
	ApprovedAt *time.Time     `json:"approvedAt,omitempty"`
	DeniedBy   *string        `json:"deniedBy,omitempty"`
	Reason     string         `json:"reason,omitempty"` // of the denial, or of overriding the limit
	Hash       string         `json:"hash"`             // of the lines; what an approval approves
	Totals     []Amount       `json:"totals"`           // payable
	Lines      []RunLine      `json:"lines"`            // all of them, by partner and currency
	SettledAt  *time.Time     `json:"settledAt,omitempty"`
	Work       string         `json:"work,omitempty"` // as in PeriodStatus
	Existing   bool           `json:"-"`              // Prepare: the run was there already
	Started    bool           `json:"-"`              // Pay: the work was handed on and is not done yet
	Exported   bool           `json:"-"`              // all that is left of it waits to be confirmed
}

// The states of a run's line.
const (
	LineOpen      = "open"      // to be paid
	LineReserved  = "reserved"  // an attempt has its money set aside
	LineSubmitted = "submitted" // the rail may have it
	LineUnknown   = "unknown"   // the rail's answer was lost; it is asked, never paid anew
	LineExported  = "exported"  // it is in the payments file; somebody confirms that the bank has paid
	LinePaid      = "paid"
	LineRejected  = "rejected" // refused for certain; the next pay makes a new attempt
	LineCarried   = "carried"  // nothing to pay: the balance is carried forward
)

// RunLine is what one partner gets in one currency. Reason says why nothing is
// paid: negative, below_minimum, or nothing_earned.
type RunLine struct {
	PartnerID      channel.PartnerID `json:"partnerId"`
	Currency       string            `json:"currency"`
	Earned         string            `json:"earned"`
	Payable        string            `json:"payable"`
	CarriedForward string            `json:"carriedForward"`
	State          string            `json:"state"`
	Reason         string            `json:"reason,omitempty"`
	Attempt        int               `json:"attempt,omitempty"`   // attempts so far
	PaymentID      string            `json:"paymentId,omitempty"` // key of the latest attempt on the rail
	PaidAt         *time.Time        `json:"paidAt,omitempty"`
	Reference      string            `json:"reference,omitempty"` // the rail's own
	Message        string            `json:"message,omitempty"`   // the rail's words about a rejection
	ConfirmedBy    string            `json:"confirmedBy,omitempty"`
}

// Diff compares a run with the last settled one.
type Diff struct {
	Run       string      `json:"run"`
	Against   string      `json:"against"` // period of the last settled run, "" if there is none
	Totals    []TotalDiff `json:"totals"`
	Items     []DiffItem  `json:"items"`
	Threshold string      `json:"threshold"` // share of one beyond which an amount is listed, "" for none
	Limit     string      `json:"limit"`     // share of one beyond which the run is refused, "" for none
	Refused   []string    `json:"refused"`   // why an approval needs a reason to override
	Counts    DiffCounts  `json:"counts"`
}

// DiffCounts counts lines by what became of them.
type DiffCounts struct {
	New       int `json:"new"`
	Gone      int `json:"gone"`
	Changed   int `json:"changed"` // beyond the threshold
	Unchanged int `json:"unchanged"`
}

// TotalDiff is the total of one currency. Change is a share of one, "" where
// the last run had nothing in it.
type TotalDiff struct {
	Currency string `json:"currency"`
	Before   string `json:"before"`
	Now      string `json:"now"`
	Change   string `json:"change"`
}

// DiffItem is one line worth a look: kind is new, gone or changed.
type DiffItem struct {
	PartnerID channel.PartnerID `json:"partnerId"`
	Currency  string            `json:"currency"`
	Kind      string            `json:"kind"`
	Before    string            `json:"before"`
	Now       string            `json:"now"`
	Change    string            `json:"change,omitempty"`
	Reasons   []string          `json:"reasons"` // the components that moved it most, in words
}

// ApproveRequest approves a prepared run. Override with a reason lets a run
// through that moved beyond the programme's limit.
type ApproveRequest struct {
	Run      string
	User     string
	Override bool
	Reason   string
}

// DenyRequest vetoes a run that has not begun to pay; Reason is required.
type DenyRequest struct {
	Run    string
	User   string
	Reason string
}

// PayRequest pays what is left of an approved run. Repeating it is safe at any
// age.
type PayRequest struct {
	Run      string
	User     string
	Progress func(done, total int)
}

// ConfirmRequest says that the bank has paid what was exported: the payment of
// that id, or all of the run where Line is empty. Repeating it is safe at any age.
type ConfirmRequest struct {
	Run  string
	Line string // payment id, as the payments file has it
	User string
}

// StatementRequest asks for one statement; Preview for that of an open month
// as of now.
type StatementRequest struct {
	Partner channel.PartnerID
	Period  channel.Period
	Preview bool
}

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
	Opening   []Balance         `json:"opening"`
	Transfers []Transfer        `json:"transfers"`
	Closing   []Balance         `json:"closing"`
}

// Balance is one of a partner's accounts: owed (and payable), reserve (kept
// back until due), fund (for marketing). Pending is what payments under way
// will change it by.
type Balance struct {
	Account  string `json:"account"`
	Currency string `json:"currency"`
	Amount   string `json:"amount"`
	Pending  string `json:"pending"`
}

// Transfer is one movement between two accounts; never changed.
type Transfer struct {
	ID       string `json:"id"`
	Debit    string `json:"debit"`
	Credit   string `json:"credit"`
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	Code     string `json:"code"`
	State    string `json:"state"` // posted, pending, voided
	Cause    string `json:"cause"` // the statement or attempt behind it
}
