package documents

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// Change makes the next version of the directory, unless change leaves
// it as it is. change gets a copy it may alter. The gate is held alone: an owner
// that gets a limit is counted while nobody is routed.
func (s *Registrar) Change(ctx context.Context, a wire.Actor, change func(*Current, *channel.Directory) error) error {
	s.store.Gate.Lock()
	defer s.store.Gate.Unlock()
	now := s.docs.Now()
	_, err := s.store.UpdateControl(ctx, now, func(c store.Control, b *store.Batch) (store.Control, error) {
		m := Current{Now: now, Control: &c}
		var err error
		if m.Programme, m.Cal, err = s.docs.programmeOf(ctx, &c); err != nil {
			return c, err
		}
		old, err := s.docs.Directory(ctx, &m)
		if err != nil {
			return c, err
		}
		next := channel.Directory{Partners: slices.Clone(old.People.Partners), Pods: slices.Clone(old.People.Pods)}
		if err := change(&m, &next); err != nil {
			return c, err
		}
		slices.SortFunc(next.Partners, func(a, b channel.Partner) int { return cmp.Compare(a.ID, b.ID) })
		slices.SortFunc(next.Pods, func(a, b channel.Pod) int { return cmp.Compare(a.ID, b.ID) })
		if _, err := newDirectory("", next); err != nil {
			return c, err
		}
		hash, err := s.store.PutDirectory(ctx, next)
		if err != nil || hash == old.Hash {
			return c, err
		}
		if err := s.countLimited(ctx, old, next); err != nil {
			return c, err
		}
		v := store.Version{Kind: store.KindDirectory, ID: store.DirectoryID, By: a.User, Hash: hash, Published: now}
		return b.PutVersion(c, v), nil
	})
	return err
}

// countLimited sets the counters of owners that get a limit now: while they had
// none, nobody counted.
func (s *Registrar) countLimited(ctx context.Context, old *Directory, next channel.Directory) error {
	var owners []channel.Owner
	for i := range next.Partners {
		p := &next.Partners[i]
		if was := old.Partners[p.ID]; was != nil && was.Capacity == channel.Unlimited && p.Capacity != channel.Unlimited {
			owners = append(owners, channel.PartnerOwner(p.ID))
		}
	}
	for i := range next.Pods {
		p := &next.Pods[i]
		if was := old.Pods[p.ID]; was != nil && was.Capacity == channel.Unlimited && p.Capacity != channel.Unlimited {
			owners = append(owners, channel.PodOwner(p.ID))
		}
	}
	for _, o := range owners {
		held, offered, err := s.store.Count(ctx, o)
		if err != nil {
			return err
		}
		b := &store.Batch{}
		b.SetHeld(o, held+offered)
		if err := s.store.Commit(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// PutPartner makes or changes a partner. What a partner is on (its plans) stays.
func (s *Registrar) PutPartner(ctx context.Context, a wire.Actor, id channel.PartnerID, b wire.PartnerBody) (wire.Partner, error) {
	raw := channel.RawPartner{ID: string(id), Name: b.Name, Currency: b.Currency, Regions: b.Regions, Segments: b.Segments,
		Certifications: b.Certifications, Weight: b.Weight, Status: b.Status, Level: b.Level, Manager: b.Manager}
	if b.Capacity != nil {
		raw.Capacity = strconv.FormatInt(*b.Capacity, 10)
	}
	p, err := raw.Parse()
	if err != nil {
		return wire.Partner{}, err
	}
	err = s.Change(ctx, a, func(m *Current, d *channel.Directory) error {
		_, err := s.Plans(m).put(ctx, d, p)
		return err
	})
	if err != nil {
		return wire.Partner{}, err
	}
	return s.Partner(ctx, a, id)
}

// AssignPlan puts a partner on a plan from a day on. 404 partner_not_found,
// plan_not_found; 409 period_closed, currency_mismatch.
func (s *Registrar) AssignPlan(ctx context.Context, a wire.Actor, r AssignPlanRequest) (wire.Partner, error) {
	err := s.Change(ctx, a, func(m *Current, d *channel.Directory) error {
		i := slices.IndexFunc(d.Partners, func(p channel.Partner) bool { return p.ID == r.Partner })
		if i < 0 {
			return partnerNotFound(r.Partner)
		}
		from, err := m.Cal.ParseDate("from", r.From)
		if err != nil {
			return err
		}
		next := channel.Assignment{Plan: r.Plan, From: from.UTC()}
		if r.To != "" {
			to, err := m.Cal.ParseDate("to", r.To)
			if err != nil {
				return err
			}
			if to.Before(from) {
				return fault.New(fault.Invalid, "invalid_date", "not a valid stretch of days").At("to", "%s is before %s", r.To, r.From)
			}
			next.To = m.Cal.AddDays(to, 1).UTC()
		}
		return s.Plans(m).assign(ctx, &d.Partners[i], next, "from")
	})
	if err != nil {
		return wire.Partner{}, err
	}
	return s.Partner(ctx, a, r.Partner)
}

func partnerNotFound(id channel.PartnerID) error {
	return fault.New(fault.NotFound, "partner_not_found", "there is no partner %q", fault.Clip(string(id)))
}

// PlanChange checks assignments against the published plans, each read once.
type PlanChange struct {
	*Registrar
	m        *Current
	currency map[channel.PlanID]string // "": no such plan
}

// Plans assigns plans to partners within one change of the directory.
func (s *Registrar) Plans(m *Current) *PlanChange {
	return &PlanChange{Registrar: s, m: m, currency: map[channel.PlanID]string{}}
}

// put adds or replaces a partner; the plans it is on stay. It reports whether
// anything changed.
func (g *PlanChange) put(ctx context.Context, d *channel.Directory, p channel.Partner) (changed bool, err error) {
	i := slices.IndexFunc(d.Partners, func(x channel.Partner) bool { return x.ID == p.ID })
	if i < 0 {
		d.Partners = append(d.Partners, p)
		return true, nil
	}
	old := d.Partners[i]
	p.Plans = old.Plans
	for _, assigned := range p.Plans {
		if err := g.agrees(ctx, &p, assigned.Plan, "currency"); err != nil {
			return false, err
		}
	}
	d.Partners[i] = p
	return !samePartner(&old, &p), nil
}

// assign puts a partner on a plan; the same assignment again changes nothing.
func (g *PlanChange) assign(ctx context.Context, p *channel.Partner, next channel.Assignment, field string) error {
	if slices.ContainsFunc(p.Plans, func(a channel.Assignment) bool {
		return a.Plan == next.Plan && a.From.Equal(next.From) && a.To.Equal(next.To)
	}) {
		return nil
	}
	if err := g.agrees(ctx, p, next.Plan, "plan"); err != nil {
		return err
	}
	for _, t := range []time.Time{next.From, next.To} {
		if period := g.m.Cal.Of(t); !t.IsZero() && !g.m.Control.Open(period) {
			return fault.New(fault.Conflict, "period_closed", "the plan of partner %s would change in a period that is %s", p.ID, g.m.Control.State(period)).
				At(field, "%s lies in %s; the first open period is %s", g.day(t), period, g.m.Control.FirstOpen())
		}
	}
	p.Plans = slices.DeleteFunc(slices.Clone(p.Plans), func(a channel.Assignment) bool { return a.From.Equal(next.From) })
	p.Plans = append(p.Plans, next)
	slices.SortFunc(p.Plans, func(a, b channel.Assignment) int { return a.From.Compare(b.From) })
	return nil
}

func (g *PlanChange) day(t time.Time) string { return t.In(g.m.Cal.Location()).Format("2006-01-02") }

// agrees demands that the plan is published, in the partner's currency.
func (g *PlanChange) agrees(ctx context.Context, p *channel.Partner, plan channel.PlanID, field string) error {
	currency, known := g.currency[plan]
	if !known {
		versions, err := g.store.Versions(ctx, g.m.Control, wire.KindPlan, string(plan))
		if err != nil {
			return err
		}
		if n := len(versions); n > 0 {
			content, err := g.store.Content(ctx, versions[n-1].Hash)
			if err != nil {
				return err
			}
			parsed, err := incentive.Parse(content[0])
			if err != nil {
				return err
			}
			currency = parsed.Currency
		}
		g.currency[plan] = currency
	}
	switch currency {
	case p.Currency:
		return nil
	case "":
		return fault.New(fault.NotFound, "plan_not_found", "there is no plan %q", fault.Clip(string(plan))).At(field, "there is no plan %q", fault.Clip(string(plan)))
	}
	return fault.New(fault.Conflict, "currency_mismatch", "plan and partner currency must agree").
		At(field, "plan %s is in %s, partner %s is paid in %s", plan, currency, p.ID, p.Currency)
}

// PutPod makes or changes a pod.
func (s *Registrar) PutPod(ctx context.Context, a wire.Actor, id channel.PodID, b wire.PodBody) (wire.Pod, error) {
	raw := channel.RawPod{ID: string(id), Name: b.Name, Regions: b.Regions, Kind: b.Kind, Status: b.Status, Manager: b.Manager}
	if b.Capacity != nil {
		raw.Capacity = strconv.FormatInt(*b.Capacity, 10)
	}
	p, err := raw.Parse()
	if err != nil {
		return wire.Pod{}, err
	}
	err = s.Change(ctx, a, func(_ *Current, d *channel.Directory) error {
		PutPod(d, p)
		return nil
	})
	if err != nil {
		return wire.Pod{}, err
	}
	return s.Pod(ctx, a, id)
}

// PutPod adds or replaces a pod and reports whether anything changed.
func PutPod(d *channel.Directory, p channel.Pod) bool {
	i := slices.IndexFunc(d.Pods, func(x channel.Pod) bool { return x.ID == p.ID })
	if i < 0 {
		d.Pods = append(d.Pods, p)
		return true
	}
	old := d.Pods[i]
	d.Pods[i] = p
	return !samePod(&old, &p)
}
