package bolt

import (
	"sync"
	"sync/atomic"

	"github.com/fairlead/fairlead/internal/table"
)

// The most that one group takes. What waits beyond it is the next group.
const (
	groupTxs   = 4096
	groupBytes = 8 << 20
)

// request is one Transact on its way through the committer.
type request struct {
	tx    table.Tx
	keys  [][]byte // of the ops, encoded by the caller: the committer has enough to do
	size  int64    // bytes, by table.OpSize
	state atomic.Int32
	done  chan struct{} // closed when err is final
	err   error
}

// The states of a request: a caller may withdraw it until the committer takes it.
const (
	waiting int32 = iota
	taken
	withdrawn
)

func newRequest(tx table.Tx) *request {
	r := &request{tx: tx, keys: make([][]byte, len(tx.Ops)), done: make(chan struct{})}
	for i := range tx.Ops {
		r.keys[i] = encodeKey(tx.Ops[i].Key)
		r.size += table.OpSize(tx.Ops[i])
	}
	return r
}

// queue is what waits for the committer, in the order of arrival.
type queue struct {
	mu     sync.Mutex
	filled sync.Cond
	items  []*request
	ended  bool
}

func (q *queue) init() { q.filled.L = &q.mu }

// put adds a request; false if the queue takes no more.
func (q *queue) put(r *request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		return false
	}
	q.items = append(q.items, r)
	q.filled.Signal()
	return true
}

// take waits for requests and moves at most one group of them into group; it
// returns an empty one when the queue has ended and nothing waits any more.
func (q *queue) take(group []*request) []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.ended {
		q.filled.Wait()
	}
	n, size := 0, int64(0)
	for n < len(q.items) && n < groupTxs && (n == 0 || size+q.items[n].size <= groupBytes) {
		size += q.items[n].size
		n++
	}
	group = append(group[:0], q.items[:n]...)
	rest := copy(q.items, q.items[n:])
	clear(q.items[rest:])
	q.items = q.items[:rest]
	return group
}

// close ends the queue: nothing more comes in, what waits is still taken.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.filled.Broadcast()
}
