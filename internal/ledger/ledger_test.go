package ledger

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
)

func book(t *testing.T, b Booking) []Transfer {
	t.Helper()
	out, err := Accrue(b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func fold(t *testing.T, transfers []Transfer, ended ...Resolution) Balances {
	t.Helper()
	b, err := Fold(transfers, ended)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAccrue_BooksEachAmountOnceAndInItsDirection(t *testing.T) {
	got := book(t, Booking{Partner: "p1", Period: "2026-03", Currency: "EUR", Earned: 450000, Held: 45000, Released: 1000, MDF: -70, Cause: "p1/2026-03"})
	want := []Transfer{
		{ID: "EUR.earned", Period: "2026-03", Debit: "expense", Credit: "partner:p1#owed", Minor: 450000, Currency: "EUR", Code: Earned, Cause: "p1/2026-03"},
		{ID: "EUR.held", Period: "2026-03", Debit: "partner:p1#owed", Credit: "partner:p1#reserve", Minor: 45000, Currency: "EUR", Code: Held, Cause: "p1/2026-03"},
		{ID: "EUR.released", Period: "2026-03", Debit: "partner:p1#reserve", Credit: "partner:p1#owed", Minor: 1000, Currency: "EUR", Code: Released, Cause: "p1/2026-03"},
		{ID: "EUR.mdf", Period: "2026-03", Debit: "partner:p1#fund", Credit: "marketing", Minor: 70, Currency: "EUR", Code: MDF, Cause: "p1/2026-03"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	b := fold(t, got)
	for account, minor := range map[Account]int64{Owed("p1"): 406000, Reserve("p1"): 44000, Fund("p1"): -70, Expense: -450000, Marketing: 70, Bank: 0} {
		if got := b.Of(account, "EUR").Posted; got != minor {
			t.Errorf("%s: %d, want %d", account, got, minor)
		}
	}
}

func TestAccrue_NothingEarnedMovesNothing(t *testing.T) {
	if got := book(t, Booking{Partner: "p1", Period: "2026-03", Currency: "EUR", Cause: "x"}); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestAccrue_RefusesWhatCannotBe(t *testing.T) {
	for name, b := range map[string]Booking{
		"negative reserve": {Partner: "p", Period: "2026-03", Currency: "EUR", Held: -1, Cause: "x"},
		"out of range":     {Partner: "p", Period: "2026-03", Currency: "EUR", Earned: math.MinInt64, Cause: "x"},
		"no cause":         {Partner: "p", Period: "2026-03", Currency: "EUR", Earned: 1},
		"no currency":      {Partner: "p", Period: "2026-03", Earned: 1, Cause: "x"},
	} {
		if _, err := Accrue(b); !fault.Is(err, "impossible_transfer") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func payout(id string, minor int64) Transfer {
	return Transfer{ID: id, Period: "2026-03", Debit: Owed("p1"), Credit: Bank, Minor: minor, Currency: "EUR", Code: Payout, Cause: id, Pending: true}
}

func TestFold_APendingTransferMovesMoneyOnceItIsPosted(t *testing.T) {
	earned := book(t, Booking{Partner: "p1", Period: "2026-03", Currency: "EUR", Earned: 1000, Cause: "s"})
	for _, c := range []struct {
		name            string
		ended           []Resolution
		posted, pending int64
	}{
		{"pending", nil, 1000, -600},
		{"posted", []Resolution{{Pending: "pay", Period: "2026-03", Post: true}}, 400, 0},
		{"voided", []Resolution{{Pending: "pay", Period: "2026-03"}}, 1000, 0},
	} {
		got := fold(t, append(earned[:1:1], payout("pay", 600)), c.ended...).Of(Owed("p1"), "EUR")
		if got.Posted != c.posted || got.Pending != c.pending {
			t.Errorf("%s: posted %d, pending %d", c.name, got.Posted, got.Pending)
		}
	}
}

func TestFold_ALedgerThatCannotBeIsAnError(t *testing.T) {
	pay := payout("pay", 600)
	final := pay
	final.Pending = false
	huge := payout("huge", math.MaxInt64)
	for name, c := range map[string]struct {
		transfers []Transfer
		ended     []Resolution
	}{
		"twice":           {[]Transfer{pay, pay}, nil},
		"resolved twice":  {[]Transfer{pay}, []Resolution{{Pending: "pay", Period: "2026-03"}, {Pending: "pay", Period: "2026-03", Post: true}}},
		"never pending":   {[]Transfer{final}, []Resolution{{Pending: "pay", Period: "2026-03"}}},
		"no such":         {nil, []Resolution{{Pending: "pay", Period: "2026-03"}}},
		"other period":    {[]Transfer{pay}, []Resolution{{Pending: "pay", Period: "2026-04"}}},
		"out of range":    {[]Transfer{pay, huge}, nil},
		"one account":     {[]Transfer{{ID: "x", Period: "2026-03", Debit: Bank, Credit: Bank, Minor: 1, Currency: "EUR", Code: Payout, Cause: "x"}}, nil},
		"nothing moves":   {[]Transfer{{ID: "x", Period: "2026-03", Debit: Bank, Credit: Expense, Currency: "EUR", Code: Payout, Cause: "x"}}, nil},
		"an unknown code": {[]Transfer{{ID: "x", Period: "2026-03", Debit: Bank, Credit: Expense, Minor: 1, Currency: "EUR", Code: "gift", Cause: "x"}}, nil},
	} {
		if b, err := Fold(c.transfers, c.ended); err == nil {
			t.Errorf("%s: folds to %v", name, b)
		}
	}
}

func TestFold_AllAccountsSumToZeroPerCurrency(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var all []Transfer
	for i := range 300 {
		b := Booking{Partner: []channel.PartnerID{"p1", "p2", "p3"}[r.IntN(3)], Period: "2026-03", Currency: []string{"EUR", "JPY"}[r.IntN(2)],
			Earned: r.Int64N(2000) - 1000, Held: r.Int64N(50), Released: r.Int64N(50), MDF: r.Int64N(100) - 50, Cause: "s"}
		for _, t := range book(t, b) {
			t.ID += "." + string(rune('a'+i%26)) + string(rune('a'+i/26))
			all = append(all, t)
		}
	}
	sums := map[string]int64{}
	for _, b := range fold(t, all) {
		sums[b.Currency] += b.Posted
	}
	if sums["EUR"] != 0 || sums["JPY"] != 0 || len(sums) != 2 {
		t.Errorf("sums are %v", sums)
	}
}

// randomLedger is bookings of three partners in two currencies, and payouts:
// posted, void and still pending.
func randomLedger(t *testing.T, r *rand.Rand) ([]Transfer, []Resolution) {
	t.Helper()
	var all []Transfer
	var ended []Resolution
	for i := range 200 {
		partner := []channel.PartnerID{"p1", "p2", "p3"}[r.IntN(3)]
		currency := []string{"EUR", "JPY"}[r.IntN(2)]
		id := strconv.Itoa(i)
		for _, earned := range book(t, Booking{Partner: partner, Period: "2026-03", Currency: currency,
			Earned: r.Int64N(2000) - 1000, Held: r.Int64N(50), Cause: "s"}) {
			earned.ID += "." + id
			all = append(all, earned)
		}
		all = append(all, Transfer{ID: "pay." + id, Period: "2026-03", Debit: Owed(partner), Credit: Bank,
			Minor: 1 + r.Int64N(100), Currency: currency, Code: Payout, Cause: id, Pending: true})
		if n := r.IntN(3); n > 0 {
			ended = append(ended, Resolution{Pending: "pay." + id, Period: "2026-03", Post: n == 1})
		}
	}
	return all, ended
}

func TestFold_WhatIsPendingSumsToZeroToo(t *testing.T) {
	all, ended := randomLedger(t, rand.New(rand.NewPCG(5, 6)))
	posted, pending, moved := map[string]int64{}, map[string]int64{}, int64(0)
	for _, b := range fold(t, all, ended...) {
		posted[b.Currency] += b.Posted
		pending[b.Currency] += b.Pending
		moved += max(b.Pending, 0)
	}
	want := map[string]int64{"EUR": 0, "JPY": 0}
	if !cmp.Equal(posted, want) || !cmp.Equal(pending, want) || moved == 0 {
		t.Errorf("posted %v, pending %v, of which %d came in", posted, pending, moved)
	}
}

func TestFold_InAnyOrderGivesTheSameBalances(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	all, ended := randomLedger(t, r)
	want := fold(t, all, ended...)
	for range 20 {
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		r.Shuffle(len(ended), func(i, j int) { ended[i], ended[j] = ended[j], ended[i] })
		if d := cmp.Diff(want, fold(t, all, ended...)); d != "" {
			t.Fatal(d)
		}
	}
}

func TestAccrue_TheSameStatementHasTheSameIDs(t *testing.T) {
	b := Booking{Partner: "p1", Period: "2026-03", Currency: "EUR", Earned: 100, Held: 5, MDF: 7, Cause: "p1/2026-03"}
	first := book(t, b)
	b.Earned++ // even if it came out otherwise: it is the same statement
	again := book(t, b)
	for i := range first {
		if first[i].ID != again[i].ID {
			t.Errorf("%s became %s", first[i].ID, again[i].ID)
		}
	}
	if _, err := Fold(append(first, again...), nil); !fault.Is(err, "impossible_ledger") {
		t.Errorf("booked twice: %v", err)
	}
}

func TestAccount_NamesItsPartner(t *testing.T) {
	if id, ok := Owed("a:b.c").Partner(); !ok || id != "a:b.c" {
		t.Errorf("got %q, %v", id, ok)
	}
	if _, ok := Bank.Partner(); ok {
		t.Error("the bank belongs to a partner")
	}
}
