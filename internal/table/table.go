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
// write of the item, Adds included. N is the one number a condition may
// compare; an absent item has N = 0. Body is opaque to the table, at most
// MaxBody bytes.
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
)

// Units are what a call costs by the published formula of DynamoDB, computed
// from encoded sizes: Read in half units would be exact for eventual reads,
// but all our reads are consistent, so both are whole units.
type Units struct {
	Read, Write int64
}

// Range is one Query: the items of PK with From <= SK < To (empty To: to the
// end), ascending, or descending with Desc. Limit 0 means the page the
// implementation likes. Cursor is what the last page returned.
type Range struct {
	Table    Name
	PK       string
	From, To string
	Desc     bool
	Limit    int
	Cursor   string
}

// Page is one answer of Query. A short page is not the end: an empty Cursor is.
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
	VersionIs          // the item's version is exactly Want (as uint64)
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
// On Ledger only Put with If Absent is accepted: anything else panics, it is a
// bug of ours. NotAfter, unless zero, is a wall-clock instant after which no
// attempt may be sent any more.
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
// is committing. Implementations are safe for concurrent use.
//
// Errors of Transact: *Refused when a condition failed (nothing was written);
// ErrConflict when another writer was in the way and the caller may simply try
// again; ErrThrottled likewise; ErrAmbiguous when it is unknown whether the
// write happened (the caller reads or repeats: every write of ours is
// idempotent); ErrExpired when NotAfter had passed before anything was sent.
type Table interface {
	// Get returns the items that exist, in the order of the keys asked for;
	// a missing item is a zero Item (Version 0) in its place.
	Get(ctx context.Context, keys ...Key) ([]Item, Units, error)
	Query(ctx context.Context, r Range) (Page, error)
	Transact(ctx context.Context, tx Tx) (Result, error)
}

// Change is one insert into the ledger.
type Change struct {
	Seq  uint64
	Item Item
}

// Changes is the optional second interface: inserts into the ledger in commit
// order, after a sequence number (0: from the first). An empty answer means
// there is nothing newer yet.
type Changes interface {
	Changes(ctx context.Context, after uint64, limit int) ([]Change, error)
}
