package routing

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// world is a random policy with everything it needs, in a form that the
// reference can read without the code under test.
type world struct {
	policy  *Policy
	doc     map[string]any
	tiers   []tier
	rules   []randomRule
	promote int64 // ppm
	demote  int64
	dwell   time.Duration
	protect time.Duration
	asks    bool
	max     int
	fullW   bool
	toPods  bool
	floor   int64 // ppm, -1: no guard
	people  channel.Directory
	dir     *Directory
}

// randomRule is a rule and its condition as a Go function.
type randomRule struct {
	name    string
	when    string
	holds   func(in *Input) bool
	ch      channel.Channel
	partner channel.PartnerID
	decline bool
}

var (
	regions  = []string{"DE", "FR", "AQ", ""}
	segments = []string{"smb", "strategic", ""}
	epoch    = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
)

func pick[T any](t *rapid.T, name string, from ...T) T { return rapid.SampledFrom(from).Draw(t, name) }
func chance(t *rapid.T, name string, percent int) bool {
	return rapid.IntRange(0, 99).Draw(t, name) < percent
}

// randomPredicate is a condition both as text and as Go.
func randomPredicate(t *rapid.T) (string, func(*Input) bool) {
	switch rapid.IntRange(0, 5).Draw(t, "predicate") {
	case 0:
		v := pick(t, "region", regions...)
		return fmt.Sprintf("customer.region == '%s'", v), func(in *Input) bool { return in.Customer.Region == v }
	case 1:
		v, w := pick(t, "segment", segments...), pick(t, "segment", segments...)
		return fmt.Sprintf("customer.segment in ['%s', '%s']", v, w), func(in *Input) bool { return in.Customer.Segment == v || in.Customer.Segment == w }
	case 2:
		n := rapid.Int64Range(0, 1200).Draw(t, "value")
		return fmt.Sprintf("value.amount >= %d", n), func(in *Input) bool { return in.Value.Amount >= n*100 }
	case 3:
		n := rapid.Int64Range(0, 5).Draw(t, "orders")
		return fmt.Sprintf("customer.orders < %d", n), func(in *Input) bool { return in.Customer.Orders < n }
	case 4:
		return "customer.discountShare > 0.25", func(in *Input) bool { return 3*in.Customer.Discount > in.Customer.Gross }
	}
	v := pick(t, "size", "L", "")
	return fmt.Sprintf("customer.attributes.size == '%s'", v), func(in *Input) bool { return in.Customer.Attributes["size"] == v }
}

func randomCondition(t *rapid.T) (string, func(*Input) bool) {
	text, holds := randomPredicate(t)
	if chance(t, "two", 40) {
		more, also := randomPredicate(t)
		if chance(t, "and", 60) {
			return text + " && " + more, func(in *Input) bool { return holds(in) && also(in) }
		}
		return text + " || " + more, func(in *Input) bool { return holds(in) || also(in) }
	}
	return text, holds
}

func randomRules(t *rapid.T, n int) []randomRule {
	rules := make([]randomRule, n)
	for i := range rules {
		r := &rules[i]
		r.name = fmt.Sprintf("rule %d", i)
		r.when, r.holds = randomCondition(t)
		switch rapid.IntRange(0, 3).Draw(t, "then") {
		case 0:
			r.decline = true
		case 1:
			r.partner, r.ch = pick[channel.PartnerID](t, "named", "p1", "p2", "p9"), channel.Partners
		default:
			r.ch = pick(t, "channel", channel.SalesForce, channel.Partners)
		}
	}
	return rules
}

func (r *randomRule) doc() map[string]any {
	then := map[string]any{"channel": r.ch}
	switch {
	case r.decline:
		then = map[string]any{"decline": map[string]any{"message": "no"}}
	case r.partner != "":
		then = map[string]any{"partner": r.partner}
	}
	return map[string]any{"name": r.name, "when": r.when, "then": then}
}

// randomWorld draws a policy and a directory.
func randomWorld(t *rapid.T) *world {
	w := &world{floor: -1}
	mins := []int64{100_000, 50_000, 20_000}[rapid.IntRange(0, 2).Draw(t, "tiers"):]
	for i, m := range append(mins, 0) {
		x := tier{name: fmt.Sprintf("tier%d", i), min: m, channel: pick(t, "tier channel", channel.SalesForce, channel.Partners)}
		if chance(t, "pod kind", 25) {
			x.podKind = "field"
		}
		if chance(t, "needs", 25) {
			x.needs = []string{pick(t, "cert", "gold", "silver")}
		}
		w.tiers = append(w.tiers, x)
	}
	w.rules = randomRules(t, rapid.IntRange(0, 4).Draw(t, "rules"))
	w.promote = rapid.Int64Range(1_000_000, 1_500_000).Draw(t, "promote")
	w.demote = rapid.Int64Range(500_000, 1_000_000).Draw(t, "demote")
	dwell, protect := rapid.IntRange(0, 40).Draw(t, "dwell"), rapid.IntRange(0, 40).Draw(t, "protection")
	w.dwell, w.protect = days(dwell), days(protect)
	w.asks, w.max = chance(t, "offers", 50), rapid.IntRange(0, 2).Draw(t, "max offers")
	w.fullW, w.toPods = chance(t, "full waits", 50), chance(t, "none to pods", 50)
	if chance(t, "guard", 50) {
		w.floor = rapid.Int64Range(0, 1_000_000).Draw(t, "floor")
	}
	w.write(dwell, protect)
	w.people = randomDirectory(t)
	var err error
	if w.policy, err = Parse(w.json(), channel.Calendar{}); err != nil {
		t.Fatalf("%v\n%s", err, w.json())
	}
	w.policy = w.policy.As(3)
	if w.dir, err = NewDirectory(w.people); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) write(dwell, protect int) {
	var tiers, rules []any
	for _, x := range w.tiers {
		d := map[string]any{"name": x.name, "minValue": money.Format(x.min, "EUR"), "channel": x.channel}
		if x.podKind != "" {
			d["podKind"] = x.podKind
		}
		if x.needs != nil {
			d["certifications"] = x.needs
		}
		tiers = append(tiers, d)
	}
	for i := range w.rules {
		rules = append(rules, w.rules[i].doc())
	}
	offer := map[string]any{"required": w.asks, "expiresHours": 48}
	if w.max > 0 {
		offer["maxOffers"] = w.max
	}
	w.doc = map[string]any{
		"id": "random", "effectiveFrom": "2026-01-01", "currency": "EUR", "seed": "s", "tiers": tiers,
		"hysteresis": map[string]any{"promoteFactor": money.Rate(w.promote).String(), "demoteFactor": money.Rate(w.demote).String(), "dwellDays": dwell},
		"protection": map[string]any{"days": protect}, "offer": offer,
		"salesForceFull": map[bool]string{true: "wait", false: "partner"}[w.fullW],
		"noPartner":      map[bool]string{true: "sales_force", false: "wait"}[w.toPods],
	}
	if rules != nil {
		w.doc["rules"] = rules
	}
	if w.floor >= 0 {
		w.doc["balance"] = map[string]any{"minStableShare": money.Rate(w.floor).String()}
	}
}

func (w *world) json() []byte {
	b, err := json.Marshal(w.doc)
	if err != nil {
		panic(err)
	}
	return b
}

func randomDirectory(t *rapid.T) channel.Directory {
	var d channel.Directory
	subset := func(name string, from ...string) []string {
		return slices.DeleteFunc(slices.Clone(from), func(string) bool { return chance(t, name, 50) })
	}
	status := func() channel.Status {
		return pick(t, "status", channel.Active, channel.Active, channel.Active, channel.Paused, channel.Left)
	}
	room := func() int64 { return pick(t, "capacity", channel.Unlimited, channel.Unlimited, 5, 0) }
	for i := range rapid.IntRange(0, 5).Draw(t, "partners") {
		d.Partners = append(d.Partners, channel.Partner{
			ID: channel.PartnerID(fmt.Sprintf("p%d", i)), Status: status(), Regions: subset("regions", "DE", "FR"), Segments: subset("segments", "smb", "strategic"),
			Certifications: subset("certs", "gold", "silver"), WeightMicros: pick[int64](t, "weight", 0, 10_000, 1_000_000, 2_500_000), Capacity: room(),
		})
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "pods") {
		d.Pods = append(d.Pods, channel.Pod{ID: channel.PodID(fmt.Sprintf("d%d", i)), Status: status(), Kind: pick(t, "kind", "field", "inside"), Regions: subset("regions", "DE", "FR"), Capacity: room()})
	}
	return d
}

// randomInput draws a customer in any state.
func randomInput(t *rapid.T, w *world) Input {
	value := rapid.Int64Range(0, 160_000).Draw(t, "amount")
	in := Input{
		Policy: w.policy, Directory: w.dir, At: epoch, Cause: ByCall, AtOnce: chance(t, "at once", 20),
		Customer: Customer{
			ID: channel.CustomerID(fmt.Sprintf("c%d", rapid.IntRange(0, 50).Draw(t, "customer"))), Region: pick(t, "region", regions...), Segment: pick(t, "segment", segments...),
			Orders: rapid.Int64Range(0, 5).Draw(t, "orders"), Gross: rapid.Int64Range(0, 100).Draw(t, "gross"), Discount: rapid.Int64Range(0, 50).Draw(t, "discount"),
			DaysSinceLastOrder: -1, Attributes: map[string]string{},
		},
		Value: Value{Amount: value, Currency: "EUR", Basis: Declared, Declared: &value, AlivePPM: 1_000_000},
		State: randomState(t, w),
	}
	if chance(t, "large", 50) {
		in.Customer.Attributes["size"] = "L"
	}
	for _, o := range randomOwners {
		if chance(t, "full", 15) {
			in.Full = append(in.Full, o)
		}
	}
	if chance(t, "census", 50) {
		ppm := rapid.Int64Range(0, 1_000_000).Draw(t, "stable")
		in.Census = Census{Version: "7", StablePPM: &ppm}
	}
	return in
}

var randomOwners = []channel.Owner{"partner:p0", "partner:p1", "partner:p2", "partner:p3", "partner:p9", "pod:d0", "pod:d1"}

func randomState(t *rapid.T, w *world) State {
	s := State{Owner: pick(t, "owner", append(randomOwners, "", "", "", "", "")...)}
	s.Tier = pick(t, "tier", "", "tier0", "tier1", "tier2", "gone")
	if s.Owner != "" || chance(t, "moved", 30) {
		s.LastMove = &LastMove{At: epoch.Add(-time.Duration(rapid.IntRange(0, 60*24).Draw(t, "moved")) * time.Hour), ByRule: chance(t, "by rule", 50), First: chance(t, "first", 50)}
	}
	ids := func(name string) (out []channel.PartnerID) {
		for _, id := range []channel.PartnerID{"p0", "p1", "p2"} {
			if chance(t, name, 20) {
				out = append(out, id)
			}
		}
		return out
	}
	s.Refused, s.Round = ids("refused"), Round{Offers: rapid.IntRange(0, 3).Draw(t, "offers"), Expired: ids("expired")}
	if chance(t, "former", 40) {
		s.Former = pick[channel.PartnerID](t, "former", "p0", "p1", "p2", "p9")
	}
	if p, ok := s.Owner.Partner(); ok {
		s.Former = p
	}
	if chance(t, "protected", 30) {
		s.Protection = &Protection{Partner: pick[channel.PartnerID](t, "registrant", "p0", "p1", "p2"), At: epoch.Add(-time.Duration(rapid.IntRange(-24, 50*24).Draw(t, "registered")) * time.Hour)}
	}
	return s
}

// text is a decision for a failure message.
func (d Decision) text() string {
	return strings.Join([]string{string(d.Bytes), string(d.Explanation.Append(nil))}, "\n")
}
