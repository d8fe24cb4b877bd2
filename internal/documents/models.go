package documents

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
)

// fitted remembers models and censuses as they are read: they are immutable.
type fitted struct {
	mu      sync.Mutex
	dated   map[string]*datedVersions // by kind
	models  sync.Map                  // name -> *value.Model: two versions may have the same content
	regions sync.Map                  // hash of a census -> map[string]*int64: stable share by region
}

// datedVersions are the versions of a kind and since when each is in force.
type datedVersions struct {
	n    int
	zone string
	all  []store.Version
	from []channel.Dated
}

// InForceAt is the version of a kind that is in force at an instant: the latest
// day at or before it, then the one published last.
func (s *Documents) InForceAt(ctx context.Context, m *Current, kind, id string, t time.Time) (store.Version, bool, error) {
	n := m.Control.Newest(kind, id)
	if n == 0 {
		return store.Version{}, false, nil
	}
	s.fitted.mu.Lock()
	defer s.fitted.mu.Unlock()
	d := s.fitted.dated[kind]
	if d == nil || d.n != n || d.zone != m.Programme.TimeZone {
		all, err := s.store.Versions(ctx, m.Control, kind, id)
		if err != nil {
			return store.Version{}, false, err
		}
		d = &datedVersions{n: n, zone: m.Programme.TimeZone, all: all}
		if d.from, err = store.Dated(all, m.Cal); err != nil {
			return store.Version{}, false, err
		}
		if s.fitted.dated == nil {
			s.fitted.dated = map[string]*datedVersions{}
		}
		s.fitted.dated[kind] = d
	}
	i := channel.InForce(d.from, t)
	if i < 0 {
		return store.Version{}, false, nil
	}
	return d.all[i], true, nil
}

// ModelAt is the model in force at an instant; nil without one.
func (s *Documents) ModelAt(ctx context.Context, m *Current, t time.Time) (*value.Model, error) {
	v, ok, err := s.InForceAt(ctx, m, store.KindModel, store.ModelID, t)
	if err != nil || !ok {
		return nil, err
	}
	name := ModelName(v.N)
	if have, ok := s.fitted.models.Load(name); ok {
		return have.(*value.Model), nil
	}
	content, err := s.store.Content(ctx, v.Hash)
	if err != nil {
		return nil, err
	}
	model, err := value.ParseModel(name, content[0])
	if err == nil {
		s.fitted.models.Store(name, model)
	}
	return model, err
}

// ModelName is what decisions call a version of the model.
func ModelName(n int) string { return fmt.Sprintf("%s~%d", store.ModelID, n) }

// CensusName is what decisions call a version of the census.
func CensusName(n int) string { return fmt.Sprintf("%s~%d", store.CensusID, n) }

// CensusFor is what the latest census says of a region.
func (s *Documents) CensusFor(ctx context.Context, m *Current, region string, t time.Time) (routing.Census, error) {
	v, ok, err := s.InForceAt(ctx, m, store.KindCensus, store.CensusID, t)
	if err != nil || !ok {
		return routing.Census{}, err
	}
	regions, ok := s.fitted.regions.Load(v.Hash)
	if !ok {
		content, err := s.store.Content(ctx, v.Hash)
		if err != nil {
			return routing.Census{}, err
		}
		c, err := value.ParseCensus(content[0])
		if err != nil {
			return routing.Census{}, err
		}
		shares := make(map[string]*int64, len(c.Regions))
		for _, r := range c.Regions {
			shares[r.Region] = r.StablePPM
		}
		s.fitted.regions.Store(v.Hash, shares)
		regions = shares
	}
	return routing.Census{Version: CensusName(v.N), StablePPM: regions.(map[string]*int64)[region]}, nil
}
