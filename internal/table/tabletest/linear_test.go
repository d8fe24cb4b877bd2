package tabletest

import (
	"testing"

	"github.com/fairlead/fairlead/internal/table"
)

// The judge itself is tried on histories whose verdict is known.

func wrote(start, end int64, ops ...table.Op) event {
	return event{start: start, end: end, ops: ops, ok: true}
}

func saw(start, end int64, c int, version uint64, body string) event {
	it := table.Item{Key: cellKey(c), Version: version, Body: []byte(body)}
	return event{start: start, end: end, reads: []int{c}, got: []table.Item{it}}
}

func unknown(start int64, ops ...table.Op) event {
	return event{start: start, end: forever, ops: ops, unknown: true}
}

func refusedBy(start, end int64, body string, op table.Op) event {
	return event{start: start, end: end, ops: []table.Op{op}, refused: &table.Refused{Refusals: []table.Refusal{
		{Op: 0, Standing: table.Item{Key: op.Key, Version: 1, Body: []byte(body)}}}}}
}

func TestJudge_KnowsRightFromWrong(t *testing.T) {
	a, b := cellKey(0), cellKey(1)
	one, two := absent(put(a, "one")), absent(put(a, "two"))
	both := []table.Op{absent(put(a, "x")), absent(put(b, "x"))}
	for _, c := range []struct {
		name  string
		right bool
		calls []event
	}{
		{"read after write", true, []event{wrote(1, 2, one), saw(3, 4, 0, 1, "one")}},
		{"a lost write", false, []event{wrote(1, 2, one), saw(3, 4, 0, 0, "")}},
		{"two winners", false, []event{wrote(1, 4, one), wrote(2, 3, two)}},
		{"one winner", true, []event{wrote(1, 4, one), refusedBy(2, 3, "one", two)}},
		{"refused for nothing", false, []event{refusedBy(1, 2, "one", two), saw(3, 4, 0, 0, "")}},
		{"refused and shown another", false, []event{wrote(1, 2, one), refusedBy(3, 4, "three", two)}},
		{"a read that goes back", false, []event{wrote(1, 9, one), saw(2, 3, 0, 1, "one"), saw(4, 5, 0, 0, "")}},
		{"a read of one item before the other", true, []event{wrote(1, 9, both...), saw(2, 3, 0, 1, "x"), saw(4, 5, 1, 0, "")}},
		{"half a transaction for ever", false, []event{wrote(1, 2, both...), saw(3, 4, 0, 1, "x"), saw(5, 6, 1, 0, "")}},
		{"unknown and written", true, []event{unknown(1, one), saw(3, 4, 0, 1, "one")}},
		{"unknown and not written", true, []event{unknown(1, one), saw(3, 4, 0, 0, "")}},
		{"unknown and written late", true, []event{unknown(1, one), saw(3, 4, 0, 0, ""), saw(5, 6, 0, 1, "one")}},
		{"unknown and taken back", false, []event{unknown(1, one), saw(3, 4, 0, 1, "one"), saw(5, 6, 0, 0, "")}},
		{"unknown and before its time", false, []event{saw(1, 2, 0, 1, "one"), unknown(3, one)}},
		{"a failed compare-and-swap that wrote", false, []event{wrote(1, 2, one), wrote(3, 4, version(put(a, "two"), 7))}},
		{"an add past its limit", false, []event{wrote(1, 2, limited(a, 0)), wrote(3, 4, limited(a, 0))}},
		{"two adds within it", true, []event{wrote(1, 2, limited(a, 1)), wrote(3, 4, limited(a, 1))}},
	} {
		if err := checkHistory(c.calls); (err == nil) != c.right {
			t.Errorf("%s: right %v, judged %v", c.name, c.right, err)
		}
	}
}

func limited(k table.Key, most int64) table.Op {
	op := add(k, 1)
	op.If = table.Cond{Kind: table.NAtMost, Want: most}
	return op
}
