package documents

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
)

// Valuation is a customer being valued as of a day.
type Valuation struct {
	Model  *value.Model
	Policy *routing.Policy
	Region string
	Day    value.Day
	Cal    channel.Calendar
}

// Valuation values a customer of a region as of the day of an instant.
func (m *Current) Valuation(model *value.Model, p *routing.Policy, region string, t time.Time) Valuation {
	return Valuation{model, p, region, value.DayOf(m.Cal, t), m.Cal}
}

// Terms are those of the policy for the region.
func (v Valuation) Terms() value.Terms { return value.Terms(v.Policy.ValueTerms(v.Region)) }

// Orders folds a customer's orders, in the policy's currency.
func (v Valuation) Orders(h *history.History) value.Orders {
	return value.Summarise(h, v.Day, v.Cal, value.Currency{Code: v.Terms().Currency,
		Exchange: func(a money.Amount) (money.Amount, bool) { return v.Policy.Exchange(v.Region, a) }})
}

// Fits reports whether a memo still tells what a fold would: it is in the
// policy's currency, and of no later day.
func (v Valuation) Fits(memo *store.Memo) bool {
	return memo != nil && memo.Orders.Currency == v.Terms().Currency && memo.Orders.Last <= v.Day
}

// Scored is the score as routing takes it; nil where the model has no opinion.
func (v Valuation) Scored(o value.Orders) *routing.Score {
	sc := v.Model.Score(o, v.Terms(), v.Day)
	if !sc.OK {
		return nil
	}
	return &routing.Score{Value: sc.Amount, AlivePPM: sc.AlivePPM, Model: v.Model.Name, Orders: o.Orders}
}
