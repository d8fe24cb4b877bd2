package history

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/fairlead/fairlead/internal/channel"
)

// day is midnight UTC of a day of 2026.
func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }

func order(id string, at time.Time, booked channel.Period, amount int64) Entry {
	return Entry{Kind: KindOrder, ID: id, Booked: booked, Occurred: at, Order: &channel.Order{ID: channel.OrderID(id), Customer: "c", Amount: amount, Currency: "EUR"}}
}

func refund(id, of string, at time.Time, booked channel.Period, amount int64) Entry {
	return Entry{Kind: KindRefund, ID: id, Booked: booked, Occurred: at, Refund: &RefundEntry{Order: channel.OrderID(of), Amount: amount}}
}

func profile(id string, at time.Time, booked channel.Period, u channel.Upsert) Entry {
	return Entry{Kind: KindProfile, ID: "shop#" + id, EventID: channel.EventID(id), Source: "shop", Booked: booked, Occurred: at, Profile: &u}
}

func move(to channel.Owner, from time.Time, seq uint64) Move {
	return Move{Decision: channel.DecisionID(fmt.Sprintf("c~%d", seq)), From: from, Seq: seq, Booked: channel.Period(from.Format("2006-01")), Owner: to, Cause: ByDecision}
}

func left(id string, occurred, applied time.Time, seq uint64) Entry {
	return Entry{Kind: KindChurn, ID: id, Booked: channel.Period(applied.Format("2006-01")), Occurred: occurred, Applied: applied, Seq: seq}
}

const p1, p2, pod = channel.Owner("partner:p1"), channel.Owner("partner:p2"), channel.Owner("pod:north")

func TestFold_OrdersAreSortedWithTheirRefunds(t *testing.T) {
	h := Fold(Partition{Customer: "c", Entries: []Entry{
		refund("r2", "b", day(4, 2), "2026-04", 300), order("b", day(3, 2), "2026-03", 1000), order("c", day(3, 1), "2026-03", 500),
		refund("r1", "b", day(4, 2), "2026-04", 200), refund("r0", "b", day(5, 1), "2026-05", 100), order("a", day(3, 2), "2026-04", 700),
		refund("r9", "z", day(3, 9), "2026-03", 100),
	}}, "")
	var got []string
	for _, o := range h.Orders {
		line := string(o.ID)
		for _, r := range o.Refunds {
			line += " " + string(r.ID)
		}
		got = append(got, line)
	}
	if d := cmp.Diff([]string{"c", "a", "b r1 r2 r0"}, got); d != "" || h.Loose != 1 {
		t.Errorf("%d loose refunds %s", h.Loose, d)
	}
}

func TestFold_WhatIsBookedLaterIsNotThere(t *testing.T) {
	p := Partition{Customer: "c", Entries: []Entry{
		order("a", day(3, 1), "2026-03", 1000), refund("r", "a", day(3, 2), "2026-04", 100), // occurred in March, known in April
		order("b", day(3, 5), "2026-05", 1000),
		profile("e1", day(3, 1), "2026-04", channel.Upsert{Region: channel.Put("DE")}),
		{Kind: KindFeedback, ID: "f", Booked: "2026-04", Occurred: day(3, 3), Score: 5},
		left("x", day(3, 30), day(4, 2), 9),
	}, Moves: []Move{move(p1, day(3, 1), 1), move(pod, day(4, 1), 2)}}
	march, april, all := Fold(p, "2026-03"), Fold(p, "2026-04"), Fold(p, "")
	if len(march.Orders) != 1 || len(march.Orders[0].Refunds) != 0 || march.ProfileAt(day(3, 31)).Region != "" || len(march.Answers) != 0 || len(march.Churned) != 0 || march.OwnerAt(day(4, 3)) != p1 {
		t.Errorf("March knows what was booked later: %+v", march)
	}
	if len(april.Orders) != 1 || len(april.Orders[0].Refunds) != 1 || april.ProfileAt(day(3, 31)).Region != "DE" || len(april.Answers) != 1 || april.OwnerAt(day(4, 1)) != pod || april.OwnerAt(day(4, 2)) != channel.Nobody {
		t.Errorf("April: %+v", april)
	}
	if len(all.Orders) != 2 {
		t.Errorf("everything: %+v", all)
	}
}

func TestFold_ALateEntryReplacesItsStray(t *testing.T) {
	stray := order("a", day(3, 1), "2026-03", 1000)
	late := order("a", day(3, 1), "2026-04", 1000)
	late.Kind, late.ID, late.Replaces = KindLate, stray.SK(), stray.SK()
	later := late
	later.ID, later.Replaces, later.Booked = late.SK(), late.SK(), "2026-05"
	entries := []Entry{stray, late, refund("r", "a", day(3, 2), "2026-05", 100)}
	if h := Fold(Partition{Entries: entries}, "2026-03"); len(h.Orders) != 0 {
		t.Errorf("a stray counts in March, although no statement of March counted it: %+v", h.Orders)
	}
	h := Fold(Partition{Entries: entries}, "")
	if len(h.Orders) != 1 || h.Orders[0].Booked != "2026-04" || h.Orders[0].ID != "a" || len(h.Orders[0].Refunds) != 1 {
		t.Errorf("want the order once, booked in April: %+v", h.Orders)
	}
	h = Fold(Partition{Entries: append(entries, later)}, "")
	if len(h.Orders) != 1 || h.Orders[0].Booked != "2026-05" {
		t.Errorf("a late entry that was late itself: %+v", h.Orders)
	}
	lost := late
	lost.Replaces = "nonsense"
	if h := Fold(Partition{Entries: []Entry{lost}}, ""); len(h.Orders) != 0 {
		t.Errorf("a late entry of nothing counts: %+v", h.Orders)
	}
}

func TestFold_OwnershipIsHalfOpenAndSurvivesTies(t *testing.T) {
	h := Fold(Partition{Moves: []Move{
		move(pod, day(3, 10), 4), move(p1, day(3, 1), 1), move(p1, day(3, 5), 2), // the same owner: no move
		move(p2, day(3, 10), 3), // the same instant as the pod, committed before it
	}, Entries: []Entry{left("x", day(3, 19), day(3, 20), 5)}}, "")
	want := []Span{
		{Owner: p1, From: day(3, 1), Until: day(3, 10)},
		{Owner: p2, From: day(3, 10), Until: day(3, 10)},
		{Owner: pod, From: day(3, 10), Until: day(3, 20), Left: true},
	}
	if d := cmp.Diff(want, h.Spans, cmpopts.IgnoreFields(Span{}, "Move")); d != "" {
		t.Error(d)
	}
	for at, owner := range map[time.Time]channel.Owner{
		day(2, 28): "", day(3, 1): p1, day(3, 10).Add(-1): p1, day(3, 10): pod, day(3, 20).Add(-1): pod, day(3, 20): "", day(9, 1): "",
	} {
		if got := h.OwnerAt(at); got != owner {
			t.Errorf("%s: %q owns the customer, want %q", at, got, owner)
		}
	}
	if s, ok := h.LastMove(time.Time{}); !ok || s.Owner != pod {
		t.Errorf("the last move was to %q", s.Owner)
	}
	if s, ok := h.LastMove(day(3, 9)); !ok || s.Owner != p1 {
		t.Errorf("by 9 March the last move was to %q", s.Owner)
	}
	if _, ok := h.LastMove(day(2, 1)); ok {
		t.Error("a move before the first")
	}
	if got := h.FormerPartner(day(9, 1)); got != "p2" {
		t.Errorf("the partner that owned it last is %q", got)
	}
	if got := h.FormerPartner(day(2, 1)); got != "" {
		t.Errorf("before anybody owned it, the former partner is %q", got)
	}
}

func TestChurnedAt_UntilTheCustomerIsBack(t *testing.T) {
	moves := []Move{move(p1, day(3, 1), 1)}
	gone := []Entry{left("x", day(3, 28), day(4, 2), 2)}
	for name, c := range map[string]struct {
		p     Partition
		march bool // by the end of March
		may   bool
	}{
		"never":                          {Partition{Moves: moves}, false, false},
		"left, known later":              {Partition{Moves: moves, Entries: gone}, true, true},
		"moved before it was known":      {Partition{Moves: append(moves, move(p2, day(3, 29), 9)), Entries: gone}, true, true},
		"routed again":                   {Partition{Moves: append(moves, move(p2, day(4, 20), 3)), Entries: gone}, true, false},
		"routed again at that instant":   {Partition{Moves: append(moves, move(p2, day(4, 2), 3)), Entries: gone}, true, false},
		"ordered again":                  {Partition{Moves: moves, Entries: append(gone, order("a", day(4, 3), "2026-04", 100))}, true, false},
		"ordered again and took it back": {Partition{Moves: moves, Entries: append(gone, order("a", day(4, 3), "2026-04", 100), refund("r", "a", day(4, 4), "2026-04", 100))}, true, true},
		"ordered on the day":             {Partition{Moves: moves, Entries: append(gone, order("a", day(3, 28), "2026-03", 100))}, true, true},
	} {
		h := Fold(c.p, "")
		if got := h.ChurnedAt(day(3, 31)); got != c.march {
			t.Errorf("%s: churned in March %v", name, got)
		}
		if got := h.ChurnedAt(day(5, 31)); got != c.may {
			t.Errorf("%s: churned in May %v", name, got)
		}
	}
}

// TestFold_ArrivalOrderNeverMatters shuffles random partitions.
func TestFold_ArrivalOrderNeverMatters(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 300 {
		p := random(r, 30)
		upTo := channel.Period([]string{"", "2026-03", "2026-04"}[r.IntN(3)])
		want := Fold(p, upTo)
		q := Partition{Customer: p.Customer, Entries: append([]Entry(nil), p.Entries...), Moves: append([]Move(nil), p.Moves...)}
		r.Shuffle(len(q.Entries), func(i, j int) { q.Entries[i], q.Entries[j] = q.Entries[j], q.Entries[i] })
		r.Shuffle(len(q.Moves), func(i, j int) { q.Moves[i], q.Moves[j] = q.Moves[j], q.Moves[i] })
		if d := cmp.Diff(want, Fold(q, upTo), cmp.AllowUnexported(History{}, profileAt{}, churn{})); d != "" {
			t.Fatal(d)
		}
	}
}

// random is a partition whose facts often share an instant.
func random(r *rand.Rand, n int) Partition {
	p := Partition{Customer: "c"}
	owners := []channel.Owner{p1, p2, pod, ""}
	at := func() time.Time { return day(3, 1+r.IntN(20)) }
	booked := func() channel.Period { return []channel.Period{"2026-03", "2026-04", "2026-05"}[r.IntN(3)] }
	for i := range n {
		id := fmt.Sprintf("x%02d", i)
		switch r.IntN(6) {
		case 0, 1:
			p.Entries = append(p.Entries, order(id, at(), booked(), r.Int64N(1000)))
		case 2:
			p.Entries = append(p.Entries, refund(id, fmt.Sprintf("x%02d", r.IntN(n)), at(), booked(), r.Int64N(1000)))
		case 3:
			e := profile(id, at(), booked(), channel.Upsert{Region: channel.Put(id), SourcedBy: channel.Patch[channel.PartnerID]{Set: r.IntN(2) == 0, Value: channel.PartnerID(id[:r.IntN(2)*3])}})
			e.Seq = uint64(r.IntN(3))
			p.Entries = append(p.Entries, e)
		case 4:
			e := left(id, at(), at(), uint64(i))
			e.Booked = booked()
			p.Entries = append(p.Entries, e)
		case 5:
			m := move(owners[r.IntN(4)], at(), uint64(i))
			m.Booked = booked()
			p.Moves = append(p.Moves, m)
		}
	}
	return p
}
