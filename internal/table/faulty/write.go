package faulty

import (
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/table"
)

// Transact implements table.Table.
func (t *Table) Transact(ctx context.Context, tx table.Tx) (table.Result, error) {
	if err := tx.Check(); err != nil {
		return table.Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return table.Result{}, err
	}
	f, dice := t.next(true)
	if t.options.Clock != nil && tx.Expired(t.options.Clock) {
		return table.Result{}, table.ErrExpired
	}
	switch f {
	case Failed:
		return table.Result{}, table.ErrAmbiguous
	case Late:
		t.postpone(tx, dice)
		return table.Result{}, table.ErrAmbiguous
	case Conflict:
		return table.Result{}, table.ErrConflict
	case Throttled:
		return table.Result{}, table.ErrThrottled
	case Down:
		return table.Result{}, down()
	case Torn:
		if t.enter(tx.Ops, torn) {
			defer t.leave(tx.Ops, torn)
			return t.tear(ctx, tx, dice)
		}
	}
	if !t.enter(tx.Ops, 1) {
		return table.Result{}, table.ErrConflict
	}
	defer t.leave(tx.Ops, 1)
	res, err := t.inner.Transact(ctx, tx)
	if f == Persisted {
		return table.Result{}, table.ErrAmbiguous
	}
	return res, err
}

// postpone keeps a write for later: one to eight calls from now.
func (t *Table) postpone(tx table.Tx, dice uint64) {
	tx.Ops = slices.Clone(tx.Ops)
	for i := range tx.Ops {
		tx.Ops[i].Body = slices.Clone(tx.Ops[i].Body)
	}
	if t.options.Clock != nil {
		tx.NotAfter = time.Time{} // it was in time when it was sent
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.late = append(t.late, lateTx{tx, t.reads.Load() + t.writes.Load() + 1 + int64(dice%8)})
}

// enter claims the keys of a write while it is under way: a torn one wants
// them alone, any other shares them with its like. False: they are taken.
func (t *Table) enter(ops []table.Op, weight int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range ops {
		others := t.busy[ops[i].Key]
		if others >= torn || (weight == torn && others > 0) {
			return false
		}
	}
	for i := range ops {
		t.busy[ops[i].Key] += weight
	}
	return true
}

func (t *Table) leave(ops []table.Op, weight int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range ops {
		if t.busy[ops[i].Key] -= weight; t.busy[ops[i].Key] == 0 {
			delete(t.busy, ops[i].Key)
		}
	}
}

// tear commits a transaction of which some items, at least one and not all, go
// on looking as before for a while, then appear one by one. Each item by itself
// stays consistent: it changes once.
func (t *Table) tear(ctx context.Context, tx table.Tx, dice uint64) (table.Result, error) {
	keys := make([]table.Key, 0, len(tx.Ops))
	for i := range tx.Ops {
		keys = append(keys, tx.Ops[i].Key)
	}
	before, _, err := t.inner.Get(ctx, keys...)
	if err != nil {
		return table.Result{}, err
	}
	if len(before) < 2 {
		return t.inner.Transact(ctx, tx)
	}
	shuffle(before, dice)
	before = before[:1+int(dice%uint64(len(before)-1))]
	t.hide(before)
	defer func() { t.reveal(before) }()
	res, err := t.inner.Transact(ctx, tx)
	if err != nil {
		return res, err
	}
	if t.During != nil {
		t.During()
	}
	for len(before) > 0 {
		pause()
		t.reveal(before[:1])
		before = before[1:]
	}
	return res, nil
}

// pause lets other goroutines go first.
func pause() {
	for range 8 {
		runtime.Gosched()
	}
}

func shuffle(items []table.Item, dice uint64) {
	for i := len(items) - 1; i > 0; i-- {
		dice = mix(dice, uint64(i))
		j := int(dice % uint64(i+1))
		items[i], items[j] = items[j], items[i]
	}
}

func (t *Table) hide(items []table.Item) {
	t.view.Lock()
	defer t.view.Unlock()
	for _, it := range items {
		t.hidden[it.Key] = it
	}
}

func (t *Table) reveal(items []table.Item) {
	t.view.Lock()
	defer t.view.Unlock()
	for _, it := range items {
		delete(t.hidden, it.Key)
	}
}
