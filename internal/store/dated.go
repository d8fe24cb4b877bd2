package store

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/routing"
)

// Dated is since when each version of a document would be in force, index by
// index: what routing.InForce chooses from, for policies and for whatever else
// has days. The days are those of the calendar.
func Dated(versions []Version, cal channel.Calendar) ([]routing.Version, error) {
	out := make([]routing.Version, len(versions))
	for i, v := range versions {
		from, err := cal.ParseDate("effectiveFrom", v.EffectiveFrom)
		if err != nil {
			return nil, err
		}
		out[i] = routing.Version{ID: channel.PolicyID(v.ID), Version: v.N, EffectiveFrom: from, Published: int64(v.Seq)}
	}
	return out, nil
}
