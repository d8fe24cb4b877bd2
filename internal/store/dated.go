package store

import "github.com/fairlead/fairlead/internal/channel"

// Dated is since when each version of a document would be in force, index by
// index: what channel.InForce chooses from. The days are those of the calendar.
func Dated(versions []Version, cal channel.Calendar) ([]channel.Dated, error) {
	out := make([]channel.Dated, len(versions))
	for i, v := range versions {
		from, err := cal.ParseDate("effectiveFrom", v.EffectiveFrom)
		if err != nil {
			return nil, err
		}
		out[i] = channel.Dated{From: from, Published: int64(v.Seq)}
	}
	return out, nil
}
