package documents

import (
	"context"
	"reflect"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/wire"
)

// samePartner and samePod compare what is kept.
func samePartner(a, b *channel.Partner) bool { return sameJSON(a, b) }

func samePod(a, b *channel.Pod) bool { return sameJSON(a, b) }

func sameJSON(a, b any) bool {
	x, err1 := seal.Canonical(a)
	y, err2 := seal.Canonical(b)
	return err1 == nil && err2 == nil && slices.Equal(x, y) || err1 != nil && reflect.DeepEqual(a, b)
}

// Partner is one partner with what it holds; another partner's is 404 to a
// partner.
func (s *Registrar) Partner(ctx context.Context, a wire.Actor, id channel.PartnerID) (wire.Partner, error) {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return wire.Partner{}, err
	}
	dir, err := s.docs.Directory(ctx, &m)
	if err != nil {
		return wire.Partner{}, err
	}
	p := dir.Partners[id]
	if p == nil || a.Partner != "" && !a.SeesAll() && a.Partner != id {
		return wire.Partner{}, partnerNotFound(id)
	}
	out := partnerView(&m, p)
	out.Customers, out.Held, err = s.holds(ctx, channel.PartnerOwner(id), p.Capacity)
	return out, err
}

// holds counts an owner's customers, and what its limit counts.
func (s *Registrar) holds(ctx context.Context, o channel.Owner, capacity int64) (*int, *int64, error) {
	held, _, err := s.store.Count(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	customers := int(held)
	if capacity == channel.Unlimited {
		return &customers, nil, nil
	}
	counters, err := s.store.Held(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	return &customers, &counters[0], nil
}

func partnerView(m *Current, p *channel.Partner) wire.Partner {
	out := wire.Partner{ID: p.ID, Plans: []wire.PlanAssignment{}, PartnerBody: wire.PartnerBody{
		Name: p.Name, Currency: p.Currency, Regions: p.Regions, Segments: p.Segments, Certifications: p.Certifications,
		Weight: channel.FormatWeight(p.WeightMicros), Capacity: limitView(p.Capacity), Status: string(p.Status), Level: p.Level, Manager: p.Manager,
	}}
	for _, x := range p.Plans {
		v := wire.PlanAssignment{Plan: x.Plan, From: x.From.In(m.Cal.Location()).Format("2006-01-02")}
		if !x.To.IsZero() {
			v.To = m.Cal.AddDays(x.To, -1).In(m.Cal.Location()).Format("2006-01-02")
		}
		out.Plans = append(out.Plans, v)
	}
	return out
}

func limitView(capacity int64) *int64 {
	if capacity == channel.Unlimited {
		return nil
	}
	return &capacity
}

// Partners lists partners by id; a partner sees itself.
func (s *Registrar) Partners(ctx context.Context, a wire.Actor, p wire.Page) (wire.List[wire.Partner], error) {
	m, dir, err := s.docs.CurrentDirectory(ctx)
	if err != nil {
		return wire.List[wire.Partner]{}, err
	}
	all := dir.People.Partners
	if a.Partner != "" && !a.SeesAll() {
		all = slices.DeleteFunc(slices.Clone(all), func(x channel.Partner) bool { return x.ID != a.Partner })
	}
	return pageOf("partners", all, p, func(x *channel.Partner) (string, wire.Partner) { return string(x.ID), partnerView(&m, x) })
}

// pageOf cuts one page out of a list sorted by id.
func pageOf[T, V any](list string, all []T, p wire.Page, show func(*T) (id string, v V)) (wire.List[V], error) {
	out := wire.List[V]{Items: []V{}}
	limit, err := p.Size()
	if err != nil {
		return out, err
	}
	at, err := p.Place(list, 1)
	if err != nil {
		return out, err
	}
	last := ""
	for i := range all {
		id, v := show(&all[i])
		if at[0] != "" && id <= at[0] {
			continue
		}
		if len(out.Items) == limit {
			out.NextCursor = channel.Cursor(list, last)
			break
		}
		out.Items, last = append(out.Items, v), id
	}
	return out, nil
}

// Pod is one pod with what it holds. 404 pod_not_found.
func (s *Registrar) Pod(ctx context.Context, a wire.Actor, id channel.PodID) (wire.Pod, error) {
	_, dir, err := s.docs.CurrentDirectory(ctx)
	if err != nil {
		return wire.Pod{}, err
	}
	p := dir.Pods[id]
	if p == nil || a.Pod != "" && !a.SeesAll() && a.Pod != id {
		return wire.Pod{}, fault.New(fault.NotFound, "pod_not_found", "there is no pod %q", fault.Clip(string(id)))
	}
	out := podView(p)
	out.Customers, out.Held, err = s.holds(ctx, channel.PodOwner(id), p.Capacity)
	return out, err
}

func podView(p *channel.Pod) wire.Pod {
	return wire.Pod{ID: p.ID, PodBody: wire.PodBody{Name: p.Name, Regions: p.Regions, Capacity: limitView(p.Capacity), Kind: p.Kind,
		Status: string(p.Status), Manager: p.Manager}}
}

// Pods lists pods by id; a pod sees itself.
func (s *Registrar) Pods(ctx context.Context, a wire.Actor, p wire.Page) (wire.List[wire.Pod], error) {
	_, dir, err := s.docs.CurrentDirectory(ctx)
	if err != nil {
		return wire.List[wire.Pod]{}, err
	}
	all := dir.People.Pods
	if a.Pod != "" && !a.SeesAll() {
		all = slices.DeleteFunc(slices.Clone(all), func(x channel.Pod) bool { return x.ID != a.Pod })
	}
	return pageOf("pods", all, p, func(x *channel.Pod) (string, wire.Pod) { return string(x.ID), podView(x) })
}
