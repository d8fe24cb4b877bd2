package table

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/fairlead/fairlead/internal/fault"
)

// Check reports the first part of the key that is not 1 to MaxKey bytes of
// UTF-8 without NUL, as fault.Invalid "invalid_key". A table name other than
// the two is a bug of ours and panics.
func (k Key) Check() error {
	if k.Table != Ledger && k.Table != State {
		panic(fmt.Sprintf("table: no table %q", k.Table))
	}
	if err := checkPart("pk", k.PK); err != nil {
		return err
	}
	return checkPart("sk", k.SK)
}

func checkPart(name, s string) error {
	switch {
	case s == "":
		return fault.New(fault.Invalid, "invalid_key", "the %s of a key is empty", name)
	case len(s) > MaxKey:
		return fault.New(fault.Invalid, "invalid_key", "the %s of a key has %d bytes, at most %d are allowed", name, len(s), MaxKey)
	case strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s):
		return fault.New(fault.Invalid, "invalid_key", "the %s of a key is not UTF-8 without NUL", name)
	}
	return nil
}

// CheckKeys reports what is wrong with the keys of one Get: more than MaxGet,
// or one that Key.Check refuses.
func CheckKeys(keys []Key) error {
	if len(keys) > MaxGet {
		return fault.New(fault.Invalid, "too_many_keys", "%d keys in one Get, at most %d are allowed", len(keys), MaxGet)
	}
	for _, k := range keys {
		if err := k.Check(); err != nil {
			return err
		}
	}
	return nil
}

// Check reports what is wrong with a Range: a PK, a bound or a cursor that
// could not be a key, as fault.Invalid "invalid_key" or "invalid_cursor". A
// negative Limit is a bug of ours and panics.
func (r Range) Check() error {
	if r.Table != Ledger && r.Table != State {
		panic(fmt.Sprintf("table: no table %q", r.Table))
	}
	if r.Limit < 0 {
		panic(fmt.Sprintf("table: limit %d", r.Limit))
	}
	if err := checkPart("pk", r.PK); err != nil {
		return err
	}
	for _, bound := range []string{r.From, r.To} {
		if bound != "" && checkPart("sk", bound) != nil {
			return checkPart("sk", bound)
		}
	}
	if r.Cursor != "" && checkPart("sk", r.Cursor) != nil {
		return fault.New(fault.Invalid, "invalid_cursor", "the cursor is not one that was given out")
	}
	return nil
}

// Check reports what is wrong with a Tx before anything is sent: over MaxOps
// ("too_many_ops"), a bad key ("invalid_key"), a body over MaxBody
// ("item_too_large") or a whole over MaxTransact ("transaction_too_large"), all
// fault.Invalid. What only a bug of ours can produce panics: a ledger op other
// than Put if Absent, a key that appears twice, an unknown kind.
func (tx Tx) Check() error {
	if len(tx.Ops) > MaxOps {
		return fault.New(fault.Invalid, "too_many_ops", "%d writes in one transaction, at most %d are allowed", len(tx.Ops), MaxOps)
	}
	var size int64
	for i := range tx.Ops {
		op := &tx.Ops[i]
		op.mustBeSound(i)
		if err := op.Key.Check(); err != nil {
			return err
		}
		if len(op.Body) > MaxBody {
			return fault.New(fault.Invalid, "item_too_large", "the item %s %s has %d bytes, at most %d are allowed", op.Key.PK, op.Key.SK, len(op.Body), MaxBody)
		}
		size += OpSize(*op)
	}
	mustNotRepeat(tx.Ops)
	if size > MaxTransact {
		return fault.New(fault.Invalid, "transaction_too_large", "a transaction of %d bytes, at most %d are allowed", size, MaxTransact)
	}
	return nil
}

// mustBeSound panics on an op that only a bug of ours can produce.
func (op *Op) mustBeSound(i int) {
	switch {
	case op.Kind < Put || op.Kind > Check:
		panic(fmt.Sprintf("table: op %d has no kind", i))
	case op.If.Kind > NAtLeast:
		panic(fmt.Sprintf("table: op %d has no such condition: %d", i, op.If.Kind))
	case op.If.Kind == VersionIs && op.If.Want < 0:
		panic(fmt.Sprintf("table: op %d wants version %d", i, op.If.Want))
	case op.Key.Table == Ledger && (op.Kind != Put || op.If.Kind != Absent):
		panic(fmt.Sprintf("table: op %d on the ledger is not a Put if Absent: %s %s", i, op.Key.PK, op.Key.SK))
	case op.Kind != Put && (op.Body != nil || op.N != 0):
		panic(fmt.Sprintf("table: op %d is no Put and brings a body or a number", i))
	}
}

// few is the number of ops up to which comparing each with each is cheaper
// than a map; nearly all our transactions are that small.
const few = 12

func mustNotRepeat(ops []Op) {
	if len(ops) <= few {
		for i := range ops {
			for j := range i {
				if ops[i].Key == ops[j].Key {
					panic(fmt.Sprintf("table: ops %d and %d write the same item %s %s", j, i, ops[i].Key.PK, ops[i].Key.SK))
				}
			}
		}
		return
	}
	seen := make(map[Key]int, len(ops))
	for i := range ops {
		if j, ok := seen[ops[i].Key]; ok {
			panic(fmt.Sprintf("table: ops %d and %d write the same item %s %s", j, i, ops[i].Key.PK, ops[i].Key.SK))
		}
		seen[ops[i].Key] = i
	}
}
