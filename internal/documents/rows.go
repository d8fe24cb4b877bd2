package documents

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// PartnerRow is one line of a partners file. Plan and PlanFrom are empty where
// the file gives none.
type PartnerRow struct {
	Line     int
	Partner  channel.Partner
	Plan     channel.PlanID
	PlanFrom time.Time
	Given    Given
	Err      error
}

// Given says of which optional columns a row of a directory file speaks; what it
// does not speak of stays as it is known.
type Given struct{ Status, Level, Kind, Manager bool }

// PodRow is one line of a pods file.
type PodRow struct {
	Line  int
	Pod   channel.Pod
	Given Given
	Err   error
}

// PutRow adds or changes one partner. What the file does not speak of stays.
func (g *PlanChange) PutRow(ctx context.Context, d *channel.Directory, place map[channel.PartnerID]int, row PartnerRow) (bool, error) {
	var old channel.Partner
	p := row.Partner
	i, known := place[p.ID]
	if known {
		old = d.Partners[i]
		p.Plans = old.Plans
		Keep(row.Given.Status, &p.Status, old.Status)
		Keep(row.Given.Level, &p.Level, old.Level)
		Keep(row.Given.Manager, &p.Manager, old.Manager)
		for _, x := range p.Plans {
			if err := g.agrees(ctx, &p, x.Plan, "currency"); err != nil {
				return false, err
			}
		}
	}
	if row.Plan != "" {
		if err := g.assign(ctx, &p, channel.Assignment{Plan: row.Plan, From: row.PlanFrom.UTC()}, "plan_from"); err != nil {
			return false, err
		}
	}
	if !known {
		place[p.ID] = len(d.Partners)
		d.Partners = append(d.Partners, p)
		return true, nil
	}
	d.Partners[i] = p
	return !samePartner(&old, &p), nil
}

// Keep leaves a field as it was where a row does not speak of it.
func Keep[T any](given bool, field *T, old T) {
	if !given {
		*field = old
	}
}
