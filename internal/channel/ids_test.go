package channel

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/internal/fault"
)

func TestParseID_TakesWhatAKeyMayHold(t *testing.T) {
	for _, s := range []string{"a", "Customer-1", "2026.03:x_y", strings.Repeat("x", 64), "-", "."} {
		if got, err := ParseID[CustomerID]("customerId", s); err != nil || string(got) != s {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"", " ", "a b", "a#b", "a~b", "a\x00", "a/b", "ä", "a\n", strings.Repeat("x", 65), "a;b", "a,b", "\xff"} {
		if got, err := ParseID[CustomerID]("customerId", s); !fault.Is(err, "invalid_id") || got != "" || fault.Of(err).Fields[0].Field != "customerId" {
			t.Errorf("%q: %q, %v; want it refused at customerId", s, got, err)
		}
	}
	if _, err := ParseEventID("id", strings.Repeat("x", 256)); err != nil {
		t.Error(err)
	}
	if _, err := ParseEventID("id", strings.Repeat("x", 257)); err == nil {
		t.Error("an event id may have 257 bytes")
	}
}

func TestOwner_IsAPartnerOrAPodOrNobody(t *testing.T) {
	p, err := ParseOwner("owner", "partner:p1")
	if id, ok := p.Partner(); err != nil || !ok || id != "p1" || p.Channel() != Partners || p != PartnerOwner("p1") {
		t.Errorf("partner:p1 is %q of %q, %v", id, p.Channel(), err)
	}
	o, err := ParseOwner("owner", "pod:north:1")
	if id, ok := o.Pod(); err != nil || !ok || id != "north:1" || o.Channel() != SalesForce || o != PodOwner("north:1") {
		t.Errorf("pod:north:1 is %q of %q, %v", id, o.Channel(), err)
	}
	if _, ok := o.Partner(); ok {
		t.Error("a pod is a partner")
	}
	if Nobody.Channel() != "" {
		t.Error("nobody has a channel")
	}
	for _, s := range []string{"", "p1", "partner:", "pod:", "Partner:p1", "team:x", "partner:a b", "partner", "pod:" + strings.Repeat("x", 65)} {
		if got, err := ParseOwner("owner", s); err == nil {
			t.Errorf("%q is the owner %q", s, got)
		}
	}
}

func FuzzParseOwner(f *testing.F) {
	for _, s := range []string{"partner:p1", "pod:north", "", "partner:", ":"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, err := ParseOwner("owner", s)
		if err != nil {
			return
		}
		_, partner := o.Partner()
		_, pod := o.Pod()
		if string(o) != s || partner == pod || o.Channel() == "" || strings.ContainsAny(s, "#~\x00") {
			t.Errorf("%q is taken as %q", s, o)
		}
	})
}
