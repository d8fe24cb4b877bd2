package wire

// FitRequest fits the model on the orders up to the end of a day; "" is today.
type FitRequest struct {
	AsOf string `json:"asOf,omitempty"`
}

// FitResponse is a fitted model. Params and StandardErrors are in weeks; spends
// in major units of their currency. ID, Version, Hash and EffectiveFrom are
// absent for a fit on rows, which is published nowhere.
type FitResponse struct {
	Model           string        `json:"model"` // bg/nbd
	Params          ModelParams   `json:"params"`
	StandardErrors  ModelParams   `json:"standardErrors"`
	LogLikelihood   float64       `json:"logLikelihood"`
	Customers       int64         `json:"customers"`
	RepeatCustomers int64         `json:"repeatCustomers"`
	Spend           *SpendFit     `json:"spend,omitempty"`        // of the policy's own currency, or the only one
	Spends          []SpendFit    `json:"spends,omitempty"`       // of every currency
	RefusedSpend    []SpendRefuse `json:"refusedSpend,omitempty"` // currencies whose customers get no observed value
	// FirstOrder is what a customer is worth on the day of its first order, by
	// the policy in force: the prior that the data suggest.
	FirstOrder    *Money `json:"firstOrder,omitempty"`
	ID            string `json:"id,omitempty"` // value~3
	Version       int    `json:"version,omitempty"`
	Hash          string `json:"hash,omitempty"`
	AsOf          string `json:"asOf,omitempty"`
	EffectiveFrom string `json:"effectiveFrom,omitempty"`
	Unchanged     bool   `json:"unchanged,omitempty"` // the same fit stood already
	// Failed are customers that were left out since their data are damaged.
	Failed []FailedRoute `json:"failed,omitempty"`
}

// ModelParams are the four of BG/NBD.
type ModelParams struct {
	R     float64 `json:"r"`
	Alpha float64 `json:"alpha"`
	A     float64 `json:"a"`
	B     float64 `json:"b"`
}

// SpendFit is a gamma-gamma model.
type SpendFit struct {
	P             float64 `json:"p"`
	Q             float64 `json:"q"`
	Gamma         float64 `json:"gamma"`
	LogLikelihood float64 `json:"logLikelihood"`
	Currency      string  `json:"currency,omitempty"`
	Customers     int64   `json:"customers,omitempty"`
	Correlation   float64 `json:"correlation"`
}

// SpendRefuse is a currency whose spend could not be fitted.
type SpendRefuse struct {
	Currency string `json:"currency"`
	Reason   string `json:"reason"`
}

// ModelRef names a model.
type ModelRef struct {
	ID   string `json:"id"`
	AsOf string `json:"asOf"`
}
