package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	books "github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/table"
)

// What versions before wrote of a run, a line, an attempt, a transfer, a
// resolution and an approval with every member set.
const (
	keptRun = `{"allExported":true,"approvedAt":"2026-04-02T10:30:00Z","approvedBy":"ben",` +
		`"deniedAt":"2026-04-02T11:30:00Z","deniedBy":"cem","hash":"2:abc","lines":2,"n":2,` +
		`"period":"2026-03","preparedAt":"2026-04-02T09:30:00Z","preparedBy":"ana <a&b>",` +
		`"reason":"checked","settledAt":"2026-04-02T12:30:00Z","state":"settled",` +
		`"totals":[{"carried":-20,"currency":"EUR","earned":12345,"payable":10000}]}`
	keptLine = `{"attempts":3,"carried":-20,"confirmedBy":"ben","currency":"EUR","earned":12345,` +
		`"message":"fine","paidAt":"2026-04-02T09:30:00Z","partner":"p1","payable":10000,` +
		`"paymentId":"2026-03.p1.EUR.3","period":"2026-03","reason":"negative","reference":"B7",` +
		`"run":2,"state":"paid"}`
	keptAttempt = `{"at":"2026-04-02T09:30:00Z","currency":"EUR","hash":"h","key":"2026-03.p1.EUR.3",` +
		`"minor":10000,"n":3,"partner":"p1","period":"2026-03","rail":"file"}`
	keptTransfer = `{"cause":"2026-03.p1.EUR.3","code":"payout","credit":"bank","currency":"EUR",` +
		`"debit":"partner:p1#owed","id":"EUR.pay.003","minor":10000,"pending":true,` +
		`"period":"2026-03"}`
	keptResolution = `{"cause":"2026-03.p1.EUR.3","pending":"EUR.pay.003","period":"2026-03","post":true}`
	keptApproval   = `{"answer":"approve","at":"2026-04-02T09:30:00Z","by":"ben","hash":"2:abc","override":true,` +
		`"reason":"checked","run":"2026-03.2"}`
)

// full are the same as the domain has them.
func full() (payout.Run, payout.Line, payout.Attempt, books.Transfer, books.Resolution, Approval) {
	at := time.Date(2026, 4, 2, 9, 30, 0, 0, time.UTC)
	run := payout.Run{Period: "2026-03", N: 2, State: payout.Settled, Lines: 2,
		Totals: []payout.Total{{Currency: "EUR", Earned: 12345, Payable: 10000, Carried: -20}}, Hash: "2:abc",
		PreparedBy: "ana <a&b>", PreparedAt: at, ApprovedBy: "ben", ApprovedAt: at.Add(time.Hour),
		DeniedBy: "cem", DeniedAt: at.Add(2 * time.Hour), Reason: "checked", SettledAt: at.Add(3 * time.Hour), AllExported: true}
	line := payout.Line{Partner: "p1", Period: "2026-03", Currency: "EUR", Run: 2, Earned: 12345, Payable: 10000, Carried: -20,
		Reason: payout.Negative, State: payout.Paid, Attempts: 3, PaymentID: "2026-03.p1.EUR.3", PaidAt: at,
		Reference: "B7", Message: "fine", ConfirmedBy: "ben"}
	attempt := payout.Attempt{Key: "2026-03.p1.EUR.3", Partner: "p1", Period: "2026-03", Currency: "EUR", N: 3, Minor: 10000,
		Hash: "h", At: at, Rail: "file"}
	transfer := books.Transfer{ID: "EUR.pay.003", Period: "2026-03", Debit: books.Owed("p1"), Credit: books.Bank, Minor: 10000,
		Currency: "EUR", Code: books.Payout, Cause: "2026-03.p1.EUR.3", Pending: true}
	end := books.Resolution{Pending: "EUR.pay.003", Period: "2026-03", Post: true, Cause: "2026-03.p1.EUR.3"}
	approval := Approval{Answer: "approve", At: at, By: "ben", Hash: "2:abc", Override: true, Reason: "checked", Run: "2026-03.2"}
	return run, line, attempt, transfer, end, approval
}

func TestMoney_IsKeptAsVersionsBeforeKeptIt(t *testing.T) {
	run, line, attempt, transfer, end, approval := full()
	for _, c := range []struct {
		kept any
		want string
	}{
		{newRunBody(&run), keptRun}, {lineBody(line), keptLine}, {attemptBody(attempt), keptAttempt},
		{transferBody(transfer), keptTransfer}, {resolutionBody(end), keptResolution}, {approval, keptApproval},
		{newRunBody(&payout.Run{}), `{"hash":"","lines":0,"n":0,"period":"","preparedAt":"0001-01-01T00:00:00Z","preparedBy":"","state":"","totals":null}`},
		{lineBody{}, `{"carried":0,"currency":"","earned":0,"partner":"","payable":0,"period":"","run":0,"state":""}`},
		{attemptBody{}, `{"at":"0001-01-01T00:00:00Z","currency":"","hash":"","key":"","minor":0,"n":0,"partner":"","period":""}`},
		{transferBody{}, `{"cause":"","code":"","credit":"","currency":"","debit":"","id":"","minor":0,"period":""}`},
		{resolutionBody{}, `{"cause":"","pending":"","period":"","post":false}`},
		{Approval{}, `{"answer":"","at":"0001-01-01T00:00:00Z","by":"","hash":"","run":""}`},
	} {
		got, err := seal.Canonical(c.kept)
		if err != nil || string(got) != c.want {
			t.Errorf("%T is kept as\n%s, not as\n%s, %v", c.kept, got, c.want, err)
		}
	}
}

func TestMoney_KeptByVersionsBeforeIsReadWhole(t *testing.T) {
	run, line, attempt, transfer, end, approval := full()
	s := newStore(table.NewMemory())
	b := &Batch{}
	for k, body := range map[table.Key]string{
		RunKey("2026-03", 2):                                keptRun,
		LineKey("2026-03", "p1", "EUR"):                     keptLine,
		AttemptKey("2026-03", "p1", "EUR", 3):               keptAttempt,
		TransferKey("partner:p1", "2026-03", transfer.ID):   keptTransfer,
		ResolutionKey("partner:p1", "2026-03", end.Pending): keptResolution,
		ApprovalKey("2026-03", 1):                           keptApproval,
	} {
		b.Body(k, []byte(body))
	}
	must(t, s.Commit(ctx, b))
	same := func(got, want any, err error) {
		t.Helper()
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%v %s", err, d)
		}
	}
	r, err := s.FindRun(ctx, "2026-03.2")
	same(r.Value, run, err)
	lines, err := s.Lines(ctx, "2026-03")
	must(t, err)
	same(lines[0].Value, line, nil)
	a, found, err := s.LatestAttempt(ctx, line)
	same(a, attempt, err)
	transfers, ended, err := s.Transfers(ctx, "p1", "", "2026-03")
	same(transfers, []books.Transfer{transfer}, err)
	same(ended, []books.Resolution{end}, nil)
	given, err := s.Approvals(ctx, "2026-03")
	same(given, []Approval{approval}, err)
	if !found || r.Version() != 1 || lines[0].Version() != 1 {
		t.Errorf("found %v, versions %d and %d", found, r.Version(), lines[0].Version())
	}
}

func TestLoaded_IsWhatStandsAfterItsCommitAndOnlyThen(t *testing.T) {
	s := newStore(table.NewMemory())
	_, line, _, _, _, _ := full()
	stands := Loaded[payout.Line]{Value: line}
	for range 2 { // the second time over the first
		b := &Batch{}
		b.PutLine(&stands)
		must(t, s.Commit(ctx, b))
	}
	late, err := s.Line(ctx, "2026-03", "p1", "EUR")
	must(t, err)
	b := &Batch{}
	b.PutLine(&stands)
	must(t, s.Commit(ctx, b))
	b = &Batch{}
	b.PutLine(&late)
	if err := s.Commit(ctx, b); !IsRefused(err) || late.Version() != 2 || stands.Version() != 3 {
		t.Errorf("%v, versions %d and %d", err, late.Version(), stands.Version())
	}
}

func TestRuns_AreThoseOfThePeriodTheNewestFirst(t *testing.T) {
	s := newStore(table.NewMemory())
	for _, id := range []string{"2026-03.2", "2026-03.1", "2026-03.10", "2026-04.1", "2026-02.1"} {
		period, n, err := payout.ParseRunID("run", id)
		must(t, err)
		b := &Batch{}
		b.PutRun(&Loaded[payout.Run]{Value: payout.Run{Period: period, N: n}})
		must(t, s.Commit(ctx, b))
	}
	for p, want := range map[channel.Period][]string{
		"2026-03": {"2026-03.10", "2026-03.2", "2026-03.1"}, "2026-05": nil,
		"": {"2026-04.1", "2026-03.10", "2026-03.2", "2026-03.1", "2026-02.1"},
	} {
		runs, err := s.Runs(ctx, p)
		must(t, err)
		var got []string
		for _, r := range runs {
			got = append(got, r.ID())
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", p, d)
		}
	}
}

// More lines than a transaction takes are written all the same, and read in the
// order of their payees.
func TestPutLines_OfManyPartnersAreAllWritten(t *testing.T) {
	s := newStore(table.NewMemory())
	lines := make([]Loaded[payout.Line], 2*table.MaxOps+1)
	for i := range lines {
		due := payout.Due{Partner: channel.PartnerID("p" + stampOf(i)), Period: "2026-03", Currency: "EUR"}
		lines[len(lines)-1-i].Value = payout.NewLine(due, 1)
	}
	must(t, s.PutLines(ctx, lines))
	got, err := s.Lines(ctx, "2026-03")
	must(t, err)
	if len(got) != len(lines) {
		t.Fatalf("%d lines", len(got))
	}
	for i := range got {
		if want := "p" + stampOf(i); string(got[i].Value.Partner) != want || lines[i].Version() != 1 {
			t.Errorf("number %d is of %s, want %s", i, got[i].Value.Partner, want)
		}
	}
}

// stampOf is a number as text that sorts as it counts.
func stampOf(i int) string { return stamp(time.Unix(int64(i), 0)) }

func TestKeys_ParsedAreWhatTheyWereBuiltOf(t *testing.T) {
	for _, o := range []channel.Owner{"partner:p1", "pod:field", "partner:a.b-c"} {
		k := StatementKey(o, "2026-03")
		if owner, period, ok := parseStatementKey(k.PK, k.SK); owner != o || period != "2026-03" || !ok {
			t.Errorf("%v: %s, %s, %v", k, owner, period, ok)
		}
		others := []table.Key{SealKey(o, "2026-03"), PositionKey(o, "2026-03", 0), TransferKey(o, "2026-03", "EUR.earned")}
		for _, other := range others {
			if _, _, ok := parseStatementKey(other.PK, other.SK); ok {
				t.Errorf("%v was read as a statement's", other)
			}
		}
		begun, ended := TransferKey(o, "2026-03", "pay.EUR"), ResolutionKey(o, "2026-03", "EUR.pay.001")
		if isResolution(begun.SK) || !isResolution(ended.SK) {
			t.Errorf("transfers and resolutions of %s are taken for each other", o)
		}
	}
}

func TestEntryNames_ParsedAreWhatTheyWereMadeOf(t *testing.T) {
	for _, e := range []history.Entry{
		{Booked: "2026-03", Kind: history.KindOrder, ID: "o1"},
		{Booked: "2026-05", Kind: history.KindLate, ID: "F#2026-03#o#o1"},
	} {
		name, ok := history.ParseEntryName(EntryKey("c1", &e).SK)
		if want := (history.EntryName{Booked: e.Booked, Kind: e.Kind, ID: e.ID}); name != want || !ok {
			t.Errorf("%s: %+v, %v", e.SK(), name, ok)
		}
	}
	for _, sk := range []string{"D#0123456789abcdef", "F#2026-03#o", "N#2026-03-01#at_risk", ""} {
		if name, ok := history.ParseEntryName(sk); ok {
			t.Errorf("%q was read as the entry %+v", sk, name)
		}
	}
}
