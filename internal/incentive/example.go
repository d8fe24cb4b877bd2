package incentive

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
)

// Example is a worked case of a plan: what it gives, what it must compute. The
// case is a first statement: every customer named is the partner's until its
// hand-over, and what lies before the period is late in it.
type Example struct {
	Name string
	Note string

	given  rawGiven
	expect rawExpect
}

type rawExample struct {
	Name   string    `json:"name"`
	Note   string    `json:"note"`
	Given  rawGiven  `json:"given"`
	Expect rawExpect `json:"expect"`
}

type rawGiven struct {
	Period    string          `json:"period"`
	Orders    []rawOrder      `json:"orders"`
	Refunds   []rawRefund     `json:"refunds"`
	Feedback  []rawFeedback   `json:"feedback"`
	Values    []rawValue      `json:"values"`
	Handovers []rawHandover   `json:"handovers"`
	Guarded   json.RawMessage `json:"guarded"` // true, or a list of months
	Customers []rawCustomer   `json:"customers"`
	Partner   rawPartner      `json:"partner"`
	Opening   rawOpening      `json:"opening"`
	guarded   []channel.Period
}

type rawOrder struct {
	ID         string            `json:"id"`
	Customer   string            `json:"customer"`
	Amount     string            `json:"amount"`
	Currency   string            `json:"currency"`
	Time       string            `json:"time"`
	Margin     string            `json:"margin"`
	Discount   string            `json:"discount"`
	Product    string            `json:"product"`
	Attributes map[string]string `json:"attributes"`
}

type rawRefund struct {
	ID     string `json:"id"`
	Order  string `json:"order"`
	Amount string `json:"amount"`
	Time   string `json:"time"`
}

type rawFeedback struct {
	Customer string `json:"customer"`
	Score    int    `json:"score"`
	Time     string `json:"time"`
}

type rawValue struct {
	Customer string `json:"customer"`
	Start    string `json:"start"`
	End      string `json:"end"`
	Observed *bool  `json:"observed"`
}

type rawHandover struct {
	Customer string `json:"customer"`
	Value    string `json:"value"`
	Currency string `json:"currency"`
	Time     string `json:"time"`
}

type rawCustomer struct {
	ID         string            `json:"id"`
	Region     string            `json:"region"`
	Segment    string            `json:"segment"`
	SourcedBy  string            `json:"sourcedBy"`
	ReferredBy string            `json:"referredBy"`
	Attributes map[string]string `json:"attributes"`
}

type rawPartner struct {
	Regions        []string `json:"regions"`
	Level          string   `json:"level"`
	Certifications []string `json:"certifications"`
}

type rawOpening struct {
	Balance string `json:"balance"`
	Draw    string `json:"draw"`
	Excess  string `json:"excess"`
	Holds   []struct {
		Amount string `json:"amount"`
		Due    string `json:"due"`
	} `json:"holds"`
	Points int64  `json:"points"`
	Fund   string `json:"fund"` // of marketing; MDF is another name for it
	MDF    string `json:"mdf"`
	Growth string `json:"growth"`
}

// rawExpect is what an example names; nil and "" are not named.
type rawExpect struct {
	Lines          map[string]string `json:"lines"`
	Earned         string            `json:"earned"`
	Held           string            `json:"held"`
	Released       string            `json:"released"`
	Payable        string            `json:"payable"`
	ClosingBalance string            `json:"closingBalance"`
	Points         *int64            `json:"points"`
	MDF            string            `json:"mdf"`
	Draw           string            `json:"draw"`
	Excess         string            `json:"excess"`
}

// example checks the form of one example; times are read when the calendar is
// known.
func (r *reader) example(path string, raw *rawExample, p *Plan) Example {
	at := document.Path(path, "given")
	e := Example{Name: raw.Name, Note: raw.Note, given: raw.Given, expect: raw.Expect}
	if _, err := channel.ParsePeriod(document.Path(at, "period"), raw.Given.Period); err != nil {
		r.bad.Merge("", err)
	}
	r.given(at, &e.given)
	r.expected(document.Path(path, "expect"), &e.expect, p)
	return e
}

func (r *reader) given(at string, g *rawGiven) {
	orders := map[string]*rawOrder{}
	for i := range g.Orders {
		o := &g.Orders[i]
		here := document.Path(at, "orders", i)
		if orders[o.ID] != nil {
			r.bad.Add(document.Path(here, "id"), "%q is the id of an earlier order", o.ID)
		}
		orders[o.ID] = o
		in := r.in(document.Path(here, "currency"), &o.Currency)
		in.amount(document.Path(here, "amount"), o.Amount)
		in.amount(document.Path(here, "margin"), o.Margin)
		in.amount(document.Path(here, "discount"), o.Discount)
		r.bad.Merge("", in.bad.Err("plan"))
	}
	for i := range g.Refunds {
		here, f := document.Path(at, "refunds", i), &g.Refunds[i]
		o := orders[f.Order]
		if o == nil {
			r.bad.Add(document.Path(here, "order"), "no order of the example has the id %q", f.Order)
			continue
		}
		in := reader{currency: o.Currency}
		if given, whole := in.amount(document.Path(here, "amount"), f.Amount), (&reader{currency: o.Currency}).amount("", o.Amount); given > whole {
			in.bad.Add(document.Path(here, "amount"), "%s is more than the order's %s", f.Amount, o.Amount)
		}
		r.bad.Merge("", in.bad.Err("plan"))
	}
	for i := range g.Values {
		r.amount(document.Path(at, "values", i, "start"), g.Values[i].Start)
		r.amount(document.Path(at, "values", i, "end"), g.Values[i].End)
	}
	for i := range g.Handovers {
		in := r.in(document.Path(at, "handovers", i, "currency"), &g.Handovers[i].Currency)
		in.amount(document.Path(at, "handovers", i, "value"), g.Handovers[i].Value)
		r.bad.Merge("", in.bad.Err("plan"))
	}
	r.opening(document.Path(at, "opening"), &g.Opening)
	r.guard(document.Path(at, "guarded"), g)
}

// in is a reader of amounts in *currency, the plan's if it is empty.
func (r *reader) in(path string, currency *string) *reader {
	in := &reader{currency: *currency}
	if *currency == "" {
		*currency, in.currency = r.currency, r.currency
	} else if _, err := channel.ParseCurrency(path, *currency); err != nil {
		in.bad.Merge("", err)
	}
	return in
}

func (r *reader) opening(at string, o *rawOpening) {
	for _, a := range []struct{ key, text string }{{"balance", o.Balance}, {"draw", o.Draw}, {"excess", o.Excess}, {"fund", o.Fund}, {"mdf", o.MDF}, {"growth", o.Growth}} {
		r.amount(document.Path(at, a.key), a.text)
	}
	for i := range o.Holds {
		r.amount(document.Path(at, "holds", i, "amount"), o.Holds[i].Amount)
	}
	if o.Fund != "" && o.MDF != "" {
		r.bad.Add(document.Path(at, "mdf"), "is another name for fund: give one of them")
	}
}

// guard reads `guarded`: true is the example's own month.
func (r *reader) guard(at string, g *rawGiven) {
	var on bool
	var months []string
	switch {
	case len(g.Guarded) == 0:
	case json.Unmarshal(g.Guarded, &on) == nil:
		if on {
			g.guarded = []channel.Period{channel.Period(g.Period)}
		}
	default:
		_ = json.Unmarshal(g.Guarded, &months) // the schema knows only these two
		for i, m := range months {
			p, err := channel.ParsePeriod(document.Path(at, i), m)
			r.bad.Merge("", err)
			g.guarded = append(g.guarded, p)
		}
	}
}

func (r *reader) expected(at string, e *rawExpect, p *Plan) {
	names := make([]string, 0, len(p.Components)+1)
	for i := range p.Components {
		names = append(names, p.Components[i].Name)
	}
	names = append(names, MinimumAndCeiling)
	for _, name := range slices.Sorted(maps.Keys(e.Lines)) {
		here := document.Path(at, "lines", document.Key(name))
		if !slices.Contains(names, name) {
			r.bad.Add(here, "no component is named %q; the nearest is %q", name, document.Nearest(name, names))
		}
		r.amount(here, e.Lines[name])
	}
	for _, a := range e.amounts(&Result{}) {
		r.amount(document.Path(at, a.key), a.want)
	}
}

// expectation is one amount an example may name, and what was computed.
type expectation struct {
	key, want string
	got       int64
}

func (e *rawExpect) amounts(r *Result) []expectation {
	return []expectation{{"earned", e.Earned, r.Earned}, {"held", e.Held, r.Held}, {"released", e.Released, r.Released}, {"payable", e.Payable, r.Payable},
		{"closingBalance", e.ClosingBalance, r.ClosingBalance}, {"mdf", e.MDF, r.Fund.Closing}, {"draw", e.Draw, r.Position.Draw}, {"excess", e.Excess, r.Position.Excess}}
}
