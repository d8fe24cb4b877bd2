package store

import (
	"context"

	"github.com/fairlead/fairlead/internal/table"
)

// Loaded is a value as it was read, with the version of its item. Only the store
// makes one that exists, so that what is saved replaces what was read and nothing
// else: who changes the Value and saves the Loaded cannot forget the version, nor
// invent one. The zero Loaded is of an item that is not there; a Commit that saved
// a Loaded makes it what stands now.
type Loaded[T any] struct {
	Value   T
	version uint64
}

// Exists reports whether the item was there; the Value of one that was not is zero.
func (l *Loaded[T]) Exists() bool { return l.version != 0 }

// Version counts the writes of the item, from 1; 0: it was not there. It orders
// what followed from one another; it is not for saving.
func (l *Loaded[T]) Version() uint64 { return l.version }

// With is the same item with another value.
func (l *Loaded[T]) With(v T) Loaded[T] { return Loaded[T]{v, l.version} }

// load reads the item of a key.
func load[T any](ctx context.Context, s *Store, k table.Key) (l Loaded[T], err error) {
	l.version, err = s.Load(ctx, k, &l.Value)
	return l, err
}

// save adds a Loaded to a batch: refused where its item is not as it was read.
func save[T any](b *Batch, k table.Key, l *Loaded[T]) int {
	op := b.Put(k, l.Value, l.version)
	b.saves(&l.version)
	return op
}
