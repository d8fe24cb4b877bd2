package views

import (
	"context"
	"math"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
	"github.com/fairlead/fairlead/internal/wire"
)

// CustomerValue is what a customer is worth now and why, in words. 404
// customer_not_found; 409 no_policy_in_force; 422 currency_not_in_policy.
func (s *Values) CustomerValue(ctx context.Context, a wire.Actor, id channel.CustomerID) (wire.CustomerValue, error) {
	var out wire.CustomerValue
	m, err := s.docs.Current(ctx)
	if err != nil {
		return out, err
	}
	file, err := s.store.Customer(ctx, id, "")
	if err != nil {
		return out, err
	}
	head, err := s.store.Head(ctx, id)
	if err != nil {
		return out, err
	}
	if !head.Exists() || !maySee(a, head) {
		return out, CustomerNotFound(id)
	}
	policy, _, err := s.valuing.PolicyFor(ctx, &m, head.ID, m.Now)
	if err != nil {
		return out, err
	}
	model, err := s.docs.ModelAt(ctx, &m, m.Now)
	if err != nil {
		return out, err
	}
	v := m.Valuation(model, policy, head.Profile.Region, m.Now)
	head.Memo = &store.Memo{Orders: v.Orders(file.History())} // as of now, whatever was noted
	now, err := s.valuing.Appraise(ctx, &m, head, m.Now)
	if err != nil {
		return out, err
	}
	worth := now.Value
	out = wire.CustomerValue{CustomerID: id, AsOf: m.Now, Value: worthView(worth), Text: []string{},
		Tier: policy.Tier(now.Customer.Region, head.Owner != channel.Nobody, head.Tier, worth.Amount)}
	explainValue(&out, v, head.Memo.Orders, worth)
	return out, nil
}

func worthView(v routing.Value) wire.Value {
	text := func(n int64) string { return money.Format(n, v.Currency) }
	out := wire.Value{Amount: text(v.Amount), Currency: v.Currency, Basis: string(v.Basis)}
	if v.Declared != nil {
		out.Declared = text(*v.Declared)
	}
	if v.Observed != nil {
		out.Observed = text(*v.Observed)
	}
	if v.Referral != 0 {
		out.Referral = text(v.Referral)
	}
	return out
}

// explainValue adds what the model says, and the words.
func explainValue(out *wire.CustomerValue, v documents.Valuation, o value.Orders, worth routing.Value) {
	switch worth.Basis {
	case routing.Declared:
		out.Text = append(out.Text, "Its value was declared: "+out.Value.Declared+" "+worth.Currency+".")
	case routing.Prior:
		out.Text = append(out.Text, "Nothing is known of its value: the policy's figure for its segment counts.")
	case routing.Observed:
		out.Text = append(out.Text, "Its value comes from its own orders.")
	}
	if worth.Referral != 0 {
		out.Text = append(out.Text, "Of it "+out.Value.Referral+" "+worth.Currency+" is for the customers it referred.")
	}
	if v.Model == nil {
		out.Text = append(out.Text, "No model is in force, so orders give no value: fit one (value fit).")
		return
	}
	out.Model = &wire.ModelRef{ID: v.Model.Name, AsOf: v.Model.AsOf.String()}
	terms := v.Terms()
	sc := v.Model.Score(o, terms, v.Day)
	out.Text = append(out.Text, sc.Words(o, terms, v.Day)...)
	if o.Days == 0 {
		return
	}
	out.Orders = &wire.OrderDays{Orders: o.Orders, Days: o.Days, Repeat: o.Days - 1, First: o.First.String(), Last: o.Last.String()}
	alive := float64(sc.AlivePPM) / float64(money.One)
	out.Alive = &alive
	if bound, ok := v.Policy.AtRiskPPM(v.Region); ok && sc.AlivePPM < bound && !o.Churned {
		out.AtRisk = true
	}
	if !sc.OK {
		return
	}
	orders := math.Round(sc.ExpectedOrders*1e6) / 1e6
	out.ExpectedOrders = &orders
	out.ExpectedSpend = &wire.Money{Amount: money.Format(sc.Spend.Minor, sc.Spend.Currency), Currency: sc.Spend.Currency}
}
