package intake

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/wire"
)

// rowTaker takes the rows of a partners or pods file into one version of the
// directory.
type rowTaker struct {
	sum  *wire.ImportSummary
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
		if err != nil && documents.OfStore(err) {
			return err
		}
		if bad = err; err == nil && changed {
			t.sum.Count(channel.Applied)
			return nil
		}
		if err == nil {
			t.sum.Count(channel.Duplicate)
			return nil
		}
	}
	t.sum.Count(channel.Rejected)
	if t.r.Rejected == nil {
		return nil
	}
	o := rejected("", "", "", bad)
	return t.r.Rejected(wire.ImportReject{Line: line, Outcome: channel.Rejected, Field: o.Field, Message: o.Message})
}

// importPartners takes a partners file: all its good rows are one version of
// the directory, however many there are.
func (s *Importer) importPartners(ctx context.Context, a wire.Actor, r ImportRequest, sum *wire.ImportSummary) error {
	rows, err := collect(r.Partners)
	if err != nil {
		return err
	}
	return s.registrar.Change(ctx, a, func(m *documents.Current, d *channel.Directory) error {
		*sum = wire.ImportSummary{ID: sum.ID, Kind: sum.Kind}
		t := &rowTaker{sum: sum, r: &r, seen: map[string]int{}}
		place := make(map[channel.PartnerID]int, len(d.Partners))
		for i := range d.Partners {
			place[d.Partners[i].ID] = i
		}
		g := s.registrar.Plans(m)
		for _, row := range rows {
			err := t.take(row.Line, string(row.Partner.ID), row.Err, func() (bool, error) {
				return g.PutRow(ctx, d, place, row)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// importPods takes a pods file: one version of the directory.
func (s *Importer) importPods(ctx context.Context, a wire.Actor, r ImportRequest, sum *wire.ImportSummary) error {
	rows, err := collect(r.Pods)
	if err != nil {
		return err
	}
	return s.registrar.Change(ctx, a, func(_ *documents.Current, d *channel.Directory) error {
		*sum = wire.ImportSummary{ID: sum.ID, Kind: sum.Kind}
		t := &rowTaker{sum: sum, r: &r, seen: map[string]int{}}
		for _, row := range rows {
			err := t.take(row.Line, string(row.Pod.ID), row.Err, func() (bool, error) {
				p := row.Pod
				for _, old := range d.Pods {
					if old.ID == p.ID {
						documents.Keep(row.Given.Status, &p.Status, old.Status)
						documents.Keep(row.Given.Kind, &p.Kind, old.Kind)
						documents.Keep(row.Given.Manager, &p.Manager, old.Manager)
					}
				}
				return documents.PutPod(d, p), nil
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
