package payout

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/fault"
)

func run(t *testing.T, lines ...Line) Run {
	t.Helper()
	r, err := Prepare("2026-03", 1, lines, "ana", at)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func yes(r Run) Approval { return Approval{By: "ben", At: at, Hash: r.Hash} }

// as is a run that was brought into a state.
func as(t *testing.T, s RunState) Run {
	t.Helper()
	r := run(t, in(t, Paid))
	var err error
	step := func(next Run, e error) {
		if e != nil && err == nil {
			err = e
		}
		r = next
	}
	switch s {
	case Denied:
		step(r.Deny("ben", "wrong month", at))
	case Approved, Paying, Settled:
		step(r.Approve(yes(r)))
	}
	if s == Paying || s == Settled {
		step(r.Start())
	}
	if s == Settled {
		step(r.Settle([]Line{in(t, Paid)}, map[string]int64{"EUR": 10000}, at))
	}
	if err != nil || r.State != s {
		t.Fatalf("%s: %v", r, err)
	}
	return r
}

func TestRun_EveryStepFromEveryState(t *testing.T) {
	type cell struct {
		to   RunState
		slug string
	}
	steps := map[string]struct {
		do func(Run) (Run, error)
		to map[RunState]cell
	}{
		"approve": {func(r Run) (Run, error) { return r.Approve(yes(r)) },
			map[RunState]cell{Prepared: {to: Approved}, Approved: {to: Approved}, Paying: {to: Paying}, Settled: {to: Settled}, Denied: {slug: "run_denied"}}},
		"deny": {func(r Run) (Run, error) { return r.Deny("cem", "no", at) },
			map[RunState]cell{Prepared: {to: Denied}, Approved: {to: Denied}, Paying: {slug: "run_paying"}, Settled: {slug: "run_paying"}, Denied: {to: Denied}}},
		"start": {Run.Start,
			map[RunState]cell{Prepared: {slug: "run_not_approved"}, Approved: {to: Paying}, Paying: {to: Paying}, Settled: {to: Settled}, Denied: {slug: "run_denied"}}},
	}
	for name, step := range steps {
		for from, want := range step.to {
			before := as(t, from)
			after, err := step.do(before)
			if want.slug != "" && (!fault.Is(err, want.slug) || !cmp.Equal(after, before)) {
				t.Errorf("%s of %s: %s, %v, want %s", name, from, after, err, want.slug)
			}
			if want.slug == "" && (err != nil || after.State != want.to) {
				t.Errorf("%s of %s: %s, %v, want %s", name, from, after, err, want.to)
			}
		}
	}
}

func TestApprove_IsRefusedToWhoPrepared(t *testing.T) {
	r := as(t, Prepared)
	if _, err := r.Approve(Approval{By: "ana", Hash: r.Hash}); !fault.Is(err, "same_person") || fault.Of(err).Kind != fault.Forbidden {
		t.Errorf("got %v", err)
	}
}

func TestApprove_IsRefusedToEverySpellingOfWhoPrepared(t *testing.T) {
	r := as(t, Prepared)
	for _, by := range []string{"Ana", "ANA", "ana ", "a\u200Bna", "ａｎａ", "\u0430na"} {
		if got, err := r.Approve(Approval{By: by, Hash: r.Hash}); !fault.Is(err, "same_person") || fault.Of(err).Kind != fault.Forbidden || got.State != Prepared {
			t.Errorf("%+q: %s, %v", by, got, err)
		}
	}
	r.PreparedBy = "\u0430na" // kept from when such names were taken
	if _, err := r.Approve(yes(r)); !fault.Is(err, "same_person") || !strings.Contains(err.Error(), `"\u0430na"`) || !strings.Contains(err.Error(), "deny it") {
		t.Errorf("of a name of two scripts: %v", err)
	}
	if got, err := r.Deny("ben", "who is that", at); err != nil || got.State != Denied {
		t.Errorf("denied: %s, %v", got, err)
	}
}

func TestApprove_BeyondTheLimitNeedsAnOverrideWithAReason(t *testing.T) {
	r := as(t, Prepared)
	a := yes(r)
	a.Refusals = []string{"the total in EUR doubled"}
	if _, err := r.Approve(a); !fault.Is(err, "beyond_limit") {
		t.Errorf("without: %v", err)
	}
	a.Override = true
	if _, err := r.Approve(a); !fault.Is(err, "reason_missing") {
		t.Errorf("without a reason: %v", err)
	}
	a.Reason = "the spring launch"
	if got, err := r.Approve(a); err != nil || got.State != Approved || got.Reason != a.Reason {
		t.Errorf("%s, %v", got, err)
	}
}

func TestApprove_OfOtherLinesThanThosePreparedIsRefused(t *testing.T) {
	r := as(t, Prepared)
	a := yes(r)
	a.Hash = "sha256:other"
	if _, err := r.Approve(a); !fault.Is(err, "run_changed") {
		t.Errorf("got %v", err)
	}
}

func TestDeny_NeedsAReasonAndAName(t *testing.T) {
	r := as(t, Prepared)
	if _, err := r.Deny("ben", " ", at); !fault.Is(err, "reason_missing") {
		t.Errorf("got %v", err)
	}
	if _, err := r.Deny("", "no", at); !fault.Is(err, "who_denies") {
		t.Errorf("got %v", err)
	}
}

func TestSettle_OnlyWhenLinesEqualTransfersPerCurrency(t *testing.T) {
	paid, carried := in(t, Paid), in(t, Carried)
	usd := paid
	usd.Currency, usd.Payable = "USD", 700
	for _, c := range []struct {
		name   string
		lines  []Line
		posted map[string]int64
		state  RunState
		slug   string
	}{
		{"all paid", []Line{paid, carried, usd}, map[string]int64{"EUR": 10000, "USD": 700}, Settled, ""},
		{"nothing to pay", []Line{carried}, nil, Settled, ""},
		{"one is open", []Line{paid, in(t, Open)}, map[string]int64{"EUR": 10000}, Paying, ""},
		{"one is unknown", []Line{paid, in(t, Unknown)}, map[string]int64{"EUR": 10000}, Paying, ""},
		{"one was rejected", []Line{paid, in(t, Rejected)}, map[string]int64{"EUR": 10000}, Paying, ""},
		{"a transfer too much", []Line{paid}, map[string]int64{"EUR": 20000}, Paying, "unbalanced_run"},
		{"a transfer too few", []Line{paid, usd}, map[string]int64{"EUR": 10000}, Paying, "unbalanced_run"},
		{"another currency", []Line{paid}, map[string]int64{"EUR": 10000, "USD": 1}, Paying, "unbalanced_run"},
	} {
		r := as(t, Paying)
		r.Totals = run(t, c.lines...).Totals
		got, err := r.Settle(c.lines, c.posted, at)
		if got.State != c.state || (c.slug == "") != (err == nil) || c.slug != "" && !fault.Is(err, c.slug) {
			t.Errorf("%s: %s, %v", c.name, got, err)
		}
	}
}

func TestSettle_OnlyWhenWhatWasPaidIsTheApprovedTotal(t *testing.T) {
	carried := in(t, Paid)
	carried.State = Carried // as a hand in the data would have it: nothing is paid, and no transfer tells
	if got, err := as(t, Paying).Settle([]Line{carried}, nil, at); got.State != Paying || !fault.Is(err, "unbalanced_run") {
		t.Errorf("%s, %v", got, err)
	}
}

func TestSettle_SaysWhetherTheRunWaitsForNobodyButAPerson(t *testing.T) {
	for _, c := range []struct {
		lines []Line
		want  bool
	}{
		{[]Line{in(t, Paid), in(t, Exported)}, true},
		{[]Line{in(t, Carried), in(t, Exported)}, true},
		{[]Line{in(t, Exported), in(t, Unknown)}, false},
		{[]Line{in(t, Exported), in(t, Open)}, false},
		{[]Line{in(t, Paid)}, false},
	} {
		if got, err := as(t, Paying).Settle(c.lines, map[string]int64{"EUR": 10000}, at); err != nil || got.AllExported != c.want {
			t.Errorf("%s: %v, %v", c.lines[len(c.lines)-1].State, got.AllExported, err)
		}
	}
}

func TestHashLines_CoversEveryFigureOfALine(t *testing.T) {
	was, err := HashLines([]Line{due("p1", 10000)})
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Line){
		"payable":  func(l *Line) { l.Payable++ },
		"carried":  func(l *Line) { l.Carried++ },
		"earned":   func(l *Line) { l.Earned++ },
		"partner":  func(l *Line) { l.Partner = "p2" },
		"currency": func(l *Line) { l.Currency = "USD" },
		"period":   func(l *Line) { l.Period = "2026-04" },
	} {
		l := due("p1", 10000)
		change(&l)
		if now, err := HashLines([]Line{l}); err != nil || now == was {
			t.Errorf("%s is not covered: %s, %v", name, now, err)
		}
	}
}

func TestHashOf_ARunIsCheckedByTheHashItWasApprovedUnder(t *testing.T) {
	lines := []Line{due("p1", 10000)}
	r := run(t, lines...)
	if hash, err := r.HashOf(lines); err != nil || hash != r.Hash {
		t.Errorf("%s, %v, the run has %s", hash, err, r.Hash)
	}
	// What a run of the first edition has in its item.
	r.Hash = "sha256:b4005c998b3b17c2ae3b442215b00e194845c804edacaa7b7ed36af52f84878e"
	if hash, err := r.HashOf(lines); err != nil || hash != r.Hash {
		t.Errorf("%s, %v, the run has %s", hash, err, r.Hash)
	}
	lines[0].Carried++
	if hash, err := r.HashOf(lines); err != nil || hash == r.Hash {
		t.Errorf("what is carried forward is not covered: %s, %v", hash, err)
	}
}

func TestHashLines_IsOfWhatIsDueAndNotOfHowFarItIs(t *testing.T) {
	a, _ := HashLines([]Line{due("p1", 10000), due("p2", 5)})
	b, _ := HashLines([]Line{due("p2", 5), in(t, Paid)})
	c, _ := HashLines([]Line{due("p1", 10001), due("p2", 5)})
	if a != b || a == c || a == "" {
		t.Errorf("%s, %s, %s", a, b, c)
	}
}

func TestPrepare_SumsPerCurrency(t *testing.T) {
	minus := NewLine(Due{Partner: "p3", Period: "2026-03", Currency: "EUR", Earned: -10, Closing: -10}, 1)
	usd := due("p4", 7)
	usd.Currency = "USD"
	got := run(t, due("p1", 100), due("p2", 50), minus, usd).Totals
	want := []Total{{"EUR", 140, 150, -10}, {"USD", 7, 7, 0}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestParseRunID_ReadsWhatIDWrites(t *testing.T) {
	for _, id := range []string{"2026-03.1", "2026-12.17"} {
		p, n, err := ParseRunID("run", id)
		if err != nil || RunID(p, n) != id {
			t.Errorf("%s: %s %d %v", id, p, n, err)
		}
	}
	if p, n, err := ParseRunID("run", "2026-03"); err != nil || p != "2026-03" || n != 1 {
		t.Errorf("a bare period: %s %d %v", p, n, err)
	}
	for _, bad := range []string{"", "x", "2026-13.1", "2026-03.0", "2026-03.01", "2026-03.-1", "2026-03.1.1", "2026-03."} {
		if _, _, err := ParseRunID("run", bad); !fault.Is(err, "invalid_run") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
