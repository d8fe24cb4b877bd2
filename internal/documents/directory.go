package documents

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// Directory is one version of the directory, as people keep it and as routing
// reads it.
type Directory struct {
	Hash     string
	People   channel.Directory
	Partners map[channel.PartnerID]*channel.Partner
	Pods     map[channel.PodID]*channel.Pod
	Terms    *routing.Directory
}

// Limit is the capacity of an owner; Unlimited for one that is not there.
func (d *Directory) Limit(o channel.Owner) int64 {
	if id, ok := o.Partner(); ok {
		if p := d.Partners[id]; p != nil {
			return p.Capacity
		}
	}
	if id, ok := o.Pod(); ok {
		if p := d.Pods[id]; p != nil {
			return p.Capacity
		}
	}
	return channel.Unlimited
}

// Status is that of an owner; Left for one that is not there.
func (d *Directory) Status(o channel.Owner) channel.Status {
	if id, ok := o.Partner(); ok {
		if p := d.Partners[id]; p != nil {
			return p.Status
		}
	}
	if id, ok := o.Pod(); ok {
		if p := d.Pods[id]; p != nil {
			return p.Status
		}
	}
	return channel.Left
}

// Directory is the newest version; an empty one before the first.
func (s *Documents) Directory(ctx context.Context, m *Current) (*Directory, error) {
	versions, err := s.store.Versions(ctx, m.Control, store.KindDirectory, store.DirectoryID)
	if err != nil {
		return nil, err
	}
	hash := ""
	if n := len(versions); n > 0 {
		hash = versions[n-1].Hash
	}
	return s.catalog.dir.Get(ctx, hash, func(ctx context.Context) (*Directory, error) {
		if hash == "" {
			return newDirectory(hash, channel.Directory{})
		}
		people, err := s.store.Directory(ctx, hash)
		if err != nil {
			return nil, err
		}
		return newDirectory(hash, people)
	})
}

func newDirectory(hash string, people channel.Directory) (*Directory, error) {
	d := &Directory{Hash: hash, People: people, Partners: map[channel.PartnerID]*channel.Partner{}, Pods: map[channel.PodID]*channel.Pod{}}
	for i := range people.Partners {
		d.Partners[people.Partners[i].ID] = &people.Partners[i]
	}
	for i := range people.Pods {
		d.Pods[people.Pods[i].ID] = &people.Pods[i]
	}
	terms, err := routing.NewDirectory(people)
	d.Terms = terms
	return d, err
}

// KeepTerms stores what routing reads of the directory, once: a decision that
// names it must be able to run again for ever. Where that fails nobody can be
// routed, so it is never an error of the customer at hand.
func (s *Documents) KeepTerms(ctx context.Context, d *Directory) error {
	_, err := s.catalog.kept.Get(ctx, d.Terms.Hash(), func(ctx context.Context) (struct{}, error) {
		if _, err := s.store.PutContent(ctx, d.Terms.Bytes()); err != nil {
			if OfStore(err) {
				return struct{}{}, err
			}
			return struct{}{}, fault.New(fault.Internal, "directory_not_stored", "the directory cannot be stored, so nobody can be routed").Because(err)
		}
		s.catalog.terms.Keep(d.Terms.Hash(), d.Terms)
		return struct{}{}, nil
	})
	return err
}

// TermsByHash are the terms that a decision named.
func (s *Documents) TermsByHash(ctx context.Context, hash string) (*routing.Directory, error) {
	return s.catalog.terms.Get(ctx, hash, func(ctx context.Context) (*routing.Directory, error) {
		content, err := s.store.Content(ctx, hash)
		if err != nil {
			return nil, err
		}
		return routing.ParseDirectory(content[0])
	})
}

// CurrentDirectory is what is in force now, with the directory.
func (s *Documents) CurrentDirectory(ctx context.Context) (Current, *Directory, error) {
	m, err := s.Current(ctx)
	if err != nil {
		return m, nil, err
	}
	dir, err := s.Directory(ctx, &m)
	return m, dir, err
}

// Owners are everybody who may own customers.
func (d *Directory) Owners() []channel.Owner {
	owners := make([]channel.Owner, 0, len(d.People.Partners)+len(d.People.Pods))
	for _, p := range d.People.Partners {
		owners = append(owners, channel.PartnerOwner(p.ID))
	}
	for _, p := range d.People.Pods {
		owners = append(owners, channel.PodOwner(p.ID))
	}
	return owners
}
