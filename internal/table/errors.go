package table

import (
	"errors"
	"fmt"
)

// The failures of a Transact other than a failed condition; Table says what
// each promises. Get and Query may return ErrThrottled as well.
var (
	ErrConflict  = errors.New("table: another transaction was in the way")
	ErrThrottled = errors.New("table: throttled")
	ErrAmbiguous = errors.New("table: unknown whether the write happened")
	ErrExpired   = errors.New("table: the write's deadline had passed")
)

// Refusal is one failed condition: the index of the op in its Tx, and the item
// that stood in the way (zero Item if there was none).
type Refusal struct {
	Op       int
	Standing Item
}

// Refused lists every failed condition of a Transact, in the order of its ops.
// Nothing was written. Units is what the refused attempt is charged.
type Refused struct {
	Refusals []Refusal
	Units    Units
}

// Error names the first refused op.
func (r *Refused) Error() string {
	if len(r.Refusals) == 0 {
		return "table: refused"
	}
	return fmt.Sprintf("table: condition of op %d failed", r.Refusals[0].Op)
}

// Find returns the refusal of op i.
func (r *Refused) Find(i int) (Refusal, bool) {
	for _, f := range r.Refusals {
		if f.Op == i {
			return f, true
		}
	}
	return Refusal{}, false
}
