package history

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
)

func text(s string) *string { return &s }

func TestProfileAt_AbsentLeavesNullErases(t *testing.T) {
	h := Fold(Partition{Entries: []Entry{
		profile("e3", day(3, 3), "2026-03", channel.Upsert{Region: channel.Put(""), Attributes: map[string]*string{"a": nil, "c": text("3")}}),
		profile("e1", day(3, 1), "2026-03", channel.Upsert{Region: channel.Put("DE"), Segment: channel.Put("smb"), Currency: channel.Put("EUR"),
			DeclaredValue: channel.Put(channel.Figure{Decimal: "7000.00", Currency: "EUR"}), ReferredBy: channel.Put(channel.CustomerID("c9")), Attributes: map[string]*string{"a": text("1"), "b": text("2")}}),
		profile("e4", day(3, 4), "2026-03", channel.Upsert{EraseAll: true, DeclaredValue: channel.Put(channel.Figure{})}),
	}}, "")
	first := Profile{Region: "DE", Segment: "smb", Currency: "EUR", DeclaredValue: channel.Figure{Decimal: "7000.00", Currency: "EUR"}, ReferredBy: "c9", Attributes: map[string]string{"a": "1", "b": "2"}}
	third := first
	third.Region, third.Attributes = "", map[string]string{"b": "2", "c": "3"}
	fourth := third
	fourth.Attributes, fourth.DeclaredValue = nil, channel.Figure{}
	for at, want := range map[time.Time]Profile{
		day(2, 1): {}, day(3, 1): first, day(3, 3).Add(-1): first, day(3, 3): third, day(3, 4): fourth, day(9, 1): fourth,
	} {
		if d := cmp.Diff(want, h.ProfileAt(at)); d != "" {
			t.Errorf("%s: %s", at, d)
		}
	}
	if d := cmp.Diff(fourth, h.Profile()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(Profile{}, Fold(Partition{}, "").Profile()); d != "" {
		t.Error(d)
	}
}

func TestProfile_ChangesOfOneInstant(t *testing.T) {
	region := func(id, value string, seq uint64) Entry {
		e := profile(id, day(3, 1), "2026-03", channel.Upsert{Region: channel.Put(value)})
		e.Seq = seq
		return e
	}
	h := Fold(Partition{Entries: []Entry{region("b", "stated b", 0), region("a", "stated a", 0)}}, "")
	if got := h.Profile().Region; got != "stated b" {
		t.Errorf("stated at one instant: %q counts, want the one with the last id", got)
	}
	h = Fold(Partition{Entries: []Entry{region("c", "assumed 9", 9), region("z", "stated z", 0), region("a", "assumed 12", 12)}}, "")
	if got := h.Profile().Region; got != "assumed 12" {
		t.Errorf("assumed at one instant: %q counts, want the one that came last", got)
	}
}

func TestRegistration_TheFirstOneWhileNobodyOwnsTheCustomerCounts(t *testing.T) {
	sourced := func(id string, d int, by channel.PartnerID) Entry {
		return profile(id, day(3, d), "2026-03", channel.Upsert{SourcedBy: channel.Put(by)})
	}
	for name, c := range map[string]struct {
		p    Partition
		by   channel.PartnerID
		at   int // day of March
		last channel.PartnerID
	}{
		"once":                    {Partition{Entries: []Entry{sourced("a", 2, "p1")}}, "p1", 2, "p1"},
		"twice":                   {Partition{Entries: []Entry{sourced("b", 5, "p2"), sourced("a", 2, "p1")}}, "p1", 2, "p2"},
		"while somebody owns it":  {Partition{Entries: []Entry{sourced("a", 2, "p1")}, Moves: []Move{move(pod, day(3, 1), 1)}}, "", 0, "p1"},
		"again after it left":     {Partition{Entries: []Entry{sourced("a", 2, "p1"), left("x", day(3, 4), day(3, 4), 2), sourced("b", 5, "p2")}, Moves: []Move{move(pod, day(3, 1), 1)}}, "p2", 5, "p2"},
		"kept through ownership":  {Partition{Entries: []Entry{sourced("a", 2, "p1"), sourced("b", 5, "p2")}, Moves: []Move{move(pod, day(3, 3), 1)}}, "p1", 2, "p2"},
		"erased":                  {Partition{Entries: []Entry{sourced("a", 2, "p1"), sourced("b", 5, "")}}, "", 0, ""},
		"erased, then registered": {Partition{Entries: []Entry{sourced("a", 2, "p1"), sourced("b", 5, ""), sourced("c", 7, "p2")}}, "p2", 7, "p2"},
	} {
		got := Fold(c.p, "").Profile()
		want := time.Time{}
		if c.at > 0 {
			want = day(3, c.at)
		}
		if got.Registered != c.by || !got.RegisteredAt.Equal(want) || got.SourcedBy != c.last {
			t.Errorf("%s: registered by %q at %s, sourced by %q", name, got.Registered, got.RegisteredAt, got.SourcedBy)
		}
	}
}

func TestWorth_IsInTheCurrencyOfItsTime(t *testing.T) {
	declared := channel.Upsert{DeclaredValue: channel.Put(channel.Figure{Decimal: "100.50"})}
	euro, yen := channel.Upsert{Currency: channel.Put("EUR")}, channel.Upsert{Currency: channel.Put("JPY")}
	for name, c := range map[string]struct {
		entries []Entry
		want    money.Amount
		fails   bool
	}{
		"nobody said":               {[]Entry{profile("a", day(3, 1), "", declared)}, money.Of(10050, "USD"), false},
		"said before":               {[]Entry{profile("b", day(3, 2), "", declared), profile("a", day(3, 1), "", euro)}, money.Of(10050, "EUR"), false},
		"changed after":             {[]Entry{profile("b", day(3, 2), "", declared), profile("a", day(3, 1), "", euro), profile("c", day(3, 3), "", yen)}, money.Of(10050, "EUR"), false},
		"said after":                {[]Entry{profile("a", day(3, 1), "", declared), profile("b", day(3, 2), "", euro)}, money.Of(10050, "EUR"), false},
		"does not fit what is said": {[]Entry{profile("a", day(3, 1), "", yen), profile("b", day(3, 2), "", declared)}, money.Amount{}, true},
		"none":                      {[]Entry{profile("a", day(3, 1), "", euro)}, money.Of(0, "EUR"), false},
	} {
		p := Fold(Partition{Entries: c.entries}, "").Profile()
		got, err := p.Worth("declaredValue", p.DeclaredValue, "USD")
		if c.fails {
			if !fault.Is(err, "invalid_amount") {
				t.Errorf("%s: %v, %v; want it refused", name, got, err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %v, %v; want %v", name, got, err, c.want)
		}
	}
}

func TestApply_LeavesTheOldProfileAlone(t *testing.T) {
	old := Profile{Attributes: map[string]string{"a": "1"}}
	_ = old.Apply(&channel.Upsert{Attributes: map[string]*string{"a": nil, "b": text("2")}})
	if d := cmp.Diff(Profile{Attributes: map[string]string{"a": "1"}}, old); d != "" {
		t.Error(d)
	}
}
