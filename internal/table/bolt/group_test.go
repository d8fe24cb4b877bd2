package bolt

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/table"
)

// held is a table whose committer stops before each commit until it is let go.
type held struct {
	*Table
	arrived chan struct{} // one value per commit that waits
	release chan struct{}
}

func mustOpenHeld(t *testing.T) *held {
	t.Helper()
	h := &held{mustOpen(t, t.TempDir()), make(chan struct{}), make(chan struct{})}
	h.beforeCommit = func() { h.arrived <- struct{}{}; <-h.release }
	return h
}

// outcome is what a Transact that was sent on its own came to.
type outcome chan error

func (h *held) send(ctx context.Context, tx table.Tx) outcome {
	out := make(outcome, 1)
	go func() {
		_, err := h.Transact(ctx, tx)
		out <- err
	}()
	return out
}

// enqueue sends and waits until so many requests stand in the queue, so that
// their order is certain.
func (h *held) enqueue(t *testing.T, n int, tx table.Tx) outcome {
	t.Helper()
	out := h.send(bg, tx)
	for deadline := 0; ; deadline++ {
		h.queue.mu.Lock()
		stands := len(h.queue.items)
		h.queue.mu.Unlock()
		if stands == n {
			return out
		}
		if deadline > 5000 {
			t.Fatalf("%d requests wait, want %d", stands, n)
		}
		time.Sleep(time.Millisecond)
	}
}

func (h *held) letGo() { <-h.arrived; h.release <- struct{}{} }

// TestGroup_EachIsDecidedInOrderAndSpoilsNobody sends seven transactions that
// wait while a first one commits: they are one group, each sees what the ones
// before it left, and the refused ones write nothing.
func TestGroup_EachIsDecidedInOrderAndSpoilsNobody(t *testing.T) {
	h := mustOpenHeld(t)
	first := h.send(bg, put("first", "1"))
	<-h.arrived
	cas := func(sk, body string, version int64, more ...table.Op) table.Tx {
		tx := put(sk, body)
		tx.Ops[0].If = table.Cond{Kind: table.VersionIs, Want: version}
		tx.Ops = append(tx.Ops, more...)
		return tx
	}
	group := []outcome{
		h.enqueue(t, 1, cas("a", "one", 0, claim("1"))),
		h.enqueue(t, 2, cas("b", "spoilt", 0, claim("1"))),
		h.enqueue(t, 3, cas("a", "two", 1, claim("2"))),
		h.enqueue(t, 4, cas("a", "stale", 1, claim("3"))),
		h.enqueue(t, 5, table.Tx{Ops: []table.Op{{Kind: table.Add, Key: key("a"), Delta: 5}}}),
		h.enqueue(t, 6, cas("a", "three", 3)),
		h.enqueue(t, 7, cas("c", "late", 0, table.Op{Kind: table.Check, Key: key("a"), If: table.Cond{Kind: table.NAtLeast, Want: 1}})),
	}
	h.release <- struct{}{}
	h.letGo() // all of them in one commit
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	for i, granted := range []bool{true, false, true, false, true, true, false} {
		err := <-group[i]
		var refused *table.Refused
		if granted != (err == nil) || !granted && !errors.As(err, &refused) {
			t.Errorf("transaction %d: %v, want granted %v", i, err, granted)
		}
	}
	items, _, err := h.Get(bg, key("a"), key("b"), key("c"))
	if err != nil || string(items[0].Body) != "three" || items[0].Version != 4 || items[1].Version+items[2].Version != 0 {
		t.Errorf("got %+v, %v", items, err)
	}
	if ch, err := h.Changes(bg, 0, 0); err != nil || len(ch) != 2 || ch[0].Item.SK != "1" || ch[1].Item.SK != "2" {
		t.Errorf("changes %+v, %v", ch, err)
	}
}

func TestQueue_TakesAtMostAGroupInOrder(t *testing.T) {
	var q queue
	q.init()
	var all []*request
	for i := range groupTxs + 10 {
		r := &request{size: 100}
		if i == 5 {
			r.size = groupBytes + 1 // larger than a group: goes alone
		}
		all = append(all, r)
		q.put(r)
	}
	q.close()
	if q.put(&request{}) {
		t.Error("a closed queue took one more")
	}
	var got []*request
	var sizes []int
	for group := q.take(nil); len(group) > 0; group = q.take(group) {
		sizes = append(sizes, len(group))
		got = append(got, group...)
	}
	if fmt.Sprint(sizes) != fmt.Sprint([]int{5, 1, groupTxs, 4}) {
		t.Errorf("groups of %v", sizes)
	}
	for i := range got {
		if got[i] != all[i] {
			t.Fatalf("request %d is out of order", i)
		}
	}
}

func TestCancelled_BeforeItIsTaken_WritesNothing(t *testing.T) {
	h := mustOpenHeld(t)
	first := h.send(bg, put("first", "1"))
	<-h.arrived
	ctx, cancel := context.WithCancel(bg)
	out := make(outcome, 1)
	go func() {
		_, err := h.Transact(ctx, put("a", "1"))
		out <- err
	}()
	h.enqueue(t, 2, put("b", "1"))
	cancel()
	err := <-out
	if !errors.Is(err, context.Canceled) || errors.Is(err, table.ErrAmbiguous) {
		t.Errorf("got %v, want the context's error alone", err)
	}
	h.release <- struct{}{}
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	h.letGo()
	if items, _, err := h.Get(bg, key("a")); err != nil || items[0].Version != 0 {
		t.Errorf("the withdrawn write is there: %+v, %v", items, err)
	}
}

func TestCancelled_AfterItWasTaken_IsAmbiguousAndMayBeWritten(t *testing.T) {
	h := mustOpenHeld(t)
	ctx, cancel := context.WithCancel(bg)
	out := h.send(ctx, put("a", "1"))
	<-h.arrived
	cancel()
	err := <-out
	if !errors.Is(err, context.Canceled) || !errors.Is(err, table.ErrAmbiguous) {
		t.Errorf("got %v, want both errors", err)
	}
	h.release <- struct{}{}
	second := h.send(bg, put("b", "1"))
	h.letGo()
	if err := <-second; err != nil {
		t.Fatal(err)
	}
	mustHold(t, h.Table, "a", "1")
}

func TestClose_WritesWhatWaits(t *testing.T) {
	dir := t.TempDir()
	h := &held{mustOpen(t, dir), make(chan struct{}), make(chan struct{})}
	h.beforeCommit = func() { h.arrived <- struct{}{}; <-h.release }
	first := h.send(bg, put("first", "1"))
	<-h.arrived
	var outs []outcome
	for i := range 20 {
		outs = append(outs, h.enqueue(t, i+1, put(fmt.Sprintf("%02d", i), "x")))
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	h.release <- struct{}{}
	h.letGo()
	wg.Wait()
	for _, out := range append(outs, first) {
		if err := <-out; err != nil {
			t.Error(err)
		}
	}
	b := mustOpen(t, dir)
	if p, err := b.Query(bg, table.Range{Table: table.State, PK: "p"}); err != nil || len(p.Items) != 21 {
		t.Errorf("%d items, %v", len(p.Items), err)
	}
}

func TestNotAfter_PassedWhileWaiting_WritesNothing(t *testing.T) {
	h := mustOpenHeld(t)
	now := noon()
	var mu sync.Mutex
	h.options.Clock = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	first := h.send(bg, put("first", "1"))
	<-h.arrived
	late, inTime := put("late", "1"), put("in time", "1")
	late.NotAfter, inTime.NotAfter = noon().Add(10*time.Second), noon().Add(20*time.Second)
	lateOut, inTimeOut := h.enqueue(t, 1, late), h.enqueue(t, 2, inTime)
	mu.Lock()
	now = noon().Add(20 * time.Second) // exactly NotAfter is not after it
	mu.Unlock()
	h.release <- struct{}{}
	h.letGo()
	if err := <-first; err != nil {
		t.Error(err)
	}
	if err := <-lateOut; !errors.Is(err, table.ErrExpired) {
		t.Errorf("got %v, want ErrExpired", err)
	}
	if err := <-inTimeOut; err != nil {
		t.Error(err)
	}
	if items, _, err := h.Get(bg, key("late")); err != nil || items[0].Version != 0 {
		t.Errorf("the late write is there: %+v, %v", items, err)
	}
}
