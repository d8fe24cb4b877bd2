package wire

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// The states of a period.
const (
	PeriodOpen    = "open"
	PeriodClosing = "closing" // no new entry is booked in it; statements are being made
	PeriodClosed  = "closed"
)

// How work that was handed on is doing.
const (
	WorkRunning = "running"
	WorkDone    = "done"
	WorkFailed  = "failed" // it ended before it was done: asking for it again goes on from there
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
	Totals       []PeriodTotal  `json:"totals"`       // by currency
	Root         string         `json:"root,omitempty"`
	Late         int            `json:"late"` // strays of closed periods that this close found and booked forward
	Note         string         `json:"note,omitempty"`
	// Already is set when the period had been closed before this request.
	Already bool `json:"alreadyClosed,omitempty"`
	// Work is what is known of the work on it elsewhere: see Work*. Empty where
	// requests do their work themselves.
	Work string `json:"work,omitempty"`
	// Started is set when this request handed the work on: it is not done yet.
	Started bool `json:"-"`
}

// PeriodTotal sums the statements of a period in one currency.
type PeriodTotal struct {
	Currency string `json:"currency"`
	Earned   string `json:"earned"`
	Payable  string `json:"payable"`
	Carried  string `json:"carriedForward"` // closing balances
}
