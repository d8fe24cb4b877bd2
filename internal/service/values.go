package service

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/value"
)

// FitValues fits the model on everybody's orders and puts it in force from its
// day on. What the data cannot carry is refused and nothing is stored: 422
// model_not_identified, model_not_converged; 400 invalid_time.
func (s *Service) FitValues(ctx context.Context, a Actor, r FitRequest) (FitResponse, error) {
	m, err := s.moment(ctx)
	if err != nil {
		return FitResponse{}, err
	}
	asOf := value.DayOf(m.cal, m.now)
	if r.AsOf != "" {
		day, err := value.ParseDay("asOf", r.AsOf)
		if err != nil {
			return FitResponse{}, err
		}
		if day > asOf {
			return FitResponse{}, fault.New(fault.Invalid, "invalid_time", "a model cannot be of a day to come").At("asOf", "%s is after today, %s", day, asOf)
		}
		asOf = day
	}
	sample, damaged, err := s.sample(ctx, &m, asOf)
	if err != nil {
		return FitResponse{}, err
	}
	model, err := sample.Fit(asOf)
	if err != nil {
		return FitResponse{}, err
	}
	content, err := model.Canonical()
	if err != nil {
		return FitResponse{}, err
	}
	v, unchanged, err := s.publishFitted(ctx, &m, store.Version{Kind: store.KindModel, ID: store.ModelID, By: a.User, EffectiveFrom: asOf.String()}, content)
	if err != nil {
		return FitResponse{}, err
	}
	out := fitResponse(model)
	out.Failed = damaged
	out.ID, out.Version, out.Hash, out.EffectiveFrom, out.Unchanged = modelName(v.N), v.N, v.Hash, v.EffectiveFrom, unchanged
	s.weighFit(ctx, &m, model, &out)
	return out, nil
}

// sample reads everybody's orders as of a day: bucket by bucket, and what was
// counted is merged at once, in any order, so that memory is bounded by the
// distinct rows. Whose data are damaged is left out, and named up to 100.
func (s *Service) sample(ctx context.Context, m *moment, asOf value.Day) (*value.Sample, []FailedRoute, error) {
	policy, err := s.policyAt(ctx, m, m.now)
	if err != nil && !fault.Is(err, "no_policy_in_force") {
		return nil, nil, err
	}
	all, damaged := &value.Sample{}, make([][]FailedRoute, store.Buckets)
	var merging sync.Mutex
	err = everybody(ctx, func(ctx context.Context, bucket int) error {
		some := &value.Sample{}
		for head, err := range s.store.Heads(ctx, bucket, "") {
			id := channel.CustomerID("?")
			if err == nil {
				id = head.ID
				err = s.sampleOne(ctx, some, head, policy, valuation{region: head.Profile.Region, day: asOf, cal: m.cal})
			}
			if ends(ctx, err) {
				return err
			}
			if err != nil {
				s.log.Warn("a customer was left out of the fit", "customer", id, "error", err)
				damaged[bucket] = addFailed(damaged[bucket], id, err)
			}
		}
		merging.Lock()
		defer merging.Unlock()
		all.Merge(some)
		return nil
	})
	left := slices.Concat(damaged...)
	return all, left[:min(len(left), maxNamed)], err
}

func (s *Service) sampleOne(ctx context.Context, to *value.Sample, head *store.Head, p *routing.Policy, v valuation) error {
	file, err := s.store.Customer(ctx, head.ID, "")
	if err != nil {
		return err
	}
	o := ordersFor(p, head, file.History(), v)
	if o.Days == 0 {
		return nil
	}
	return to.Add(o, v.day)
}

// ordersFor sums orders in the policy's currency; without a policy in that of
// the customer, or of its first order.
func ordersFor(p *routing.Policy, head *store.Head, h *history.History, v valuation) value.Orders {
	if p != nil {
		v.policy = p
		return v.orders(h)
	}
	currency := head.Profile.Currency
	if currency == "" && len(h.Orders) > 0 {
		currency = h.Orders[0].Currency
	}
	return value.Summarise(h, v.day, v.cal, value.Currency{Code: currency})
}

// weighFit adds the spend that the policy's own currency has, and what a first
// order is worth by it.
func (s *Service) weighFit(ctx context.Context, m *moment, model *value.Model, out *FitResponse) {
	p, err := s.policyAt(ctx, m, m.now)
	if err != nil {
		return
	}
	for i := range out.Spends {
		if out.Spends[i].Currency == p.Currency("") {
			out.Spend = &out.Spends[i]
		}
	}
	if first := model.FirstOrder(value.Terms(p.ValueTerms(""))); first.OK {
		out.FirstOrder = &Money{Amount: money.Format(first.Amount.Minor, first.Amount.Currency), Currency: first.Amount.Currency}
	}
}

func fitResponse(m *value.Model) FitResponse {
	out := FitResponse{Model: m.Kind, Params: paramsOf(m.Params), StandardErrors: paramsOf(m.StandardErrors), LogLikelihood: float64(m.LogLikelihood),
		Customers: m.Customers, RepeatCustomers: m.RepeatCustomers, AsOf: m.AsOf.String()}
	for _, x := range m.Spends {
		out.Spends = append(out.Spends, SpendFit{P: float64(x.P), Q: float64(x.Q), Gamma: float64(x.Gamma), LogLikelihood: float64(x.LogLikelihood),
			Currency: x.Currency, Customers: x.Customers, Correlation: float64(x.Correlation)})
	}
	for _, x := range m.Refused {
		out.RefusedSpend = append(out.RefusedSpend, SpendRefuse(x))
	}
	if len(out.Spends) > 0 {
		out.Spend = &out.Spends[0]
	}
	return out
}

func paramsOf(p value.Params) ModelParams {
	return ModelParams{float64(p.R), float64(p.Alpha), float64(p.A), float64(p.B)}
}

// FitRows fits the model to rows of a file, with their mean amounts if they have
// them. Nothing is stored. The errors are those of FitValues.
func (s *Service) FitRows(_ context.Context, _ Actor, rows []value.RFM, spend bool) (FitResponse, error) {
	r, err := value.FitRows(rows, spend)
	if err != nil {
		return FitResponse{}, err
	}
	f, se := r.Fit.Model, r.Fit.StdErr
	out := FitResponse{Model: value.BGNBD, Params: ModelParams{f.R, f.Alpha, f.A, f.B}, StandardErrors: ModelParams{se.R, se.Alpha, se.A, se.B},
		LogLikelihood: r.Fit.LogLikelihood, Customers: r.Fit.Customers, RepeatCustomers: r.Fit.Repeat}
	if x := r.Spend; x != nil {
		out.Spend = &SpendFit{P: x.Model.P, Q: x.Model.Q, Gamma: x.Model.Gamma, LogLikelihood: x.LogLikelihood, Customers: x.Customers, Correlation: x.Correlation}
	}
	return out, nil
}

// CustomerValue is what a customer is worth now and why, in words. 404
// customer_not_found; 409 no_policy_in_force; 422 currency_not_in_policy.
func (s *Service) CustomerValue(ctx context.Context, a Actor, id channel.CustomerID) (CustomerValue, error) {
	var out CustomerValue
	m, err := s.moment(ctx)
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
	if head.Version == 0 || !maySee(a, head) {
		return out, notFound(id)
	}
	policy, _, err := s.policyFor(ctx, &m, head.ID, m.now)
	if err != nil {
		return out, err
	}
	model, err := s.modelAt(ctx, &m, m.now)
	if err != nil {
		return out, err
	}
	v := m.valuation(model, policy, head.Profile.Region, m.now)
	head.Memo = &store.Memo{Orders: v.orders(file.History())} // as of now, whatever was noted
	now, err := s.appraise(ctx, &m, head, m.now)
	if err != nil {
		return out, err
	}
	worth := now.value
	out = CustomerValue{CustomerID: id, AsOf: m.now, Value: worthView(worth), Text: []string{},
		Tier: policy.Tier(now.customer.Region, head.Owner != channel.Nobody, head.Tier, worth.Amount)}
	explainValue(&out, v, head.Memo.Orders, worth)
	return out, nil
}

func worthView(v routing.Value) Value {
	text := func(n int64) string { return money.Format(n, v.Currency) }
	out := Value{Amount: text(v.Amount), Currency: v.Currency, Basis: string(v.Basis)}
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
func explainValue(out *CustomerValue, v valuation, o value.Orders, worth routing.Value) {
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
	if v.model == nil {
		out.Text = append(out.Text, "No model is in force, so orders give no value: fit one (value fit).")
		return
	}
	out.Model = &ModelRef{v.model.Name, v.model.AsOf.String()}
	terms := v.terms()
	sc := v.model.Score(o, terms, v.day)
	out.Text = append(out.Text, sc.Words(o, terms, v.day)...)
	if o.Days == 0 {
		return
	}
	out.Orders = &OrderDays{Orders: o.Orders, Days: o.Days, Repeat: o.Days - 1, First: o.First.String(), Last: o.Last.String()}
	alive := float64(sc.AlivePPM) / float64(money.One)
	out.Alive = &alive
	if bound, ok := v.policy.AtRiskPPM(v.region); ok && sc.AlivePPM < bound && !o.Churned {
		out.AtRisk = true
	}
	if !sc.OK {
		return
	}
	orders := math.Round(sc.ExpectedOrders*1e6) / 1e6
	out.ExpectedOrders = &orders
	out.ExpectedSpend = &Money{Amount: money.Format(sc.Spend.Minor, sc.Spend.Currency), Currency: sc.Spend.Currency}
}

// Balance is the newest census, and where the guard is on by the policy in
// force.
func (s *Service) Balance(ctx context.Context, _ Actor) (Balance, error) {
	out := Balance{Guarded: []string{}, Text: []string{}}
	m, err := s.moment(ctx)
	if err != nil {
		return out, err
	}
	if out.Pay, err = s.payGuard(ctx, &m, m.cal.Of(m.now)); err != nil {
		return out, err
	}
	if out.Census, out.Version, err = s.census(ctx, &m, m.now); err != nil || out.Census == nil {
		out.Text = append(out.Text, "No census has been taken yet: the nightly sweep takes one.")
		return out, err
	}
	policy, err := s.policyAt(ctx, &m, m.now)
	if err != nil {
		return out, err
	}
	for i := range out.Census.Regions {
		r := &out.Census.Regions[i]
		if policy.Guarded(r.Region, routing.Census{Version: out.Version, StablePPM: r.StablePPM}) {
			out.Guarded = append(out.Guarded, r.Region)
		}
		out.Text = append(out.Text, balanceWords(r))
	}
	return out, nil
}

// balanceWords say of a region what a manager needs to know.
func balanceWords(r *value.RegionCensus) string {
	who := strconv.FormatInt(r.Customers, 10) + " customers"
	if r.Customers == 1 {
		who = "1 customer"
	}
	text := fmt.Sprintf("%s: %s worth %s %s", r.Region, who, r.Equity, r.Currency)
	if r.StablePPM == nil {
		return text + "; no equity, so no guard."
	}
	text += fmt.Sprintf(", as many as %.1f of equal worth; %.1f %% in focal tiers, %.1f %% stable", float64(r.Effective)/1000, ppm(r.FocalPPM), ppm(r.StablePPM))
	switch {
	case r.Floor == nil:
		return text + "."
	case r.Guarded:
		return text + fmt.Sprintf(", below the floor of %.1f %%: the guard is on.", ppm(r.Floor))
	}
	return text + fmt.Sprintf("; the floor is %.1f %%.", ppm(r.Floor))
}

func ppm(n *int64) float64 {
	if n == nil {
		return 0
	}
	return float64(*n) / 1e4
}

// census is the one in force at an instant, whole; nil before the first.
func (s *Service) census(ctx context.Context, m *moment, t time.Time) (*value.Census, string, error) {
	v, ok, err := s.inForceAt(ctx, m, store.KindCensus, store.CensusID, t)
	if err != nil || !ok {
		return nil, "", err
	}
	content, err := s.store.Content(ctx, v.Hash)
	if err != nil {
		return nil, "", err
	}
	c, err := value.ParseCensus(content[0])
	return c, censusName(v.N), err
}
