package valuing

import (
	"context"
	"slices"
	"sync"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
	"github.com/fairlead/fairlead/internal/wire"
)

// FitValues fits the model on everybody's orders and puts it in force from its
// day on. What the data cannot carry is refused and nothing is stored: 422
// model_not_identified, model_not_converged; 400 invalid_time.
func (s *Valuing) FitValues(ctx context.Context, a wire.Actor, r wire.FitRequest) (wire.FitResponse, error) {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return wire.FitResponse{}, err
	}
	asOf := value.DayOf(m.Cal, m.Now)
	if r.AsOf != "" {
		day, err := value.ParseDay("asOf", r.AsOf)
		if err != nil {
			return wire.FitResponse{}, err
		}
		if day > asOf {
			return wire.FitResponse{}, fault.New(fault.Invalid, "invalid_time", "a model cannot be of a day to come").At("asOf", "%s is after today, %s", day, asOf)
		}
		asOf = day
	}
	sample, damaged, err := s.sample(ctx, &m, asOf)
	if err != nil {
		return wire.FitResponse{}, err
	}
	model, err := sample.Fit(asOf)
	if err != nil {
		return wire.FitResponse{}, err
	}
	content, err := model.Canonical()
	if err != nil {
		return wire.FitResponse{}, err
	}
	v, unchanged, err := s.PublishFitted(ctx, &m, store.Version{Kind: store.KindModel, ID: store.ModelID, By: a.User, EffectiveFrom: asOf.String()}, content)
	if err != nil {
		return wire.FitResponse{}, err
	}
	out := fitResponse(model)
	out.Failed = damaged
	out.ID, out.Version, out.Hash, out.EffectiveFrom, out.Unchanged = documents.ModelName(v.N), v.N, v.Hash, v.EffectiveFrom, unchanged
	s.weighFit(ctx, &m, model, &out)
	return out, nil
}

// sample reads everybody's orders as of a day: bucket by bucket, and what was
// counted is merged at once, in any order, so that memory is bounded by the
// distinct rows. Whose data are damaged is left out, and named up to 100.
func (s *Valuing) sample(ctx context.Context, m *documents.Current, asOf value.Day) (*value.Sample, []wire.FailedRoute, error) {
	policy, err := s.docs.PolicyAt(ctx, m, m.Now)
	if err != nil && !fault.Is(err, "no_policy_in_force") {
		return nil, nil, err
	}
	all, damaged := &value.Sample{}, make([][]wire.FailedRoute, store.Buckets)
	var merging sync.Mutex
	err = Everybody(ctx, func(ctx context.Context, bucket int) error {
		some := &value.Sample{}
		for head, err := range s.store.Heads(ctx, bucket, "") {
			id := channel.CustomerID("?")
			if err == nil {
				id = head.ID
				err = s.sampleOne(ctx, some, head, policy, documents.Valuation{Region: head.Profile.Region, Day: asOf, Cal: m.Cal})
			}
			if Ends(ctx, err) {
				return err
			}
			if err != nil {
				s.log.Warn("a customer was left out of the fit", "customer", id, "error", err)
				damaged[bucket] = wire.AddFailed(damaged[bucket], id, err)
			}
		}
		merging.Lock()
		defer merging.Unlock()
		all.Merge(some)
		return nil
	})
	left := slices.Concat(damaged...)
	return all, left[:min(len(left), wire.MaxNamed)], err
}

func (s *Valuing) sampleOne(ctx context.Context, to *value.Sample, head *store.Head, p *routing.Policy, v documents.Valuation) error {
	file, err := s.store.Customer(ctx, head.ID, "")
	if err != nil {
		return err
	}
	o := ordersFor(p, head, file.History(), v)
	if o.Days == 0 {
		return nil
	}
	return to.Add(o, v.Day)
}

// ordersFor sums orders in the policy's currency; without a policy in that of
// the customer, or of its first order.
func ordersFor(p *routing.Policy, head *store.Head, h *history.History, v documents.Valuation) value.Orders {
	if p != nil {
		v.Policy = p
		return v.Orders(h)
	}
	currency := head.Profile.Currency
	if currency == "" && len(h.Orders) > 0 {
		currency = h.Orders[0].Currency
	}
	return value.Summarise(h, v.Day, v.Cal, value.Currency{Code: currency})
}

// weighFit adds the spend that the policy's own currency has, and what a first
// order is worth by it.
func (s *Valuing) weighFit(ctx context.Context, m *documents.Current, model *value.Model, out *wire.FitResponse) {
	p, err := s.docs.PolicyAt(ctx, m, m.Now)
	if err != nil {
		return
	}
	for i := range out.Spends {
		if out.Spends[i].Currency == p.Currency("") {
			out.Spend = &out.Spends[i]
		}
	}
	if first := model.FirstOrder(value.Terms(p.ValueTerms(""))); first.OK {
		out.FirstOrder = &wire.Money{Amount: money.Format(first.Amount.Minor, first.Amount.Currency), Currency: first.Amount.Currency}
	}
}

func fitResponse(m *value.Model) wire.FitResponse {
	out := wire.FitResponse{Model: m.Kind, Params: paramsOf(m.Params), StandardErrors: paramsOf(m.StandardErrors), LogLikelihood: float64(m.LogLikelihood),
		Customers: m.Customers, RepeatCustomers: m.RepeatCustomers, AsOf: m.AsOf.String()}
	for _, x := range m.Spends {
		out.Spends = append(out.Spends, wire.SpendFit{P: float64(x.P), Q: float64(x.Q), Gamma: float64(x.Gamma), LogLikelihood: float64(x.LogLikelihood),
			Currency: x.Currency, Customers: x.Customers, Correlation: float64(x.Correlation)})
	}
	for _, x := range m.Refused {
		out.RefusedSpend = append(out.RefusedSpend, wire.SpendRefuse(x))
	}
	if len(out.Spends) > 0 {
		out.Spend = &out.Spends[0]
	}
	return out
}

func paramsOf(p value.Params) wire.ModelParams {
	return wire.ModelParams{R: float64(p.R), Alpha: float64(p.Alpha), A: float64(p.A), B: float64(p.B)}
}

// FitRows fits the model to rows of a file, with their mean amounts if they have
// them. Nothing is stored. The errors are those of FitValues.
func (s *Valuing) FitRows(_ context.Context, _ wire.Actor, rows []value.RFM, spend bool) (wire.FitResponse, error) {
	r, err := value.FitRows(rows, spend)
	if err != nil {
		return wire.FitResponse{}, err
	}
	f, se := r.Fit.Model, r.Fit.StdErr
	out := wire.FitResponse{Model: value.BGNBD, Params: wire.ModelParams{R: f.R, Alpha: f.Alpha, A: f.A, B: f.B}, StandardErrors: wire.ModelParams{R: se.R, Alpha: se.Alpha, A: se.A, B: se.B},
		LogLikelihood: r.Fit.LogLikelihood, Customers: r.Fit.Customers, RepeatCustomers: r.Fit.Repeat}
	if x := r.Spend; x != nil {
		out.Spend = &wire.SpendFit{P: x.Model.P, Q: x.Model.Q, Gamma: x.Model.Gamma, LogLikelihood: x.LogLikelihood, Customers: x.Customers, Correlation: x.Correlation}
	}
	return out, nil
}
