package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/faulty"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
)

func newStore(t table.Table) *Store { return New(t, Options{Sleep: func(time.Duration) {}}) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v (%v)", err, fault.Of(err).Err)
	}
}

func ptr(n int64) *int64 { return &n }

func str(s string) *string { return &s }

func TestEntry_IsReadBackAsWritten(t *testing.T) {
	late := history.Entry{Kind: history.KindLate, ID: "x", Replaces: "F#2026-02#o#o9", Order: &channel.Order{ID: "o9", Customer: "c1", Amount: 5, Currency: "EUR"}}
	later := history.Entry{Kind: history.KindLate, ID: "y", Replaces: "F#2026-03#l#F#2026-02#o#o9", Order: late.Order} // a stray that was late itself
	entries := []history.Entry{
		{Kind: history.KindOrder, ID: "o1", Order: &channel.Order{ID: "o1", Customer: "c1", Amount: 12345, Currency: "EUR", Margin: ptr(-5), Discount: 7,
			Product: "kit \"a\"", Attributes: map[string]string{"k": "é"}}},
		{Kind: history.KindOrder, ID: "o0", Order: &channel.Order{ID: "o0", Customer: "c1", Currency: "JPY"}},
		{Kind: history.KindRefund, ID: "r1", Refund: &history.RefundEntry{Order: "o1", Amount: 45}},
		{Kind: history.KindFeedback, ID: "crm#f", Score: 4},
		{Kind: history.KindChurn, ID: "crm#c", Applied: noon.Add(time.Hour), Seq: 3},
		{Kind: history.KindProfile, ID: "crm#u", Profile: &channel.Upsert{Customer: "c1", Region: channel.Put("DE"), Segment: channel.Put(""),
			DeclaredValue: channel.Put(channel.Figure{Decimal: "7000.00", Currency: "EUR"}), Need: channel.Put(channel.Figure{Decimal: "3"}),
			ReferralValue: channel.Put(channel.Figure{}), SourcedBy: channel.Put(channel.PartnerID("p1")), Attributes: map[string]*string{"a": str("b"), "gone": nil}}},
		{Kind: history.KindProfile, ID: "crm#e", Profile: &channel.Upsert{Customer: "c1", EraseAll: true}},
		late, later,
	}
	s := newStore(table.NewMemory())
	b := &Batch{}
	for i := range entries {
		e := &entries[i]
		e.Booked, e.Source, e.EventID, e.Occurred = "2026-03", "crm", channel.EventID(fmt.Sprint("e", i)), noon
		b.PutEntry("c1", e, "2026-02")
	}
	must(t, s.Commit(ctx, b))
	f, err := s.Customer(ctx, "c1", "")
	must(t, err)
	byKey := map[string]history.Entry{}
	for _, e := range entries {
		byKey[e.SK()] = e
	}
	for _, got := range f.Partition.Entries {
		if d := cmp.Diff(byKey[got.SK()], got); d != "" {
			t.Errorf("%s: %s", got.SK(), d)
		}
	}
	if len(f.Partition.Entries) != len(entries) || len(f.Entries) != len(entries) {
		t.Fatalf("%d entries", len(f.Partition.Entries))
	}
	if f, err := s.Customer(ctx, "c1", "2026-02"); err != nil || len(f.Entries) != 0 {
		t.Fatalf("up to February there is nothing: %v, %v", f, err)
	}
}

func TestItems_ThatWriteThemselvesAreWrittenAsCanonicalWritesThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[ -~]{0,20}`), rapid.SampledFrom([]string{"é\"", "", "\xff"}))
		n := rapid.OneOf(rapid.Int64(), rapid.Just(int64(0)))
		at := rapid.SampledFrom([]time.Time{noon, noon.Add(time.Millisecond), noon.In(time.FixedZone("x", 3600)), {}, noon.AddDate(9000, 0, 0)})
		upsert := channel.Upsert{Region: channel.Put(text.Draw(t, "r")), Need: channel.Put(channel.Figure{Decimal: "7.00"}), Attributes: map[string]*string{"b": nil}}
		order := &Order{Amount: n.Draw(t, "a"), Currency: text.Draw(t, "cur"), Customer: channel.CustomerID(text.Draw(t, "c")), Entry: text.Draw(t, "e")}
		for range rapid.IntRange(0, 2).Draw(t, "refunds") {
			order.Refunds = append(order.Refunds, OrderRefund{Amount: n.Draw(t, "ra"), ID: channel.RefundID(text.Draw(t, "id")),
				Raw: &RawRefund{Amount: "1.50", Occurred: at.Draw(t, "at")}})
		}
		for _, v := range []selfWriter{
			Claim{Customer: channel.CustomerID(text.Draw(t, "c")), Entry: text.Draw(t, "e"), Hash: text.Draw(t, "h"), Received: at.Draw(t, "at"),
				Order: channel.OrderID(text.Draw(t, "o")), Outcome: channel.Applied, Type: channel.OrderCompleted,
				Fact: rapid.SampledFrom([]json.RawMessage{nil, []byte(`{"type":"<","data":{}}`), {}, []byte(`{`)}).Draw(t, "f")},
			order,
			entryBody{Amount: rapid.Ptr(n, true).Draw(t, "a"), Margin: rapid.Ptr(n, true).Draw(t, "m"), Discount: n.Draw(t, "d"), Product: text.Draw(t, "p"),
				Applied: rapid.Ptr(at, true).Draw(t, "applied"), Attributes: rapid.MapOfN(text, text, 0, 3).Draw(t, "attributes"), Score: rapid.Int().Draw(t, "score"),
				Profile: rapid.SampledFrom([]*profilePatch{nil, newPatch(&upsert)}).Draw(t, "profile"), Seq: rapid.Uint64().Draw(t, "seq"),
				Event: channel.EventID(text.Draw(t, "ev")), Occurred: at.Draw(t, "at"), Orig: "2026-01", Source: channel.Source(text.Draw(t, "s"))},
		} {
			got, failed := canonical(v)
			want, err := seal.Canonical(v)
			if (failed == nil) != (err == nil) || err == nil && !bytes.Equal(got, want) {
				t.Fatalf("got  %s (%v)\nwant %s (%v)", got, failed, want, err)
			}
		}
	})
}

func TestHead_KeepsEverythingButOldSpans(t *testing.T) {
	s := newStore(table.NewMemory())
	h := &Head{ID: "c1", State: "assigned", Tier: "base", Decision: "c1~0", Refused: []channel.PartnerID{"p9"}, Round: Round{Offers: 1},
		Profile: history.Profile{Region: "DE", DeclaredValue: channel.Figure{Decimal: "7.00", Currency: "EUR"}, Registered: "p1", RegisteredAt: noon},
		Value:   Value{Amount: 5, Currency: "EUR", Basis: "prior"}, Moved: &Moved{At: noon, First: true}, Referred: map[string]int64{"EUR": 4}}
	for i := range 12 {
		h.Move(channel.PartnerOwner(channel.PartnerID(fmt.Sprint("p", i))), noon.Add(time.Duration(i)*time.Hour), "c1~0")
	}
	b := &Batch{}
	b.PutHead(h)
	must(t, s.Commit(ctx, b))
	got, err := s.Head(ctx, "c1")
	must(t, err)
	if d := cmp.Diff(h, got, cmp.AllowUnexported(Head{})); d != "" || h.Version() != 1 {
		t.Fatal(d)
	}
	if len(got.Spans) != MaxSpans || got.Former != "p11" || !got.Since().Equal(noon.Add(11*time.Hour)) {
		t.Fatalf("got %+v", got)
	}
	got.Move(channel.Nobody, noon.Add(20*time.Hour), "c1~0")
	if got.Owner != "" || !got.LastFrom().Equal(noon.Add(20*time.Hour)) || !got.Since().IsZero() {
		t.Fatalf("after the end: %+v", got)
	}
}

func TestContent_OfAnySizeComesBackWhole(t *testing.T) {
	s := newStore(table.NewMemory())
	large, err := seal.Canonical(strings.Repeat("Grüße ", 200_000))
	must(t, err)
	for _, content := range [][]byte{[]byte(`{"a":1}`), large} {
		hash, err := s.PutContent(ctx, content)
		must(t, err)
		again, err := newStore(s.Table()).PutContent(ctx, content) // by another process
		must(t, err)
		got, err := s.Content(ctx, hash)
		must(t, err)
		if hash != again || hash != seal.Hash(content) || !bytes.Equal(got[0], content) {
			t.Fatalf("%d bytes came back as %d", len(content), len(got[0]))
		}
	}
}

func TestDirectory_ChangingOnePartnerWritesOnePart(t *testing.T) {
	s := newStore(table.NewMemory())
	var d channel.Directory
	for i := range 2000 {
		d.Partners = append(d.Partners, channel.Partner{ID: channel.PartnerID(fmt.Sprintf("p%04d", i)), Currency: "EUR", Capacity: -1, Status: channel.Active})
	}
	d.Pods = []channel.Pod{{ID: "north", Capacity: -1, Status: channel.Active}}
	first, err := s.PutDirectory(ctx, d)
	must(t, err)
	got, err := s.Directory(ctx, first)
	must(t, err)
	if diff := cmp.Diff(d, got); diff != "" {
		t.Fatal(diff)
	}
	count := &counting{Table: s.table}
	s.table = count
	d.Partners[7].Name = "changed"
	_, err = s.PutDirectory(ctx, d)
	must(t, err)
	if count.writes != 2 { // the part and the list of parts
		t.Fatalf("%d writes", count.writes)
	}
}

type counting struct {
	table.Table
	writes int
}

func (c *counting) Transact(ctx context.Context, tx table.Tx) (table.Result, error) {
	c.writes++
	return c.Table.Transact(ctx, tx)
}

func TestControl_PeriodsCloseInOrderAndBookForward(t *testing.T) {
	open := Control{}
	if !open.Open("1999-01") || open.FirstOpen() != "" || open.Book("2026-01") != "2026-01" {
		t.Fatal("before the first close every period is open")
	}
	c := Control{FirstClosed: "2026-01", Closed: "2026-02", Closing: "2026-03"}
	for p, want := range map[channel.Period]channel.Period{"2025-12": "2026-04", "2026-02": "2026-04", "2026-03": "2026-04", "2026-04": "2026-04", "2027-01": "2027-01"} {
		if got := c.Book(p); got != want {
			t.Errorf("%s is booked in %s, want %s", p, got, want)
		}
	}
	if c.State("2025-01") != "closed" || c.State("2026-03") != "closing" || c.State("2026-04") != "open" {
		t.Fatal("states")
	}
}

func TestControl_IsReadAgainWhenItsLeaseEnds(t *testing.T) {
	m := table.NewMemory()
	s := New(m, Options{Lease: 30 * time.Second})
	other := New(m, Options{Lease: 30 * time.Second})
	_, err := s.Control(ctx, noon)
	must(t, err)
	_, err = other.UpdateControl(ctx, noon, func(c Control, _ *Batch) (Control, error) { c.Closing = "2026-01"; return c, nil })
	must(t, err)
	for _, at := range []struct {
		after time.Duration
		want  channel.Period
	}{{30 * time.Second, ""}, {31 * time.Second, "2026-01"}} {
		c, err := s.Control(ctx, noon.Add(at.after))
		must(t, err)
		if c.Closing != at.want {
			t.Fatalf("after %s: %q, want %q", at.after, c.Closing, at.want)
		}
	}
}

func TestCommit_TriesAgainOnConflictsOnlyAndThenSaysTryAgain(t *testing.T) {
	f := faulty.Wrap(table.NewMemory(), faulty.Options{})
	var waited time.Duration
	s := New(f, Options{Sleep: func(d time.Duration) { waited += d }, Jitter: func() float64 { return 0.5 }})
	write := func() error {
		b := &Batch{}
		b.Set(WaitingKey("c1"), Waiting{Since: noon})
		return s.Commit(ctx, b)
	}
	for n := 1; n <= 4; n++ {
		f.FaultWrite(n, faulty.Conflict)
	}
	must(t, write())
	if f.Writes() != 5 || waited != 750*time.Millisecond {
		t.Fatalf("%d writes, waited %s", f.Writes(), waited)
	}
	for n := 6; n <= 10; n++ {
		f.FaultWrite(n, faulty.Throttled)
	}
	if err := write(); fault.Of(err).Kind != fault.Unavailable || f.Writes() != 10 {
		t.Fatalf("got %v after %d writes", err, f.Writes())
	}
	f.FaultWrite(11, faulty.Persisted)
	if err := write(); fault.Of(err).Kind != fault.Unavailable || !errors.Is(err, table.ErrAmbiguous) || f.Writes() != 11 {
		t.Fatalf("an unknown outcome is not for us to repeat: %v", err)
	}
	b := &Batch{}
	b.Take("partner:p1", 0, false)
	if err := s.Commit(ctx, b); AsRefused(err) == nil || f.Writes() != 12 {
		t.Fatalf("a failed condition is for whoever asked to decide again: %v after %d writes", err, f.Writes())
	}
}

func TestTake_GiveAndTakeInOneBatchIsNoChange(t *testing.T) {
	s := newStore(table.NewMemory())
	take := func(limit int64, exceed bool) error {
		b := &Batch{}
		b.Take("partner:p1", limit, exceed)
		return s.Commit(ctx, b)
	}
	if AsRefused(take(0, false)) == nil || take(1, false) != nil || AsRefused(take(1, false)) == nil || take(1, true) != nil {
		t.Fatal("the limit does not hold")
	}
	b := &Batch{}
	b.Release("partner:p1")
	b.Take("partner:p1", 1, false)
	must(t, s.Commit(ctx, b))
	if held, err := s.Held(ctx, "partner:p1", "pod:none"); err != nil || held[0] != 2 || held[1] != 0 {
		t.Fatalf("held %v, %v", held, err)
	}
}

func TestReplay_TellsAnotherBodyUnderTheSameKey(t *testing.T) {
	s := newStore(table.NewMemory())
	r := Request{Call: "POST /v1/x", Caller: "mia", Key: "k", Body: map[string]string{"a": "b"}}
	var got map[string]string
	if found, err := s.Replay(ctx, r, &got); found || err != nil {
		t.Fatal(found, err)
	}
	b := &Batch{}
	b.PutStoredAnswer(r, map[string]string{"done": "yes"})
	must(t, s.Commit(ctx, b))
	if found, err := s.Replay(ctx, r, &got); !found || err != nil || got["done"] != "yes" {
		t.Fatal(found, err, got)
	}
	r.Body = "other"
	if _, err := s.Replay(ctx, r, &got); !fault.Is(err, "key_reused") {
		t.Fatal(err)
	}
}
