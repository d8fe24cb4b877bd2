package value

import (
	"maps"
	"slices"

	"github.com/fairlead/fairlead/internal/clv"
	"github.com/fairlead/fairlead/internal/fault"
)

// Sample is what a fit reads of many customers: sufficient statistics, bounded
// by the number of distinct rows. The zero Sample is empty and ready to use;
// not safe for concurrent use: merge those of several readers.
type Sample struct {
	stats  clv.Stats
	spends map[string]*clv.SpendStats // by currency
}

// Add counts a customer as of a day; one without an order counts nothing.
func (s *Sample) Add(o Orders, asOf Day) error {
	row, ok := o.Row(asOf)
	if !ok {
		return nil
	}
	if err := s.stats.Add(row); err != nil {
		return err
	}
	return s.spend(o.Currency).Add(row.X, o.Mean())
}

func (s *Sample) spend(currency string) *clv.SpendStats {
	if s.spends == nil {
		s.spends = map[string]*clv.SpendStats{}
	}
	if s.spends[currency] == nil {
		s.spends[currency] = &clv.SpendStats{}
	}
	return s.spends[currency]
}

// Merge adds what another reader counted.
func (s *Sample) Merge(o *Sample) {
	s.stats.Merge(&o.stats)
	for _, currency := range slices.Sorted(maps.Keys(o.spends)) {
		s.spend(currency).Merge(o.spends[currency])
	}
}

// Fit fits the model: one for when customers order, one per currency for what
// an order is worth. It refuses with model_not_identified or
// model_not_converged, and then nothing may be published; a currency whose
// spend cannot be fitted is named with its reason, and if that is every
// currency the fit is refused.
func (s *Sample) Fit(asOf Day) (*Model, error) {
	fit, err := clv.FitBGNBD(&s.stats)
	if err != nil {
		return nil, err
	}
	m := &Model{
		AsOf: asOf, Kind: BGNBD, Params: params(fit.Model), StandardErrors: params(fit.StdErr),
		LogLikelihood: Figure(fit.LogLikelihood), Customers: fit.Customers, RepeatCustomers: fit.Repeat,
	}
	var refused error
	for _, currency := range slices.Sorted(maps.Keys(s.spends)) {
		of := s.spends[currency]
		spend, err := clv.FitSpend(of)
		if err != nil {
			refused = err
			m.Refused = append(m.Refused, Refusal{currency, fault.Of(err).Error()})
			continue
		}
		m.Spends = append(m.Spends, Spend{
			Currency: currency, P: Figure(spend.Model.P), Q: Figure(spend.Model.Q), Gamma: Figure(spend.Model.Gamma),
			LogLikelihood: Figure(spend.LogLikelihood), Correlation: Figure(spend.Correlation),
			Customers: spend.Customers, Skipped: of.Skipped,
		})
	}
	if len(m.Spends) == 0 {
		return nil, refused
	}
	return m, nil
}

// RFM is one row of a file of customers: repeat purchases, age at the last and
// age, in any one unit of time, and the mean amount of the repeat purchases.
type RFM struct {
	Row  clv.Row
	Mean float64
}

// Report is what a fit on rows says; Spend is nil without mean amounts.
type Report struct {
	Fit   clv.Fit
	Spend *clv.SpendFit
}

// FitRows fits the model to rows: with their mean amounts, if spend says that
// they have them. The errors are those of Fit; nothing is half fitted.
func FitRows(rows []RFM, spend bool) (Report, error) {
	var stats clv.Stats
	var spends clv.SpendStats
	for _, r := range rows {
		if err := stats.Add(r.Row); err != nil {
			return Report{}, err
		}
		if spend {
			if err := spends.Add(r.Row.X, r.Mean); err != nil {
				return Report{}, err
			}
		}
	}
	fit, err := clv.FitBGNBD(&stats)
	if err != nil || !spend {
		return Report{Fit: fit}, err
	}
	s, err := clv.FitSpend(&spends)
	if err != nil {
		return Report{}, err
	}
	return Report{Fit: fit, Spend: &s}, nil
}
