package service

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
)

// ends reports whether an error is of the store, not of one customer: a damaged
// item is that customer's own.
func ends(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || fault.Of(err).Kind == fault.Unavailable)
}

// countValued takes a customer into the account; what is wrong with one customer
// does not end the night.
func countValued(sum *NightSummary, id channel.CustomerID, risk bool, err error) {
	if err != nil {
		sum.Failed = addFailed(sum.Failed, id, err)
		return
	}
	sum.Revalued++
	if risk {
		sum.AtRisk++
	}
}

// addFailed names a customer that something is wrong with, as far as names help.
func addFailed(all []FailedRoute, id channel.CustomerID, err error) []FailedRoute {
	if len(all) < maxNamed {
		all = append(all, failedRoute(id, err))
	}
	return all
}

// maxNamed is how many customers a summary names.
const maxNamed = 100

// takeCensus counts everybody's value and publishes the census of today; it
// names the version. The same counts on the same day are the same version.
func (s *Service) takeCensus(ctx context.Context, a Actor) (string, error) {
	m, err := s.moment(ctx)
	if err != nil {
		return "", err
	}
	policy, err := s.policyAt(ctx, &m, m.now)
	if err != nil {
		return "", err
	}
	tallies := make([]*value.Tally, store.Buckets)
	err = everybody(ctx, func(ctx context.Context, bucket int) error {
		t := &value.Tally{}
		for head, err := range s.store.Heads(ctx, bucket, "") {
			var member value.Member
			ok := err == nil
			if ok {
				member, ok, err = s.member(ctx, &m, head, policy)
			}
			if ends(ctx, err) {
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
	v, _, err := s.publishFitted(ctx, &m, store.Version{Kind: store.KindCensus, ID: store.CensusID, By: a.User, EffectiveFrom: frame.AsOf.String()}, content)
	return censusName(v.N), err
}

// member is a customer as the census counts it; whom we declined is not one,
// and whose value cannot be told (err says why) counts nowhere.
func (s *Service) member(ctx context.Context, m *moment, head *store.Head, common *routing.Policy) (out value.Member, ok bool, err error) {
	if head.State == StateDeclined {
		return out, false, nil
	}
	a, err := s.appraise(ctx, m, head, m.now)
	if err != nil {
		return out, false, err
	}
	policy, customer, worth := a.policy, a.customer, a.value
	tier := head.Tier
	if head.Decision == "" {
		tier = policy.Tier(customer.Region, false, "", worth.Amount)
	}
	own := worth.Amount - worth.Referral // what it brings by others is theirs already
	out = value.Member{Region: customer.Region, Segment: customer.Segment, Owner: head.Owner, Tier: tier, AlivePPM: worth.AlivePPM,
		Focal: policy.TierChannel(customer.Region, tier) == channel.SalesForce, Value: money.Of(own, worth.Currency), Observed: worth.Basis == routing.Observed}
	if head.State == StateChurned {
		out.AlivePPM = 0
	}
	converted, ok := common.Exchange("", out.Value)
	out.Common, out.NoRate = converted.Minor, !ok
	return out, true, nil
}

// censusFrame is what the census of today is taken under.
func (s *Service) censusFrame(ctx context.Context, m *moment, p *routing.Policy) (value.Frame, error) {
	f := value.Frame{AsOf: value.DayOf(m.cal, m.now), Currency: p.Currency(""), Floor: p.MinStablePPM,
		Policy: value.PolicyRef{ID: p.ID, Version: p.Version, Hash: p.Hash()}}
	model, err := s.modelAt(ctx, m, m.now)
	if err != nil {
		return f, err
	}
	if model != nil {
		f.Model = model.Name
	}
	f.Pay, err = s.payGuard(ctx, m, m.cal.Of(m.now))
	return f, err
}

// payGuard says where the guard is on for the pay of a month: by the last census
// before its first day.
func (s *Service) payGuard(ctx context.Context, m *moment, p channel.Period) (value.PayGuard, error) {
	out := value.PayGuard{Period: p, Regions: []string{}}
	c, _, err := s.census(ctx, m, m.cal.Start(p).Add(-1))
	if err != nil || c == nil {
		return out, err
	}
	out.Regions = c.Guarded()
	return out, nil
}

// publishFitted publishes a document that was computed, as from a day. The same
// content as that day's newest is that version.
func (s *Service) publishFitted(ctx context.Context, m *moment, v store.Version, content []byte) (out store.Version, unchanged bool, err error) {
	v.Published, v.Hash = m.now, seal.Hash(content)
	if _, err := s.store.PutContent(ctx, content); err != nil {
		return v, false, err
	}
	_, err = s.store.UpdateControl(ctx, m.now, func(c store.Control, b *store.Batch) (store.Control, error) {
		versions, err := s.store.Versions(ctx, &c, v.Kind, v.ID)
		if err != nil {
			return c, err
		}
		for _, old := range slices.Backward(versions) {
			if old.EffectiveFrom == v.EffectiveFrom { // the one of its day that holds
				if old.Hash == v.Hash {
					out = old
					return c, errUnchanged
				}
				break
			}
		}
		out, v.N = v, len(versions)+1
		out.N = v.N
		return b.PutVersion(c, v), nil
	})
	if errors.Is(err, errUnchanged) {
		return out, true, nil
	}
	return out, false, err
}

// errUnchanged says that nothing need be written.
var errUnchanged = errors.New("service: the same version stands")

func sortedCustomers(m map[channel.CustomerID]bool) []channel.CustomerID {
	return slices.Sorted(maps.Keys(m))
}
