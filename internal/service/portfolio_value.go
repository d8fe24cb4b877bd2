package service

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// PortfolioMove is a customer that came to an owner or went in this period, and
// whose it was before, or was next; absent where it was nobody's.
type PortfolioMove struct {
	CustomerID channel.CustomerID `json:"customerId"`
	At         time.Time          `json:"at"`
	From       channel.Owner      `json:"from,omitempty"`
	To         channel.Owner      `json:"to,omitempty"`
}

// held is a customer that an owner has or had.
type held struct {
	entry store.PortfolioEntry
	head  *store.Head
	past  *history.History
}

// worthAt is what a customer was worth at an instant, by today's policy, model
// and referrals: what a portfolio is compared with must be measured alike.
func (s *Service) worthAt(ctx context.Context, m *moment, head *store.Head, past *history.History, t time.Time) (money.Amount, error) {
	p, _, err := s.policyFor(ctx, m, head.ID, m.now)
	if err != nil {
		return money.Amount{}, err
	}
	model, err := s.modelAt(ctx, m, m.now)
	if err != nil {
		return money.Amount{}, err
	}
	k := routing.Known{ID: past.Customer, Profile: past.ProfileAt(t), Summary: past.Summary(t, m.cal), Day: t.In(m.cal.Location()), Referred: referred(head)}
	if model != nil {
		v := m.valuation(model, p, k.Profile.Region, t)
		k.Scored = v.scored(v.orders(past))
	}
	_, v, err := p.Load(k)
	return money.Of(v.Amount, v.Currency), err
}

// movements adds what a customer's past says of this period: whether it came or
// went, and what it was worth when the period began.
func (s *Service) movements(ctx context.Context, m *moment, out *Portfolio, sums *portfolioSums, c held) {
	past := c.past
	start := m.cal.Start(out.Period)
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
			out.Came = append(out.Came, PortfolioMove{CustomerID: past.Customer, At: span.From, From: past.OwnerAt(span.From.Add(-time.Second))})
		}
		if !span.Until.IsZero() && !span.Until.Before(start) {
			out.Went = append(out.Went, PortfolioMove{CustomerID: past.Customer, At: span.Until, To: past.OwnerAt(span.Until)})
		}
	}
}

// worthNow is what a customer of a portfolio is worth now; where no policy can
// tell, what its decision said.
func (s *Service) worthNow(ctx context.Context, m *moment, head *store.Head, past *history.History) money.Amount {
	if a, err := s.worthAt(ctx, m, head, past, m.now); err == nil {
		return a
	}
	return money.Of(head.Value.Amount, head.Value.Currency)
}

// change is what the sums of now are above those of then, by currency.
func change(now, then map[string]int64) []Money {
	diff := map[string]int64{}
	for c, n := range now {
		diff[c] += n
	}
	for c, n := range then {
		diff[c] -= n
	}
	return amounts(diff)
}
