// Package faulty makes any table fail and weakens it down to what the contract
// still allows: lost answers, conflicts, throttles, writes that land after
// their error was returned, pages cut short, and reads that see a part of a
// transaction while it commits. It is deterministic: the same seed and the same
// order of calls give the same faults. It owns no data.
package faulty

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
)

// Fault is what happens to one call.
type Fault uint8

// The faults. A read knows Throttled, Down and Short; a write all but Short. On
// a call that does not know it a fault is None.
const (
	None      Fault = iota
	Failed          // nothing is written, and the caller cannot know: ErrAmbiguous
	Persisted       // it is written, and the answer is lost: ErrAmbiguous
	Late            // ErrAmbiguous now; it is written some calls later, or by Deliver
	Conflict        // nothing is written: ErrConflict
	Throttled       // nothing is written or read: ErrThrottled
	Down            // nothing is written or read: fault.Unavailable "storage_failed"
	Torn            // it is written; who reads before Transact returns sees a part of it
	Short           // a page of one to three items, or of none
)

// String is the fault in words, for the names of subtests.
func (f Fault) String() string {
	names := [...]string{"no fault", "failed", "failed but persisted", "failed and lands late", "conflict", "throttled", "down", "torn", "short page"}
	if int(f) < len(names) {
		return names[f]
	}
	return fmt.Sprintf("fault %d", uint8(f))
}

// WriteFaults are the faults after which a write's caller is told of an error.
func WriteFaults() []Fault { return []Fault{Failed, Persisted, Late, Conflict, Throttled, Down} }

// Options say how often what goes wrong by itself, apart from what is scripted.
type Options struct {
	// Seed decides which calls fail and how.
	Seed uint64
	// Writes and Reads are how many of a thousand calls meet each fault.
	Writes, Reads map[Fault]int
	// Clock, unless nil, is what NotAfter is compared with before a write is
	// sent; a Late write then lands even after NotAfter, as a real one may.
	Clock func() time.Time
}

// Table is a table with faults. Use Wrap.
type Table struct {
	inner   table.Table
	options Options
	writes  atomic.Int64
	reads   atomic.Int64

	// During, if set before use, is called once in every Torn write, after it
	// was committed and while a part of it is still hidden. It may read.
	During func()

	mu       sync.Mutex
	scripted map[bool]map[int64]Fault // by whether it is a write, and by number
	late     []lateTx
	busy     map[table.Key]int // writes under way on a key; tearing counts as torn
	view     sync.RWMutex      // reads share it, hidden changes under it alone
	hidden   map[table.Key]table.Item
}

// torn is how much a key under a Torn write weighs in busy.
const torn = 1 << 30

// lateTx is a write whose error was returned and which is yet to land.
type lateTx struct {
	tx  table.Tx
	due int64 // number of calls after which it lands
}

// Wrap makes a table with these faults out of one without.
func Wrap(inner table.Table, o Options) *Table {
	return &Table{
		inner: inner, options: o,
		scripted: map[bool]map[int64]Fault{true: {}, false: {}},
		busy:     map[table.Key]int{}, hidden: map[table.Key]table.Item{},
	}
}

// FaultWrite makes the n-th Transact fail, counted from Wrap and from 1.
func (t *Table) FaultWrite(n int, f Fault) { t.script(true, n, f) }

// FaultRead makes the n-th Get or Query fail, counted from Wrap and from 1.
func (t *Table) FaultRead(n int, f Fault) { t.script(false, n, f) }

func (t *Table) script(write bool, n int, f Fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.scripted[write][int64(n)] = f
}

// Writes is the number of Transacts so far.
func (t *Table) Writes() int { return int(t.writes.Load()) }

// Reads is the number of Gets and Queries so far.
func (t *Table) Reads() int { return int(t.reads.Load()) }

// Deliver lands every late write that has not landed yet, in their order, and
// returns how many did. One whose items a Torn write holds waits on.
func (t *Table) Deliver() int { return t.deliver(1 << 62) }

// deliver lands the late writes that are due. Whether their conditions still
// hold is between them and the table.
func (t *Table) deliver(calls int64) int {
	t.mu.Lock()
	var due []lateTx
	rest := make([]lateTx, 0, len(t.late))
	for _, l := range t.late {
		if l.due <= calls {
			due = append(due, l)
		} else {
			rest = append(rest, l)
		}
	}
	t.late = rest
	t.mu.Unlock()
	landed := 0
	for _, l := range due {
		if !t.enter(l.tx.Ops, 1) {
			t.mu.Lock()
			t.late = append(t.late, l)
			t.mu.Unlock()
			continue
		}
		_, _ = t.inner.Transact(context.Background(), l.tx)
		t.leave(l.tx.Ops, 1)
		landed++
	}
	return landed
}

// next numbers a call, lands what is due, and says which fault it meets. It
// also gives the call's own random number.
func (t *Table) next(write bool) (Fault, uint64) {
	counter, rates := &t.reads, t.options.Reads
	if write {
		counter, rates = &t.writes, t.options.Writes
	}
	n := counter.Add(1)
	t.deliver(t.reads.Load() + t.writes.Load())
	dice := mix(t.options.Seed, uint64(n)<<1|bit(write))
	t.mu.Lock()
	f, ok := t.scripted[write][n]
	t.mu.Unlock()
	if ok {
		return f, mix(dice, 1)
	}
	roll := int(dice % 1000)
	for f := Failed; f <= Short; f++ {
		if roll -= rates[f]; roll < 0 {
			return f, mix(dice, 1)
		}
	}
	return None, mix(dice, 1)
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// mix is one round of SplitMix64 over two numbers.
func mix(a, b uint64) uint64 {
	z := a + (b+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func down() error {
	return fault.New(fault.Unavailable, "storage_failed", "the store does not answer")
}
