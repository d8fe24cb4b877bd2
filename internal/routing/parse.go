package routing

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/condition"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
)

// Parse reads a policy document strictly (Schema), validates what a schema
// cannot say, and compiles its conditions. cal is the programme's calendar.
// Errors are fault.Invalid with slug invalid_document and every problem at its
// JSON path; of a condition, line and column as well. The examples are computed
// by Check, not here.
func Parse(data []byte, cal channel.Calendar) (*Policy, error) {
	var doc policyDocument
	if err := Schema.Decode(data, &doc); err != nil {
		return nil, err
	}
	p := &Policy{ID: channel.PolicyID(doc.ID), Name: doc.Name, Note: doc.Note, seed: cmp.Or(doc.Seed, doc.ID),
		examples: doc.Examples}
	r := reading{policy: p, doc: &doc}
	r.header(cal)
	p.base = r.terms("", &doc.termsDocument, &terms{
		promote: money.One, demote: money.One,
		value: valueTerms{horizonMonths: defaultHorizon, margin: money.One, observedFrom: defaultObservedFrom},
	})
	r.regions()
	r.exampleNames()
	if err := r.problems.Err("policy"); err != nil {
		return nil, err
	}
	var err error
	if p.bytes, err = seal.CanonicalJSON(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))); err != nil {
		return nil, fault.Of(err)
	}
	p.hash = seal.Hash(p.bytes)
	return p, nil
}

// What absent keys of `value` mean.
const (
	defaultHorizon      = 36 // months
	defaultObservedFrom = 3  // completed orders
)

// reading is one document being read; problems are collected, so that one
// answer names them all.
type reading struct {
	policy   *Policy           // what it becomes
	doc      *policyDocument   // as written
	problems document.Problems // with their JSON paths, in the order in which they were found
}

// warn notes what is allowed and may still be a mistake.
func (r *reading) warn(format string, args ...any) {
	r.policy.warnings = append(r.policy.warnings, fmt.Sprintf(format, args...))
}

// header reads what holds for the policy as a whole.
func (r *reading) header(cal channel.Calendar) {
	p, doc := r.policy, r.doc
	from, err := cal.ParseTime("effectiveFrom", doc.EffectiveFrom)
	r.problems.Merge("", err)
	p.EffectiveFrom, p.from = from, from.In(cal.Location()).Format("2 January 2006")
	if doc.Attributes != nil {
		p.attributes = map[string]bool{}
		for _, name := range *doc.Attributes {
			p.attributes[name] = true
		}
	}
	if x := doc.Experiment; x != nil {
		p.experiment = &experiment{
			name: x.Name, share: r.share("experiment.share", x.Share),
			challenger: Ref{ID: string(x.Challenger.ID), Version: x.Challenger.Version},
		}
	}
}

// regions reads the overrides and says which holds in a region of a group.
func (r *reading) regions() {
	p, doc := r.policy, r.doc
	p.overrides, p.groups, p.groupOf = map[string]*terms{}, map[string]string{}, map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(doc.Regions)) {
		s := doc.Regions[key]
		path := document.Path("regions", document.Key(key))
		t := r.terms(path, &s, p.base)
		t.override = key
		p.overrides[key] = t
		r.checkOverride(path, key, &s)
	}
	for _, group := range slices.Sorted(maps.Keys(doc.RegionGroups)) {
		if _, ok := doc.Regions[group]; !ok {
			continue // only a name
		}
		for i, region := range doc.RegionGroups[group] {
			if other, taken := p.groups[region]; taken {
				r.problems.Add(document.Path("regionGroups", document.Key(group), i),
					"%q is in the group %s too, and both have an override: which one holds is not clear", region, other)
			}
			p.groups[region] = group
		}
	}
}

// checkOverride refuses an override that lets money change its meaning, and
// one that no example shows.
func (r *reading) checkOverride(path, key string, s *termsDocument) {
	base := &r.doc.termsDocument
	if s.Currency != "" && s.Currency != base.Currency {
		if s.Tiers == nil {
			r.problems.Add(path, "changes the currency to %s and so must bring its own tiers", s.Currency)
		}
		if s.Value == nil && base.Value != nil {
			r.problems.Add(path, "changes the currency to %s and so must bring its own value", s.Currency)
		}
		for _, rule := range r.policy.base.rules {
			for _, name := range amountVariables {
				if slices.Contains(rule.when.Reads(), name) {
					r.warn("In %s the rule %q, which compares %s, is inherited: there it compares %s, not %s.", key, rule.name, name,
						s.Currency, base.Currency)
				}
			}
		}
	}
	for i := range r.doc.Examples {
		region := r.doc.Examples[i].Given.Customer.Region
		if _, own := r.doc.Regions[region]; region == key || !own && slices.Contains(r.doc.RegionGroups[key], region) {
			return
		}
	}
	r.problems.Add(path, "has no example: every override needs at least one whose given.customer.region it covers")
}

// exampleNames refuses a name that stands twice: a failing example is reported
// by its name.
func (r *reading) exampleNames() {
	seen := map[string]bool{}
	for i := range r.doc.Examples {
		name := r.doc.Examples[i].Name
		if seen[name] {
			r.problems.Add(document.Path("examples", i, "name"), "%q stands twice", name)
		}
		seen[name] = true
	}
}

// terms reads the settings at path over those they stand in for.
func (r *reading) terms(path string, s *termsDocument, over *terms) *terms {
	t := *over
	t.note = s.Note
	if s.Currency != "" {
		t.currency = s.Currency
		if _, ok := money.Digits(s.Currency); !ok {
			r.problems.Add(document.Path(path, "currency"),
				"%q is not a known currency; it must be an ISO 4217 code such as EUR", s.Currency)
		}
	}
	if s.Value != nil {
		t.value = r.value(document.Path(path, "value"), s.Value, t.currency)
	}
	if s.Tiers != nil {
		t.tiers = r.tiers(document.Path(path, "tiers"), s.Tiers, t.currency)
	}
	if h := s.Hysteresis; h != nil {
		r.hysteresis(document.Path(path, "hysteresis"), h, &t)
	}
	// An override adds rules, it takes none away: what is an exception everywhere
	// is one there.
	t.rules = slices.Concat(r.rules(document.Path(path, "rules"), s.Rules), over.rules)
	t.book = indexRules(t.rules)
	if s.Protection != nil {
		t.protection = days(s.Protection.Days)
	}
	if s.Offer != nil {
		t.offer = r.offer(document.Path(path, "offer"), s.Offer)
	}
	if s.SalesForceFull != "" {
		t.fullWaits = s.SalesForceFull == "wait"
	}
	if s.NoPartner != "" {
		t.noneToPods = s.NoPartner == "sales_force"
	}
	if f := s.Fallback; f != nil {
		t.fallback = &fallbackTerms{podKind: f.PodKind, after: time.Duration(f.AfterHours) * time.Hour, hours: f.AfterHours}
	}
	if s.Balance != nil {
		t.floor, t.guards = r.share(document.Path(path, "balance", "minStableShare"), s.Balance.MinStableShare), true
	}
	if s.AtRisk != nil {
		t.atRisk, t.warns = r.share(document.Path(path, "atRisk"), *s.AtRisk), true
	}
	return &t
}

// rules compiles the rules of one list. One that does not compile is a problem
// and is left out, so that the others are still checked.
func (r *reading) rules(path string, docs []ruleDocument) []*rule {
	out := make([]*rule, 0, len(docs))
	seen := map[string]bool{}
	for i := range docs {
		d := &docs[i]
		at := document.Path(path, i)
		if seen[d.Name] {
			r.problems.Add(document.Path(at, "name"), "%q stands twice", d.Name)
		}
		seen[d.Name] = true
		if n := len(d.Then.named()); n != 1 {
			r.problems.Add(document.Path(at, "then"), "names %s; it must name exactly one of channel, partner and decline",
				cmp.Or(strings.Join(d.Then.named(), " and "), "nothing"))
		}
		when, err := condition.CompileAt(document.Path(at, "when"), d.When, &variables{})
		if err != nil {
			r.problems.Merge("", err)
			continue
		}
		r.readable(document.Path(at, "when"), when)
		c := &rule{name: d.Name, when: when, channel: d.Then.Channel, partner: d.Then.Partner, decline: d.Then.Decline,
			note: d.Note}
		// if that partner cannot, the rule counts as one about the channel
		if c.partner != "" {
			c.channel = channel.Partners
		}
		out = append(out, c)
	}
	return out
}

// named are the keys that a rule has of channel, partner and decline.
func (t *thenDocument) named() (keys []string) {
	if t.Channel != "" {
		keys = append(keys, "channel")
	}
	if t.Partner != "" {
		keys = append(keys, "partner")
	}
	if t.Decline != nil {
		keys = append(keys, "decline")
	}
	return keys
}

// readable refuses a condition on an attribute that the policy does not list.
func (r *reading) readable(path string, when *condition.Program) {
	for _, read := range when.Reads() {
		name, ok := strings.CutPrefix(read, "customer.attributes.")
		if ok && !r.policy.Attribute(name) {
			near := document.Nearest(name, slices.Sorted(maps.Keys(r.policy.attributes)))
			if near != "" {
				near = fmt.Sprintf("; did you mean %q?", near)
			}
			r.problems.Add(path, "reads the attribute %q, which `attributes` does not list%s", name, near)
		}
	}
}
