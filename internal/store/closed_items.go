package store

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// StatementItem is a closed statement in numbers, minor units of Currency. Its
// words are not kept: the document is computed again from the ledger, must
// agree with these numbers, and Document is the hash it had at the closing.
type StatementItem struct {
	Closing  int64           `json:"closing"`
	Currency string          `json:"currency"`
	Document string          `json:"document"`
	Earned   int64           `json:"earned"`
	Held     int64           `json:"held,omitempty"`
	Lines    []StatementLine `json:"lines,omitempty"`
	MDF      int64           `json:"mdf,omitempty"` // earned for the fund
	Opening  int64           `json:"opening"`
	Payable  int64           `json:"payable"`
	Plan     *StatementPlan  `json:"plan,omitempty"`
	Points   int64           `json:"points,omitempty"` // lifetime
	Position string          `json:"position"`         // hash of what the next statement opens with
	Released int64           `json:"released,omitempty"`
}

// StatementLine is one line: component, kind, and the month it is for where
// that is not the statement's own.
type StatementLine struct {
	Amount    int64          `json:"amount"`
	Component string         `json:"component"`
	Kind      string         `json:"kind"`
	Period    channel.Period `json:"period,omitempty"`
}

// StatementPlan names the plan version that was applied.
type StatementPlan struct {
	Hash    string         `json:"hash"`
	ID      channel.PlanID `json:"id"`
	Version int            `json:"version"`
}

// SealItem seals an owner's entries of a period.
type SealItem struct {
	Count int `json:"count"`
	// Manifest is the first eight bytes of each entry's hash, sorted, in base64;
	// ManifestAt names by hash the parts that hold it where it is large.
	Manifest   string   `json:"manifest,omitempty"`
	ManifestAt []string `json:"manifestAt,omitempty"`
	Previous   string   `json:"previous,omitempty"` // hash of the owner's seal of the period before
	Root       string   `json:"root"`               // RFC 6962, over the entries by (customer, key)
	// Statement and Position are hashes of the items sealed with it, so that one
	// root over all seals proves every statement too.
	Statement string           `json:"statement,omitempty"`
	Position  []string         `json:"position,omitempty"` // of all its parts
	Sums      map[string]Tally `json:"sums,omitempty"`     // by the kind's letter
}

// Tally counts entries and sums their amounts by currency, minor units: orders
// that are given back again may come to more than any amount.
type Tally struct {
	Count int                   `json:"count"`
	Sums  map[string]money.Wide `json:"sums,omitempty"`
}

// PeriodHead ends a period: one root over all seals by owner.
type PeriodHead struct {
	At           time.Time              `json:"at"`
	By           string                 `json:"by,omitempty"`
	Documents    int                    `json:"documents"` // Control.Pinned: the documents behind its statements
	Entries      int                    `json:"entries"`   // sealed and unattributed
	KeyID        string                 `json:"keyId,omitempty"`
	Late         int                    `json:"late,omitempty"`
	Owners       int                    `json:"owners"`
	Previous     string                 `json:"previous,omitempty"` // hash of the head of the period closed before
	Root         string                 `json:"root"`
	Signature    string                 `json:"signature,omitempty"`
	Statements   int                    `json:"statements"`
	Totals       map[string]PeriodTotal `json:"totals,omitempty"`       // by currency
	Unattributed map[string]Tally       `json:"unattributed,omitempty"` // by the kind's letter
}

// PeriodTotal sums the statements of one currency, minor units.
type PeriodTotal struct {
	Carried money.Wide `json:"carried"`
	Earned  money.Wide `json:"earned"`
	Payable money.Wide `json:"payable"`
}
