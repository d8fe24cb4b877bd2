package service

import (
	"context"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// catalog remembers documents as compiled: they are immutable, so each version
// is fetched and compiled once per process.
type catalog struct {
	mu       sync.Mutex
	policies map[string]*routing.Policy    // hash and zone -> compiled
	terms    map[string]*routing.Directory // hash of the terms
	dir      *directory                    // the newest
	versions *policyVersions
	orders   sync.Map // *routing.Policy -> whether its conditions read orders
}

// readsOrders reports whether a decision under the policy needs the orders.
func (s *Service) readsOrders(p *routing.Policy) bool {
	if reads, ok := s.catalog.orders.Load(p); ok {
		return reads.(bool)
	}
	reads := p.ReadsOrders()
	s.catalog.orders.Store(p, reads)
	return reads
}

// directory is one version of the directory, as people keep it and as routing
// reads it.
type directory struct {
	hash     string
	people   channel.Directory
	partners map[channel.PartnerID]*channel.Partner
	pods     map[channel.PodID]*channel.Pod
	terms    *routing.Directory
	stored   bool // the terms are kept, so a decision may name them
}

// limit is the capacity of an owner; Unlimited for one that is not there.
func (d *directory) limit(o channel.Owner) int64 {
	if id, ok := o.Partner(); ok {
		if p := d.partners[id]; p != nil {
			return p.Capacity
		}
	}
	if id, ok := o.Pod(); ok {
		if p := d.pods[id]; p != nil {
			return p.Capacity
		}
	}
	return channel.Unlimited
}

// status is that of an owner; Left for one that is not there.
func (d *directory) status(o channel.Owner) channel.Status {
	if id, ok := o.Partner(); ok {
		if p := d.partners[id]; p != nil {
			return p.Status
		}
	}
	if id, ok := o.Pod(); ok {
		if p := d.pods[id]; p != nil {
			return p.Status
		}
	}
	return channel.Left
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
func (s *Service) policyVersions(ctx context.Context, m *moment) (*policyVersions, error) {
	s.catalog.mu.Lock()
	defer s.catalog.mu.Unlock()
	if v := s.catalog.versions; v != nil && v.published == m.control.Published && v.zone == m.programme.TimeZone {
		return v, nil
	}
	all, err := s.store.AllVersions(ctx, m.control, KindPolicy)
	if err != nil {
		return nil, err
	}
	v := &policyVersions{published: m.control.Published, zone: m.programme.TimeZone, all: all}
	if v.from, err = store.Dated(all, m.cal); err != nil {
		return nil, err
	}
	s.catalog.versions = v
	return v, nil
}

// policyAt is the policy in force at an instant: 409 no_policy_in_force.
func (s *Service) policyAt(ctx context.Context, m *moment, t time.Time) (*routing.Policy, error) {
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

// policyVersion is a published version of a policy: 404 document_not_found.
func (s *Service) policyVersion(ctx context.Context, m *moment, id string, n int) (*routing.Policy, error) {
	versions, err := s.store.Versions(ctx, m.control, KindPolicy, id)
	if err != nil {
		return nil, err
	}
	if n < 1 || n > len(versions) {
		return nil, fault.New(fault.NotFound, "document_not_found", "there is no version %d of policy %q", n, id)
	}
	return s.policy(ctx, m, versions[n-1].Hash, n)
}

func (s *Service) policy(ctx context.Context, m *moment, hash string, version int) (*routing.Policy, error) {
	s.catalog.mu.Lock()
	defer s.catalog.mu.Unlock()
	key := hash + " " + m.programme.TimeZone
	if p := s.catalog.policies[key]; p != nil {
		return p, nil
	}
	content, err := s.store.Content(ctx, hash)
	if err != nil {
		return nil, err
	}
	p, err := routing.Parse(content[0], m.cal)
	if err != nil {
		return nil, err
	}
	p = p.As(version)
	s.catalog.policies[key] = p
	return p, nil
}

// directory is the newest version; an empty one before the first.
func (s *Service) directory(ctx context.Context, m *moment) (*directory, error) {
	versions, err := s.store.Versions(ctx, m.control, store.KindDirectory, store.DirectoryID)
	if err != nil {
		return nil, err
	}
	hash := ""
	if n := len(versions); n > 0 {
		hash = versions[n-1].Hash
	}
	s.catalog.mu.Lock()
	defer s.catalog.mu.Unlock()
	if d := s.catalog.dir; d != nil && d.hash == hash {
		return d, nil
	}
	var people channel.Directory
	if hash != "" {
		if people, err = s.store.Directory(ctx, hash); err != nil {
			return nil, err
		}
	}
	d, err := newDirectory(hash, people)
	if err == nil {
		s.catalog.dir = d
	}
	return d, err
}

func newDirectory(hash string, people channel.Directory) (*directory, error) {
	d := &directory{hash: hash, people: people, partners: map[channel.PartnerID]*channel.Partner{}, pods: map[channel.PodID]*channel.Pod{}}
	for i := range people.Partners {
		d.partners[people.Partners[i].ID] = &people.Partners[i]
	}
	for i := range people.Pods {
		d.pods[people.Pods[i].ID] = &people.Pods[i]
	}
	terms, err := routing.NewDirectory(people)
	d.terms = terms
	return d, err
}

// keepTerms stores what routing reads of the directory, once: a decision that
// names it must be able to run again for ever. Where that fails nobody can be
// routed, so it is never an error of the customer at hand.
func (s *Service) keepTerms(ctx context.Context, d *directory) error {
	s.catalog.mu.Lock()
	defer s.catalog.mu.Unlock()
	if d.stored {
		return nil
	}
	if _, err := s.store.PutContent(ctx, d.terms.Bytes()); err != nil {
		if ofStore(err) {
			return err
		}
		return fault.New(fault.Internal, "directory_not_stored", "the directory cannot be stored, so nobody can be routed").Because(err)
	}
	d.stored = true
	s.catalog.terms[d.terms.Hash()] = d.terms
	return nil
}

// termsByHash are the terms that a decision named.
func (s *Service) termsByHash(ctx context.Context, hash string) (*routing.Directory, error) {
	s.catalog.mu.Lock()
	defer s.catalog.mu.Unlock()
	if t := s.catalog.terms[hash]; t != nil {
		return t, nil
	}
	content, err := s.store.Content(ctx, hash)
	if err != nil {
		return nil, err
	}
	t, err := routing.ParseDirectory(content[0])
	if err == nil {
		s.catalog.terms[hash] = t
	}
	return t, err
}
