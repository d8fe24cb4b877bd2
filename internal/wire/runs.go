package wire

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// PrepareRequest is the body of preparing the payout run of a closed period.
type PrepareRequest struct {
	Period string `json:"period" validate:"required"`
}

// ApproveRequest is the body of approving a prepared run. Override with a reason
// lets a run through that moved beyond the programme's limit.
type ApproveRequest struct {
	Override bool   `json:"override,omitempty"`
	Reason   string `json:"reason,omitempty" validate:"max=500"`
}

// DenyRequest is the body of vetoing a run that has not begun to pay.
type DenyRequest struct {
	Reason string `json:"reason" validate:"required,max=500"`
}

// ConfirmRequest is the body of saying that the bank has paid what was exported:
// the payment of that id, as the payments file has it, or all of the run where
// Line is empty.
type ConfirmRequest struct {
	Line string `json:"line,omitempty" validate:"max=64"`
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
	Totals     []Money        `json:"totals"`           // payable
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
	LineUnknown   = "unknown"   // the rail's answer was lost; it is asked, never paid again
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
