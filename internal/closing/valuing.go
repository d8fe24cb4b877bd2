package closing

import (
	"context"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
	"github.com/fairlead/fairlead/internal/wire"
)

// KindPolicy is the kind of the documents whose terms value customers.
const KindPolicy = wire.KindPolicy

// Basis names the documents that the values of a month are under: pinned when
// the month before was closed, whatever is published later. No Model: nobody is
// observed.
type Basis struct {
	Model  string `json:"model,omitempty"`  // hash of the model
	Policy string `json:"policy,omitempty"` // hash of the policy whose terms hold
}

// valuing are the documents that value customers, within the pin.
type valuing struct {
	models     []store.Version
	policies   []store.Version
	modelFrom  []channel.Dated
	policyFrom []channel.Dated
}

func (p *Library) loadValuing(ctx context.Context, c *store.Control, b *Books) (err error) {
	v := &b.valuing
	if v.models, v.modelFrom, err = p.datedVersions(ctx, c, b, store.KindModel); err != nil || len(v.models) == 0 {
		return err // no model: policies are not asked
	}
	v.policies, v.policyFrom, err = p.datedVersions(ctx, c, b, KindPolicy)
	return err
}

// datedVersions are the versions of a kind within the pin, and since when each
// would be in force.
func (p *Library) datedVersions(ctx context.Context, c *store.Control, b *Books, kind string) ([]store.Version, []channel.Dated, error) {
	all, err := p.store.AllVersions(ctx, c, kind)
	if err != nil {
		return nil, nil, err
	}
	versions := slices.DeleteFunc(all, func(v store.Version) bool { return v.Seq > b.Pin })
	dated, err := store.Dated(versions, b.calendar)
	return versions, dated, err
}

// basisAt names model and policy in force at an instant.
func (b *Books) basisAt(t time.Time) Basis {
	model, policy := channel.InForce(b.valuing.modelFrom, t), channel.InForce(b.valuing.policyFrom, t)
	if model < 0 || policy < 0 {
		return Basis{}
	}
	return Basis{b.valuing.models[model].Hash, b.valuing.policies[policy].Hash}
}

// scorer values customers under one basis, in one currency.
type scorer struct {
	model    *value.Model
	policy   *routing.Policy
	currency string
}

// scorer loads a basis; nil where there is none.
func (p *Library) scorer(ctx context.Context, b *Books, of Basis, currency string) (*scorer, error) {
	if of.Model == "" {
		return nil, nil
	}
	model, err := p.models.Get(ctx, of.Model, func(ctx context.Context) (*value.Model, error) {
		content, err := p.store.Content(ctx, of.Model)
		if err != nil {
			return nil, err
		}
		return value.ParseModel("", content[0])
	})
	if err != nil {
		return nil, err
	}
	policy, err := p.policies.Get(ctx, of.Policy+" "+b.Programme.TimeZone, func(ctx context.Context) (*routing.Policy, error) {
		content, err := p.store.Content(ctx, of.Policy)
		if err != nil {
			return nil, err
		}
		return routing.Parse(content[0], b.calendar)
	})
	return &scorer{model, policy, currency}, err
}

// score is a customer's own value at the end of a month; not observed in
// another currency than the partner's.
func (s *scorer) score(b *Books, k Customer, period channel.Period) (minor int64, observed int64) {
	if s == nil {
		return 0, 0
	}
	end := b.calendar.End(period)
	last := value.DayOf(b.calendar, end) - 1
	region := k.Past.ProfileAt(end.Add(-1)).Region
	terms := value.Terms(s.policy.ValueTerms(region))
	if terms.Currency != s.currency {
		return 0, 0
	}
	exchange := func(a money.Amount) (money.Amount, bool) { return s.policy.Exchange(region, a) }
	orders := value.Summarise(k.Past, last, b.calendar, value.Currency{Code: terms.Currency, Exchange: exchange})
	score := s.model.Score(orders, terms, last)
	if !score.OK || !score.Observed {
		return 0, 0
	}
	return score.Amount.Minor, 1
}
