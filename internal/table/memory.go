package table

import (
	"context"
	"slices"
	"sort"
	"sync"
	"time"
)

// Memory is the table in memory, for tests and for programs that keep nothing.
// It is stronger than the contract: every read is a snapshot. Use faulty for
// the weaknesses a real table has.
type Memory struct {
	// Clock is what NotAfter is compared with; set it before the first use. A
	// Tx with NotAfter on a Memory without Clock panics.
	Clock func() time.Time

	mu      sync.RWMutex
	parts   map[place][]Item // sorted by SK
	changes []Item           // change i has Seq i+1
}

// place names one partition.
type place struct {
	table Name
	pk    string
}

// NewMemory makes an empty table without a Clock.
func NewMemory() *Memory { return &Memory{parts: map[place][]Item{}} }

// Get implements Table.
func (m *Memory) Get(ctx context.Context, keys ...Key) ([]Item, Units, error) {
	if err := CheckKeys(keys); err != nil {
		return nil, Units{}, err
	}
	if err := ctx.Err(); err != nil {
		return nil, Units{}, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	items := make([]Item, len(keys))
	for i, k := range keys {
		items[i] = clone(m.find(k))
	}
	return items, GetUnits(items), nil
}

// Query implements Table.
func (m *Memory) Query(ctx context.Context, r Range) (Page, error) {
	if err := r.Check(); err != nil {
		return Page{}, err
	}
	if err := ctx.Err(); err != nil {
		return Page{}, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	items := within(m.parts[place{r.Table, r.PK}], r)
	p := NewPager(r)
	for i := range items {
		if p.Full() {
			p.More()
			break
		}
		at := i
		if r.Desc {
			at = len(items) - 1 - i
		}
		p.Add(clone(items[at]))
	}
	return p.Page(), nil
}

// Transact implements Table.
func (m *Memory) Transact(ctx context.Context, tx Tx) (Result, error) {
	if err := tx.Check(); err != nil {
		return Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if tx.Expired(m.Clock) {
		return Result{}, ErrExpired
	}
	standing := make([]Item, len(tx.Ops))
	for i := range tx.Ops {
		standing[i] = clone(m.find(tx.Ops[i].Key))
	}
	next, err := tx.Decide(standing)
	if err != nil {
		return Result{}, err
	}
	for i := range next {
		m.write(tx.Ops[i].Kind, clone(next[i]))
	}
	return Result{Units: TxUnits(tx.Ops)}, nil
}

// Changes implements Changes.
func (m *Memory) Changes(ctx context.Context, after uint64, limit int) ([]Change, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if limit <= 0 || limit > MaxChanges {
		limit = MaxChanges
	}
	var out []Change
	for seq := after + 1; seq <= uint64(len(m.changes)) && len(out) < limit; seq++ {
		out = append(out, Change{Seq: seq, Item: clone(m.changes[seq-1])})
	}
	return out, nil
}

// find returns the stored item, or its key alone.
func (m *Memory) find(k Key) Item {
	part := m.parts[place{k.Table, k.PK}]
	if i, ok := search(part, k.SK); ok {
		return part[i]
	}
	return Item{Key: k}
}

// write puts what an op left behind in its place.
func (m *Memory) write(kind OpKind, it Item) {
	if kind == Check {
		return
	}
	at := place{it.Table, it.PK}
	part := m.parts[at]
	i, there := search(part, it.SK)
	switch {
	case it.Version == 0 && there:
		m.parts[at] = slices.Delete(part, i, i+1)
	case it.Version == 0:
	case there:
		part[i] = it
	default:
		m.parts[at] = slices.Insert(part, i, it)
	}
	if it.Table == Ledger {
		m.changes = append(m.changes, it)
	}
}

// search finds a sort key in a sorted partition, or where it would be. Most
// writes append, so the end is looked at first.
func search(part []Item, sk string) (int, bool) {
	if n := len(part); n > 0 && part[n-1].SK < sk {
		return n, false
	}
	i := sort.Search(len(part), func(i int) bool { return part[i].SK >= sk })
	return i, i < len(part) && part[i].SK == sk
}

// within cuts the range out of a sorted partition.
func within(part []Item, r Range) []Item {
	from, to := r.Bounds()
	lo, _ := search(part, from)
	hi := len(part)
	if to != "" {
		hi, _ = search(part, to)
	}
	if lo >= hi {
		return nil
	}
	return part[lo:hi]
}

func clone(it Item) Item {
	it.Body = slices.Clone(it.Body)
	return it
}

// Expired reports whether NotAfter has passed on this clock. A zero NotAfter
// never does; any other without a clock is a bug of ours and panics.
func (tx Tx) Expired(clock func() time.Time) bool {
	if tx.NotAfter.IsZero() {
		return false
	}
	if clock == nil {
		panic("table: a Tx with NotAfter on a table without a Clock")
	}
	return clock().After(tx.NotAfter)
}
