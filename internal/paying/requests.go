package paying

import (
	"github.com/fairlead/fairlead/internal/channel"
)

// PrepareRequest makes the payout run of a closed period. While a run of the
// period is alive (not denied) that run is the answer, whoever asks.
type PrepareRequest struct {
	Period channel.Period
	User   string
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
