package bolt

import (
	"bytes"
	"context"
	"encoding/binary"

	"go.etcd.io/bbolt"

	"github.com/fairlead/fairlead/internal/table"
)

// view runs a read in one short bolt transaction. None may outlive a page: a
// long one keeps freed pages from being used again, and the file grows.
func (t *Table) view(ctx context.Context, read func(buckets) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	tx, err := t.db.Begin(false)
	if err != nil {
		return t.fault(err)
	}
	defer func() { _ = tx.Rollback() }()
	return read(open(tx))
}

// Get implements table.Table. All keys are read in one snapshot.
func (t *Table) Get(ctx context.Context, keys ...table.Key) ([]table.Item, table.Units, error) {
	if err := table.CheckKeys(keys); err != nil {
		return nil, table.Units{}, err
	}
	items := make([]table.Item, len(keys))
	err := t.view(ctx, func(b buckets) error {
		for i, k := range keys {
			it, err := decode(k, b.of(k.Table).Get(encodeKey(k)))
			if err != nil {
				return err
			}
			items[i] = own(it)
		}
		return nil
	})
	if err != nil {
		return nil, table.Units{}, err
	}
	return items, table.GetUnits(items), nil
}

// Query implements table.Table: one page in one snapshot.
func (t *Table) Query(ctx context.Context, r table.Range) (table.Page, error) {
	if err := r.Check(); err != nil {
		return table.Page{}, err
	}
	p := table.NewPager(r)
	err := t.view(ctx, func(b buckets) error {
		w := newWalk(b.of(r.Table).Cursor(), r)
		for key, value := w.first(); w.inside(key); key, value = w.next() {
			if p.Full() {
				p.More()
				return nil
			}
			it, err := decode(table.Key{Table: r.Table, PK: r.PK, SK: string(key[len(r.PK)+1:])}, value)
			if err != nil {
				return err
			}
			p.Add(own(it))
		}
		return nil
	})
	if err != nil {
		return table.Page{}, err
	}
	return p.Page(), nil
}

// walk goes over the keys of a range, low <= key < high, in either direction.
type walk struct {
	cursor    *bbolt.Cursor
	low, high []byte
	desc      bool
}

func newWalk(c *bbolt.Cursor, r table.Range) walk {
	from, to := r.Bounds()
	w := walk{cursor: c, low: appendKey(nil, r.PK, from), high: appendKey(nil, r.PK, to), desc: r.Desc}
	if to == "" {
		w.high[len(w.high)-1] = 1 // the end of the partition: every key of it has a zero there
	}
	return w
}

func (w walk) first() (key, value []byte) {
	if !w.desc {
		return w.cursor.Seek(w.low)
	}
	if key, _ := w.cursor.Seek(w.high); key == nil {
		return w.cursor.Last()
	}
	return w.cursor.Prev()
}

func (w walk) next() (key, value []byte) {
	if w.desc {
		return w.cursor.Prev()
	}
	return w.cursor.Next()
}

func (w walk) inside(key []byte) bool {
	return key != nil && bytes.Compare(key, w.low) >= 0 && bytes.Compare(key, w.high) < 0
}

// Changes implements table.Changes.
func (t *Table) Changes(ctx context.Context, after uint64, limit int) ([]table.Change, error) {
	if limit <= 0 || limit > table.MaxChanges {
		limit = table.MaxChanges
	}
	var out []table.Change
	err := t.view(ctx, func(b buckets) error {
		c := b.changes.Cursor()
		for seq, key := c.Seek(sequence(after + 1)); seq != nil && len(out) < limit; seq, key = c.Next() {
			pk, sk, _ := bytes.Cut(key, []byte{0})
			it, err := decode(table.Key{Table: table.Ledger, PK: string(pk), SK: string(sk)}, b.ledger.Get(key))
			if err != nil {
				return err
			}
			out = append(out, table.Change{Seq: binary.BigEndian.Uint64(seq), Item: own(it)})
		}
		return nil
	})
	return out, err
}

func sequence(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
