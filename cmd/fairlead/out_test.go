package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

func TestMoney_SetsThousandsApartAndNamesItsCurrency(t *testing.T) {
	for in, want := range map[[2]string]string{
		{"0.00", "EUR"}: "0.00 EUR", {"1234567.89", "EUR"}: "1,234,567.89 EUR", {"-1000", "JPY"}: "-1,000 JPY",
		{"999.5", ""}: "999.5", {"", "EUR"}: "", {"-0.01", "EUR"}: "-0.01 EUR", {"100000", "JPY"}: "100,000 JPY",
		{"92233720368547758.07", "EUR"}: "92,233,720,368,547,758.07 EUR", {"none", "EUR"}: "none EUR",
	} {
		if got := money(in[0], in[1]); got != want {
			t.Errorf("%v: %q, want %q", in, got, want)
		}
	}
}

func TestGrid_AlignsColumnsByWhatPeopleSee(t *testing.T) {
	g := grid{head: []string{"NAME", "SUM"}, right: []int{1}}
	g.add("Müller", "1.00")
	g.add("Al", "1,200.00")
	var out bytes.Buffer
	g.write(&out)
	if want := "NAME         SUM\nMüller      1.00\nAl      1,200.00\n"; out.String() != want {
		t.Errorf("\n%s", out.String())
	}
}

func TestVerdict_IsASentenceForEveryState(t *testing.T) {
	until := time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)
	north := channel.PodOwner("north")
	offer := &wire.OfferRef{ID: "o1", PartnerID: "p1", ExpiresAt: until}
	for _, c := range []struct {
		d    wire.Decision
		want string
	}{
		{wire.Decision{State: "offered", Offer: offer}, "c1 is offered to partner p1, who may answer until 2026-03-04 10:00 UTC."},
		{wire.Decision{State: "assigned", Owner: &north}, "c1 is served by pod north."},
		{wire.Decision{State: "assigned", Owner: &north, Preview: true}, "Now, c1 is served by pod north."},
		{wire.Decision{State: "waiting"}, "c1 waits: nobody can take it now."},
		{wire.Decision{State: "refused", Offer: offer}, "The offer of c1 to partner p1 was refused."},
		{wire.Decision{State: "declined", Decline: &wire.Decline{Message: "Sorry.", ReferTo: "https://x.example", ReconsiderAfterDays: 1}},
			"c1 is declined. We say: Sorry. We refer to https://x.example. We look again after 1 day."},
	} {
		c.d.CustomerID = "c1"
		if got := verdict(c.d); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestRejects_CarryTheLinesThemselvesHoweverLong(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("x", 3*maxText)
	source := filepath.Join(dir, "orders.csv")
	if err := os.WriteFile(source, []byte("a,b\r\n1,2\r\n\"bad,\n"+long+"\nlast"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &rejects{source: source, path: rejectsPath(source)}
	for i, line := range []int{3, 4, 5} {
		bad := wire.ImportReject{Line: line, Outcome: []channel.Outcome{"rejected", "conflict", "rejected"}[i], Field: "b", Message: "no, \"really\""}
		if err := r.add(bad); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.finish(); err != nil {
		t.Fatal(err)
	}
	r.abandon()
	got, _ := os.ReadFile(filepath.Join(dir, "orders.rejects.csv"))
	want := "line,column,reason,raw\n" +
		`3,b,"no, ""really""","""bad,"` + "\n" +
		`4,b,"conflict: no, ""really""",` + long[:maxText] + "\n" +
		`5,b,"no, ""really""",last` + "\n"
	if string(got) != want {
		t.Errorf("%.200s", got)
	}
	clean := &rejects{source: source, path: rejectsPath(source)}
	if err := clean.finish(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*rejects*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestMeter_IsSilentInAPipeAndForShortWork(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	s := &session{machine: &machine{err: &out, clock: func() time.Time { return now }}, ctx: context.Background()}
	s.meter("work", false).set(1, 2) // no terminal: a nil meter
	s.tty = true
	m := s.meter("work", false)
	m.set(1, 100)
	now = now.Add(patience - time.Millisecond)
	m.set(50, 100)
	if out.Len() > 0 {
		t.Errorf("short work shows %q", out.String())
	}
	now = now.Add(time.Millisecond)
	m.set(60, 100)
	m.done()
	if !strings.Contains(out.String(), "work") {
		t.Errorf("long work shows %q", out.String())
	}
}

func TestKeyArgs_LeaveOutWhereAndHow(t *testing.T) {
	s := &session{args: strings.Fields("--data x route c1 -o json --output=text --user ann --server=http://y -ojson")}
	if got := fmt.Sprint(s.keyArgs()); got != "[route c1 --user ann]" {
		t.Error(got)
	}
}

func TestPlural_IsEnglish(t *testing.T) {
	for want, got := range map[string]string{
		"1 day": plural(1, "day"), "180 days": plural(180, "day"), "2 entries": plural(2, "entry"), "1,000 lines": plural(1000, "line"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
