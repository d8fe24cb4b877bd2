package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/value"
)

// putNouns puts one of everything into the ledger that a feed names, and some of
// what it passes over.
func putNouns(t *testing.T, s *Store) (made []Change) {
	t.Helper()
	d := &Decision{ID: NewDecisionID("c1", "k"), By: "ann", Record: []byte(`{"x":1}`), Seq: 3}
	a := Answer{Answer: Refused, At: noon, By: "bob", Seq: 4}
	e := &history.Entry{Kind: history.KindOrder, ID: "o#1", Booked: "2026-03", Occurred: noon, Source: "crm", EventID: "e", Order: &channel.Order{Currency: "EUR"}}
	st := StatementItem{Closing: 5, Currency: "EUR", Document: "sha256:00", Position: "sha256:01"}
	b := &Batch{}
	b.PutClaim("crm", "e", Claim{Outcome: channel.Applied, Received: noon})
	b.PutDecision(d)
	b.PutAnswer(d.ID, &a)
	b.PutEntry("c1", e, "2026-03")
	b.PutNotice("c1", value.Day(20_000), AtRisk, Notice{AlivePPM: 7})
	b.New(StatementKey("partner:p1", "2026-03"), st)
	b.New(SealKey("partner:p1", "2026-03"), SealItem{})
	b.New(PeriodHeadKey("2026-03"), PeriodHead{})
	must(t, s.Commit(ctx, b))
	v := Version{By: "ann", Hash: "sha256:02", Published: noon, Seq: 1, Kind: KindModel, ID: ModelID, N: 1}
	_, err := s.UpdateControl(ctx, noon, func(c Control, b *Batch) (Control, error) { return b.PutVersion(c, v), nil })
	must(t, err)
	return []Change{
		d, &OfferAnswered{d.ID, a}, &EntryBooked{"c1", history.EntryName{Booked: "2026-03", Kind: history.KindOrder, ID: "o#1"}},
		&CustomerNoticed{"c1", value.Day(20_000).String(), AtRisk, Notice{AlivePPM: 7}}, &StatementPut{"partner:p1", "2026-03", st},
		&PeriodEnded{"2026-03"}, &v,
	}
}

func TestFeed_NamesWhatIsPutIntoTheLedgerFromNowOn(t *testing.T) {
	s := newStore(table.NewMemory())
	b := &Batch{}
	b.New(PeriodHeadKey("2026-02"), PeriodHead{}) // before: nobody hears of it
	must(t, s.Commit(ctx, b))
	feed, err := s.Feed(ctx)
	must(t, err)
	want := putNouns(t, s)
	var got []Change
	for range 3 {
		some, err := feed.Next(ctx)
		must(t, err)
		for _, in := range some {
			must(t, in.Err)
			if in.Change != nil {
				got = append(got, in.Change)
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestFeed_GoesOnBehindADamagedItem(t *testing.T) {
	s := newStore(table.NewMemory())
	feed, err := s.Feed(ctx)
	must(t, err)
	b := &Batch{}
	b.Body(DecisionKey("c1", hash), []byte("not JSON"))
	b.New(PeriodHeadKey("2026-03"), PeriodHead{})
	must(t, s.Commit(ctx, b))
	some, err := feed.Next(ctx)
	must(t, err)
	if len(some) != 2 || some[0].Err == nil || some[0].Change != nil || some[1].Err != nil {
		t.Fatalf("%+v", some)
	}
	if p, ok := some[1].Change.(*PeriodEnded); !ok || p.Period != "2026-03" {
		t.Errorf("%+v", some[1])
	}
	if _, err := newStore(struct{ table.Table }{table.NewMemory()}).Feed(ctx); err == nil {
		t.Error("a table without changes has a feed")
	}
}

func TestParseInsert_OfWhatNobodyWaitsFor_IsNothing(t *testing.T) {
	named := map[string]bool{"DecisionKey": true, "AnswerKey": true, "NoticeKey": true, "EntryKey": true, "StatementKey": true, "PeriodHeadKey": true, "VersionKey": true}
	for name, k := range keys {
		if k.Table != table.Ledger {
			continue
		}
		if c, err := ParseInsert(k.PK, k.SK, []byte("{}")); err != nil || (c != nil) != named[name] {
			t.Errorf("%s: %#v %v", name, c, err)
		}
	}
}
