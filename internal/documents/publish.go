package documents

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/programme"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// draft is a document that was read and found valid.
type draft struct {
	kind, id      string
	content       []byte // canonical
	effectiveFrom string // a day; "" for a programme
	from          time.Time
	examples      []wire.ExampleResult
	warnings      []string
	whole, text   []string
	zone          string       // of a programme
	challenger    *routing.Ref // of a policy's experiment
	plan          *incentive.Plan
}

// Publish checks a document, computes its examples and, unless it is a dry run,
// puts it in force from its date. The same content again is the same version.
// 400 invalid_document, example_failed; 409 period_closed (a plan from a closed
// period), currency_mismatch, time_zone_fixed, programme_exists.
func (s *Publisher) Publish(ctx context.Context, a wire.Actor, r PublishRequest) (wire.Published, error) {
	if r.DryRun {
		return s.publish(ctx, a, r)
	}
	s.store.Gate.Lock() // no fact is under way while the calendar may change
	defer s.store.Gate.Unlock()
	return s.publish(ctx, a, r)
}

func (s *Publisher) publish(ctx context.Context, a wire.Actor, r PublishRequest) (wire.Published, error) {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return wire.Published{}, err
	}
	d, err := readDraft(r, m.Cal)
	if err != nil {
		return wire.Published{}, err
	}
	if err := s.weigh(ctx, &m, d); err != nil {
		return wire.Published{}, err
	}
	v, unchanged, err := s.putDraft(ctx, &m, a, d, r.DryRun)
	if err != nil {
		return wire.Published{}, err
	}
	out := wire.Published{DocumentInfo: s.info(v), Unchanged: unchanged, DryRun: r.DryRun, Examples: d.examples, Warnings: d.warnings, Whole: d.whole, Text: append(d.text, d.whole...)}
	if r.DryRun {
		return out, nil
	}
	m, err = s.docs.Current(ctx)
	if err != nil {
		return out, err
	}
	versions, err := s.family(ctx, &m, v.Kind, v.ID)
	for _, d := range versions {
		if d.ID == v.ID && d.Version == v.N {
			out.DocumentInfo = d
		}
	}
	return out, err
}

// weigh says of a plan's hand-overs what they pay beside what staying would have
// paid, for a customer at the promotion threshold of the policy in force.
func (s *Publisher) weigh(ctx context.Context, m *Current, d *draft) error {
	if d.plan == nil {
		return nil
	}
	p, err := s.docs.PolicyAt(ctx, m, later(m.Now, d.from))
	if fault.Is(err, "no_policy_in_force") {
		return nil
	}
	if err != nil {
		return err
	}
	value, ok := p.Promotion("")
	if !ok {
		return nil
	}
	terms := p.ValueTerms("")
	for _, w := range d.plan.Wholeness(incentive.Threshold{Value: value, MarginRate: terms.Margin, HorizonMonths: terms.HorizonMonths}) {
		d.whole = append(d.whole, w.Text)
		if w.Warn {
			d.warnings = append(d.warnings, w.Text)
		}
	}
	return nil
}

// putDraft adds the version, or finds the one that says the same.
func (s *Publisher) putDraft(ctx context.Context, m *Current, a wire.Actor, d *draft, dry bool) (v store.Version, unchanged bool, err error) {
	v = store.Version{Kind: d.kind, ID: d.id, By: a.User, EffectiveFrom: d.effectiveFrom, Hash: seal.Hash(d.content), Published: m.Now}
	check := func(c store.Control) error {
		versions, err := s.store.Versions(ctx, &c, d.kind, d.id)
		if err != nil {
			return err
		}
		for i, old := range versions {
			if old.Hash == v.Hash && (d.kind != wire.KindProgramme || i == len(versions)-1) { // a programme has no date: its newest counts
				v, unchanged = old, true
				return nil
			}
		}
		v.N = len(versions) + 1
		return s.mayPublish(ctx, m, &c, d)
	}
	if dry {
		return v, unchanged, check(*m.Control)
	}
	if err := check(*m.Control); err != nil || unchanged {
		return v, unchanged, err
	}
	if _, err := s.store.PutContent(ctx, d.content); err != nil {
		return v, false, err
	}
	_, err = s.store.UpdateControl(ctx, m.Now, func(c store.Control, b *store.Batch) (store.Control, error) {
		if err := check(c); err != nil || unchanged {
			return c, err
		}
		return b.PutVersion(c, v), nil
	})
	return v, unchanged, err
}

// mayPublish refuses what the past forbids.
func (s *Publisher) mayPublish(ctx context.Context, m *Current, c *store.Control, d *draft) error {
	switch d.kind {
	case wire.KindPlan:
		if p := m.Cal.Of(d.from); !c.Open(p) {
			return fault.New(fault.Conflict, "period_closed", "the plan would change a period that is %s", c.State(p)).
				At("effectiveFrom", "%s lies in %s; the first open period is %s", d.effectiveFrom, p, c.FirstOpen())
		}
		return s.paysItsPartners(ctx, m, c, d)
	case wire.KindPolicy:
		if ref := d.challenger; ref != nil && c.Newest(wire.KindPolicy, ref.ID) < max(ref.Version, 1) {
			return fault.New(fault.Invalid, "invalid_document", "the policy is not valid").
				At("experiment.challenger", "there is no version %d of policy %q", ref.Version, ref.ID)
		}
	case wire.KindProgramme:
		for id := range c.Documents[wire.KindProgramme] {
			if id != d.id {
				return fault.New(fault.Conflict, "programme_exists", "this installation has the programme %q; there is one per installation", id)
			}
		}
		if zoneName(d.zone) == zoneName(m.Programme.TimeZone) {
			return nil
		}
		if some, err := s.store.AnyClaim(ctx); err != nil || !some {
			return err
		}
		return fault.New(fault.Conflict, "time_zone_fixed", "the time zone cannot change after the first fact").
			At("timeZone", "is %q and stays", zoneName(m.Programme.TimeZone))
	}
	return nil
}

// paysItsPartners demands that a plan stays in the currency of the partners who
// are on it: no statement could be made of the first month it is in force.
func (s *Publisher) paysItsPartners(ctx context.Context, m *Current, c *store.Control, d *draft) error {
	at := *m
	at.Control = c
	dir, err := s.docs.Directory(ctx, &at)
	if err != nil {
		return err
	}
	for _, p := range dir.People.Partners {
		on := func(a channel.Assignment) bool { return string(a.Plan) == d.id }
		if p.Currency != d.plan.Currency && slices.ContainsFunc(p.Plans, on) {
			return fault.New(fault.Conflict, "currency_mismatch", "plan and partner currency must agree").
				At("currency", "is %s, but partner %s, who is on plan %s, is paid in %s: another currency needs a plan of another id", d.plan.Currency, p.ID, d.id, p.Currency)
		}
	}
	return nil
}

func zoneName(s string) string {
	if s == "" {
		return "UTC"
	}
	return s
}

func readDraft(r PublishRequest, cal channel.Calendar) (*draft, error) {
	switch r.Kind {
	case wire.KindPolicy:
		return readPolicy(r.Raw, cal)
	case wire.KindPlan:
		return readPlan(r.Raw, cal)
	case wire.KindProgramme:
		return readProgramme(r.Raw)
	}
	return nil, fault.New(fault.Invalid, "unknown_kind", "there is no document of kind %q", fault.Clip(r.Kind))
}

func readPolicy(raw []byte, cal channel.Calendar) (*draft, error) {
	p, err := routing.Parse(raw, cal)
	if err != nil {
		return nil, err
	}
	results, err := p.Check()
	if err != nil {
		return nil, err
	}
	d := &draft{kind: wire.KindPolicy, id: string(p.ID), content: p.Bytes(), from: p.EffectiveFrom, warnings: orEmpty(p.Warnings()),
		effectiveFrom: p.EffectiveFrom.In(cal.Location()).Format("2006-01-02"), text: p.Sentences(), examples: []wire.ExampleResult{}}
	for _, x := range results {
		d.examples = append(d.examples, wire.ExampleResult{Name: x.Name, OK: x.OK, Detail: fmt.Sprintf("expected %s; got %s", x.Expected, x.Got)})
	}
	if ref, ok := p.Challenger(); ok {
		d.challenger = &ref
	}
	return d, nil
}

func readPlan(raw []byte, cal channel.Calendar) (*draft, error) {
	p, err := incentive.Parse(raw)
	if err != nil {
		return nil, err
	}
	results, err := p.Check(cal)
	if err != nil {
		return nil, err
	}
	d := &draft{kind: wire.KindPlan, id: string(p.ID), content: p.Canonical(), from: p.Start(cal), effectiveFrom: p.EffectiveFrom,
		warnings: []string{}, text: p.Explain(), examples: []wire.ExampleResult{}, plan: p}
	for _, x := range results {
		d.examples = append(d.examples, wire.ExampleResult(x))
	}
	return d, nil
}

func readProgramme(raw []byte) (*draft, error) {
	p, err := programme.Parse(raw)
	if err != nil {
		return nil, err
	}
	content, err := seal.CanonicalJSON(raw)
	return &draft{kind: wire.KindProgramme, id: p.ID, content: content, zone: p.TimeZone, warnings: []string{}, examples: []wire.ExampleResult{},
		text: programme.Explain(p)}, err
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
