// Package table is the storage port: two tables of items under string keys,
// with all-or-nothing conditional writes. It owns the contract, the memory
// implementation and the unit formula; it knows nothing of what the items
// mean (that is store). The other implementations are table/bolt (embedded)
// and table/dynamo; all pass tabletest, and faulty weakens any of them.
package table

import (
	"context"
	"time"
)

// Name names one of the two tables.
type Name string

// Ledger items are put if absent, inside transactions, and never changed or
// deleted. State items are versioned; each is derivable from the ledger.
const (
	Ledger Name = "ledger"
	State  Name = "state"
)

// Key is an item's address. PK and SK are 1 to 1,024 bytes of UTF-8 without
// NUL, ordered bytewise.
type Key struct {
	Table  Name
	PK, SK string
}

// Item is one stored item. Version starts at 1 and grows by one with every
// write of the item, Adds included; an item deleted and made again starts at 1
// again. N is the one number a condition may compare. An absent item has
// Version 0, N 0 and no Body. Body is opaque to the table, at most MaxBody
// bytes; an item without one is read with a Body of length 0. Bodies handed out
// are copies: the caller may keep and change them.
type Item struct {
	Key
	Version uint64
	N       int64
	Body    []byte
}

// The limits of the port, the same for every implementation.
const (
	MaxBody     = 350 << 10 // bytes of one item's body
	MaxOps      = 100       // ops of one Transact
	MaxTransact = 4 << 20   // bytes of one Transact
	MaxGet      = 100       // keys of one Get
	MaxPage     = 1 << 20   // bytes after which a page of Query ends
	MaxKey      = 1024      // bytes of a PK, and of an SK
)

// Units are what a call costs by DynamoDB's published formula (units.go has its
// source), the same number on every implementation. All our reads are
// consistent, so both are whole units.
type Units struct {
	Read, Write int64
}

// Range is one Query: the items of PK with From <= SK < To (empty To: to the
// end), ascending, or descending with Desc. Limit is the most items of one
// page; 0 means the page the implementation likes, about MaxPage bytes, which
// also ends a page with a Limit. Cursor is what the last page returned: the SK
// after which to go on, never more. It only narrows: a cursor from elsewhere
// shows nothing outside From and To.
type Range struct {
	Table    Name
	PK       string
	From, To string
	Desc     bool
	Limit    int
	Cursor   string
}

// Page is one answer of Query. A short page, even an empty one, is not the end:
// an empty Cursor is.
type Page struct {
	Items  []Item
	Cursor string
	Units  Units
}

// OpKind is what an Op does.
type OpKind uint8

// The four operations. Put writes Body and N; Add adds Delta to N and keeps the
// body (an absent item is made); Delete removes; Check only tests its condition.
const (
	Put OpKind = iota + 1
	Add
	Delete
	Check
)

// CondKind is the condition of an Op.
type CondKind uint8

// The conditions. Always is none.
const (
	Always    CondKind = iota
	Absent             // no item stands under the key
	VersionIs          // the item's version is exactly Want; 0 is the same as Absent
	NAtMost            // N <= Want; an absent item has N = 0
	NAtLeast           // N >= Want
)

// Cond is the condition of one op on its own item.
type Cond struct {
	Kind CondKind
	Want int64
}

// Op is one write or check of a Transact. Each key may appear once.
type Op struct {
	Kind  OpKind
	Key   Key
	Body  []byte // Put
	N     int64  // Put
	Delta int64  // Add
	If    Cond
}

// Tx is one all-or-nothing write of at most MaxOps ops and MaxTransact bytes.
// On Ledger only Put with If Absent is accepted, and each key appears once:
// anything else panics, it is a bug of ours. NotAfter, unless zero, is a
// wall-clock instant after which no attempt may be sent any more.
type Tx struct {
	Ops      []Op
	NotAfter time.Time
}

// Result is what a successful Transact returns.
type Result struct {
	Units Units
}

// Table is the port. All reads are consistent per item; Get of several keys is
// not a snapshot of all of them, and Query may show part of a transaction that
// is committing. What a Transact wrote is seen by every read that starts after
// it returned. Implementations are safe for concurrent use.
//
// Errors of Transact, to be told apart with errors.As and errors.Is:
//
//   - *Refused: a condition failed; nothing was written;
//   - ErrConflict: another writer was in the way; nothing was written, and the
//     caller may simply try again. ErrThrottled likewise;
//   - ErrExpired: NotAfter had passed before anything was sent;
//   - ErrAmbiguous: unknown whether the write happened, or will happen yet. The
//     caller reads or repeats: every write of ours is idempotent;
//   - the context's error, without ErrAmbiguous: nothing was written. A context
//     that ends while the write is on its way gives both errors in one;
//   - a *fault.Error: the Tx is beyond the port's limits (invalid), or the
//     machine failed (unavailable); nothing was written.
type Table interface {
	// Get returns one Item per key, in the order of the keys: a missing item
	// is its Key with Version 0 in its place. A key asked for twice is
	// answered, and charged, twice. At most MaxGet keys of both tables.
	Get(ctx context.Context, keys ...Key) ([]Item, Units, error)

	// Query returns one page of one partition. An item that is there during
	// the whole walk appears exactly once in it, whatever else is written.
	Query(ctx context.Context, r Range) (Page, error)

	// Transact writes all ops or none. A Tx without ops does nothing.
	Transact(ctx context.Context, tx Tx) (Result, error)
}

// Change is one insert into the ledger. Seq grows with every change and never
// repeats; it may skip numbers.
type Change struct {
	Seq  uint64
	Item Item
}

// Changes is the optional second interface: inserts into the ledger in commit
// order, after a sequence number (0: from the first), at most limit of them
// (0: MaxChanges). An empty answer means there is nothing newer yet.
type Changes interface {
	Changes(ctx context.Context, after uint64, limit int) ([]Change, error)
}

// MaxChanges is the most changes of one answer.
const MaxChanges = 1000
