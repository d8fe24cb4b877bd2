package channel

import "time"

// Dated is since when a version of a document would be in force. Published
// orders publications: a sequence number or an instant.
type Dated struct {
	From      time.Time
	Published int64
}

// InForce is the index of the version in force at t: the greatest From at or
// before t, then the one published last; -1 if there is none. It holds for
// policies over all ids, for models and for censuses.
func InForce(versions []Dated, t time.Time) int {
	best := -1
	for i, v := range versions {
		if v.From.After(t) {
			continue
		}
		if best < 0 || v.From.After(versions[best].From) || v.From.Equal(versions[best].From) && v.Published > versions[best].Published {
			best = i
		}
	}
	return best
}
