package service

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

// rowTaker takes the rows of a partners or pods file into one version of the
// directory.
type rowTaker struct {
	sum  *ImportSummary
	r    *ImportRequest
	seen map[string]int // id -> line
}

// take counts one row; apply changes the directory and says whether it did.
func (t *rowTaker) take(line int, id string, bad error, apply func() (bool, error)) error {
	first, again := t.seen[id]
	switch {
	case bad == nil && again:
		bad = fault.New(fault.Invalid, "invalid_line", "the line is not valid").At("id", "%s is in line %d already", id, first)
	case bad == nil:
		t.seen[id] = line
		changed, err := apply()
		if err != nil && ofStore(err) {
			return err
		}
		if bad = err; err == nil && changed {
			t.sum.count(channel.Applied)
			return nil
		}
		if err == nil {
			t.sum.count(channel.Duplicate)
			return nil
		}
	}
	t.sum.count(channel.Rejected)
	if t.r.Rejected == nil {
		return nil
	}
	o := rejected("", "", "", bad)
	return t.r.Rejected(ImportReject{Line: line, Outcome: channel.Rejected, Field: o.Field, Message: o.Message})
}

// importPartners takes a partners file: all its good rows are one version of
// the directory, however many there are.
func (s *Service) importPartners(ctx context.Context, a Actor, r ImportRequest, sum *ImportSummary) error {
	rows, err := collect(r.Partners)
	if err != nil {
		return err
	}
	return s.changeDirectory(ctx, a, func(m *moment, d *channel.Directory) error {
		*sum = ImportSummary{ID: sum.ID, Kind: sum.Kind}
		t := &rowTaker{sum: sum, r: &r, seen: map[string]int{}}
		place := make(map[channel.PartnerID]int, len(d.Partners))
		for i := range d.Partners {
			place[d.Partners[i].ID] = i
		}
		g := s.plans(m)
		for _, row := range rows {
			err := t.take(row.Line, string(row.Partner.ID), row.Err, func() (bool, error) {
				return g.putRow(ctx, d, place, row)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// putRow adds or changes one partner. What the file does not speak of stays.
func (g *assigning) putRow(ctx context.Context, d *channel.Directory, place map[channel.PartnerID]int, row PartnerRow) (bool, error) {
	var old channel.Partner
	p := row.Partner
	i, known := place[p.ID]
	if known {
		old = d.Partners[i]
		p.Plans = old.Plans
		keep(row.Given.Status, &p.Status, old.Status)
		keep(row.Given.Level, &p.Level, old.Level)
		keep(row.Given.Manager, &p.Manager, old.Manager)
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

func keep[T any](given bool, field *T, old T) {
	if !given {
		*field = old
	}
}

// importPods takes a pods file: one version of the directory.
func (s *Service) importPods(ctx context.Context, a Actor, r ImportRequest, sum *ImportSummary) error {
	rows, err := collect(r.Pods)
	if err != nil {
		return err
	}
	return s.changeDirectory(ctx, a, func(_ *moment, d *channel.Directory) error {
		*sum = ImportSummary{ID: sum.ID, Kind: sum.Kind}
		t := &rowTaker{sum: sum, r: &r, seen: map[string]int{}}
		for _, row := range rows {
			err := t.take(row.Line, string(row.Pod.ID), row.Err, func() (bool, error) {
				p := row.Pod
				for _, old := range d.Pods {
					if old.ID == p.ID {
						keep(row.Given.Status, &p.Status, old.Status)
						keep(row.Given.Kind, &p.Kind, old.Kind)
						keep(row.Given.Manager, &p.Manager, old.Manager)
					}
				}
				return putPod(d, p), nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// maxDirectoryRows bounds a directory file: unlike facts, its rows are held in
// memory, because they become one version.
const maxDirectoryRows = 1_000_000

func collect[T any](rows func(func(T) bool)) ([]T, error) {
	var out []T
	for row := range rows {
		if len(out) == maxDirectoryRows {
			return nil, fault.New(fault.Invalid, "file_too_large", "a directory file has at most %d lines", maxDirectoryRows)
		}
		out = append(out, row)
	}
	return out, nil
}
