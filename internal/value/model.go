package value

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/internal/clv"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/seal"
)

// Figure is a float that is kept as text: the shortest decimal that reads back
// as the same float, since canonical documents hold no floats.
type Figure float64

// MarshalText writes the shortest decimal.
func (f Figure) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(f), 'g', -1, 64), nil
}

// UnmarshalText reads a finite decimal.
func (f *Figure) UnmarshalText(b []byte) error {
	v, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return fault.New(fault.Invalid, "invalid_model", "%q is not a finite number", b)
	}
	*f = Figure(v)
	return nil
}

// Params are the parameters of a BG/NBD model, or their standard errors.
type Params struct {
	R     Figure `json:"r"`
	Alpha Figure `json:"alpha"` // weeks
	A     Figure `json:"a"`
	B     Figure `json:"b"`
}

func params(m clv.BGNBD) Params {
	return Params{Figure(m.R), Figure(m.Alpha), Figure(m.A), Figure(m.B)}
}

func (p Params) model() clv.BGNBD {
	return clv.BGNBD{R: float64(p.R), Alpha: float64(p.Alpha), A: float64(p.A), B: float64(p.B)}
}

// Spend is the gamma-gamma model of one currency, in its major units.
type Spend struct {
	Currency      string `json:"currency"`
	P             Figure `json:"p"`
	Q             Figure `json:"q"`
	Gamma         Figure `json:"gamma"`
	LogLikelihood Figure `json:"logLikelihood"`
	Customers     int64  `json:"customers"`   // with a positive mean over their repeat days
	Skipped       int64  `json:"skipped"`     // repeat buyers without: gifts only, or more back than bought
	Correlation   Figure `json:"correlation"` // of number and mean of their purchases
}

func (s *Spend) model() clv.GammaGamma {
	return clv.GammaGamma{P: float64(s.P), Q: float64(s.Q), Gamma: float64(s.Gamma)}
}

// Refusal is a currency whose spend could not be fitted, and why.
type Refusal struct {
	Currency string `json:"currency"`
	Reason   string `json:"reason"`
}

// Model is a fitted model as it is published: immutable, and in force from the
// first instant of AsOf on.
type Model struct {
	AsOf            Day       `json:"asOf"` // orders up to the end of this day were seen
	Kind            string    `json:"kind"` // bg/nbd
	Params          Params    `json:"params"`
	StandardErrors  Params    `json:"standardErrors"`
	LogLikelihood   Figure    `json:"logLikelihood"`
	Customers       int64     `json:"customers"`
	RepeatCustomers int64     `json:"repeatCustomers"`
	Spends          []Spend   `json:"spends"`  // by currency
	Refused         []Refusal `json:"refused"` // by currency

	Name string `json:"-"` // under which decisions know it: value~3
}

// BGNBD is the only kind of model there is.
const BGNBD = "bg/nbd"

// ParseModel reads a published model; name is what decisions call it.
func ParseModel(name string, content []byte) (*Model, error) {
	m := &Model{Name: name}
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	bad := fault.New(fault.Invalid, "invalid_model", "not a model")
	if err := d.Decode(m); err != nil {
		return nil, bad.Because(err)
	}
	if m.Kind != BGNBD || !m.Params.model().Valid() {
		return nil, bad
	}
	for i := range m.Spends {
		if s := m.Spends[i].model(); !(s.P > 0 && s.Q > 1 && s.Gamma > 0) {
			return nil, bad
		}
	}
	return m, nil
}

// Canonical is the model's content: the same fit gives the same bytes.
func (m *Model) Canonical() ([]byte, error) {
	c := *m
	if c.Spends == nil {
		c.Spends = []Spend{}
	}
	if c.Refused == nil {
		c.Refused = []Refusal{}
	}
	text, err := json.Marshal(&c) // floats become text
	if err != nil {
		return nil, err
	}
	return seal.CanonicalJSON(text)
}

// Spend is the model of a currency's spend; nil where there is none, and then
// why says the reason.
func (m *Model) Spend(currency string) (s *Spend, why string) {
	byCurrency := func(s Spend, c string) int { return strings.Compare(s.Currency, c) }
	if i, ok := slices.BinarySearchFunc(m.Spends, currency, byCurrency); ok {
		return &m.Spends[i], ""
	}
	for _, r := range m.Refused {
		if r.Currency == currency {
			return nil, r.Reason
		}
	}
	return nil, "nobody bought twice in " + currency
}
