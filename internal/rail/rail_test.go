package rail

import (
	"bytes"
	"encoding/csv"
	"testing"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/payout"
)

func TestWriteCSV_HasTheColumnsOfTheContractAndPlainAmounts(t *testing.T) {
	var b bytes.Buffer
	err := WriteCSV(&b, []Payment{
		{ID: "2026-03.p1.EUR.1", Partner: "p1", Period: "2026-03", Amount: money.Of(123456789, "EUR"), Statement: "p1/2026-03"},
		{ID: "2026-03.p2.JPY.1", Partner: "p2", Period: "2026-03", Amount: money.Of(5000, "JPY"), Statement: "p2/2026-03"},
	})
	want := "payment_id,partner_id,period,amount,currency,statement\n" +
		"2026-03.p1.EUR.1,p1,2026-03,1234567.89,EUR,p1/2026-03\n" +
		"2026-03.p2.JPY.1,p2,2026-03,5000,JPY,p2/2026-03\n"
	if err != nil || b.String() != want {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

func TestWriteCSV_AnIdThatLooksLikeAFormulaIsText(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCSV(&b, []Payment{{ID: "2026-03.-2:9.EUR.1", Partner: "-2:9", Period: "2026-03", Amount: money.Of(1, "EUR"), Statement: "-2:9/2026-03"}}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || rows[1][1] != "'-2:9" || rows[1][5] != "'-2:9/2026-03" || rows[1][0] != "2026-03.-2:9.EUR.1" {
		t.Errorf("%q, %v", rows, err)
	}
	for text, want := range map[string]string{"": "", "a-b": "a-b", "=1": "'=1", "+1": "'+1", "@x": "'@x", "\tx": "'\tx", "Über": "Über"} {
		if got := Cell(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestSandbox_PaysAKeyOnceHoweverOftenItIsSubmitted(t *testing.T) {
	var s Sandbox
	a := payout.Attempt{Key: "k", Partner: "p1", Currency: "EUR", Minor: 5}
	if _, known := s.Lookup(a); known {
		t.Error("it knows a payment it never saw")
	}
	for range 3 {
		if got := s.Submit(a); got.Outcome != payout.Accepted {
			t.Errorf("answered %+v", got)
		}
	}
	if got, known := s.Lookup(a); !known || got.Outcome != payout.Accepted {
		t.Errorf("looked up %+v, %v", got, known)
	}
	if paid := s.Paid()["p1 EUR"]; paid != 5 {
		t.Errorf("paid %d", paid)
	}
}

func TestSandbox_MayTakeAPaymentAndLoseItsAnswer(t *testing.T) {
	s := Sandbox{Script: func(payout.Attempt, int) (bool, payout.Answer) { return true, payout.Answer{Outcome: payout.Lost} }}
	a := payout.Attempt{Key: "k", Partner: "p1", Currency: "EUR", Minor: 5}
	if got := s.Submit(a); got.Outcome != payout.Lost {
		t.Errorf("answered %+v", got)
	}
	if got, known := s.Lookup(a); !known || got.Outcome != payout.Accepted {
		t.Errorf("looked up %+v, %v", got, known)
	}
}

func TestFile_PutsAPaymentIntoTheFileAndKnowsIt(t *testing.T) {
	a := payout.Attempt{Key: "k", Partner: "p1", Currency: "EUR", Minor: 5}
	if got := (File{}).Submit(a); got.Outcome != payout.Out {
		t.Errorf("answered %+v", got)
	}
	if got, known := (File{}).Lookup(a); !known || got.Outcome != payout.Out {
		t.Errorf("looked up %+v, %v", got, known)
	}
}

func TestRails_TheProgrammeChoosesAmongThoseThatThereAre(t *testing.T) {
	for _, c := range []struct {
		rails        Rails
		name         string
		chosen, slug string
	}{
		{Embedded(), "", FileName, ""},
		{Embedded(), FileName, FileName, ""},
		{Embedded(), SandboxName, SandboxName, ""},
		{Of(FileName), "", FileName, ""},
		{Of(FileName), SandboxName, "", "rail_differs"},
		{Of(SandboxName), "", SandboxName, ""},
		{Of(SandboxName), FileName, "", "rail_differs"},
		{Of(""), "", "", "no_rail"},
		{nil, SandboxName, "", "no_rail"},
		{Rails{{Name: FileName}}, "", "", "no_rail"},
	} {
		got, err := c.rails.Choose(c.name)
		if got.Name != c.chosen || (c.slug == "") != (err == nil) || c.slug != "" && !fault.Is(err, c.slug) {
			t.Errorf("%q of %s: %q, %v", c.name, c.rails, got.Name, err)
		}
	}
}
