package closing_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/value"
)

const valuePolicy = `{"id":"world","effectiveFrom":"2026-01-01","currency":"EUR","value":{"horizonMonths":36,"annualDiscountRate":"0.12","marginRate":"0.30"},
	"tiers":[{"name":"base","minValue":"0.00","channel":"partner"}],"balance":{"minStableShare":"0.35"}}`

// growthPlan pays on growth, and on orders more while the guard is on.
const growthPlan = `{"id":"standard","effectiveFrom":"2026-02-01","currency":"EUR","components":[
	{"type":"commission","name":"commission","whenGuarded":"1.10","tiers":[{"from":"0.00","rate":"0.05"}]},
	{"type":"growth","name":"grown customers","rate":"0.01"}]}`

// publishedModel is the one of Fader, Hardie and Lee, in another currency.
func publishedModel(asOf string) *value.Model {
	day, _ := value.ParseDay("asOf", asOf)
	return &value.Model{AsOf: day, Kind: value.BGNBD, Params: value.Params{R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426}, Customers: 2357, RepeatCustomers: 946,
		Spends: []value.Spend{{Currency: "EUR", P: 6.25, Q: 3.74, Gamma: 15.44, Customers: 946}}}
}

// from publishes a document that is in force from a day on.
func (w *world) from(kind, id, day string, content []byte) {
	w.T.Helper()
	hash, err := w.Store.PutContent(w.Ctx, content)
	w.Must(err)
	_, err = w.Store.UpdateControl(w.Ctx, w.Now, func(c store.Control, b *store.Batch) (store.Control, error) {
		return b.PutVersion(c, store.Version{Kind: kind, ID: id, Hash: hash, By: "test", Published: w.Now, EffectiveFrom: day}), nil
	})
	w.Must(err)
}

func (w *world) model(m *value.Model) {
	w.T.Helper()
	content, err := m.Canonical()
	w.Must(err)
	w.from(store.KindModel, "value", m.AsOf.String(), content)
}

func (w *world) census(asOf string, c *value.Census) {
	w.T.Helper()
	day, err := value.ParseDay("asOf", asOf)
	w.Must(err)
	c.AsOf = day
	content, err := c.Canonical()
	w.Must(err)
	w.from(store.KindCensus, "census", asOf, content)
}

// valued is a world with a policy, a model and a plan that pays on growth.
func valued(t *testing.T) *world {
	w := newWorld(t)
	content, err := seal.CanonicalJSON([]byte(valuePolicy))
	w.Must(err)
	w.from(closing.KindPolicy, "world", "2026-01-01", content)
	w.Publish("plan", "standard", growthPlan)
	w.model(publishedModel("2026-02-28"))
	w.At("2026-03-01T08:00:00Z")
	for _, id := range []channel.CustomerID{"c1", "c2"} {
		w.Customer(id, "partner:p1", "2026-03-01T08:00:00Z")
		w.Entry(id, history.Entry{Kind: history.KindProfile, ID: "u-" + string(id), Source: "crm", EventID: channel.EventID("u-" + id), Occurred: w.Now,
			Profile: &channel.Upsert{Customer: id, Region: channel.Put("DE")}})
	}
	for i, day := range []string{"02", "09", "16", "23"} {
		w.Order("c1", channel.OrderID(fmt.Sprint("m", i)), "2026-03-"+day+"T10:00:00Z", "100.00")
	}
	w.Order("c2", "once", "2026-03-05T10:00:00Z", "900.00")
	return w
}

// worthOf is what c1 is worth at the end of a month, by the package alone.
func worthOf(w *world, at string, days ...string) int64 {
	asOf, err := value.ParseDay("day", at)
	w.Must(err)
	o := value.Orders{Currency: "EUR", Orders: int64(len(days)), Days: int64(len(days))}
	for i, text := range days {
		day, err := value.ParseDay("day", text)
		w.Must(err)
		if o.Last = day; i == 0 {
			o.First = day
		} else {
			o.Spend += 10_000
		}
	}
	terms := value.Terms{Currency: "EUR", HorizonMonths: 36, AnnualDiscount: 120_000, Margin: 300_000, ObservedFrom: 3}
	return publishedModel("2026-02-28").Score(o, terms, asOf).Amount.Minor
}

func lineOf(w *world, partner channel.PartnerID, p channel.Period, component string, preview bool) string {
	w.T.Helper()
	d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: partner, Period: p, Preview: preview})
	w.Must(err)
	for _, l := range d.Lines {
		if l.Component == component {
			return l.Amount
		}
	}
	return ""
}

func TestGrowth_IsPaidFromTheSecondStatementUnderTheModelOfTheMonthsStart(t *testing.T) {
	w := valued(t)
	w.Close("2026-03")
	if got := lineOf(w, "p1", "2026-03", "grown customers", false); got != "" && got != "0.00" {
		t.Errorf("the first statement pays growth: %s", got)
	}
	w.At("2026-04-20T08:00:00Z")
	other := publishedModel("2026-04-15")
	other.Params.R = 2 // in force since the 15th: for May, not for April
	w.model(other)
	days := []string{"2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"}
	before := worthOf(w, "2026-03-31", days...)
	for i, day := range []string{"2026-04-01", "2026-04-08", "2026-04-15"} {
		w.Order("c1", channel.OrderID(fmt.Sprint("a", i)), day+"T10:00:00Z", "100.00")
		days = append(days, day)
	}
	rate, err := money.MulRate(worthOf(w, "2026-04-30", days...)-before, 10_000)
	w.Must(err)
	want := money.Format(rate, "EUR")
	w.At("2026-05-02T08:00:00Z")
	if got := lineOf(w, "p1", "2026-04", "grown customers", true); got != want {
		t.Errorf("preview: growth %s, want %s", got, want)
	}
	w.Close("2026-04")
	if got := lineOf(w, "p1", "2026-04", "grown customers", false); got != want || rate <= 0 {
		t.Errorf("growth %s, want %s", got, want)
	}
	d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-04"})
	w.Must(err)
	var values []incentive.Value
	w.Must(json.Unmarshal(d.Inputs.Values, &values))
	if len(values) != 1 || values[0].Start != before || !values[0].EndObserved {
		t.Errorf("values shown: %+v", values) // c2 ordered once: not observed
	}
}

// withOtherFloats is the world on a processor that computes other values: the
// model says something else than it did, under the same name.
func (w *world) withOtherFloats() *world {
	w.T.Helper()
	c, err := w.Store.LatestControl(w.Ctx, w.Now)
	w.Must(err)
	models, err := w.Store.AllVersions(w.Ctx, c, store.KindModel)
	w.Must(err)
	other := otherBodies{w.Store.Table(), map[table.Key][]byte{}}
	for _, v := range models {
		items, err := w.Store.Get(w.Ctx, store.PartKey(v.Hash))
		w.Must(err)
		model, err := value.ParseModel("", items[0].Body)
		w.Must(err)
		model.Params.Alpha *= 1.5
		other.of[store.PartKey(v.Hash)], err = model.Canonical()
		w.Must(err)
	}
	return w.through(other)
}

// otherBodies is a table that reads other bodies than it has under some keys.
type otherBodies struct {
	table.Table
	of map[table.Key][]byte
}

func (o otherBodies) Get(ctx context.Context, keys ...table.Key) ([]table.Item, table.Units, error) {
	items, units, err := o.Table.Get(ctx, keys...)
	items = slices.Clone(items)
	for i := range items {
		if body, ok := o.of[keys[i]]; ok {
			items[i].Body = body
		}
	}
	return items, units, err
}

// A second reader on a processor with other floats reads the first one's
// integers.
func TestValues_OnceStoredAreReadAndNeverComputedAgain(t *testing.T) {
	w := valued(t)
	w.Close("2026-03")
	w.At("2026-05-06T09:00:00Z")
	w.Order("c1", "a1", "2026-04-15T10:00:00Z", "100.00")
	plan, err := w.Uses.Closing.PlanClose(w.Ctx, "2026-04")
	w.Must(err)
	if _, err := w.Uses.Closing.CloseOwners(w.Ctx, "2026-04", plan.Owners); err != nil {
		t.Fatal(err)
	}
	sealed := w.Everything("2026-04")
	w = w.withOtherFloats()
	if _, err := w.Uses.Closing.CloseOwners(w.Ctx, "2026-04", plan.Owners); err != nil {
		t.Errorf("the same step again: %v", err)
	}
	w.Close("2026-04")
	for k, v := range sealed {
		if got := w.Everything("2026-04")[k]; got != v {
			t.Errorf("%s changed:\n%s\n%s", k, v, got)
		}
	}
}

func TestValues_OfManyCustomersStandInPartsBehindTheShares(t *testing.T) {
	w := newWorld(t)
	book := &closing.ValueBook{Next: closing.Basis{Model: "sha256:m", Policy: "sha256:p"}, Customers: closing.BookedWorth{}}
	for i := range 20_000 {
		book.Customers[channel.CustomerID(fmt.Sprintf("customer-%06d", i))] = closing.Worth{int64(i), 1, int64(2 * i), 1}
	}
	parts, err := closing.EncodePosition(&incentive.Result{Shares: manyShares(20_000)}, book)
	w.Must(err)
	for i, body := range parts {
		b := &store.Batch{}
		b.Body(store.PositionKey("partner:p1", "2026-03", i), body)
		w.Must(w.Store.Commit(w.Ctx, b))
	}
	got, found, err := w.Uses.Library.StoredValues(w.Ctx, "p1", "2026-03")
	w.Must(err)
	if !found || len(got.Customers) != 20_000 || got.Customers["customer-019999"] != (closing.Worth{19_999, 1, 39_998, 1}) || got.Next != book.Next {
		t.Errorf("read %d customers of %d parts", len(got.Customers), len(parts))
	}
}

func TestGuard_OfTheLastCensusBeforeTheMonthMultipliesItsPay(t *testing.T) {
	w := valued(t)
	stable := int64(123_400)
	guarded := value.Census{Regions: []value.RegionCensus{{Region: "DE", Currency: "EUR", Guarded: true}}, Partners: []value.PartnerShare{{Partner: "p1", StablePPM: &stable}}}
	w.census("2026-03-30", &value.Census{Regions: []value.RegionCensus{{Region: "DE", Currency: "EUR"}}})
	w.At("2026-03-31T01:00:00Z")
	w.census("2026-03-31", &guarded)
	w.At("2026-04-01T01:00:00Z")
	w.census("2026-04-01", &value.Census{Regions: []value.RegionCensus{{Region: "DE", Currency: "EUR"}}}) // too late for April
	w.Close("2026-03")
	w.Order("c1", "a1", "2026-04-15T10:00:00Z", "100.00")
	w.Close("2026-04")
	w.Order("c1", "b1", "2026-05-15T10:00:00Z", "100.00")
	w.Close("2026-05")
	for period, want := range map[channel.Period]string{"2026-03": "65.00", "2026-04": "5.50", "2026-05": "5.00"} {
		if got := lineOf(w, "p1", period, "commission", false); got != want {
			t.Errorf("commission of %s: %s, want %s", period, got, want)
		}
	}
	for period, want := range map[channel.Period]string{"2026-03": "0.1234", "2026-04": "0"} {
		d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: period})
		w.Must(err)
		if d.ShareOfStableBase == nil || *d.ShareOfStableBase != want {
			t.Errorf("share of the stable base in %s: %v, want %s", period, d.ShareOfStableBase, want)
		}
	}
}
