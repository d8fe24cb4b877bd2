package bolt

import (
	"context"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
)

// Transact implements table.Table. It returns when the write is on the disk.
// A context that ends before the committer took the transaction withdraws it:
// nothing is written, and the error is the context's alone. One that ends later
// leaves it unknown, and the error is ErrAmbiguous as well.
func (t *Table) Transact(ctx context.Context, tx table.Tx) (table.Result, error) {
	if err := tx.Check(); err != nil {
		return table.Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return table.Result{}, err
	}
	if tx.Expired(t.options.Clock) {
		return table.Result{}, table.ErrExpired
	}
	if t.options.ReadOnly {
		return table.Result{}, fault.New(fault.Unavailable, "read_only", "%s was opened for reading only", t.dir)
	}
	if len(tx.Ops) == 0 {
		return table.Result{}, nil
	}
	r := newRequest(tx)
	if !t.queue.put(r) {
		return table.Result{}, t.storeClosed()
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, withdrawn) {
			return table.Result{}, ctx.Err()
		}
		select {
		case <-r.done: // it came to its end at the same moment
		default:
			return table.Result{}, fmt.Errorf("%w: %w", table.ErrAmbiguous, ctx.Err())
		}
	}
	if r.err != nil {
		return table.Result{}, r.err
	}
	return table.Result{Units: table.TxUnits(tx.Ops)}, nil
}

// run is the committer: the only goroutine that writes.
func (t *Table) run() {
	defer close(t.stopped)
	var group []*request
	for {
		if group = t.queue.take(group); len(group) == 0 {
			return
		}
		t.commit(group)
		for i := range group {
			close(group[i].done)
			group[i] = nil
		}
	}
}

// commit writes one group in one bolt transaction and leaves its outcome in
// every request. A refused one writes nothing and spoils nobody else's. If the
// transaction fails, everyone gets that failure, the refused ones too: they may
// have been refused for an item that never came to stand.
func (t *Table) commit(group []*request) {
	for _, r := range group {
		r.state.CompareAndSwap(waiting, taken)
	}
	err := t.failed()
	if err == nil {
		err = t.write(group)
	}
	if err == nil {
		return
	}
	for _, r := range group {
		if r.state.Load() == taken {
			r.err = err
		}
	}
}

// write runs the bolt transaction. Whatever panics in it is an error for the
// group, so that no caller waits for ever.
func (t *Table) write(group []*request) (err error) {
	tx, err := t.db.Begin(true)
	if err != nil {
		return t.fault(err)
	}
	id, committing := uint64(tx.ID()), false
	defer func() {
		if p := recover(); p != nil {
			err = t.giveUp(tx, fmt.Errorf("panic: %v", p))
			if committing {
				err = fmt.Errorf("%w: %w", table.ErrAmbiguous, err)
			}
		}
	}()
	w := newWriter(tx)
	for _, r := range group {
		if r.state.Load() == taken {
			if r.err = t.decide(w, r); r.err == nil {
				if err := w.write(r); err != nil {
					_ = tx.Rollback()
					return t.fault(err)
				}
			}
		}
	}
	if !w.wrote {
		return tx.Rollback()
	}
	if err := w.changes.SetSequence(w.seq); err != nil {
		_ = tx.Rollback()
		return t.fault(err)
	}
	if t.beforeCommit != nil {
		t.beforeCommit()
	}
	committing = true
	if err := tx.Commit(); err != nil {
		return t.afterFailedCommit(id, err)
	}
	return nil
}

// afterFailedCommit tells a commit that left nothing from one whose last write,
// the root of the file, got there although the system reported a failure. After
// the latter nobody knows what the disk holds, and nothing more is written.
func (t *Table) afterFailedCommit(id uint64, cause error) error {
	tx, err := t.db.Begin(false)
	if err == nil {
		seen := uint64(tx.ID())
		_ = tx.Rollback()
		if seen < id {
			return t.fault(cause)
		}
	}
	t.breakDown(cause)
	return fmt.Errorf("%w: %w", table.ErrAmbiguous, t.failed())
}

// giveUp ends a bolt transaction that panicked. The file keeps what was
// committed before; this process writes no more.
func (t *Table) giveUp(tx *bbolt.Tx, cause error) error {
	defer func() {
		if recover() != nil {
			t.wedged = true
		}
	}()
	t.breakDown(cause)
	err := t.failed()
	_ = tx.Rollback()
	return err
}

func (t *Table) breakDown(cause error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.broken = fault.New(fault.Unavailable, "storage_failed",
		"the store in %s failed and takes no more writes until it is opened again: %s", t.dir, reason(cause)).Because(cause)
}

// decide checks all conditions of a request before its first put. A panic in
// it, a clock's for instance, is that request's alone.
func (t *Table) decide(w *writer, r *request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.New(fault.Internal, "internal", "internal error").Because(fmt.Errorf("panic: %v", p))
		}
	}()
	if r.tx.Expired(t.options.Clock) {
		return table.ErrExpired
	}
	w.next, err = nil, nil
	standing, err := w.standing(r)
	if err != nil {
		return err
	}
	w.next, err = r.tx.Decide(standing)
	var refused *table.Refused
	if errors.As(err, &refused) {
		for i := range refused.Refusals {
			refused.Refusals[i].Standing = own(refused.Refusals[i].Standing)
		}
	}
	return err
}

// writer is the bolt transaction of one group.
type writer struct {
	buckets
	seq   uint64 // of the last change
	wrote bool
	next  []table.Item // what the request just decided leaves behind
	stood []table.Item // reused between requests
}

func newWriter(tx *bbolt.Tx) *writer {
	w := &writer{buckets: open(tx)}
	for _, b := range []*bbolt.Bucket{w.ledger, w.state, w.changes} {
		b.FillPercent = fill
	}
	w.seq = w.changes.Sequence()
	return w
}

// standing reads what stands under the keys of a request, the puts of earlier
// requests of the group included. The bodies are not copies.
func (w *writer) standing(r *request) ([]table.Item, error) {
	w.stood = w.stood[:0]
	for i := range r.tx.Ops {
		k := r.tx.Ops[i].Key
		it, err := decode(k, w.of(k.Table).Get(r.keys[i]))
		if err != nil {
			return nil, err
		}
		w.stood = append(w.stood, it)
	}
	return w.stood, nil
}

// write puts what the request leaves behind.
func (w *writer) write(r *request) error {
	for i := range r.tx.Ops {
		op := &r.tx.Ops[i]
		if op.Kind == table.Check {
			continue
		}
		w.wrote = true
		if op.Kind == table.Delete {
			if err := w.of(op.Key.Table).Delete(r.keys[i]); err != nil {
				return err
			}
			continue
		}
		if err := w.of(op.Key.Table).Put(r.keys[i], encodeValue(w.next[i])); err != nil {
			return err
		}
		if op.Key.Table == table.Ledger {
			w.seq++
			if err := w.changes.Put(sequence(w.seq), r.keys[i]); err != nil {
				return err
			}
		}
	}
	return nil
}
