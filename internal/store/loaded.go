package store

// Loaded is a value as it was read, with the version of its item. Only the store
// makes one, so that what is saved replaces what was read and nothing else: who
// changes the Value and saves the Loaded cannot forget the version, nor invent one.
type Loaded[T any] struct {
	Value   T
	version uint64
}

// Exists reports whether the item was there; the Value of one that was not is zero.
func (l *Loaded[T]) Exists() bool { return l.version != 0 }

// Version counts the writes of the item, from 1; 0: it was not there. It orders
// what followed from one another; it is not for saving.
func (l *Loaded[T]) Version() uint64 { return l.version }
