package documents

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/cache"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// catalog remembers documents as compiled: they are immutable, so each version
// is fetched and compiled once per process.
type catalog struct {
	policies cache.Cache[*routing.Policy]    // by hash and zone
	terms    cache.Cache[*routing.Directory] // by hash of the terms
	kept     cache.Cache[struct{}]           // by hash of the terms: they are stored, so a decision may name them
	dir      cache.Cache[*Directory]         // by hash, the newest
	versions cache.Cache[*datedVersions]     // of all policies, by number of documents and zone, the newest
	// orders says of a *routing.Policy whether its conditions read orders. Nothing
	// is loaded for it, and its key is a pointer, so it is no cache.Cache.
	orders sync.Map
}

// ReadsOrders reports whether a decision under the policy needs the orders.
func (s *Documents) ReadsOrders(p *routing.Policy) bool {
	if reads, ok := s.catalog.orders.Load(p); ok {
		return reads.(bool)
	}
	reads := p.ReadsOrders()
	s.catalog.orders.Store(p, reads)
	return reads
}

// policyVersions are all versions of all policies: what channel.InForce chooses from.
func (s *Documents) policyVersions(ctx context.Context, m *Current) (*datedVersions, error) {
	name := fmt.Sprintf("%d %s", m.Control.Published, m.Programme.TimeZone)
	return s.catalog.versions.Get(ctx, name, func(ctx context.Context) (*datedVersions, error) {
		all, err := s.store.AllVersions(ctx, m.Control, wire.KindPolicy)
		if err != nil {
			return nil, err
		}
		from, err := store.Dated(all, m.Cal)
		return &datedVersions{all, from}, err
	})
}

// PolicyAt is the policy in force at an instant: 409 no_policy_in_force.
func (s *Documents) PolicyAt(ctx context.Context, m *Current, t time.Time) (*routing.Policy, error) {
	versions, err := s.policyVersions(ctx, m)
	if err != nil {
		return nil, err
	}
	i := channel.InForce(versions.from, t)
	if i < 0 {
		return nil, fault.New(fault.Conflict, "no_policy_in_force", "no policy is in force at %s; publish one whose effectiveFrom is not later", t.Format(time.RFC3339))
	}
	return s.policy(ctx, m, versions.all[i].Hash, versions.all[i].N)
}

// PolicyVersion is a published version of a policy: 404 document_not_found.
func (s *Documents) PolicyVersion(ctx context.Context, m *Current, id string, n int) (*routing.Policy, error) {
	versions, err := s.store.Versions(ctx, m.Control, wire.KindPolicy, id)
	if err != nil {
		return nil, err
	}
	if n < 1 || n > len(versions) {
		return nil, fault.New(fault.NotFound, "document_not_found", "there is no version %d of policy %q", n, id)
	}
	return s.policy(ctx, m, versions[n-1].Hash, n)
}

func (s *Documents) policy(ctx context.Context, m *Current, hash string, version int) (*routing.Policy, error) {
	name := hash + " " + m.Programme.TimeZone
	return s.catalog.policies.Get(ctx, name, func(ctx context.Context) (*routing.Policy, error) {
		content, err := s.store.Content(ctx, hash)
		if err != nil {
			return nil, err
		}
		p, err := routing.Parse(content[0], m.Cal)
		if err != nil {
			return nil, err
		}
		return p.As(version), nil
	})
}
