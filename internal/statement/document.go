package statement

import (
	"encoding/json"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// The states of a statement.
const (
	Preview = "preview" // the open month so far: nothing is promised by it
	Closed  = "closed"  // sealed; never changes again
)

// Document is a partner's statement of one period. Amounts are decimal text in
// Currency with that currency's decimals. Always
// closingBalance = openingBalance + earned - held + released - payable, and the
// lines sum to earned. Everything but Payment is fixed once it is closed.
type Document struct {
	PartnerID      channel.PartnerID `json:"partnerId"`
	PartnerName    string            `json:"partnerName,omitempty"`
	Programme      string            `json:"programme,omitempty"` // the programme's name
	Period         channel.Period    `json:"period"`
	Currency       string            `json:"currency"`
	State          string            `json:"state"`
	AsOf           *time.Time        `json:"asOf,omitempty"` // of a preview: what was known then
	OpeningBalance string            `json:"openingBalance"`
	Lines          []Line            `json:"lines"`
	Earned         string            `json:"earned"`   // sum of Lines
	Held           string            `json:"held"`     // kept back in reserve by this statement
	Released       string            `json:"released"` // reserve of earlier months that fell due
	Payable        string            `json:"payable"`  // what this statement orders to pay
	ClosingBalance string            `json:"closingBalance"`
	Carried        *Carried          `json:"carried,omitempty"` // why something stays in the balance
	Reserve        []Hold            `json:"reserve"`           // everything still held, by due date
	Draw           string            `json:"draw"`              // of recoverable guarantees, still to be taken back
	Excess         string            `json:"excess"`            // above a ceiling, carried into the next month
	Points         int64             `json:"points"`            // lifetime
	PointsEarned   int64             `json:"pointsEarned"`      // in this statement
	Badges         []string          `json:"badges"`
	MDF            Fund              `json:"mdf"`
	Handovers      []Handover        `json:"handovers"`
	Problems       []Problem         `json:"problems"` // what earned nothing although one might expect it
	Plan           *PlanRef          `json:"plan"`     // null: no plan in this period
	// ShareOfStableBase is the partner's share of the company's stable base as a
	// decimal share of one; null while there is no census.
	ShareOfStableBase *string  `json:"shareOfStableBase"`
	Inputs            *Inputs  `json:"inputs,omitempty"`
	Seal              *Seal    `json:"seal"`              // null in a preview
	Payment           *Payment `json:"payment,omitempty"` // live; outside the seal
}

// Line is one amount with where it comes from. ID is stable: the same line of
// a recomputed statement has the same id. Period is the month it is for.
type Line struct {
	ID        string         `json:"id"`
	Component string         `json:"component"`
	Kind      string         `json:"kind"`
	Period    channel.Period `json:"period"`
	Text      string         `json:"text"`
	Formula   string         `json:"formula"`
	Inputs    []Input        `json:"inputs"`
	Amount    string         `json:"amount"`
}

// Input is one number a line was computed from.
type Input struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Carried says why a part of the balance is not paid: reason is negative or
// below_minimum.
type Carried struct {
	Amount  string `json:"amount"`
	Reason  string `json:"reason"`
	Minimum string `json:"minimum,omitempty"`
}

// Hold is a part of an earlier month kept in reserve until Due (a day of the
// programme's zone).
type Hold struct {
	Period channel.Period `json:"period"`
	Amount string         `json:"amount"`
	Due    string         `json:"due"`
}

// Fund is the marketing fund: money that can only be spent on approved
// marketing activities. closing = opening + earned - spent.
type Fund struct {
	Opening string `json:"opening"`
	Earned  string `json:"earned"`
	Spent   string `json:"spent"`
	Closing string `json:"closing"`
}

// Handover is a customer that was promoted to the sales force: what it would
// have earned the partner, beside what the hand-over has paid so far. Until is
// the last day of the trail, "" if there is none.
type Handover struct {
	CustomerID      channel.CustomerID `json:"customerId"`
	WouldHaveEarned string             `json:"wouldHaveEarned"`
	PaidSoFar       string             `json:"paidSoFar"`
	Until           string             `json:"until"`
}

// Problem is a fact that earned nothing, and why.
type Problem struct {
	Subject string `json:"subject"` // order, customer or hand-over
	Text    string `json:"text"`
}

// PlanRef names the plan version that was applied.
type PlanRef struct {
	ID      channel.PlanID `json:"id"`
	Version int            `json:"version"`
	Hash    string         `json:"hash"`
}

// Inputs is all that a recomputation of the statement needs, each part as
// canonical JSON.
type Inputs struct {
	Plan      json.RawMessage `json:"plan"`
	Opening   json.RawMessage `json:"opening"`
	Values    json.RawMessage `json:"values"`
	Facts     json.RawMessage `json:"facts"`
	Ownership json.RawMessage `json:"ownership"`
	Guard     json.RawMessage `json:"guard"`
}

// Seal proves the entries behind the statement: the RFC 6962 root over Count of
// them. Signature and KeyID are empty until seals are signed.
type Seal struct {
	Root      string `json:"root"`
	Count     int    `json:"count"`
	Signature string `json:"signature"`
	KeyID     string `json:"keyId"`
}

// The states of a payment.
const (
	PaymentNothing   = "nothing_due" // the statement orders no payment
	PaymentScheduled = "scheduled"   // due, not yet in a run or not yet approved
	PaymentApproved  = "approved"
	PaymentPaying    = "paying" // handed to the bank, no answer yet
	PaymentPaid      = "paid"
	PaymentFailed    = "failed" // the bank refused; it is tried again
)

// Payment is how far the payment of a statement has come. It lives beside the
// statement and changes while the statement does not. ExpectedOn is a day of
// the programme's zone, "" where nothing is due.
type Payment struct {
	State      string     `json:"state"`
	ExpectedOn string     `json:"expectedOn"`
	PaidAt     *time.Time `json:"paidAt"`
	Reference  string     `json:"reference"`
}
