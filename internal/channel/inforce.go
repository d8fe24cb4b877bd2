package channel

import "time"

// Dated is since when a version of a document would be in force. Published
// orders publications: a sequence number or an instant.
type Dated struct {
	From      time.Time
	Published int64
}

// yields reports whether a version gives way to another as soon as both have
// begun.
func (v Dated) yields(to Dated) bool {
	return to.From.After(v.From) || to.From.Equal(v.From) && to.Published > v.Published
}

// InForce is the index of the version in force at t: the greatest From at or
// before t, then the one published last; -1 if there is none. It holds for
// policies over all ids, for models and for censuses.
func InForce(versions []Dated, t time.Time) int {
	best := -1
	for i, v := range versions {
		if !v.From.After(t) && (best < 0 || versions[best].yields(v)) {
			best = i
		}
	}
	return best
}

// Superseded says of each version by which other it is superseded at t, as an
// index, or -1. One without a successor is in force if it has begun, else it
// will be. One that begins on the same day as another published later is never
// in force: it is superseded before it begins.
func Superseded(versions []Dated, t time.Time) []int {
	by := make([]int, len(versions))
	for i, v := range versions {
		by[i] = -1
		for j, other := range versions {
			if !v.yields(other) || other.From.After(t) && !other.From.Equal(v.From) {
				continue
			}
			if b := by[i]; b < 0 || earlier(other, versions[b]) {
				by[i] = j
			}
		}
	}
	return by
}

// earlier reports whether a takes over before b would, or instead of it.
func earlier(a, b Dated) bool { return a.From.Before(b.From) || a.From.Equal(b.From) && b.yields(a) }
