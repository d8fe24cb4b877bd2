package bolt

import (
	"errors"
	"math"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/fairlead/fairlead/internal/table"
)

// A panic while one transaction is decided is that one's alone.
func TestPanic_InOneTransaction_FailsItAlone(t *testing.T) {
	h := mustOpenHeld(t)
	var calls atomic.Int32
	h.options.Clock = func() time.Time {
		if calls.Add(1) > 1 { // the first call is the caller's own, before it queues
			panic("the clock stopped")
		}
		return noon()
	}
	first := h.send(bg, put("first", "1"))
	<-h.arrived
	before := h.enqueue(t, 1, put("before", "1"))
	bad := put("bad", "1")
	bad.NotAfter = noon()
	badOut := h.enqueue(t, 2, bad)
	after := h.enqueue(t, 3, put("after", "1"))
	h.release <- struct{}{}
	h.letGo()
	for _, out := range []outcome{first, before, after} {
		if err := <-out; err != nil {
			t.Error(err)
		}
	}
	mustFail(t, <-badOut, "internal")
	if items, _, err := h.Get(bg, key("bad")); err != nil || items[0].Version != 0 {
		t.Errorf("it was written: %+v, %v", items, err)
	}
}

// A panic in the committer answers the whole group, the refused ones too, and
// everyone after it; what was committed before stays readable and whole.
func TestPanic_InTheCommitter_AnswersEverybody(t *testing.T) {
	h := mustOpenHeld(t)
	var commits atomic.Int32
	hold := h.beforeCommit
	h.beforeCommit = func() {
		if commits.Add(1) > 1 {
			panic("page 7: out of paper")
		}
		hold()
	}
	first := h.send(bg, put("first", "1"))
	<-h.arrived
	refused := put("refused", "1")
	refused.Ops[0].If = table.Cond{Kind: table.VersionIs, Want: 9}
	outs := []outcome{h.enqueue(t, 1, put("a", "1")), h.enqueue(t, 2, refused), h.enqueue(t, 3, put("b", "1"))}
	h.release <- struct{}{}
	if err := <-first; err != nil {
		t.Error(err)
	}
	for _, out := range outs {
		err := <-out
		mustFail(t, err, "storage_failed", h.dir, "page 7: out of paper")
		if errors.Is(err, table.ErrAmbiguous) {
			t.Error("nothing was written, and that is certain")
		}
	}
	_, err := h.Transact(bg, put("c", "1"))
	mustFail(t, err, "storage_failed", h.dir)
	mustHold(t, h.Table, "first", "1")
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	b := mustOpen(t, h.dir)
	mustHold(t, b, "first", "1")
	mustPut(t, b, "c", "1")
	mustBeSound(t, b)
}

// When the root of the file was written but its sync failed, the write is
// ambiguous, and the store takes no more.
func TestCommit_FailedAfterItsRoot_IsAmbiguousAndTheLast(t *testing.T) {
	b := mustOpen(t, t.TempDir())
	mustPut(t, b, "a", "1")
	var id uint64
	if err := b.db.View(func(tx *bbolt.Tx) error { id = uint64(tx.ID()); return nil }); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("input/output error")
	mustFail(t, b.afterFailedCommit(id+1, cause), "storage_failed", "input/output error")
	mustPut(t, b, "a", "2") // the earlier state stands, and may be written on
	err := b.afterFailedCommit(id+1, cause)
	mustFail(t, err, "storage_failed", b.dir)
	if !errors.Is(err, table.ErrAmbiguous) {
		t.Errorf("%v is not ambiguous", err)
	}
	_, err = b.Transact(bg, put("a", "3"))
	mustFail(t, err, "storage_failed", "until it is opened again")
	mustHold(t, b, "a", "2")
}

func TestDamagedItem_IsAnErrorAndNotAPanic(t *testing.T) {
	b := mustOpen(t, t.TempDir())
	mustPut(t, b, "sound", "1")
	for sk, value := range map[string][]byte{"empty": {}, "version": {0x80}, "zero": {0, 0}, "number": {1, 0x80}} {
		if err := b.db.Update(func(tx *bbolt.Tx) error {
			return tx.Bucket(stateBucket).Put(encodeKey(key(sk)), value)
		}); err != nil {
			t.Fatal(err)
		}
		_, _, err := b.Get(bg, key(sk))
		mustFail(t, err, "damaged_item", sk)
		_, err = b.Transact(bg, put(sk, "2"))
		mustFail(t, err, "damaged_item", sk)
	}
	_, err := b.Query(bg, table.Range{Table: table.State, PK: "p"})
	mustFail(t, err, "damaged_item")
	mustPut(t, b, "sound", "2")
}

func TestAdd_ThatWouldOverflow_WritesNothing(t *testing.T) {
	b := mustOpen(t, t.TempDir())
	most := table.Tx{Ops: []table.Op{{Kind: table.Put, Key: key("n"), N: math.MaxInt64}}}
	if _, err := b.Transact(bg, most); err != nil {
		t.Fatal(err)
	}
	_, err := b.Transact(bg, table.Tx{Ops: []table.Op{{Kind: table.Put, Key: key("m")}, {Kind: table.Add, Key: key("n"), Delta: 1}}})
	mustFail(t, err, "number_overflow")
	if items, _, err := b.Get(bg, key("n"), key("m")); err != nil || items[0].N != math.MaxInt64 || items[1].Version != 0 {
		t.Errorf("got %+v, %v", items, err)
	}
}

// mustBeSound runs bbolt's own check of the whole file.
func mustBeSound(t *testing.T, b *Table) {
	t.Helper()
	if err := b.db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Error(filepath.Base(b.dir), err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
