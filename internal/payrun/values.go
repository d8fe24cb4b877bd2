package payrun

import (
	"context"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
)

// kindPolicy is the kind of the documents whose terms value customers.
const kindPolicy = "policy"

// basis names the documents that the values of a month are under: pinned when
// the month before was closed, whatever is published later. No Model: nobody is
// observed.
type basis struct {
	Model  string `json:"model,omitempty"`  // hash of the model
	Policy string `json:"policy,omitempty"` // hash of the policy whose terms hold
}

// valueBook is what a position keeps of values, in minor units of the partner's
// currency: floats became integers when it was made, and who reads it later,
// the second reader included, reads these.
type valueBook struct {
	This      basis       `json:"this"` // the closed month's
	Next      basis       `json:"next"` // the next month's
	Customers bookedWorth `json:"customers,omitempty"`
	Parts     int         `json:"parts,omitempty"` // where the customers fill parts of their own: how many, behind those of the shares
}

// bookedWorth has the customers that the partner owned at the month's end.
type bookedWorth map[channel.CustomerID]worth

// worth is a customer's own value at the month's end, without referrals, under
// the basis of the closed month and under that of the next: amount, then 1 if
// it was observed.
type worth [4]int64

func (w worth) now() (int64, bool)  { return w[0], w[1] == 1 }
func (w worth) next() (int64, bool) { return w[2], w[3] == 1 }

// valuing are the documents that value customers, within the pin.
type valuing struct {
	models     []store.Version
	policies   []store.Version
	modelFrom  []channel.Dated
	policyFrom []channel.Dated
}

func (p *Payrun) loadValuing(ctx context.Context, c *store.Control, b *books) (err error) {
	v := &b.valuing
	if v.models, v.modelFrom, err = p.datedVersions(ctx, c, b, store.KindModel); err != nil || len(v.models) == 0 {
		return err // no model: policies are not asked
	}
	v.policies, v.policyFrom, err = p.datedVersions(ctx, c, b, kindPolicy)
	return err
}

// datedVersions are the versions of a kind within the pin, and since when each
// would be in force.
func (p *Payrun) datedVersions(ctx context.Context, c *store.Control, b *books, kind string) ([]store.Version, []channel.Dated, error) {
	all, err := p.store.AllVersions(ctx, c, kind)
	if err != nil {
		return nil, nil, err
	}
	versions := slices.DeleteFunc(all, func(v store.Version) bool { return v.Seq > b.pin })
	dated, err := store.Dated(versions, b.calendar)
	return versions, dated, err
}

// basisAt names model and policy in force at an instant.
func (b *books) basisAt(t time.Time) basis {
	model, policy := channel.InForce(b.valuing.modelFrom, t), channel.InForce(b.valuing.policyFrom, t)
	if model < 0 || policy < 0 {
		return basis{}
	}
	return basis{b.valuing.models[model].Hash, b.valuing.policies[policy].Hash}
}

// scorer values customers under one basis, in one currency.
type scorer struct {
	model    *value.Model
	policy   *routing.Policy
	currency string
}

// scorer loads a basis; nil where there is none.
func (p *Payrun) scorer(ctx context.Context, b *books, of basis, currency string) (*scorer, error) {
	if of.Model == "" {
		return nil, nil
	}
	model, err := cached(p, "model "+of.Model, func() (*value.Model, error) {
		content, err := p.store.Content(ctx, of.Model)
		if err != nil {
			return nil, err
		}
		return value.ParseModel("", content[0])
	})
	if err != nil {
		return nil, err
	}
	policy, err := cached(p, "policy "+of.Policy+" "+b.programme.TimeZone, func() (*routing.Policy, error) {
		content, err := p.store.Content(ctx, of.Policy)
		if err != nil {
			return nil, err
		}
		return routing.Parse(content[0], b.calendar)
	})
	return &scorer{model, policy, currency}, err
}

// cached remembers what is immutable, by a name that holds its hash. It is
// parsed once, or twice where two need it at once.
func cached[T any](p *Payrun, name string, load func() (*T, error)) (*T, error) {
	if have, ok := p.parsed.Load(name); ok {
		return have.(*T), nil
	}
	made, err := load()
	if err == nil {
		p.parsed.Store(name, made)
	}
	return made, err
}

// score is a customer's own value at the end of a month; not observed in
// another currency than the partner's.
func (s *scorer) score(b *books, k known, period channel.Period) (minor int64, observed int64) {
	if s == nil {
		return 0, 0
	}
	end := b.calendar.End(period)
	last := value.DayOf(b.calendar, end) - 1
	region := k.past.ProfileAt(end.Add(-1)).Region
	terms := value.Terms(s.policy.ValueTerms(region))
	if terms.Currency != s.currency {
		return 0, 0
	}
	exchange := func(a money.Amount) (money.Amount, bool) { return s.policy.Exchange(region, a) }
	orders := value.Summarise(k.past, last, b.calendar, value.Currency{Code: terms.Currency, Exchange: exchange})
	score := s.model.Score(orders, terms, last)
	if !score.OK || !score.Observed {
		return 0, 0
	}
	return score.Amount.Minor, 1
}

// value makes the book of a month: of customers that the partner owns at its
// end, under the basis of the month (what the position before named) and under
// that of the next. nil where there is neither.
func (p *Payrun) value(ctx context.Context, b *books, in *incentive.Input, customers []known, before *valueBook) (*valueBook, error) {
	end := b.calendar.End(in.Period)
	out := &valueBook{Next: b.basisAt(end)}
	if before != nil {
		out.This = before.Next
	}
	if out.This == (basis{}) && out.Next == (basis{}) {
		return nil, nil
	}
	now, err := p.scorer(ctx, b, out.This, in.Partner.Currency)
	if err != nil {
		return nil, err
	}
	next, err := p.scorer(ctx, b, out.Next, in.Partner.Currency)
	if err != nil {
		return nil, err
	}
	owner := channel.PartnerOwner(in.Partner.ID)
	for _, k := range customers {
		if k.past.OwnerAt(end.Add(-1)) != owner {
			continue
		}
		var w worth
		w[0], w[1] = now.score(b, k, in.Period)
		w[2], w[3] = next.score(b, k, in.Period)
		if w != (worth{}) {
			if out.Customers == nil {
				out.Customers = bookedWorth{}
			}
			out.Customers[k.past.Customer] = w
		}
	}
	return out, nil
}

// growthValues are the values at both ends of a month: what the position before
// says of its end under this month's basis, and what the month's book says.
func growthValues(before, after *valueBook) []incentive.Value {
	if before == nil {
		return nil
	}
	var out []incentive.Value
	for _, id := range sortedKeys(before.Customers) {
		start, ok := before.Customers[id].next()
		if !ok {
			continue
		}
		v := incentive.Value{Customer: id, Start: start, StartObserved: true}
		if after != nil {
			v.End, v.EndObserved = after.Customers[id].now()
		}
		out = append(out, v)
	}
	return out
}

// inlineWorth is how many bytes of customers part 0 of a position holds beside
// its shares.
const inlineWorth = 16 << 10

// worthSize is about what a customer takes.
func worthSize(id channel.CustomerID) int { return len(id) + 32 }

// split cuts the customers, by id, into books of about so many bytes.
func (w bookedWorth) split(size int) []bookedWorth {
	var out []bookedWorth
	room := 0
	for _, id := range sortedKeys(w) {
		if room <= 0 {
			out, room = append(out, bookedWorth{}), size
		}
		out[len(out)-1][id] = w[id]
		room -= worthSize(id)
	}
	return out
}

// inline reports whether the customers fit beside the shares.
func (w bookedWorth) inline() bool {
	size := 0
	for id := range w {
		size += worthSize(id)
	}
	return size <= inlineWorth
}

// valuePart is a part of a position behind those of the shares.
type valuePart struct {
	Values bookedWorth `json:"values"`
}

// values reads the book of a position, whole and without parts; nil if it has
// none.
func (p *Payrun) values(ctx context.Context, partner channel.PartnerID, period channel.Period, head *positionPart) (*valueBook, error) {
	if head == nil || head.Values == nil || head.Values.Parts == 0 {
		if head == nil {
			return nil, nil
		}
		return head.Values, nil
	}
	out := valueBook{This: head.Values.This, Next: head.Values.Next, Customers: bookedWorth{}}
	for n := range head.Values.Parts {
		key := store.PositionKey(channel.PartnerOwner(partner), period, 1+len(head.Index)+n)
		items, err := p.store.Get(ctx, key)
		if err != nil {
			return nil, err
		}
		if items[0].Version == 0 {
			return nil, internal("part %s of the position of %s for %s is missing", key.SK, partner, period)
		}
		var part valuePart
		if err := store.Decode(items[0], &part); err != nil {
			return nil, err
		}
		for id, w := range part.Values {
			out.Customers[id] = w
		}
	}
	return &out, nil
}

// storedValues is the book that a month's position holds already: what an
// earlier attempt, or the first reader, made integers of is read and never made
// again. found is false before there is a position.
func (p *Payrun) storedValues(ctx context.Context, partner channel.PartnerID, period channel.Period) (book *valueBook, found bool, err error) {
	head, err := p.position(ctx, partner, period)
	if err != nil || head == nil {
		return nil, false, err
	}
	book, err = p.values(ctx, partner, period, head)
	return book, true, err
}
