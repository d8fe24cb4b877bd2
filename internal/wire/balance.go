package wire

import "github.com/fairlead/fairlead/internal/value"

// Balance is the newest census, and where the guard is on.
type Balance struct {
	Version string        `json:"version"` // census~12; "" before the first
	Census  *value.Census `json:"census"`
	// Guarded are the regions in which decline rules are suspended now, by the
	// policy in force; Pay where the guard is on for this month's pay.
	Guarded []string       `json:"guarded"`
	Pay     value.PayGuard `json:"payGuard"`
	Text    []string       `json:"text"`
}
