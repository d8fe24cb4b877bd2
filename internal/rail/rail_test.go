package rail

import (
	"bytes"
	"encoding/csv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
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
}

func payment(key string) Submission {
	return Submission{Attempt: payout.Attempt{Key: key, Partner: "p1", Currency: "EUR", Minor: 5},
		Payee: Payee{"p1", "One"}, Statement: "p1/2026-03"}
}

// one is the only answer of a call with one payment.
func one(t *testing.T, answers []payout.Answer, err error) payout.Answer {
	t.Helper()
	if len(answers) != 1 || err != nil {
		t.Fatalf("answered %+v, %v", answers, err)
	}
	return answers[0]
}

func TestSandbox_PaysAKeyOnceHoweverOftenItIsSubmitted(t *testing.T) {
	var s Sandbox
	batch := []Submission{payment("k"), payment("l")}
	answers, err := s.Lookup(t.Context(), batch[:1])
	if got := one(t, answers, err); got.Outcome != Unheard {
		t.Error("it knows a payment it never saw")
	}
	for range 3 {
		answers, err := s.Submit(t.Context(), batch)
		if err != nil || len(answers) != 2 || answers[0].Outcome != payout.Accepted || answers[1].Reference != "sandbox:l" {
			t.Errorf("answered %+v, %v", answers, err)
		}
	}
	answers, err = s.Lookup(t.Context(), batch[:1])
	if got := one(t, answers, err); got.Outcome != payout.Accepted {
		t.Errorf("looked up %+v", got)
	}
	if paid := s.Paid()["p1 EUR"]; paid != 10 {
		t.Errorf("paid %d", paid)
	}
}

func TestSandbox_MayTakeAPaymentAndLoseItsAnswer(t *testing.T) {
	s := Sandbox{Script: func(payout.Attempt, int) (bool, payout.Answer) { return true, payout.Answer{Outcome: payout.Lost} }}
	answers, err := s.Submit(t.Context(), []Submission{payment("k")})
	if got := one(t, answers, err); got.Outcome != payout.Lost {
		t.Errorf("answered %+v", got)
	}
	answers, err = s.Lookup(t.Context(), []Submission{payment("k")})
	if got := one(t, answers, err); got.Outcome != payout.Accepted {
		t.Errorf("looked up %+v", got)
	}
}

func TestFile_PutsAPaymentIntoTheFileAndKnowsIt(t *testing.T) {
	answers, err := File{}.Submit(t.Context(), []Submission{payment("k")})
	if got := one(t, answers, err); got.Outcome != payout.Out {
		t.Errorf("answered %+v", got)
	}
	answers, err = File{}.Lookup(t.Context(), []Submission{payment("k")})
	if got := one(t, answers, err); got.Outcome != payout.Out {
		t.Errorf("looked up %+v", got)
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

func TestEmbedded_HasARailForEveryNameThatMayBeNamed(t *testing.T) {
	var may, are []string
	for _, r := range channel.Rails() {
		may = append(may, r.Name)
	}
	for _, n := range Embedded() {
		are = append(are, n.Name)
	}
	if d := cmp.Diff(may, are); d != "" {
		t.Error(d)
	}
}
