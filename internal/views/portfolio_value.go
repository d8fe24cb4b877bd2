package views

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/valuing"
	"github.com/fairlead/fairlead/internal/wire"
)

// held is a customer that an owner has or had.
type held struct {
	entry store.PortfolioEntry
	head  *store.Head
	past  *history.History
}

// worthAt is what a customer was worth at an instant, by today's policy, model
// and referrals: what a portfolio is compared with must be measured alike.
func (s *Values) worthAt(ctx context.Context, m *documents.Current, head *store.Head, past *history.History, t time.Time) (money.Amount, error) {
	p, _, err := s.valuing.PolicyFor(ctx, m, head.ID, m.Now)
	if err != nil {
		return money.Amount{}, err
	}
	model, err := s.docs.ModelAt(ctx, m, m.Now)
	if err != nil {
		return money.Amount{}, err
	}
	k := routing.LoadInput{ID: past.Customer, Profile: past.ProfileAt(t), Summary: past.Summary(t, m.Cal), Day: t.In(m.Cal.Location()), Referred: valuing.Referred(head)}
	if model != nil {
		v := m.Valuation(model, p, k.Profile.Region, t)
		k.Scored = v.Scored(v.Orders(past))
	}
	_, v, err := p.Load(k)
	return money.Of(v.Amount, v.Currency), err
}

// movements adds what a customer's past says of this period: whether it came or
// went, and what it was worth when the period began.
func (s *Values) movements(ctx context.Context, m *documents.Current, out *wire.Portfolio, sums *portfolioSums, c held) {
	past := c.past
	start := m.Cal.Start(out.Period)
	before := start.Add(-time.Second)
	if past.OwnerAt(before) == out.Owner {
		if a, err := s.worthAt(ctx, m, c.head, past, before); err == nil {
			sums.start[a.Currency] += a.Minor
		}
	}
	for _, span := range past.Spans {
		if span.Owner != out.Owner {
			continue
		}
		if !span.From.Before(start) {
			out.Came = append(out.Came, wire.PortfolioMove{CustomerID: past.Customer, At: span.From, From: past.OwnerAt(span.From.Add(-time.Second))})
		}
		if !span.Until.IsZero() && !span.Until.Before(start) {
			out.Went = append(out.Went, wire.PortfolioMove{CustomerID: past.Customer, At: span.Until, To: past.OwnerAt(span.Until)})
		}
	}
}

// worthNow is what a customer of a portfolio is worth now; where no policy can
// tell, what its decision said.
func (s *Values) worthNow(ctx context.Context, m *documents.Current, head *store.Head, past *history.History) money.Amount {
	if a, err := s.worthAt(ctx, m, head, past, m.Now); err == nil {
		return a
	}
	return money.Of(head.Value.Amount, head.Value.Currency)
}

// change is what the sums of now are above those of then, by currency.
func change(now, then map[string]int64) []wire.Money {
	diff := map[string]int64{}
	for c, n := range now {
		diff[c] += n
	}
	for c, n := range then {
		diff[c] -= n
	}
	return amounts(diff)
}
