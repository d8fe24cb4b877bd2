package faulty

import (
	"cmp"
	"context"
	"slices"

	"github.com/fairlead/fairlead/internal/table"
)

// Get implements table.Table.
func (t *Table) Get(ctx context.Context, keys ...table.Key) ([]table.Item, table.Units, error) {
	if err := table.CheckKeys(keys); err != nil {
		return nil, table.Units{}, err
	}
	if err := ctx.Err(); err != nil {
		return nil, table.Units{}, err
	}
	switch f, _ := t.next(false); f {
	case Throttled:
		return nil, table.Units{}, table.ErrThrottled
	case Down:
		return nil, table.Units{}, down()
	}
	t.view.RLock()
	defer t.view.RUnlock()
	items, units, err := t.inner.Get(ctx, keys...)
	if err != nil || len(t.hidden) == 0 {
		return items, units, err
	}
	for i := range items {
		if old, ok := t.hidden[keys[i]]; ok {
			items[i] = clone(old)
		}
	}
	return items, table.GetUnits(items), nil
}

// Query implements table.Table.
func (t *Table) Query(ctx context.Context, r table.Range) (table.Page, error) {
	if err := r.Check(); err != nil {
		return table.Page{}, err
	}
	if err := ctx.Err(); err != nil {
		return table.Page{}, err
	}
	switch f, dice := t.next(false); f {
	case Throttled:
		return table.Page{}, table.ErrThrottled
	case Down:
		return table.Page{}, down()
	case Short:
		n := int(dice % 4)
		if n == 0 && r.Cursor != "" { // no step forward at all
			return table.Page{Cursor: r.Cursor, Units: table.QueryUnits(0)}, nil
		}
		if n = max(n, 1); r.Limit == 0 || r.Limit > n {
			r.Limit = n
		}
	}
	t.view.RLock()
	defer t.view.RUnlock()
	p, err := t.inner.Query(ctx, r)
	if err != nil || len(t.hidden) == 0 {
		return p, err
	}
	return t.asBefore(r, p), nil
}

// asBefore makes a page show the hidden items as they were.
func (t *Table) asBefore(r table.Range, p table.Page) table.Page {
	items := slices.DeleteFunc(p.Items, func(it table.Item) bool {
		_, ok := t.hidden[it.Key]
		return ok
	})
	for k, old := range t.hidden {
		if old.Version > 0 && k.Table == r.Table && k.PK == r.PK && covers(r, p.Cursor, k.SK) {
			items = append(items, clone(old))
		}
	}
	slices.SortFunc(items, func(a, b table.Item) int {
		if r.Desc {
			a, b = b, a
		}
		return cmp.Compare(a.SK, b.SK)
	})
	if r.Limit > 0 && len(items) > r.Limit {
		items = items[:r.Limit]
		p.Cursor = items[len(items)-1].SK
	}
	var size int64
	for _, it := range items {
		size += table.ItemSize(it)
	}
	return table.Page{Items: items, Cursor: p.Cursor, Units: table.QueryUnits(size)}
}

// covers reports whether a sort key lies in the part of a range that a page
// with this cursor has walked.
func covers(r table.Range, cursor, sk string) bool {
	from, to := r.Bounds()
	if sk < from || (to != "" && sk >= to) {
		return false
	}
	if r.Desc {
		return sk >= cursor
	}
	return cursor == "" || sk <= cursor
}

// Changes implements table.Changes where the table inside does; otherwise
// there are none.
func (t *Table) Changes(ctx context.Context, after uint64, limit int) ([]table.Change, error) {
	if ch, ok := t.inner.(table.Changes); ok {
		return ch.Changes(ctx, after, limit)
	}
	return nil, nil
}

func clone(it table.Item) table.Item {
	it.Body = slices.Clone(it.Body)
	return it
}
