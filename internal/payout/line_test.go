package payout

import (
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/ledger"
)

var at = time.Date(2026, 4, 6, 9, 0, 0, 0, time.UTC)

func due(partner channel.PartnerID, payable int64) Line {
	return NewLine(Due{Partner: partner, Period: "2026-03", Currency: "EUR", Earned: payable, Payable: payable}, 1)
}

func TestNewLine_SaysWhyNothingIsPaid(t *testing.T) {
	for _, c := range []struct {
		payable, closing int64
		state            LineState
		reason           string
	}{
		{100, 0, Open, ""},
		{100, -5, Open, ""}, // cannot be, but what a statement orders is paid
		{0, -5, Carried, Negative},
		{0, 2499, Carried, BelowMinimum},
		{0, 0, Carried, NothingDue},
	} {
		l := NewLine(Due{Partner: "p1", Period: "2026-03", Currency: "EUR", Payable: c.payable, Closing: c.closing}, 1)
		if l.State != c.state || l.Reason != c.reason {
			t.Errorf("payable %d, closing %d: %s %q", c.payable, c.closing, l.State, l.Reason)
		}
	}
}

// in is a line of 100.00 EUR that was brought into a state.
func in(t *testing.T, s LineState) Line {
	t.Helper()
	l := due("p1", 10000)
	switch s {
	case Open:
		return l
	case Carried:
		return due("p1", 0)
	}
	l, _, _, err := l.Reserve("bank", at)
	if err != nil {
		t.Fatal(err)
	}
	if s == Reserved {
		return l
	}
	if l, err = l.Submit(); err != nil {
		t.Fatal(err)
	}
	outcome, ok := map[LineState]Outcome{Paid: Accepted, Rejected: Refused, Unknown: Lost, Exported: Out}[s]
	if !ok {
		return l
	}
	if l, _, err = l.Answered(Answer{Outcome: outcome}, at); err != nil {
		t.Fatal(err)
	}
	return l
}

var lineStates = []LineState{Open, Reserved, Submitted, Unknown, Exported, Paid, Rejected, Carried}

// The whole machine: what each step makes of each state; "" is refused.
func TestLine_EveryStepFromEveryState(t *testing.T) {
	steps := []struct {
		name string
		do   func(Line) (Line, error)
		to   map[LineState]LineState
	}{
		{"reserve", func(l Line) (Line, error) { l, _, _, err := l.Reserve("bank", at); return l, err },
			map[LineState]LineState{Open: Reserved, Rejected: Reserved}},
		{"submit", Line.Submit,
			map[LineState]LineState{Reserved: Submitted}},
		{"accepted", func(l Line) (Line, error) { l, _, err := l.Answered(Answer{Outcome: Accepted}, at); return l, err },
			map[LineState]LineState{Submitted: Paid, Unknown: Paid}},
		{"rejected", func(l Line) (Line, error) { l, _, err := l.Answered(Answer{Outcome: Refused}, at); return l, err },
			map[LineState]LineState{Submitted: Rejected, Unknown: Rejected}},
		{"lost", func(l Line) (Line, error) { l, _, err := l.Answered(Answer{Outcome: Lost}, at); return l, err },
			map[LineState]LineState{Submitted: Unknown, Unknown: Unknown}},
		{"exported", func(l Line) (Line, error) { l, _, err := l.Answered(Answer{Outcome: Out}, at); return l, err },
			map[LineState]LineState{Submitted: Exported, Unknown: Exported}},
		{"confirm", func(l Line) (Line, error) { l, _, err := l.Confirm("ben", at); return l, err },
			map[LineState]LineState{Exported: Paid}},
	}
	for _, step := range steps {
		for _, from := range lineStates {
			before := in(t, from)
			after, err := step.do(before)
			want, ok := step.to[from]
			switch {
			case ok && (err != nil || after.State != want):
				t.Errorf("%s of %s: %s, %v, want %s", step.name, from, after.State, err, want)
			case !ok && (!fault.Is(err, "line_state") || after != before):
				t.Errorf("%s of %s: %s, %v, want it refused and unchanged", step.name, from, after.State, err)
			}
		}
	}
}

func TestLine_ARejectionVoidsItsAttemptAndTheNextHasAnotherKey(t *testing.T) {
	l, first, pending, err := due("p1", 10000).Reserve("bank", at)
	if err != nil {
		t.Fatal(err)
	}
	if first.Key != "2026-03.p1.EUR.1" || !pending.Pending || pending.Minor != 10000 || pending.Debit != ledger.Owed("p1") || pending.Cause != first.Key {
		t.Errorf("attempt %+v, transfer %+v", first, pending)
	}
	if l, err = l.Submit(); err != nil {
		t.Fatal(err)
	}
	l, end, err := l.Answered(Answer{Outcome: Refused, Message: "account closed"}, at)
	if err != nil || end.Post || end.Pending != pending.ID || l.Message != "account closed" {
		t.Fatalf("line %+v, resolution %+v, %v", l, end, err)
	}
	l, second, again, err := l.Reserve("bank", at)
	if err != nil || second.Key != "2026-03.p1.EUR.2" || again.ID == pending.ID || l.Message != "" {
		t.Errorf("line %+v, attempt %+v, transfer %+v, %v", l, second, again, err)
	}
}

func TestLine_AnUnknownOutcomeKeepsItsKey(t *testing.T) {
	l := in(t, Unknown)
	if l.PaymentID != "2026-03.p1.EUR.1" || l.Attempts != 1 {
		t.Fatalf("line %+v", l)
	}
	l, end, err := l.Answered(Answer{Outcome: Accepted, Reference: "B7"}, at)
	if err != nil || !end.Post || l.PaymentID != "2026-03.p1.EUR.1" || l.Reference != "B7" || !l.PaidAt.Equal(at) {
		t.Errorf("line %+v, resolution %+v, %v", l, end, err)
	}
}

func TestLine_AnAnswerNobodyKnowsIsOurMistake(t *testing.T) {
	if _, _, err := in(t, Submitted).Answered(Answer{Outcome: "maybe"}, at); fault.Of(err).Kind != fault.Internal {
		t.Errorf("got %v", err)
	}
}

func TestPaymentID_FitsABankAndNamesOnePayment(t *testing.T) {
	long := strings.Repeat("x", 63)
	seen := map[string]Line{}
	for _, partner := range []channel.PartnerID{"p1", "p1.EUR", channel.PartnerID(long + "a"), channel.PartnerID(long + "b")} {
		for _, currency := range []string{"EUR", "USD"} {
			for n := 1; n < 3; n++ {
				l := Line{Partner: partner, Period: "2026-03", Currency: currency}
				id := PaymentID(l, n)
				if other, twice := seen[id]; twice || len(id) > 35 || PaymentID(l, n) != id {
					t.Errorf("%q of %+v and %+v", id, l, other)
				}
				seen[id] = l
			}
		}
	}
}

func TestAttempt_HashIsOfWhatIsAskedAndNotOfWhen(t *testing.T) {
	_, a, _, _ := due("p1", 10000).Reserve("bank", at)
	_, later, _, _ := due("p1", 10000).Reserve("bank", at.AddDate(1, 0, 0))
	_, other, _, _ := due("p1", 10001).Reserve("bank", at)
	if a.Hash != later.Hash || a.Hash == other.Hash || a.Hash == "" {
		t.Errorf("%s, %s, %s", a.Hash, later.Hash, other.Hash)
	}
}

// What an attempt's hash was when it was taken of the attempt as it was kept.
func TestAttempt_HashIsWhatVersionsBeforeMade(t *testing.T) {
	at := time.Date(2026, 4, 2, 9, 30, 0, 0, time.UTC)
	for rail, want := range map[string]string{
		"bank": "sha256:c733063d86587fcf7de7dc6d090a4ba02f1d61ad29a12ff20258ce0bb125b428",
		"":     "sha256:0fc5d42490d0d009ff2761ee784d388be2e48e90373f1a43bc1344dfa19c2836",
	} {
		if _, a, _, err := due("p1", 10000).Reserve(rail, at); err != nil || a.Hash != want {
			t.Errorf("on %q: %s, %v", rail, a.Hash, err)
		}
	}
}
