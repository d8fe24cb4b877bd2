package rail

import "github.com/fairlead/fairlead/internal/payout"

// File is the rail whose payments leave in the payments file (WriteCSV), which a
// person hands to the bank. What was submitted is in the file, so it always knows
// its answer; that the bank has paid is for a person to confirm.
type File struct{}

// Submit puts the payment into the file.
func (File) Submit(payout.Attempt) payout.Answer { return payout.Answer{Outcome: payout.Out} }

// Lookup finds every attempt that was submitted.
func (f File) Lookup(a payout.Attempt) (payout.Answer, bool) { return f.Submit(a), true }
