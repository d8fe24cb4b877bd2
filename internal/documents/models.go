package documents

import (
	"context"
	"fmt"
	"time"

	"github.com/fairlead/fairlead/internal/cache"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
)

// fitted remembers models and censuses as they are read: they are immutable.
type fitted struct {
	dated   cache.Cache[*datedVersions]    // by kind, number of versions and zone
	models  cache.Cache[*value.Model]      // by name: two versions may have the same content
	regions cache.Cache[map[string]*int64] // by hash of a census: stable share by region
}

// datedVersions are versions of documents and since when each is in force.
type datedVersions struct {
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
	name := fmt.Sprintf("%s %d %s", kind, n, m.Programme.TimeZone)
	d, err := s.fitted.dated.Get(ctx, name, func(ctx context.Context) (*datedVersions, error) {
		all, err := s.store.Versions(ctx, m.Control, kind, id)
		if err != nil {
			return nil, err
		}
		from, err := store.Dated(all, m.Cal)
		return &datedVersions{all, from}, err
	})
	if err != nil {
		return store.Version{}, false, err
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
	return s.fitted.models.Get(ctx, name, func(ctx context.Context) (*value.Model, error) {
		content, err := s.store.Content(ctx, v.Hash)
		if err != nil {
			return nil, err
		}
		return value.ParseModel(name, content[0])
	})
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
	shares, err := s.fitted.regions.Get(ctx, v.Hash, func(ctx context.Context) (map[string]*int64, error) {
		content, err := s.store.Content(ctx, v.Hash)
		if err != nil {
			return nil, err
		}
		c, err := value.ParseCensus(content[0])
		if err != nil {
			return nil, err
		}
		shares := make(map[string]*int64, len(c.Regions))
		for _, r := range c.Regions {
			shares[r.Region] = r.StablePPM
		}
		return shares, nil
	})
	if err != nil {
		return routing.Census{}, err
	}
	return routing.Census{Version: CensusName(v.N), StablePPM: shares[region]}, nil
}
