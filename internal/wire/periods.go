package wire

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

const PeriodOpen = "open"

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

const WorkRunning = "running"

// PeriodTotal sums the statements of a period in one currency.
type PeriodTotal struct {
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
