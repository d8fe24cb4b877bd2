package documents

import (
	"context"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// catalog remembers documents as compiled: they are immutable, so each version
// is fetched and compiled once per process.
type catalog struct {
	mu       sync.Mutex
	policies map[string]*routing.Policy    // hash and zone -> compiled
	terms    map[string]*routing.Directory // hash of the terms
	dir      *Directory                    // the newest
	versions *policyVersions
	orders   sync.Map // *routing.Policy -> whether its conditions read orders
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

// policyVersions are all versions of all policies, for one control block and
// zone.
type policyVersions struct {
	published int
	zone      string
	all       []store.Version
	from      []channel.Dated
}

// policyVersions loads what channel.InForce chooses from.
func (s *Documents) policyVersions(ctx context.Context, m *Current) (*policyVersions, error) {
	s.catalog.mu.Lock()
	defer s.catalog.mu.Unlock()
	if v := s.catalog.versions; v != nil && v.published == m.Control.Published && v.zone == m.Programme.TimeZone {
		return v, nil
	}
	all, err := s.store.AllVersions(ctx, m.Control, wire.KindPolicy)
	if err != nil {
		return nil, err
	}
	v := &policyVersions{published: m.Control.Published, zone: m.Programme.TimeZone, all: all}
	if v.from, err = store.Dated(all, m.Cal); err != nil {
		return nil, err
	}
	s.catalog.versions = v
	return v, nil
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
	s.catalog.mu.Lock()
	defer s.catalog.mu.Unlock()
	key := hash + " " + m.Programme.TimeZone
	if p := s.catalog.policies[key]; p != nil {
		return p, nil
	}
	content, err := s.store.Content(ctx, hash)
	if err != nil {
		return nil, err
	}
	p, err := routing.Parse(content[0], m.Cal)
	if err != nil {
		return nil, err
	}
	p = p.As(version)
	s.catalog.policies[key] = p
	return p, nil
}
