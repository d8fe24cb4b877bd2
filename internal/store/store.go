// Package store is the one place where the data model lives: it builds every
// key, maps every item, and offers typed reads and writes on a table.Table. It
// owns how things are kept and nothing of what they mean. docs/data-model.md
// describes every item; a test holds the two together.
package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"sync"
	"syscall"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/table"
)

// Options are the constants of the wiring (docs/data-model.md, "Closing a
// period"). The zero Options are the embedded store's: one process, the control
// block in memory, the gate as the fence.
type Options struct {
	Lease time.Duration // L: how long a loaded control block may be used; 0: for ever, this process is the only writer; negative: for one use
	Write time.Duration // W: how long after its instant a write may be sent; 0: no limit
	Grace time.Duration // G: how long signed requests may be under way after that

	Jitter func() float64      // uniform in [0, 1), for the pauses between tries; nil: always 1
	Sleep  func(time.Duration) // nil: time.Sleep
}

// Fence is how long a closer waits after its C1 was answered, on its own clock:
// who does not know of C1 by then has nothing under way any more.
func (o Options) Fence() time.Duration { return max(0, o.Lease+o.Write+o.Grace) }

// Store offers typed reads and writes. It is safe for concurrent use.
type Store struct {
	// Gate is the fence of one process: a writer shares it from reading the
	// clock to its answer, a closer takes it alone to close the door. Do not
	// take it twice in one goroutine.
	Gate sync.RWMutex

	table table.Table
	opts  Options

	control  controlCache
	versions versionCache
	parts    sync.Map // hashes of content that is stored; nothing is loaded for it, so it is no cache.Cache
}

// New wires a Store on a table.
func New(t table.Table, o Options) *Store {
	if o.Jitter == nil {
		o.Jitter = func() float64 { return 1 }
	}
	if o.Sleep == nil {
		o.Sleep = time.Sleep
	}
	return &Store{table: t, opts: o}
}

// Options are what the store was wired with.
func (s *Store) Options() Options { return s.opts }

// Table is the storage below, for readers that walk it (audit).
func (s *Store) Table() table.Table { return s.table }

// NotAfter is the instant after which a write decided at t may not be sent;
// zero: no limit.
func (s *Store) NotAfter(t time.Time) time.Time {
	if s.opts.Write == 0 {
		return time.Time{}
	}
	return t.Add(s.opts.Write)
}

// Batch collects the ops of one transaction. Each method returns the index of
// its op, by which a refusal names it.
type Batch struct {
	NotAfter time.Time
	ops      []table.Op
	saved    []*uint64 // versions of what was loaded and is saved
	err      error
}

// Len is the number of ops so far.
func (b *Batch) Len() int { return len(b.ops) }

// New puts a value under a key where nothing may stand yet.
func (b *Batch) New(k table.Key, v any) int {
	return b.add(table.Op{Kind: table.Put, Key: k, Body: b.encode(v), If: table.Cond{Kind: table.Absent}})
}

// Put writes a value. version is that of the item it replaces: 0 means that
// nothing may stand there.
func (b *Batch) Put(k table.Key, v any, version uint64) int {
	return b.PutN(k, v, 0, version)
}

// PutN is Put with the item's number.
func (b *Batch) PutN(k table.Key, v any, n int64, version uint64) int {
	return b.add(table.Op{Kind: table.Put, Key: k, Body: b.encode(v), N: n, If: versionIs(version)})
}

// Set writes a value whatever stood there; another item's condition must
// protect it.
func (b *Batch) Set(k table.Key, v any) int {
	return b.add(table.Op{Kind: table.Put, Key: k, Body: b.encode(v)})
}

// Delete removes an item, present or not.
func (b *Batch) Delete(k table.Key) int { return b.add(table.Op{Kind: table.Delete, Key: k}) }

// Add adds to an item's number; atMost, unless negative, is the largest number
// before it. A second Add of one key joins the first: what is given back and
// taken again is no change, and needs no room.
func (b *Batch) Add(k table.Key, delta, atMost int64) int {
	for i := range b.ops {
		if b.ops[i].Kind == table.Add && b.ops[i].Key == k {
			b.ops[i].Delta += delta
			b.ops[i].If = table.Cond{}
			return i
		}
	}
	op := table.Op{Kind: table.Add, Key: k, Delta: delta}
	if atMost >= 0 {
		op.If = table.Cond{Kind: table.NAtMost, Want: atMost}
	}
	return b.add(op)
}

// saves notes a version that the write of the batch moves on.
func (b *Batch) saves(version *uint64) { b.saved = append(b.saved, version) }

// committed moves on what was saved: it is now as it stands.
func (b *Batch) committed() {
	for _, version := range b.saved {
		*version++
	}
}

func (b *Batch) add(op table.Op) int {
	b.ops = append(b.ops, op)
	return len(b.ops) - 1
}

func (b *Batch) encode(v any) []byte {
	if raw, ok := v.(json.RawMessage); ok {
		return raw // canonical already
	}
	body, err := canonical(v)
	if err != nil && b.err == nil {
		b.err = err
	}
	return body
}

// selfWriter is an item that writes its own members, the same that Canonical
// would: those of an order, of which an import writes little else.
type selfWriter interface{ write(o *seal.Object) }

func canonical(v any) ([]byte, error) {
	item, ok := v.(selfWriter)
	if !ok {
		return seal.Canonical(v)
	}
	w := seal.NewWriter(make([]byte, 0, 320))
	o := w.Object()
	item.write(&o)
	o.End()
	return w.Bytes(), w.Err()
}

func versionIs(version uint64) table.Cond {
	if version == 0 {
		return table.Cond{Kind: table.Absent}
	}
	return table.Cond{Kind: table.VersionIs, Want: int64(version)}
}

// The one place that tries again: only what another writer or a busy store
// caused, with full jitter, 2 s in all.
const (
	tries     = 5
	firstWait = 100 * time.Millisecond // then doubled: at most 1.5 s in all
)

// ErrExpired says that the NotAfter of a batch had passed before it was sent.
var ErrExpired = table.ErrExpired

// Commit writes a batch, all or nothing, once: what it saved has its new version
// then. A failed condition is *Refusal: read again and decide again. ErrExpired
// likewise: NotAfter had passed.
// Everything else is a *fault.Error that may go to the caller; repeating the
// same request is always safe. A batch beyond the limits of the table is
// internal: what is kept is bounded where it is taken in.
func (s *Store) Commit(ctx context.Context, b *Batch) error {
	if b.err != nil {
		return b.err
	}
	tx := table.Tx{Ops: b.ops, NotAfter: b.NotAfter}
	for try, wait := 1, firstWait; ; try, wait = try+1, wait*2 {
		_, err := s.table.Transact(ctx, tx)
		if err == nil {
			b.committed()
			return nil
		}
		if refused := AsRefused(err); refused != nil {
			return &Refusal{b.ops, refused}
		}
		if !errors.Is(err, table.ErrConflict) && !errors.Is(err, table.ErrThrottled) || try == tries {
			return mapError(beyond(err))
		}
		s.opts.Sleep(time.Duration(s.opts.Jitter() * float64(wait)))
	}
}

// AsRefused is the refusal of the table in err, nil if it is none.
func AsRefused(err error) *table.Refused {
	var r *table.Refused
	if errors.As(err, &r) {
		return r
	}
	return nil
}

// beyond says of a batch that the table has no room for that this is our
// mistake, never that of a caller, who did not make the items.
func beyond(err error) error {
	for _, slug := range []string{"item_too_large", "transaction_too_large", "too_many_ops"} {
		if fault.Is(err, slug) {
			return fault.New(fault.Internal, "internal", "internal error").Because(err)
		}
	}
	return err
}

func mapError(err error) error {
	var f *fault.Error
	switch {
	case err == nil, AsRefused(err) != nil, errors.Is(err, table.ErrExpired), errors.As(err, &f):
		return err
	case errors.Is(err, syscall.ENOSPC):
		return fault.New(fault.Unavailable, "disk_full", "the disk is full; nothing of this request was stored").Because(err)
	case errors.Is(err, table.ErrConflict), errors.Is(err, table.ErrThrottled), errors.Is(err, table.ErrAmbiguous),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.Unavailable, "unavailable", "the store is busy; try the same request again, that is safe").Because(err)
	}
	return fault.New(fault.Internal, "internal", "internal error").Because(err)
}

// Get reads items in the order of the keys; Version 0 means absent.
func (s *Store) Get(ctx context.Context, keys ...table.Key) ([]table.Item, error) {
	items, _, err := s.table.Get(ctx, keys...)
	return items, mapError(err)
}

// Load reads one item and decodes its body into v; false if there is none.
func (s *Store) Load(ctx context.Context, k table.Key, v any) (version uint64, err error) {
	items, err := s.Get(ctx, k)
	if err != nil {
		return 0, err
	}
	return items[0].Version, Decode(items[0], v)
}

// Decode reads an item's body into v; an absent item leaves v as it is. Names of
// members are exact, as they were written.
func Decode(it table.Item, v any) error {
	if it.Version == 0 {
		return nil
	}
	if err := unmarshal(it.Body, v); err != nil {
		return fault.New(fault.Internal, "internal", "internal error").
			Because(errors.Join(errors.New("item "+it.PK+" "+it.SK), err))
	}
	return nil
}

// unmarshal says where a body cannot be read and nothing of what is there: names
// and values may be a person's, and the failure goes to the log.
func unmarshal(body []byte, v any) error {
	err := jsonv2.Unmarshal(body, v)
	if syntax := (*jsontext.SyntacticError)(nil); errors.As(err, &syntax) {
		return fmt.Errorf("no JSON at byte %d", syntax.ByteOffset)
	}
	if meaning := (*jsonv2.SemanticError)(nil); errors.As(err, &meaning) {
		return fmt.Errorf("no %v at byte %d", meaning.GoType, meaning.ByteOffset)
	}
	if err != nil {
		return errors.New("cannot be read")
	}
	return nil
}

// Items walks a range, all its pages. The loop ends after an error.
func (s *Store) Items(ctx context.Context, r table.Range) iter.Seq2[table.Item, error] {
	return func(yield func(table.Item, error) bool) {
		for page, err := range s.pages(ctx, r) {
			if err != nil {
				yield(table.Item{}, err)
				return
			}
			for _, it := range page {
				if !yield(it, nil) {
					return
				}
			}
		}
	}
}

// pages walks a range page by page. The loop ends after an error.
func (s *Store) pages(ctx context.Context, r table.Range) iter.Seq2[[]table.Item, error] {
	return func(yield func([]table.Item, error) bool) {
		for {
			page, err := s.table.Query(ctx, r)
			if err != nil {
				yield(nil, mapError(err))
				return
			}
			if !yield(page.Items, nil) || page.Cursor == "" {
				return
			}
			r.Cursor = page.Cursor
		}
	}
}
