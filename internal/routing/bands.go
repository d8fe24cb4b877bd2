package routing

import (
	"cmp"
	"math/bits"

	"github.com/fairlead/fairlead/internal/money"
)

// band is the place of the tier that a value gives. A customer without an owner,
// or of a tier that the policy lacks (had < 0), gets the highest tier with minValue <=
// value. Else the customer climbs a step while its value is above the minValue
// of the step above x promote, and descends while it is below its own x demote:
// equality stays. Since demote <= 1 <= promote it never does both.
func (t *terms) band(had int, value int64) int {
	last := len(t.tiers) - 1
	if had < 0 {
		for i := range t.tiers {
			if t.tiers[i].min <= value {
				return i
			}
		}
		return last
	}
	at := had
	for at > 0 && compareScaled(value, t.tiers[at-1].min, t.promote) > 0 {
		at--
	}
	for at < last && compareScaled(value, t.tiers[at].min, t.demote) < 0 {
		at++
	}
	return at
}

// compareScaled compares value x 1,000,000 with min x rate, exactly. min and
// rate are not negative.
func compareScaled(value, min int64, rate money.Rate) int {
	if value < 0 {
		return -1 // below anything that is not negative
	}
	vh, vl := bits.Mul64(uint64(value), uint64(money.One))
	mh, ml := bits.Mul64(uint64(min), uint64(rate))
	if c := cmp.Compare(vh, mh); c != 0 {
		return c
	}
	return cmp.Compare(vl, ml)
}

// climbs is the smallest value that climbs out of the tier at, descends the
// largest that falls out of it; ok is false where there is no such step or
// value. They are where the answers of band change.
func (t *terms) climbs(at int) (value int64, ok bool) {
	if at == 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(t.tiers[at-1].min), uint64(t.promote))
	if hi >= uint64(money.One) {
		return 0, false
	}
	q, _ := bits.Div64(hi, lo, uint64(money.One))
	return clampNext(q, 1)
}

// descends is the largest value that falls out of the tier at: strictly below
// its line x demote, for equality stays.
func (t *terms) descends(at int) (value int64, ok bool) {
	hi, lo := bits.Mul64(uint64(t.tiers[at].min), uint64(t.demote))
	if at == len(t.tiers)-1 || hi >= uint64(money.One) {
		return 0, false
	}
	q, rem := bits.Div64(hi, lo, uint64(money.One))
	if rem == 0 && q == 0 {
		return -1, true
	}
	if rem == 0 {
		q--
	}
	return clampNext(q, 0)
}

// clampNext is q + step as a value, not ok beyond 2^62: no customer is worth
// that, and sums with it might not fit.
func clampNext(q, step uint64) (int64, bool) {
	if q > 1<<62 {
		return 0, false
	}
	return int64(q + step), true
}
