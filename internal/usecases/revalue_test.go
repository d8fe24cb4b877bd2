package usecases_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/sweep"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/table/faulty"
	"github.com/fairlead/fairlead/internal/wire"
)

// grown is a world with a model in force and a customer that its partner grew
// until it was promoted, or nearly.
func grown(t *testing.T, inner table.Table, extra string, minor int64) *world {
	t.Helper()
	w := newWorld(t, inner, extra, "p1")
	w.known("c")
	w.route("c", "first")
	w.published()
	w.now = w.now.AddDate(0, 2, 0)
	w.buys("c", 12, minor)
	return w
}

func TestRevalue_APromotionIsOneTransactionAndAHandOver(t *testing.T) {
	w := grown(t, table.NewMemory(), atOnce, 900_000)
	h := w.history("c")
	if len(h.Spans) != 2 {
		t.Fatalf("spans: %+v", h.Spans)
	}
	from, to := h.Spans[0], h.Spans[1]
	if from.Owner != "partner:p1" || to.Owner != "pod:north" || !from.Until.Equal(to.From) {
		t.Errorf("handed over from %+v to %+v", from, to)
	}
	if m := to.Move; m.Tier != "focal" || m.Value.Minor <= 5_500_000 || m.Basis != "observed" || m.Decision != w.head("c").Decision {
		t.Errorf("the move says %+v", m)
	}
	for owner, still := range map[channel.Owner]bool{"partner:p1": false, "pod:north": true} {
		for e, err := range w.store.Portfolio(w.ctx, owner, "") {
			w.must(err)
			if e.Customer != "c" || e.Until.IsZero() != still {
				t.Errorf("%s holds %+v", owner, e)
			}
		}
	}
}

func TestPortfolio_SaysWhatCameWentAndChangedSinceThePeriodBegan(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c", "calm")
	w.want(w.upsert("friend", worth("1000.00"), func(u *channel.Upsert) { u.ReferredBy = channel.Put(channel.CustomerID("calm")) }), channel.Applied)
	w.route("c", "first")
	w.route("calm", "first")
	w.published()
	w.now = time.Date(2026, 5, 30, 9, 0, 0, 0, time.UTC)
	show := func(o channel.Owner) wire.Portfolio {
		t.Helper()
		p, err := w.s.Values.Portfolio(w.ctx, manager, o)
		w.must(err)
		return p
	}
	euro := func(amount string) []wire.Money { return []wire.Money{{Amount: amount, Currency: "EUR"}} }
	if p := show("partner:p1"); fmt.Sprint(p.Value, p.ValueAtStart, p.Change) != fmt.Sprint(euro("3050.00"), euro("3050.00"), euro("0.00")) {
		t.Errorf("nothing happened: %+v", p) // two priors, a declared value and a quarter of it for who referred
	}
	w.buys("c", 12, 900_000)
	promoted := w.history("c").Spans[1].From
	w.now = promoted.Add(time.Minute)
	p, pod := show("partner:p1"), show("pod:north")
	if p.Customers != 2 || len(p.Went) != 1 || p.Went[0] != (wire.PortfolioMove{CustomerID: "c", At: promoted, To: "pod:north"}) || len(p.Came) != 0 || fmt.Sprint(p.Value) != fmt.Sprint(euro("2150.00")) {
		t.Errorf("the partner's: %+v", p)
	}
	if pod.Customers != 1 || len(pod.Came) != 1 || pod.Came[0] != (wire.PortfolioMove{CustomerID: "c", At: promoted, From: "partner:p1"}) || len(pod.Went) != 0 || len(pod.ValueAtStart) != 0 || fmt.Sprint(pod.Change) != fmt.Sprint(pod.Value) {
		t.Errorf("the pod's: %+v", pod)
	}
}

func TestRevalue_APromotionWaitsForRoomAndComesWithIt(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.pods("north/0")
	w.known("c")
	w.route("c", "first")
	w.published()
	w.now = w.now.AddDate(0, 2, 0)
	w.buys("c", 12, 900_000)
	w.owner("c", "partner:p1")
	n := len(w.decisions("c"))
	for range 3 {
		sum, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{})
		w.must(err)
		if sum.Promoted != 0 {
			t.Errorf("%+v", sum)
		}
	}
	if got := len(w.decisions("c")); got != n || n > 3 {
		t.Errorf("%d decisions, then %d", n, got)
	}
	w.pods("north/5")
	_, err := w.s.Sweeper.Sweep(w.ctx, manager)
	w.must(err)
	_, err = w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{})
	w.must(err)
	w.owner("c", "pod:north")
}

func TestRevalue_WhomAPersonGaveToAPartnerStaysThereWhateverItBuys(t *testing.T) {
	w := grown(t, table.NewMemory(), atOnce, 900_000)
	w.owner("c", "pod:north")
	_, err := w.s.Assign.Assign(w.ctx, manager, assign.ByHandRequest{Customer: "c", Owner: "partner:p1", Reason: "it wants its partner back", Key: "by hand"})
	w.must(err)
	w.now = w.now.Add(24 * time.Hour)
	w.buys("c", 1, 900_000)
	sum, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{})
	w.must(err)
	if w.owner("c", "partner:p1"); sum.Promoted != 0 || w.head("c").Tier != "focal" {
		t.Errorf("%+v, %s", sum, w.head("c").Tier)
	}
}

func TestRevalue_ARefundWarAroundTheThresholdMovesNobodyAndIsNotRecorded(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.publish(wire.KindPolicy, strings.Replace(fmt.Sprintf(testPolicy, atOnce), `"0.80"`, `"0.80","dwellDays":90`, 1))
	w.known("c")
	w.route("c", "first")
	w.published()
	w.now = w.now.AddDate(0, 2, 0)
	w.buys("c", 6, 50_000)
	w.owner("c", "partner:p1")
	before, crossed := len(w.decisions("c")), 0
	for i := range 50 {
		id := fmt.Sprintf("war-%d", i)
		w.want(w.order(id, "c", 4_880_000), channel.Applied)
		w.owner("c", "partner:p1")
		if v := w.head("c").Value.Amount; v > 5_000_000 { // the tier's own bound; promoted above 55,000.00
			crossed++
		}
		w.want(w.refund("r"+id, id, "48800.00"), channel.Applied)
		w.owner("c", "partner:p1")
		w.now = w.now.Add(time.Hour)
	}
	if crossed != 50 {
		t.Error("the war was not about the threshold")
	}
	if n := len(w.decisions("c")); n != before {
		t.Errorf("%d decisions were recorded that changed nothing", n-before)
	}
}

func TestRevalue_WithDwellItMovesOnceHoweverOrdersAndRefundsAlternate(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.publish(wire.KindPolicy, strings.Replace(fmt.Sprintf(testPolicy, atOnce), `"0.80"`, `"0.80","dwellDays":90`, 1))
	w.known("c")
	w.route("c", "first")
	w.published()
	w.now = w.now.AddDate(0, 4, 0) // the first dwell is over
	w.buys("c", 6, 50_000)
	for i := range 25 {
		id := fmt.Sprintf("war-%d", i)
		w.want(w.order(id, "c", 9_000_000), channel.Applied)
		w.want(w.refund("r"+id, id, "90000.00"), channel.Applied)
		w.now = w.now.Add(time.Hour)
	}
	if h := w.history("c"); len(h.Spans) != 2 || h.Spans[1].Owner != "pod:north" {
		t.Errorf("spans: %+v", h.Spans)
	}
	if n := len(w.decisions("c")); n != 2 {
		t.Errorf("%d decisions, want the first and the promotion", n)
	}
}

func TestBudgets_WithAModelInForce(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c")
	w.published()
	w.route("c", "first")
	w.buys("c", 5, 1_000)
	m, err := w.s.Documents.Current(w.ctx)
	w.must(err)
	f := w.order("last", "c", 1_000)
	w.costs("the transaction of an order", 2, table.Units{Read: 1, Write: 6}, func() {
		_, err := w.s.Intake.ApplyIn(w.ctx, &intake.Application{Current: &m, Fact: &f, By: "test"})
		w.must(err)
	})
	again := assign.RouteJob{Key: "k", By: "test"}
	w.costs("revaluing", 3, table.Units{Read: 2, Write: 1}, func() { w.must(w.s.Sweeper.Revalue(w.ctx, &m, "c", again)) })
	w.costs("revaluing what is no news", 2, table.Units{Read: 2}, func() { w.must(w.s.Sweeper.Revalue(w.ctx, &m, "c", again)) })
	w.costs("a repeated order values nobody", 2, table.Units{Read: 1, Write: 6}, func() { w.want(f, channel.Duplicate) })
	items, err := w.store.Get(w.ctx, store.HeadKey("c"))
	w.must(err)
	if n := len(items[0].Body); n >= 1_024 {
		t.Errorf("the head has %d bytes", n)
	}
}

// lostAfter loses every write that begins with a head, while it is told to:
// those of revaluing, not those of facts.
type lostAfter struct {
	table.Table
	lose bool
}

func (l *lostAfter) Transact(ctx context.Context, tx table.Tx) (table.Result, error) {
	if l.lose && len(tx.Ops) > 0 && strings.HasPrefix(tx.Ops[0].Key.PK, "H#") {
		return table.Result{}, table.ErrThrottled
	}
	return l.Table.Transact(ctx, tx)
}

func TestRevalue_ThatFailsFailsNoFactAndTheNightMendsIt(t *testing.T) {
	inner := &lostAfter{Table: table.NewMemory()}
	w := newWorld(t, inner, atOnce, "p1")
	w.known("c")
	w.route("c", "first")
	w.published()
	inner.lose = true
	w.buys("c", 12, 900_000)
	w.owner("c", "partner:p1")
	if w.head("c").Memo != nil {
		t.Fatal("the head was written")
	}
	inner.lose = false
	sum, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{})
	w.must(err)
	if sum.Promoted != 1 {
		t.Errorf("%+v", sum)
	}
	w.owner("c", "pod:north")
}

func TestNight_ADamagedCustomerIsNamedAndHoldsUpNobody(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("bad", "c")
	w.route("bad", "first")
	w.route("c", "first")
	w.buys("c", 12, 900_000)
	w.published()
	_, err := w.meter.Table.Transact(w.ctx, table.Tx{Ops: []table.Op{{Kind: table.Put, Key: table.Key{Table: table.Ledger, PK: "C#bad", SK: "F#2026-03#O#x"}, If: table.Cond{Kind: table.Absent}, Body: []byte("{")}}})
	w.must(err)
	sum, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{})
	w.must(err)
	if sum.Promoted != 1 || sum.Revalued != 1 || sum.Census == "" || len(sum.Failed) != 1 || sum.Failed[0].Customer != "bad" {
		t.Errorf("%+v", sum)
	}
}

func TestNight_OfAThrottledStoreTakesNoCensusOfHalfTheCustomers(t *testing.T) {
	inner := &throttledReads{Table: table.NewMemory()}
	w := newWorld(t, inner, atOnce, "p1")
	w.known("c", "d")
	w.published()
	inner.of = "C#d"
	_, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{})
	w.wantFault(err, "unavailable")
	inner.of = ""
	sum, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{IfDue: true})
	w.must(err)
	if sum.Census != "census~1" {
		t.Errorf("%+v", sum)
	}
}

// throttledReads refuses to read one partition.
type throttledReads struct {
	table.Table
	of string
}

func (l *throttledReads) Query(ctx context.Context, r table.Range) (table.Page, error) {
	if r.PK == l.of {
		return table.Page{}, table.ErrThrottled
	}
	return l.Table.Query(ctx, r)
}

// TestNight_EveryWriteLost_MovesOnceAndAnnouncesOnce repeats a night under every
// fault at every write.
func TestNight_EveryWriteLost_MovesOnceAndAnnouncesOnce(t *testing.T) {
	fresh := func(*testing.T) table.Table { return table.NewMemory() }
	faulty.Each(t, faulty.WriteFaults(), fresh, func(t *testing.T, f *faulty.Table) {
		w := bare(t, f)
		try := func(run func() error) { t.Helper(); repeated(t, run) }
		try(func() error {
			_, err := w.s.Publisher.Publish(w.ctx, manager, documents.PublishRequest{Kind: wire.KindPolicy, Raw: []byte(fmt.Sprintf(testPolicy, `"atRisk":"0.99",`))})
			return err
		})
		try(func() error {
			_, err := w.s.Registrar.PutPod(w.ctx, manager, "north", wire.PodBody{Name: "north", Kind: "field"})
			return err
		})
		try(func() error {
			_, err := w.s.Registrar.PutPartner(w.ctx, manager, "p1", wire.PartnerBody{Name: "p", Currency: "EUR"})
			return err
		})
		facts := []channel.Fact{w.upsert("c")}
		for i := range 4 {
			w.now = w.now.Add(7 * 24 * time.Hour)
			facts = append(facts, w.order(fmt.Sprint("o", i), "c", 3_000_000))
		}
		for _, fact := range facts {
			try(func() error {
				_, err := w.s.Intake.ApplyFacts(w.ctx, manager, []intake.FactInput{{Fact: fact}})
				return err
			})
		}
		try(func() error { return w.publishModel() })
		for range 2 {
			try(func() error { _, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{}); return err })
			f.Deliver()
		}
		h := w.history("c")
		if len(h.Spans) != 2 || w.head("c").Owner != "pod:north" || !w.head("c").Memo.AtRisk {
			t.Fatalf("got %+v", h.Spans)
		}
		notices := 0
		for _, err := range w.store.Items(w.ctx, table.Range{Table: table.Ledger, PK: "C#c", From: "N#", To: "N$"}) {
			w.must(err)
			notices++
		}
		if notices != 1 || len(w.decisions("c")) != 2 {
			t.Fatalf("%d notices, %d decisions", notices, len(w.decisions("c")))
		}
	})
}

func TestNight_WhatFriendsAreWorthCountsOnceTheyAllAreValued(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c")
	w.route("c", "first")
	for i := range 6 {
		id := fmt.Sprint("friend", i)
		w.want(w.upsert(id, func(u *channel.Upsert) { u.ReferredBy = channel.Put(channel.CustomerID("c")) }), channel.Applied)
		w.now = start
		w.buys(id, 10, 700_000)
	}
	w.published()
	n := len(w.decisions("c"))
	sum, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{})
	w.must(err)
	w.owner("c", "pod:north")
	if got := len(w.decisions("c")); sum.Promoted == 0 || got != n+1 {
		t.Errorf("%+v, %d decisions after %d", sum, got, n)
	}
}

func TestNight_AValueThatTimeAloneChangedIsToldEverywhere(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("c")
	w.route("c", "first")
	w.want(w.upsert("friend", func(u *channel.Upsert) { u.ReferredBy = channel.Put(channel.CustomerID("c")) }), channel.Applied)
	w.published()
	w.buys("friend", 6, 10_000)
	w.now = w.now.AddDate(1, 0, 0)
	_, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{})
	w.must(err)
	v, err := w.s.Values.CustomerValue(w.ctx, manager, "friend")
	w.must(err)
	listed, err := w.s.Views.Customer(w.ctx, manager, "friend")
	w.must(err)
	if listed.Value == nil || listed.Value.Amount != v.Value.Amount {
		t.Errorf("listed %+v, worth %+v", listed.Value, v.Value)
	}
	own, c := w.head("friend").Value.Amount, w.head("c")
	if c.Referred["EUR"] != own || c.Value.Referral != own/4 || c.Value.Amount != 90_000+own/4 {
		t.Errorf("who referred it counts %+v and is worth %+v, the friend %d", c.Referred, c.Value, own)
	}
}

func TestPortfolio_ADamagedCustomerIsNamedAndTheOthersCount(t *testing.T) {
	w := newWorld(t, table.NewMemory(), atOnce, "p1")
	w.known("bad", "c")
	w.route("bad", "first")
	w.route("c", "first")
	_, err := w.meter.Table.Transact(w.ctx, table.Tx{Ops: []table.Op{{Kind: table.Put, Key: table.Key{Table: table.Ledger, PK: "C#bad", SK: "F#2026-03#O#x"}, If: table.Cond{Kind: table.Absent}, Body: []byte("{")}}})
	w.must(err)
	p, err := w.s.Values.Portfolio(w.ctx, manager, "partner:p1")
	w.must(err)
	if p.Customers != 1 || len(p.Failed) != 1 || p.Failed[0].Customer != "bad" {
		t.Errorf("%+v", p)
	}
}
