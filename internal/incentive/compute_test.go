package incentive

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

const tenPercent = `{"type": "commission", "name": "commission", "tiers": [{"from": "0.00", "rate": "0.10"}]}`

func day(m time.Month, d int) time.Time { return time.Date(2026, m, d, 12, 0, 0, 0, time.UTC) }

// place books an order of euros in the month it occurs in.
func (w *world) place(id, customer string, at time.Time, euros int64) {
	w.order(w.cal.Of(at), at, channel.Order{ID: channel.OrderID(id), Customer: channel.CustomerID(customer), Amount: euros * 100, Currency: "EUR"})
}

func (w *world) wantEarned(t *testing.T, period channel.Period, want string) Result {
	t.Helper()
	r := w.mustClose(t, period)
	if got := money.Format(r.Earned, "EUR"); got != want {
		t.Errorf("%s: earned %s, want %s\n%s", period, got, want, r.print())
	}
	checkFormulas(t, &r)
	return r
}

func TestCompute_NewLevel_ChangesNoClosedMonth(t *testing.T) {
	w := newWorld()
	w.addVersion(t, "", `[{"type": "commission", "name": "gold only", "when": "partner.level == 'gold'", "tiers": [{"from": "0.00", "rate": "0.10"}]}]`)
	w.partner.Level = "gold"
	w.place("a", "c1", day(1, 5), 100)
	w.wantEarned(t, "2026-01", "10.00")
	w.partner.Level = "silver"
	w.order("2026-02", day(1, 6), channel.Order{ID: "late", Customer: "c1", Amount: 200_00, Currency: "EUR"})
	w.place("b", "c1", day(2, 5), 1000)
	w.wantEarned(t, "2026-02", "20.00")
	w.partner.Level = "gold"
	w.place("c", "c1", day(3, 5), 100)
	w.order("2026-03", day(2, 6), channel.Order{ID: "later", Customer: "c1", Amount: 200_00, Currency: "EUR"})
	w.wantEarned(t, "2026-03", "10.00")
}

func TestCompute_GuardOfOneRegion_MultipliesItsCustomersOnly(t *testing.T) {
	w := newWorld()
	w.addVersion(t, "", `[`+strings.Replace(tenPercent, `"tiers"`, `"whenGuarded": "1.5", "tiers"`, 1)+`]`)
	region := "DE"
	w.entry("c1", "2026-01", history.Entry{Kind: history.KindProfile, ID: "u", Occurred: day(1, 1), Profile: &channel.Upsert{Region: channel.Patch[string]{Set: true, Value: region}}})
	w.guarded = []Guard{{Period: "2026-01", Region: region}}
	w.place("a", "c1", day(1, 5), 100)
	w.place("b", "c2", day(1, 6), 100)
	w.wantEarned(t, "2026-01", "25.00")
}

func TestCompute_PartnerWithoutPlanAnyMore_IsStillCorrectedAndTrailed(t *testing.T) {
	w := newWorld()
	w.addVersion(t, "", `[`+tenPercent+`, {"type": "handover", "name": "hand-over", "rate": "0.02", "trail": {"rate": "0.03", "months": 24}},
	 {"type": "cap", "name": "ceiling", "amount": "50.00", "excess": "carry"}, {"type": "reserve", "name": "reserve", "share": "0.5", "days": 1}]`)
	w.plans[0].Until = w.cal.Start("2026-02")
	w.place("a", "c1", day(1, 5), 1000)
	w.move("c1", day(1, 20), channel.PodOwner("north"), money.Of(1000_00, "EUR"))
	w.wantEarned(t, "2026-01", "70.00") // 100 cut to 50, and 20 for the hand-over
	w.place("t", "c1", day(2, 5), 100)
	w.refund("2026-02", day(2, 6), "r", "a", 200_00)
	// Trail 3; 20 taken back of the excess, not of what was paid; the rest of it comes in.
	r := w.wantEarned(t, "2026-02", "33.00")
	if r.Plan != nil || r.Released != 35_00 || r.Position.Excess != 0 {
		t.Errorf("plan %v, released %d, excess %d", r.Plan, r.Released, r.Position.Excess)
	}
}

func TestCompute_HandoverInAnotherCurrency_PaysNothingAndIsListed(t *testing.T) {
	w := newWorld()
	w.addVersion(t, "", `[{"type": "handover", "name": "hand-over", "rate": "0.02", "floor": "5.00", "trail": {"rate": "0.03", "months": 24}}]`)
	w.move("c1", day(1, 20), channel.PodOwner("north"), money.Of(1000_00, "USD"))
	w.place("t", "c1", day(1, 25), 100)
	r := w.wantEarned(t, "2026-01", "3.00")
	if len(r.Unpaid) != 1 || r.Unpaid[0].Text != "The hand-over of customer c1 at a value of 1000.00 USD pays nothing at once: the plan is in EUR." {
		t.Errorf("%+v", r.Unpaid)
	}
	if r := w.wantEarned(t, "2026-02", "0.00"); len(r.Unpaid) != 0 {
		t.Errorf("listed again: %+v", r.Unpaid)
	}
}

func TestCompute_ChurnedThenGivenToAPodAtOnce_IsNoHandover(t *testing.T) {
	w := newWorld()
	w.addVersion(t, "", `[{"type": "handover", "name": "hand-over", "rate": "0.02", "floor": "5.00"}]`)
	w.customer("c1")
	w.entry("c1", "2026-01", history.Entry{Kind: history.KindChurn, ID: "x", Occurred: day(1, 9), Applied: day(1, 10), Seq: 2})
	w.parts["c1"].Moves = append(w.parts["c1"].Moves, history.Move{Decision: "d", From: day(1, 10), Seq: 3, Booked: "2026-01", Owner: "pod:north", Value: money.Of(100_00, "EUR")})
	w.wantEarned(t, "2026-01", "0.00")
}

func TestCompute_CustomerVariables_AreAsOfTheOrder(t *testing.T) {
	w := newWorld()
	w.addVersion(t, "", `[{"type": "commission", "name": "c", "when": "customer.region == 'DE' && customer.orders <= 2 && customer.revenue < 250 && customer.attributes.colour == 'red' && 'EU' in partner.regions", "tiers": [{"from": "0.00", "rate": "0.10"}]}]`)
	w.partner.Regions = []string{"EU"}
	red := "red"
	profile := func(id string, at time.Time, region string) {
		w.entry("c1", "2026-01", history.Entry{Kind: history.KindProfile, ID: id, Occurred: at, Profile: &channel.Upsert{Region: channel.Patch[string]{Set: true, Value: region}, Attributes: map[string]*string{"colour": &red}}})
	}
	profile("u1", day(1, 3), "DE")
	profile("u2", day(1, 20), "FR")
	for i, d := range []int{2, 5, 6, 7, 21} { // before the profile; counts; 300 in sum; three orders; in France
		w.place(string(rune('a'+i)), "c1", day(1, d), 100)
	}
	w.wantEarned(t, "2026-01", "10.00")
}

func TestCompute_ImpossibleInput_IsRefused(t *testing.T) {
	w := newWorld()
	w.addVersion(t, "", "["+tenPercent+"]")
	w.place("a", "c1", day(1, 5), 100)
	w.wantEarned(t, "2026-01", "10.00")
	again := w.input("2026-01")
	dollars := w.input("2026-02")
	dollars.Partner.Currency = "USD"
	dollars.Opening.Currency = ""
	mixed := w.input("2026-02")
	mixed.Partner.Currency = "USD"
	for slug, in := range map[string]Input{"impossible_statement": again, "currency_mismatch": dollars} {
		if _, err := Compute(in); !fault.Is(err, slug) {
			t.Errorf("want %s, got %v", slug, err)
		}
	}
	if _, err := Compute(mixed); !fault.Is(err, "impossible_statement") {
		t.Errorf("an opening in another currency: %v", err)
	}
}

func TestCompute_LinesOfAllVersions_StandInTheOrderOfThePlanInForce(t *testing.T) {
	w := newWorld()
	const bounty = `{"type": "bounty", "name": "%s", "amount": "1.00", "on": "order"}`
	w.addVersion(t, "2026-01-01", "["+fmt.Sprintf(bounty, "m of old")+"]")
	w.addVersion(t, "2026-02-01", `[{"type": "guarantee", "name": "g", "amount": "500.00"}, `+
		fmt.Sprintf(bounty, "z")+", "+fmt.Sprintf(bounty, "a")+"]")
	w.place("a", "c1", day(1, 5), 100)
	w.mustClose(t, "2026-01")
	w.order("2026-02", day(1, 6), channel.Order{ID: "late", Customer: "c1", Amount: 100_00, Currency: "EUR"})
	w.place("b", "c1", day(2, 5), 100)
	var got []string
	for _, l := range w.mustClose(t, "2026-02").Lines {
		got = append(got, l.Component)
	}
	if want := "z, a, m of old, g"; strings.Join(got, ", ") != want {
		t.Errorf("lines of %q, want %q", got, want)
	}
}

// beyond is a world in which three orders together are more than any amount.
func beyond(t *testing.T, components string) *world {
	t.Helper()
	w := newWorld()
	w.addVersion(t, "", "["+components+"]")
	for _, id := range []string{"a", "b", "c"} {
		w.order("2026-01", day(1, 5), channel.Order{ID: channel.OrderID(id), Customer: "c1", Amount: 1<<62 + 1<<61, Currency: "EUR"})
	}
	return w
}

func TestCompute_PayBeyondTheRange_IsAnErrorNotAWrap(t *testing.T) {
	w := beyond(t, `{"type": "commission", "name": "c", "tiers": [{"from": "0.00", "rate": "1.00"}]}`)
	if _, err := w.close("2026-01"); !fault.Is(err, "amount_out_of_range") {
		t.Errorf("error %v", err)
	}
}

// Only what is paid must fit an amount; what it is paid on may be more.
func TestCompute_OrdersBeyondTheRange_EarnWhatTheyShould(t *testing.T) {
	w := beyond(t, tenPercent)
	w.wantEarned(t, "2026-01", "20752587082923245.57") // a tenth of 3 x (2^62 + 2^61)
}

func TestCompute_OrdersBeyondTheRange_OnceRefunded_EarnNothing(t *testing.T) {
	for name, components := range map[string]string{
		"marginal":    `{"type": "commission", "name": "c", "tiers": [{"from": "0.00", "rate": "0.05"}, {"from": "10000.00", "rate": "0.10"}]}`,
		"whole":       `{"type": "commission", "name": "c", "method": "whole", "tiers": [{"from": "0.00", "rate": "0.05"}, {"from": "10000.00", "rate": "0.10"}]}`,
		"waive":       `{"type": "commission", "name": "c", "tierConsequence": "waive", "tiers": [{"from": "0.00", "rate": "0.10"}]}`,
		"a year":      `{"type": "commission", "name": "c", "attainment": "year", "tiers": [{"from": "0.00", "rate": "0.05"}, {"from": "10000.00", "rate": "0.10"}]}`,
		"conditions":  `{"type": "commission", "name": "c", "when": "customer.revenue >= 0", "tiers": [{"from": "0.00", "rate": "0.10"}]}`,
		"fund":        `{"type": "mdf", "name": "f", "rate": "0.10"}`,
		"a bounty":    `{"type": "bounty", "name": "b", "amount": "10.00", "on": "first_order"}`,
		"recognition": `{"type": "recognition", "name": "points", "perOrder": 10}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := beyond(t, components)
			for i, id := range []string{"a", "b", "c"} {
				w.refund("2026-01", day(1, 6), fmt.Sprint("r", i), channel.OrderID(id), 1<<62+1<<61)
			}
			w.wantEarned(t, "2026-01", "0.00")
		})
	}
}

func TestTimeline_CutsAssignmentsAtVersions(t *testing.T) {
	version := func(id channel.PlanID, n int, from string) *Plan {
		return &Plan{ID: id, Version: n, EffectiveFrom: from}
	}
	a1, a2, a3 := version("a", 1, "2026-01-01"), version("a", 2, "2026-03-01"), version("a", 3, "2026-03-01")
	b1 := version("b", 1, "2026-05-15")
	start := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	got := Timeline(channel.Calendar{}, []channel.Assignment{
		{Plan: "b", From: start(2026, 5, 1)},
		{Plan: "a", From: start(2025, 6, 1)},
		{Plan: "a", From: start(2026, 7, 1), To: start(2026, 8, 1)},
	}, []*Plan{b1, a3, a2, a1})
	want := []PlanSpan{
		{start(2026, 1, 1), start(2026, 3, 1), a1}, {start(2026, 3, 1), start(2026, 5, 1), a3},
		{start(2026, 5, 15), start(2026, 7, 1), b1}, {start(2026, 7, 1), start(2026, 8, 1), a3},
	}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if !got[i].From.Equal(want[i].From) || !got[i].Until.Equal(want[i].Until) || got[i].Plan != want[i].Plan {
			t.Errorf("span %d: %+v, want %+v", i, got[i], want[i])
		}
	}
}

func TestRatio_FractionsAddUpExactly(t *testing.T) {
	var r ratio
	for range 3 {
		r.addPart(100, 1, 3)
	}
	r.addPart(-7, 1, 2)
	r.addPart(7, 2, 4)
	r.addPart(9, 6, 6)
	r.add(1)
	if got := r.rat().String(); got != "110/1" || r.over {
		t.Errorf("sum %s", got)
	}
}
