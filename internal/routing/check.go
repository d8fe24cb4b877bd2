package routing

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// ExampleResult is one worked example, computed. Expected and Got speak of the
// same keys: "outcome sales_force, tier focal".
type ExampleResult struct {
	Name     string // of the example
	Expected string // as the document has it
	Got      string // as computed, or why it could not be
	OK       bool   // every expected key came out
}

// Check computes the policy's examples as of EffectiveFrom. It returns one line
// per example and, if any fails, a fault.Invalid with slug example_failed that
// names each with what was expected and what came out.
//
// An example computes value, tier, rules and channel; without a directory of
// its own everybody can take the customer, so that the channel is the answer.
// With given.directory it is a whole decision.
func (p *Policy) Check() ([]ExampleResult, error) {
	results := make([]ExampleResult, len(p.examples))
	bad := fault.New(fault.Invalid, "example_failed", "the policy does not compute its examples")
	for i := range p.examples {
		x := &p.examples[i]
		results[i].Name = x.Name
		path := document.Path("examples", i)
		r, err := p.compute(x)
		if err != nil {
			results[i].Got = err.Error()
			f := fault.Of(err)
			if len(f.Fields) == 0 {
				bad.At(path, "%q cannot be computed: %s", x.Name, f.Msg)
			}
			for _, field := range f.Fields {
				bad.At(document.Path(path, "given", field.Field), "%q cannot be computed: %s", x.Name, field.Message)
			}
			continue
		}
		x.Expect.compare(r, path, &results[i], bad)
	}
	if len(bad.Fields) > 0 {
		return results, bad
	}
	return results, nil
}

// compare writes what was expected and what came out, and each difference.
func (e *expectDocument) compare(r *run, path string, result *ExampleResult, bad *fault.Error) {
	var expected, got []string
	result.OK = true
	reasons := make([]string, 0, len(r.story))
	for _, c := range r.reasons() {
		reasons = append(reasons, string(c))
	}
	partner, _ := r.why.Chosen.Partner()
	for _, k := range []struct{ key, want, is string }{
		{"outcome", string(e.Outcome), string(r.outcome)},
		{"channel", string(e.Channel), string(r.channel())},
		{"tier", e.Tier, r.tier},
		{"rule", e.Rule, r.why.Applied},
		{"partner", string(e.Partner), string(partner)},
		{"owner", string(e.Owner), string(r.why.Chosen)},
		{"reason", string(e.Reason), strings.Join(reasons, " and ")},
	} {
		// what an example does not expect is not compared
		if k.want == "" {
			continue
		}
		// "none" is what a person writes and reads for nothing
		is := cmp.Or(k.is, "none")
		expected, got = append(expected, k.key+" "+k.want), append(got, k.key+" "+is)
		if k.want == k.is || k.key == "reason" && slices.Contains(reasons, k.want) {
			continue
		}
		result.OK = false
		bad.At(document.Path(path, "expect", k.key), "%q expects %s, but the policy computes %s", result.Name, k.want, is)
	}
	result.Expected, result.Got = strings.Join(expected, ", "), strings.Join(got, ", ")
}

// channel is the channel that was decided: the outcome if it is one, else what
// rule or tier asked for.
func (r *run) channel() channel.Channel {
	if r.outcome == ToPartner || r.outcome == ToSalesForce {
		return channel.Channel(r.outcome)
	}
	return r.why.Channel
}

// compute decides an example.
func (p *Policy) compute(x *exampleDocument) (*run, error) {
	g := &x.Given
	t := p.terms(g.Customer.Region)
	known, err := g.known(t)
	if err != nil {
		return nil, err
	}
	customer, value, err := p.Load(known)
	if err != nil {
		return nil, err
	}
	in := Input{Policy: p, Customer: customer, Value: value, State: g.state(p), At: p.EffectiveFrom, Cause: ByCall}
	g.shares(&in.Customer)
	if err := g.worth(&in.Value); err != nil {
		return nil, err
	}
	if in.Census, err = g.census(t); err != nil {
		return nil, err
	}
	if in.Directory, in.Full, err = g.directory(); err != nil {
		return nil, err
	}
	in.wholeSeconds()
	r := newRun(&in)
	return r, r.decide()
}

// known is the customer of an example as a route would load it.
func (g *givenDocument) known(t *terms) (LoadInput, error) {
	c := &g.Customer
	currency := cmp.Or(c.Currency, t.currency)
	k := LoadInput{ID: cmp.Or(c.ID, "example"), Profile: history.Profile{
		Region: c.Region, Segment: c.Segment, Currency: c.Currency,
		SourcedBy: c.SourcedBy, ReferredBy: c.ReferredBy, Attributes: c.Attributes,
		DeclaredValue: channel.Figure{Decimal: c.DeclaredValue}, Need: channel.Figure{Decimal: c.Need},
		ReferralValue: channel.Figure{Decimal: c.ReferralValue},
	}}
	k.Summary = history.Summary{Orders: int(c.Orders), DaysSinceLastOrder: -1}
	if c.DaysSinceLastOrder != nil {
		k.Summary.DaysSinceLastOrder = int(*c.DaysSinceLastOrder)
	}
	sums := history.Sums{Currency: currency}
	for _, f := range []struct {
		field, text string
		into        *int64
	}{
		{"customer.revenue", c.Revenue, &sums.Revenue},
		{"customer.discount", c.Discount, &sums.Discount},
		{"customer.lastYear", c.LastYear, &sums.LastYear},
	} {
		if f.text == "" {
			continue
		}
		a, err := channel.ParseAmount(f.field, f.text, currency)
		if err != nil {
			return k, err
		}
		*f.into = a.Minor
	}
	// an example knows no refunds
	sums.Gross = sums.Revenue
	if sums != (history.Sums{Currency: currency}) {
		k.Summary.Sums = []history.Sums{sums}
	}
	if g.Value.Observed != "" {
		a, err := channel.ParseAmount("value.observed", g.Value.Observed, t.currency)
		if err != nil {
			return k, err
		}
		k.Scored = &Score{Value: a, AlivePPM: int64(money.One), Model: "example"}
	}
	return k, nil
}

// shares sets the sums to give the shares that an example states outright.
func (g *givenDocument) shares(c *Customer) {
	if s := g.Customer.DiscountShare; s != nil {
		c.Discount, c.Gross = int64(*s), int64(money.One-*s)
	}
	if s := g.Customer.Share; s != nil {
		c.LastYear, c.Need = int64(*s), int64(money.One)
	}
}

// worth sets the value that an example states outright.
func (g *givenDocument) worth(v *Value) error {
	if g.Value.Amount != "" {
		a, err := channel.ParseAmount("value.amount", g.Value.Amount, v.Currency)
		if err != nil {
			return err
		}
		v.Amount = a.Minor
	}
	v.Basis = cmp.Or(g.Value.Basis, v.Basis)
	if g.Value.Alive != nil {
		v.AlivePPM = int64(*g.Value.Alive)
	}
	return nil
}

// state is what earlier decisions left behind. Days ago are days of 24 hours
// before the policy's first instant, which is when an example is decided.
func (g *givenDocument) state(p *Policy) State {
	s := State{
		Owner: g.Owner, Tier: g.Tier, Former: g.FormerPartner, Refused: g.Refused,
		Round: Round{Offers: g.OffersMade, Expired: g.Expired},
	}
	if m := g.LastMove; m != nil {
		s.LastMove = &LastMove{At: p.EffectiveFrom.Add(-days(m.DaysAgo)), ByRule: m.ByRule, First: m.First}
	}
	if r := g.Protection; r != nil {
		s.Protection = &Protection{Partner: r.Partner, At: p.EffectiveFrom.Add(-days(r.DaysAgo))}
	}
	return s
}

// census is the stable share that an example gives, in ppm. "guarded" alone
// means a share just below the floor.
func (g *givenDocument) census(t *terms) (Census, error) {
	share := g.Balance.StableShare
	if g.Census != nil {
		share = &g.Census.StableShare
	}
	switch {
	case share != nil:
		ppm := int64(*share)
		return Census{Version: "example", StablePPM: &ppm}, nil
	case !g.Balance.Guarded:
		return Census{}, nil
	case t.floor == 0:
		return Census{}, fault.New(fault.Invalid, "invalid_example", "not possible").
			At("balance.guarded", "there is no guard that could be on: balance.minStableShare is not above 0")
	}
	ppm := int64(t.floor) - 1
	return Census{Version: "example", StablePPM: &ppm}, nil
}

// directory is the partners and pods of an example and who of them is full;
// nil if it gives none.
func (g *givenDocument) directory() (*Directory, []channel.Owner, error) {
	if g.Directory == nil {
		return nil, nil, nil
	}
	var d channel.Directory
	var full []channel.Owner
	for _, s := range g.Directory.Partners {
		p := channel.Partner{
			ID: channel.PartnerID(s.ID), Status: s.Status, WeightMicros: weightUnit, Capacity: s.room(),
			Regions: s.Regions, Segments: s.Segments, Certifications: s.Certifications,
		}
		if s.Weight != nil {
			p.WeightMicros = int64(*s.Weight)
		}
		d.Partners = append(d.Partners, p)
		if s.Full {
			full = append(full, channel.PartnerOwner(p.ID))
		}
	}
	for _, s := range g.Directory.Pods {
		p := channel.Pod{ID: channel.PodID(s.ID), Status: s.Status, Kind: s.Kind, Regions: s.Regions, Capacity: s.room()}
		d.Pods = append(d.Pods, p)
		if s.Full {
			full = append(full, channel.PodOwner(p.ID))
		}
	}
	dir, err := NewDirectory(d)
	if err != nil {
		return nil, nil, err
	}
	return dir, full, nil
}

// room is the capacity; who states none has no limit.
func (s *givenOwner) room() int64 {
	if s.Capacity == nil {
		return channel.Unlimited
	}
	return *s.Capacity
}
