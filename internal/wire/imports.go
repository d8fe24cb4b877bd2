package wire

import "github.com/fairlead/fairlead/internal/channel"

// The kinds of an import: what the lines of its file are.
const (
	ImportPartners  = "partners"
	ImportPods      = "pods"
	ImportCustomers = "customers"
	ImportOrders    = "orders"
	ImportRefunds   = "refunds"
	ImportFeedback  = "feedback"
)

// ImportReject is one line that was not taken.
type ImportReject struct {
	Line    int             `json:"line"`
	Outcome channel.Outcome `json:"outcome"` // rejected or conflict
	Field   string          `json:"field,omitempty"`
	Message string          `json:"message"`
}

// ImportSummary is the account of an import. Read is the sum of the others.
type ImportSummary struct {
	ID        string        `json:"id"`
	Kind      string        `json:"kind"`
	Read      int           `json:"read"`
	Applied   int           `json:"applied"`
	Duplicate int           `json:"duplicate"`
	Conflict  int           `json:"conflict"`
	Pending   int           `json:"pending"`
	Rejected  int           `json:"rejected"`
	Routes    *RouteSummary `json:"routes,omitempty"`
}

// Count takes one outcome into the account.
func (sum *ImportSummary) Count(o channel.Outcome) {
	sum.Read++
	switch o {
	case channel.Applied:
		sum.Applied++
	case channel.Duplicate:
		sum.Duplicate++
	case channel.Conflict:
		sum.Conflict++
	case channel.Pending:
		sum.Pending++
	case channel.Rejected:
		sum.Rejected++
	}
}

// ImportAnswer is the account of an import. Rejects are the first lines that were
// not taken, where the caller does not read line by line.
type ImportAnswer struct {
	ImportSummary
	Rejects []ImportReject `json:"rejects,omitempty"`
}
