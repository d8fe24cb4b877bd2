package store

import (
	"errors"

	"github.com/fairlead/fairlead/internal/table"
)

// Refusal is the error of a Commit whose batch was decided on what does not
// stand any more: nothing was written. It tells by noun what stood in the way.
type Refusal struct {
	ops []table.Op
	by  *table.Refused
}

// Error names the first write that was refused.
func (r *Refusal) Error() string { return r.by.Error() }

// Unwrap is the refusal of the table.
func (r *Refusal) Unwrap() error { return r.by }

// RefusalOf is the refusal in err, nil if it is none.
func RefusalOf(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}

// IsRefused says that the state was not as it was read: read and decide again.
func IsRefused(err error) bool { return RefusalOf(err) != nil }

// Claim is the claim that stood already; false if it was not refused.
func (r *Refusal) Claim() (c Claim, stood bool, err error) {
	it, stood := r.find(func(k table.Key) bool { return isClaim(k.PK) })
	return c, stood, Decode(it, &c)
}

// Order is the order that stood already, or its placeholder; one that does not
// exist if it was not refused.
func (r *Refusal) Order() (Loaded[Order], error) {
	it, _ := r.find(func(k table.Key) bool { _, ok := parseOrderKey(k.PK, k.SK); return ok })
	return decodeOrder(it)
}

// Head reports whether the customer is not as it was read.
func (r *Refusal) Head() bool {
	_, ok := r.find(func(k table.Key) bool { _, ok := parseHeadKey(k.PK, k.SK); return ok })
	return ok
}

// OnlyEntry reports whether nothing was refused but an entry, which stood already.
func (r *Refusal) OnlyEntry() bool {
	_, ok := r.find(func(k table.Key) bool { _, _, ok := parseEntryKey(k.PK, k.SK); return ok })
	return ok && len(r.by.Refusals) == 1
}

// OnlyFull reports whether nothing was refused but room at an owner.
func (r *Refusal) OnlyFull() bool {
	_, ok := r.find(func(k table.Key) bool { _, ok := parseCapacityKey(k.PK, k.SK); return ok })
	return ok && len(r.by.Refusals) == 1
}

// control reports whether the control block is not as it was read.
func (r *Refusal) control() bool {
	_, ok := r.find(func(k table.Key) bool { return k == ControlKey() })
	return ok
}

// find is what stood under the first refused key that is so.
func (r *Refusal) find(is func(table.Key) bool) (table.Item, bool) {
	for _, f := range r.by.Refusals {
		if k := r.ops[f.Op].Key; is(k) {
			f.Standing.Key = k
			return f.Standing, true
		}
	}
	return table.Item{}, false
}
