package usecases_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/sweep"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/value"
	"github.com/fairlead/fairlead/internal/wire"
)

// published puts a model in force: that of Fader, Hardie and Lee.
func (w *world) published() {
	w.Helper()
	w.must(w.publishModel())
}

func (w *world) publishModel() error {
	m, err := w.s.Documents.Current(w.ctx)
	if err != nil {
		return err
	}
	today := value.DayOf(m.Cal, w.now)
	model := value.Model{AsOf: today, Kind: value.BGNBD, Params: value.Params{R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426},
		Spends: []value.Spend{{Currency: "EUR", P: 6.25, Q: 3.74, Gamma: 15.44}}}
	content, err := model.Canonical()
	if err == nil {
		_, _, err = w.s.Valuing.PublishFitted(w.ctx, &m, store.Version{Kind: store.KindModel, ID: store.ModelID, EffectiveFrom: today.String()}, content)
	}
	return err
}

// buys sends n weekly orders, one a week, ending now.
func (w *world) buys(customer string, n int, minor int64) {
	w.Helper()
	for i := range n {
		w.want(w.order(fmt.Sprintf("%s-%d-%d", customer, w.n, i), customer, minor), channel.Applied)
		w.now = w.now.Add(7 * 24 * time.Hour)
	}
}

func TestRevalue_AGrownCustomerIsPromotedByItsOrderAndComesBackWhenItStops(t *testing.T) {
	w := newWorld(t, table.NewMemory(), "", "p1")
	w.known("c")
	w.pods("north")
	w.route("c", "first")
	w.owner("c", "partner:p1")
	w.published()
	w.now = w.now.AddDate(0, 2, 0)
	w.buys("c", 12, 900_000)
	w.owner("c", "pod:north")
	if h := w.head("c"); h.Value.Basis != "observed" || h.Former != "p1" || h.Memo == nil || h.Memo.Orders.Days != 12 {
		t.Errorf("%+v %+v", h.Value, h.Memo)
	}
	if d, err := w.s.Views.Replay(w.ctx, manager, w.head("c").Decision); err != nil || !d.Agrees {
		t.Errorf("replay: %+v %v", d, err)
	}
	w.now = w.now.AddDate(3, 0, 0) // and then it never orders again
	sum, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{})
	w.must(err)
	if sum.Demoted != 1 {
		t.Errorf("%+v", sum)
	}
	w.owner("c", "partner:p1")
}

// TestNight_ATierThatFallsWithTimeIsRecordedThoughTheOwnerStays: the census goes
// by the tier, so a customer that sank must not count as focal for ever.
func TestNight_ATierThatFallsWithTimeIsRecordedThoughTheOwnerStays(t *testing.T) {
	w := newWorld(t, table.NewMemory(), "", "p1")
	w.pods("north/0", "inside/0")
	w.known("c")
	w.route("c", "first")
	w.published()
	w.buys("c", 12, 900_000)
	if h := w.head("c"); h.Tier != "focal" || h.Owner != "partner:p1" {
		t.Fatalf("no pod has room: %s, %s", h.Tier, h.Owner)
	}
	w.now = w.now.AddDate(3, 0, 0) // and then it never orders again
	for range 2 {
		_, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{})
		w.must(err)
		if h := w.head("c"); h.Tier != "base" || h.Owner != "partner:p1" {
			t.Errorf("worth %d: %s, %s", h.Value.Amount, h.Tier, h.Owner)
		}
	}
	if got := len(w.decisions("c")); got != 3 { // the first, focal, base: the second night adds none
		t.Errorf("%d decisions", got)
	}
}

func TestNight_MendsWhatACrashBetweenOrderAndRevaluingLeft(t *testing.T) {
	w := newWorld(t, table.NewMemory(), "", "p1")
	w.known("c")
	w.pods("north")
	w.route("c", "first")
	w.buys("c", 12, 900_000) // no model: nobody values
	w.published()
	w.owner("c", "partner:p1")
	sum, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{IfDue: true})
	w.must(err)
	if sum.Promoted != 1 || sum.Census == "" {
		t.Errorf("%+v", sum)
	}
	w.owner("c", "pod:north")
	if again, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{IfDue: true}); err != nil || again.Revalued != 0 {
		t.Errorf("twice a night: %+v %v", again, err)
	}
}

func TestNight_AtRiskIsAnnouncedOnceAndAgainOnlyAfterItRecovered(t *testing.T) {
	w := newWorld(t, table.NewMemory(), `"atRisk":"0.30",`, "p1")
	w.known("c")
	w.pods("north")
	w.route("c", "first")
	w.published()
	w.buys("c", 4, 1_000)
	night := func(want int, shown bool) {
		t.Helper()
		sum, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{})
		w.must(err)
		if sum.AtRisk != want {
			t.Errorf("%s: %d at risk, want %d", w.now, sum.AtRisk, want)
		}
		c, err := w.s.Views.Customer(w.ctx, manager, "c")
		w.must(err)
		if c.AtRisk != shown {
			t.Errorf("%s: shown as at risk: %v", w.now, c.AtRisk)
		}
	}
	night(0, false)
	w.now = w.now.AddDate(1, 0, 0)
	night(1, true)
	night(0, true)
	w.buys("c", 1, 1_000)
	night(0, false)
	w.now = w.now.AddDate(2, 0, 0)
	night(1, true)
}

func TestNight_ACensusBelowTheFloorSuspendsDeclineRules(t *testing.T) {
	w := newWorld(t, table.NewMemory(), "", "p1")
	floor := fmt.Sprintf(testPolicy, `"balance":{"minStableShare":"0.35"},`)
	w.publish(wire.KindPolicy, strings.Replace(floor, "customer.region == 'AQ'", "customer.segment == 'no'", 1))
	w.pods("north")
	w.want(w.upsert("rich", worth("900000.00")), channel.Applied)
	w.want(w.upsert("poor", worth("10.00")), channel.Applied)
	refuse := func(u *channel.Upsert) { u.Segment = channel.Put("no") }
	w.want(w.upsert("before", refuse), channel.Applied)
	if h := w.head("before"); h.State != wire.StateDeclined {
		t.Fatalf("%+v", h)
	}
	_, err := w.s.Sweeper.Night(w.ctx, manager, sweep.NightScope{})
	w.must(err)
	w.want(w.upsert("after", refuse), channel.Applied)
	if h := w.head("after"); h.State == wire.StateDeclined {
		t.Errorf("declined under the guard: %+v", h)
	}
	if d := w.decisions("after")[0]; d.Census != "census~1" {
		t.Errorf("the decision names census %q", d.Census)
	} else if r, err := w.s.Views.Replay(w.ctx, manager, d.ID); err != nil || !r.Agrees {
		t.Errorf("replay: %+v %v", r, err)
	}
	b, err := w.s.Values.Balance(w.ctx, manager)
	w.must(err)
	if len(b.Guarded) != 1 || b.Guarded[0] != "DE" || b.Version != "census~1" {
		t.Errorf("%+v", b)
	}
}

func TestRoute_CostsTheSameWithAModelInForce(t *testing.T) {
	w := newWorld(t, table.NewMemory(), "", "p1")
	w.known("c")
	w.pods("north")
	w.published()
	w.route("c", "first")
	w.buys("c", 5, 1_000)
	w.costs("a route of an owned customer, from the memo", 2, table.Units{Read: 2, Write: 4}, func() { w.route("c", "second") })
}
