package valuing

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
	"github.com/fairlead/fairlead/internal/wire"
)

// TakeCensus counts everybody's value and publishes the census of today; it
// names the version. The same counts on the same day are the same version.
func (s *Valuing) TakeCensus(ctx context.Context, a wire.Actor) (string, error) {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return "", err
	}
	policy, err := s.docs.PolicyAt(ctx, &m, m.Now)
	if err != nil {
		return "", err
	}
	tallies := make([]*value.Tally, store.Buckets)
	err = Everybody(ctx, func(ctx context.Context, bucket int) error {
		t := &value.Tally{}
		for head, err := range s.store.Heads(ctx, bucket, "") {
			var member value.Member
			ok := err == nil
			if ok {
				member, ok, err = s.member(ctx, &m, head, policy)
			}
			if Ends(ctx, err) {
				return err
			}
			if ok && err == nil {
				t.Add(member)
			}
		}
		tallies[bucket] = t
		return nil
	})
	if err != nil {
		return "", err
	}
	all := &value.Tally{}
	for _, t := range tallies {
		all.Merge(t)
	}
	frame, err := s.censusFrame(ctx, &m, policy)
	if err != nil {
		return "", err
	}
	content, err := all.Census(frame).Canonical()
	if err != nil {
		return "", err
	}
	v, _, err := s.PublishFitted(ctx, &m, store.Version{Kind: store.KindCensus, ID: store.CensusID, By: a.User, EffectiveFrom: frame.AsOf.String()}, content)
	return documents.CensusName(v.N), err
}

// member is a customer as the census counts it; whom we declined is not one,
// and whose value cannot be told (err says why) counts nowhere.
func (s *Valuing) member(ctx context.Context, m *documents.Current, head *store.Head, common *routing.Policy) (out value.Member, ok bool, err error) {
	if head.State == wire.StateDeclined {
		return out, false, nil
	}
	a, err := s.Appraise(ctx, m, head, m.Now)
	if err != nil {
		return out, false, err
	}
	policy, customer, worth := a.Policy, a.Customer, a.Value
	tier := head.Tier
	if head.Decision == "" {
		tier = policy.Tier(customer.Region, false, "", worth.Amount)
	}
	own := worth.Amount - worth.Referral // what it brings by others is theirs already
	out = value.Member{Region: customer.Region, Segment: customer.Segment, Owner: head.Owner, Tier: tier, AlivePPM: worth.AlivePPM,
		Focal: policy.TierChannel(customer.Region, tier) == channel.SalesForce, Value: money.Of(own, worth.Currency), Observed: worth.Basis == routing.Observed}
	if head.State == wire.StateChurned {
		out.AlivePPM = 0
	}
	converted, ok := common.Exchange("", out.Value)
	out.Common, out.NoRate = converted.Minor, !ok
	return out, true, nil
}

// censusFrame is what the census of today is taken under.
func (s *Valuing) censusFrame(ctx context.Context, m *documents.Current, p *routing.Policy) (value.Frame, error) {
	f := value.Frame{AsOf: value.DayOf(m.Cal, m.Now), Currency: p.Currency(""), Floor: p.MinStablePPM,
		Policy: value.PolicyRef{ID: p.ID, Version: p.Version, Hash: p.Hash()}}
	model, err := s.docs.ModelAt(ctx, m, m.Now)
	if err != nil {
		return f, err
	}
	if model != nil {
		f.Model = model.Name
	}
	f.Pay, err = s.PayGuard(ctx, m, m.Cal.Of(m.Now))
	return f, err
}

// PayGuard says where the guard is on for the pay of a month: by the last census
// before its first day.
func (s *Valuing) PayGuard(ctx context.Context, m *documents.Current, p channel.Period) (value.PayGuard, error) {
	out := value.PayGuard{Period: p, Regions: []string{}}
	c, _, err := s.Census(ctx, m, m.Cal.Start(p).Add(-1))
	if err != nil || c == nil {
		return out, err
	}
	out.Regions = c.Guarded()
	return out, nil
}

// Census is the one in force at an instant, whole; nil before the first.
func (s *Valuing) Census(ctx context.Context, m *documents.Current, t time.Time) (*value.Census, string, error) {
	v, ok, err := s.docs.InForceAt(ctx, m, store.KindCensus, store.CensusID, t)
	if err != nil || !ok {
		return nil, "", err
	}
	content, err := s.store.Content(ctx, v.Hash)
	if err != nil {
		return nil, "", err
	}
	c, err := value.ParseCensus(content[0])
	return c, documents.CensusName(v.N), err
}
