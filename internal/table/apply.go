package table

import (
	"math"

	"github.com/fairlead/fairlead/internal/fault"
)

// Holds reports whether the condition holds on the item that stands under the
// op's key; the zero Item stands for none.
func (c Cond) Holds(standing Item) bool {
	switch c.Kind {
	case Absent:
		return standing.Version == 0
	case VersionIs:
		return standing.Version == uint64(c.Want)
	case NAtMost:
		return standing.N <= c.Want
	case NAtLeast:
		return standing.N >= c.Want
	default:
		return true
	}
}

// Apply is the item an op leaves behind, given the one that stands: an item of
// Version 0 means there is none any more, and a Check returns what stands. The
// Body is the op's own slice, not a copy. An Add whose sum leaves int64 is
// fault.Internal "number_overflow".
func (op Op) Apply(standing Item) (Item, error) {
	next := Item{Key: op.Key, Version: standing.Version + 1}
	switch op.Kind {
	case Put:
		next.N, next.Body = op.N, op.Body
	case Add:
		if d := op.Delta; (d > 0 && standing.N > math.MaxInt64-d) || (d < 0 && standing.N < math.MinInt64-d) {
			return Item{}, fault.New(fault.Internal, "number_overflow", "the number of %s %s would overflow", op.Key.PK, op.Key.SK)
		}
		next.N, next.Body = standing.N+op.Delta, standing.Body
	case Delete:
		return Item{Key: op.Key}, nil
	default:
		return standing, nil
	}
	return next, nil
}

// Decide checks every condition of a Tx against the items that stand under the
// keys of its ops, and returns what each op leaves behind. If any condition
// fails it returns *Refused with all of them and nothing else. It is the one
// place where memory and bolt agree on what a transaction means.
func (tx Tx) Decide(standing []Item) ([]Item, error) {
	var refused *Refused
	for i := range tx.Ops {
		if tx.Ops[i].If.Holds(standing[i]) {
			continue
		}
		if refused == nil {
			refused = &Refused{Units: TxUnits(tx.Ops)}
		}
		refused.Refusals = append(refused.Refusals, Refusal{Op: i, Standing: standing[i]})
	}
	if refused != nil {
		return nil, refused
	}
	next := make([]Item, len(tx.Ops))
	for i := range tx.Ops {
		var err error
		if next[i], err = tx.Ops[i].Apply(standing[i]); err != nil {
			return nil, err
		}
	}
	return next, nil
}
