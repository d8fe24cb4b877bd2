package announce

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/fairlead/fairlead/events"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

// data is the type of each event's data.
var data = map[string]any{
	DecisionMade: &Decision{}, OfferAnswered: &Answer{}, StatementMade: &Statement{}, PeriodClosed: &Period{},
	CustomerPromoted: &Tier{}, CustomerDemoted: &Tier{}, CustomerAtRisk: &Risk{}, CensusTaken: &Document{}, ModelFitted: &Document{},
}

func schema(t *testing.T, eventType string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(events.SchemaOut(eventType)))
	if err != nil {
		t.Fatalf("%s: %v", eventType, err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:"+eventType, doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("mem:" + eventType)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// holds validates an event against the schema of its type.
func holds(t *testing.T, e Event) {
	t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema(t, e.Type).Validate(doc); err != nil {
		t.Errorf("%s: %v", text, err)
	}
}

func TestEveryEventThatGoesOutHasASampleThatTheCodeWouldWrite(t *testing.T) {
	if got, want := events.Out(), slices.Sorted(slices.Values(Types())); !slices.Equal(got, want) {
		t.Fatalf("samples of %v, but %v go out", got, want)
	}
	for _, eventType := range Types() {
		sample := events.SampleOut(eventType)
		var got envelope
		got.Data = reflect.New(reflect.TypeOf(data[eventType]).Elem()).Interface()
		d := json.NewDecoder(bytes.NewReader(sample))
		d.DisallowUnknownFields()
		if err := d.Decode(&got); err != nil {
			t.Errorf("%s: %v", eventType, err)
			continue
		}
		e := Event{ID: got.ID, Type: got.Type, At: got.Time, Data: got.Data}
		holds(t, e)
		again, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		want, err := seal.CanonicalJSON(sample)
		if err != nil {
			t.Fatal(err)
		}
		if again, err = seal.CanonicalJSON(again); err != nil || !bytes.Equal(again, want) {
			t.Errorf("%s: written as %s, %v; want %s", eventType, again, err, want)
		}
	}
}

func TestSchemas_RefuseWhatTheCodeNeverWrites(t *testing.T) {
	for _, eventType := range Types() {
		compiled := schema(t, eventType)
		for _, in := range []string{"", "data"} {
			for name := range object(t, eventType, in) {
				for what, change := range map[string]func(map[string]any){
					"a list":  func(m map[string]any) { m[name] = []any{} },
					"unknown": func(m map[string]any) { m["X"+name] = "x" },
				} {
					root := object(t, eventType, "")
					m := root
					if in != "" {
						m = root[in].(map[string]any)
					}
					change(m)
					if compiled.Validate(root) == nil {
						t.Errorf("%s: %s.%s may be %s", eventType, in, name, what)
					}
				}
			}
		}
	}
}

func object(t *testing.T, eventType, in string) map[string]any {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(events.SampleOut(eventType)))
	if err != nil {
		t.Fatal(err)
	}
	root := doc.(map[string]any)
	if in == "" {
		return root
	}
	return maps.Clone(root[in].(map[string]any))
}

const policy = `{"id":"world","effectiveFrom":"2026-01-01","currency":"EUR","value":{"prior":{"default":"1.00"},"horizonMonths":36,"annualDiscountRate":"0.12","marginRate":"0.30"},
 "tiers":[{"name":"focal","minValue":"500.00","channel":"sales_force"},{"name":"growth","minValue":"50.00","channel":"partner"},{"name":"base","minValue":"0.00","channel":"partner"}],
 "examples":[{"name":"x","given":{"customer":{"region":"DE"}},"expect":{"outcome":"partner"}}]}`

// world is a store with a policy in it.
type world struct {
	*testing.T
	table  *table.Memory
	store  *store.Store
	teller *Teller
	hash   string
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, table: table.NewMemory()}
	w.store = store.New(w.table, store.Options{})
	w.teller = New(w.store)
	var err error
	if w.hash, err = w.store.PutContent(context.Background(), []byte(policy)); err != nil {
		t.Fatal(err)
	}
	return w
}

// decision is the item of one: from OWNER/TIER to OWNER/TIER, or ?PARTNER/TIER
// where it is only offered.
func (w *world) decision(from, to string) []byte {
	w.Helper()
	hadOwner, hadTier, _ := strings.Cut(from, "/")
	owner, tier, _ := strings.Cut(to, "/")
	r := map[string]any{"customer": "c1", "at": "2026-03-01T10:00:00Z", "outcome": "partner", "owner": owner, "tier": tier,
		"policy": map[string]any{"id": "world", "version": 1, "hash": w.hash}, "value": map[string]any{"amount": "700.00", "currency": "EUR", "basis": "observed"},
		"inputs": map[string]any{"region": "DE", "owner": hadOwner, "tier": hadTier}}
	switch {
	case owner == "":
		r["owner"], r["outcome"] = nil, "waiting"
	case owner[0] == '?':
		r["owner"], r["offer"] = nil, map[string]any{"partner": owner[1:], "expiresAt": "2026-03-03T10:00:00Z"}
	}
	text, err := json.Marshal(map[string]any{"record": r, "seq": 2})
	if err != nil {
		w.Fatal(err)
	}
	return text
}

func (w *world) told(pk, sk string, body []byte) string {
	w.Helper()
	change, err := store.ParseInsert(pk, sk, body)
	if err != nil {
		w.Fatal(err)
	}
	out, err := w.teller.Events(context.Background(), change, time.Date(2026, 3, 2, 0, 0, 0, 5, time.UTC))
	if err != nil {
		w.Fatal(err)
	}
	words := make([]string, len(out))
	for i, e := range out {
		holds(w.T, e)
		words[i] = e.Type + " " + e.ID
	}
	return strings.Join(words, ", ")
}

func TestDecisions_TellOfTheTiersTheyChangeAndOfNothingElse(t *testing.T) {
	w := newWorld(t)
	const id = "c1~0011223344556677"
	for _, c := range []struct{ from, to, also string }{
		{"partner:p1/base", "pod:north/focal", "customer.promoted"},
		{"pod:north/focal", "partner:p1/growth", "customer.demoted"},
		{"partner:p1/base", "partner:p1/growth", "customer.promoted"},
		{"partner:p1/base", "partner:p2/base", ""},
		{"/", "pod:north/focal", ""},
		{"partner:p1/base", "/focal", ""},
		{"pod:north/focal", "?p1/growth", ""},
		{"partner:p1/gone", "pod:north/focal", "customer.promoted"},
		{"pod:north/gone", "partner:p1/base", "customer.demoted"},
		{"partner:p1/gone", "partner:p2/base", ""},
	} {
		want := "decision.made decision/" + id
		if c.also != "" {
			want += ", " + c.also + " tier/" + id
		}
		if got := w.told("C#c1", "D#0011223344556677", w.decision(c.from, c.to)); got != want {
			t.Errorf("%s to %s: %s, want %s", c.from, c.to, got, want)
		}
	}
	if got := w.told("C#c1", "D#0011223344556677", []byte(`{"alias":"c1~ffeeddccbbaa0099","by":"ann"}`)); got != "" {
		t.Errorf("an alias was told: %s", got)
	}
}

func TestAnswers_TellOfTheTierThatAnAcceptedOfferChanged(t *testing.T) {
	w := newWorld(t)
	key := store.DecisionKey("c1", "0011223344556677")
	if _, err := w.table.Transact(context.Background(), table.Tx{Ops: []table.Op{{Kind: table.Put, Key: key, Body: w.decision("pod:north/focal", "?p1/growth"), If: table.Cond{Kind: table.Absent}}}}); err != nil {
		t.Fatal(err)
	}
	for answer, want := range map[string]string{
		"accepted": "offer.answered answer/c1~0011223344556677, customer.demoted tier/c1~0011223344556677",
		"refused":  "offer.answered answer/c1~0011223344556677",
	} {
		if got := w.told("C#c1", "D#0011223344556677#A", fmt.Appendf(nil, `{"answer":%q,"at":"2026-03-02T10:00:00Z"}`, answer)); got != want {
			t.Errorf("%s: %s, want %s", answer, got, want)
		}
	}
}

func TestTheRestOfTheLedger_IsToldOrNobodysBusiness(t *testing.T) {
	w := newWorld(t)
	version := []byte(`{"hash":"sha256:` + strings.Repeat("0a", 32) + `","effectiveFrom":"2026-03-01","published":"2026-03-01T02:00:00Z"}`)
	for _, c := range []struct{ pk, sk, body, want string }{
		{"C#c1", "N#2026-03-01#at_risk", `{"alivePpm":99000,"model":"value~1","policy":"world"}`, "customer.at_risk risk/c1/2026-03-01"},
		{"C#c1", "N#2026-03-01#birthday", `{}`, ""},
		{"C#c1", "F#2026-03#o#o1", `{}`, ""},
		{"S#partner:p1", "2026-03#S", `{"document":"sha256:` + strings.Repeat("0a", 32) + `"}`, "statement.made statement/p1/2026-03"},
		{"S#pod:north", "2026-03#S", `{}`, ""},
		{"S#partner:p1", "2026-03#Z", `{}`, ""},
		{"Z#head", "2026-03", `{}`, "period.closed period/2026-03"},
		{"V#census#census", "000012", string(version), "census.taken census/census~12"},
		{"V#model#value", "000003", string(version), "model.fitted model/value~3"},
		{"V#policy#world", "000001", string(version), ""},
		{"T#partner:p1", "2026-03#x", `{}`, ""},
	} {
		if got := w.told(c.pk, c.sk, []byte(c.body)); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.pk, c.sk, got, c.want)
		}
	}
}

func TestFollow_TellsOnceWhatComesAfterItBeganAndPassesOverWhatItCannot(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	put := func(pk, sk, body string) {
		t.Helper()
		key := table.Key{Table: table.Ledger, PK: pk, SK: sk}
		if _, err := w.table.Transact(ctx, table.Tx{Ops: []table.Op{{Kind: table.Put, Key: key, Body: []byte(body), If: table.Cond{Kind: table.Absent}}}}); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 7 {
		put("Z#head", fmt.Sprintf("2025-0%d", n+1), `{}`) // before: nobody hears of it
	}
	heard, failed, tick := make(chan Event, 9), make(chan error, 9), make(chan time.Time)
	go w.teller.Follow(ctx, Follower{tick, time.Now, func(e Event) { heard <- e }, func(err error) { failed <- err }})
	tick <- time.Time{}
	put("C#c1", "D#0011223344556677", `not JSON`)
	put("Z#head", "2026-01", `{}`)
	tick <- time.Time{}
	tick <- time.Time{} // the round before is over
	if len(heard) != 1 || len(failed) != 1 {
		t.Fatalf("%d heard, %d failed", len(heard), len(failed))
	}
	if e := <-heard; e.ID != "period/2026-01" {
		t.Errorf("%+v", e)
	}
}
