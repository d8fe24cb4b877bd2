package service

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
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

// inForceAt is the version of a kind that is in force at an instant: the latest
// day at or before it, then the one published last.
func (s *Service) inForceAt(ctx context.Context, m *moment, kind, id string, t time.Time) (store.Version, bool, error) {
	n := m.control.Newest(kind, id)
	if n == 0 {
		return store.Version{}, false, nil
	}
	s.fitted.mu.Lock()
	defer s.fitted.mu.Unlock()
	d := s.fitted.dated[kind]
	if d == nil || d.n != n || d.zone != m.programme.TimeZone {
		all, err := s.store.Versions(ctx, m.control, kind, id)
		if err != nil {
			return store.Version{}, false, err
		}
		d = &datedVersions{n: n, zone: m.programme.TimeZone, all: all}
		if d.from, err = store.Dated(all, m.cal); err != nil {
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

// modelAt is the model in force at an instant; nil without one.
func (s *Service) modelAt(ctx context.Context, m *moment, t time.Time) (*value.Model, error) {
	v, ok, err := s.inForceAt(ctx, m, store.KindModel, store.ModelID, t)
	if err != nil || !ok {
		return nil, err
	}
	name := modelName(v.N)
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

// modelName is what decisions call a version of the model.
func modelName(n int) string { return fmt.Sprintf("%s~%d", store.ModelID, n) }

// censusName is what decisions call a version of the census.
func censusName(n int) string { return fmt.Sprintf("%s~%d", store.CensusID, n) }

// censusFor is what the latest census says of a region.
func (s *Service) censusFor(ctx context.Context, m *moment, region string, t time.Time) (routing.Census, error) {
	v, ok, err := s.inForceAt(ctx, m, store.KindCensus, store.CensusID, t)
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
	return routing.Census{Version: censusName(v.N), StablePPM: regions.(map[string]*int64)[region]}, nil
}

// valuation is a customer being valued as of a day.
type valuation struct {
	model  *value.Model
	policy *routing.Policy
	region string
	day    value.Day
	cal    channel.Calendar
}

func (m *moment) valuation(model *value.Model, p *routing.Policy, region string, t time.Time) valuation {
	return valuation{model, p, region, value.DayOf(m.cal, t), m.cal}
}

func (v valuation) terms() value.Terms { return value.Terms(v.policy.ValueTerms(v.region)) }

// orders folds a customer's orders, in the policy's currency.
func (v valuation) orders(h *history.History) value.Orders {
	return value.Summarise(h, v.day, v.cal, value.Currency{Code: v.terms().Currency,
		Exchange: func(a money.Amount) (money.Amount, bool) { return v.policy.Exchange(v.region, a) }})
}

// fits reports whether a memo still tells what a fold would: it is in the
// policy's currency, and of no later day.
func (v valuation) fits(memo *store.Memo) bool {
	return memo != nil && memo.Orders.Currency == v.terms().Currency && memo.Orders.Last <= v.day
}

// scored is the score as routing takes it; nil where the model has no opinion.
func (v valuation) scored(o value.Orders) *routing.Score {
	sc := v.model.Score(o, v.terms(), v.day)
	if !sc.OK {
		return nil
	}
	return &routing.Score{Value: sc.Amount, AlivePPM: sc.AlivePPM, Model: v.model.Name, Orders: o.Orders}
}
