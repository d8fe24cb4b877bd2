package tabletest

import (
	"fmt"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/fairlead/fairlead/internal/table"
)

// The contract has two promises about order, and they are checked apart: every
// item alone is linearizable under all reads and writes, and transactions are
// linearizable among each other over all items. A read of several items is
// neither a snapshot nor part of a transaction, so the two do not mix.

// cell is the model of one item, comparable.
type cell struct {
	version uint64
	n       int64
	body    string
}

func cellOf(it table.Item) cell { return cell{it.Version, it.N, string(it.Body)} }

// step is one op or read on one cell, or several ops at once.
type step struct {
	reads bool
	ops   []cellOp
}

type cellOp struct {
	cell int
	op   table.Op
}

// answer is what came back: the cell read, or how the ops ended.
type answer struct {
	read    cell
	ok      bool
	unknown bool
	stood   map[int]cell // per refused op of the step
}

// world is the model of all cells.
type world [cells]cell

// checkHistory reports a promise that the calls break.
func checkHistory(all []event) error {
	var txs []porcupine.Operation
	var each [cells][]porcupine.Operation
	for _, e := range all {
		if e.reads == nil {
			txs = append(txs, whole(e))
		}
		for c, ops := range perCell(e) {
			each[c] = append(each[c], ops...)
		}
	}
	if err := checkLinear("transactions", txs); err != nil {
		return err
	}
	for c := range each {
		if err := checkLinear("item "+cellKey(c).SK, each[c]); err != nil {
			return err
		}
	}
	return nil
}

func checkLinear(name string, history []porcupine.Operation) error {
	model := porcupine.Model{
		Init: func() any { return world{} },
		Step: func(state, in, out any) (bool, any) {
			return state.(world).step(in.(step), out.(answer))
		},
	}
	switch porcupine.CheckOperationsTimeout(model, history, 20*time.Second) {
	case porcupine.Illegal:
		return fmt.Errorf("%s: no order of the %d calls explains their answers", name, len(history))
	case porcupine.Unknown:
		return fmt.Errorf("%s: not decided in time for %d calls", name, len(history))
	}
	return nil
}

// whole is a transaction as one step over all cells.
func whole(e event) porcupine.Operation {
	var s step
	a := answer{ok: e.ok, unknown: e.unknown, stood: map[int]cell{}}
	for i, op := range e.ops {
		s.ops = append(s.ops, cellOp{cellIndex(op.Key), op})
		if e.refused == nil {
			continue
		}
		if r, failed := e.refused.Find(i); failed {
			a.stood[i] = cellOf(r.Standing)
		}
	}
	return operation(e, s, a)
}

// perCell is what one call says about each cell alone. An op whose condition
// did not fail in a refused transaction says nothing.
func perCell(e event) map[int][]porcupine.Operation {
	out := map[int][]porcupine.Operation{}
	for i, c := range e.reads {
		out[c] = append(out[c], operation(e, step{reads: true, ops: []cellOp{{cell: c}}}, answer{read: cellOf(e.got[i])}))
	}
	for i, op := range e.ops {
		c := cellIndex(op.Key)
		s, a := step{ops: []cellOp{{c, op}}}, answer{ok: e.ok, unknown: e.unknown}
		if e.refused != nil {
			r, failed := e.refused.Find(i)
			if !failed {
				continue
			}
			a.stood = map[int]cell{0: cellOf(r.Standing)}
		}
		out[c] = append(out[c], operation(e, s, a))
	}
	return out
}

func operation(e event, s step, a answer) porcupine.Operation {
	return porcupine.Operation{ClientId: e.worker, Input: s, Output: a, Call: e.start, Return: e.end}
}

func cellIndex(k table.Key) int { return int(k.SK[0] - 'a') }

// step says whether the model allows this answer now, and the world after it.
// It is written apart from table.Apply: it is the oracle.
func (w world) step(s step, a answer) (bool, world) {
	if s.reads {
		return w[s.ops[0].cell] == a.read, w
	}
	after, held := w, true
	for i, o := range s.ops {
		stands := w[o.cell]
		stood, refused := a.stood[i]
		if holds := condHolds(o.op.If, stands); holds == refused && !a.unknown {
			return false, w
		} else if !holds {
			held = false
			if !a.unknown && stood != stands {
				return false, w
			}
		}
		after[o.cell] = stands.after(o.op)
	}
	switch {
	case !held:
		return a.unknown || !a.ok, w
	default:
		return a.unknown || a.ok, after
	}
}

func condHolds(c table.Cond, stands cell) bool {
	switch c.Kind {
	case table.Always:
		return true
	case table.NAtMost:
		return stands.n <= c.Want
	case table.NAtLeast:
		return stands.n >= c.Want
	case table.Absent:
		return stands == cell{}
	default:
		return int64(stands.version) == c.Want
	}
}

func (c cell) after(op table.Op) cell {
	switch op.Kind {
	case table.Put:
		return cell{c.version + 1, op.N, string(op.Body)}
	case table.Add:
		return cell{c.version + 1, c.n + op.Delta, c.body}
	case table.Delete:
		return cell{}
	default:
		return c
	}
}
