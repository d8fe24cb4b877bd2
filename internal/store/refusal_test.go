package store

import (
	"context"
	"errors"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/table"
)

func TestRefusal_SaysByNounWhatStoodInTheWay(t *testing.T) {
	s := newStore(table.NewMemory())
	entry := &history.Entry{Kind: history.KindFeedback, ID: "crm#e1", Booked: "2026-03", Occurred: noon, Source: "crm", EventID: "e1"}
	all := map[string]func(b *Batch){
		"claim":    func(b *Batch) { b.PutClaim("crm", "e1", Claim{Hash: "h", Outcome: channel.Applied, Received: noon}) },
		"order":    func(b *Batch) { b.PutOrder(&Loaded[Order]{Value: Order{ID: "o1", Customer: "c1"}}) },
		"head":     func(b *Batch) { b.PutHead(&Head{ID: "c1"}) },
		"entry":    func(b *Batch) { b.PutEntry("c1", entry, "2026-03") },
		"capacity": func(b *Batch) { b.Take("partner:p1", 1, false) },
	}
	for name, put := range all {
		b := &Batch{}
		put(b)
		if err := s.Commit(ctx, b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for _, beside := range []bool{false, true} {
		for name, put := range all {
			b := &Batch{}
			if beside { // what is not refused is not named
				b.PutHead(&Head{ID: "c2"})
			}
			put(b)
			r := RefusalOf(s.Commit(ctx, b))
			if r == nil {
				t.Fatalf("%s was not refused", name)
			}
			c, claimed, err := r.Claim()
			must(t, err)
			o, err := r.Order()
			must(t, err)
			if claimed != (name == "claim") || claimed && c.Hash != "h" {
				t.Errorf("%s: the claim is %t %+v", name, claimed, c)
			}
			if o.Exists() != (name == "order") || o.Exists() && (o.Value.ID != "o1" || o.Value.Customer != "c1" || o.Version() != 1) {
				t.Errorf("%s: the order is %+v", name, o)
			}
			if r.Head() != (name == "head") || r.OnlyEntry() != (name == "entry") || r.OnlyFull() != (name == "capacity") {
				t.Errorf("%s: head %t, entry %t, full %t", name, r.Head(), r.OnlyEntry(), r.OnlyFull())
			}
		}
	}
}

func TestRefusal_OfMoreThanRoom_IsNotOnlyOfRoom(t *testing.T) {
	s := newStore(table.NewMemory())
	put := func() error {
		b := &Batch{}
		b.Take("partner:p1", 1, false)
		b.PutHead(&Head{ID: "c1"})
		return s.Commit(ctx, b)
	}
	must(t, put())
	if r := RefusalOf(put()); r == nil || r.OnlyFull() || !r.Head() {
		t.Errorf("%+v", r)
	}
}

// bare is a table that says of what is not there nothing at all, as the port has it.
type bare struct{ table.Table }

func (b bare) Transact(ctx context.Context, tx table.Tx) (table.Result, error) {
	out, err := b.Table.Transact(ctx, tx)
	var r *table.Refused
	if errors.As(err, &r) {
		for i := range r.Refusals {
			if r.Refusals[i].Standing.Version == 0 {
				r.Refusals[i].Standing = table.Item{}
			}
		}
	}
	return out, err
}

func TestRefusal_OfRoomAtAnOwnerThatNeverHadAny_IsOfRoom(t *testing.T) {
	b := &Batch{}
	b.Take("partner:p1", 0, false) // nothing stands under its counter
	if r := RefusalOf(newStore(bare{table.NewMemory()}).Commit(ctx, b)); r == nil || !r.OnlyFull() {
		t.Errorf("%+v", r)
	}
}

// TestSaved_HasItsNewVersionOnceItStands_AndNoneBefore: who saves a thing twice
// in a row replaces what it saved itself, and who was refused read it too long ago.
func TestSaved_HasItsNewVersionOnceItStands_AndNoneBefore(t *testing.T) {
	s := newStore(table.NewMemory())
	h, o, n := &Head{ID: "c1"}, &Loaded[Order]{Value: Order{ID: "o1"}}, &Loaded[Night]{}
	saves := map[string]struct {
		save    func() error
		version func() uint64
	}{
		"head":  {func() error { b := &Batch{}; b.PutHead(h); return s.Commit(ctx, b) }, h.Version},
		"order": {func() error { b := &Batch{}; b.PutOrder(o); return s.Commit(ctx, b) }, o.Version},
		"note":  {func() error { return s.PutNight(ctx, n) }, n.Version},
	}
	for name, c := range saves {
		for want := range uint64(3) {
			if got := c.version(); got != want {
				t.Fatalf("%s has version %d, want %d", name, got, want)
			}
			must(t, c.save())
		}
	}
	old, err := s.Head(ctx, "c1")
	must(t, err)
	must(t, saves["head"].save())
	b := &Batch{}
	b.PutHead(old)
	if err := s.Commit(ctx, b); !IsRefused(err) || old.Version() != 3 {
		t.Errorf("%v, and its version is %d", err, old.Version())
	}
	broken := errors.New("broken")
	b = &Batch{err: broken}
	b.PutHead(h)
	if err := s.Commit(ctx, b); !errors.Is(err, broken) || h.Version() != 4 {
		t.Errorf("%v, and its version is %d", err, h.Version())
	}
}
