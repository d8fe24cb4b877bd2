package incentive

import (
	"cmp"
	_ "embed" // the schema
	"slices"
	"strconv"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/condition"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
)

//go:embed plan.schema.json
var planSchema []byte

// Schema is the JSON Schema of a plan document.
var Schema = document.LazySchema("plan", planSchema)

// Parse reads and checks a plan document. Every problem is reported at once, as
// fault.Invalid with JSON paths. The examples are checked for form only: see
// Check.
func Parse(data []byte) (*Plan, error) {
	var raw rawPlan
	if err := Schema.Decode(data, &raw); err != nil {
		return nil, err
	}
	r := &reader{currency: raw.Currency}
	p := &Plan{ID: channel.PlanID(raw.ID), EffectiveFrom: raw.EffectiveFrom, Currency: raw.Currency, Note: raw.Note}
	if _, err := channel.ParseCurrency("currency", raw.Currency); err != nil {
		r.bad.Merge("", err)
		return nil, r.bad.Err("plan") // every amount would be reported again
	}
	r.day("effectiveFrom", raw.EffectiveFrom)
	for i := range raw.Components {
		p.Components = append(p.Components, r.component(document.Path("components", i), &raw.Components[i]))
	}
	r.together(p.Components)
	for i := range raw.Examples {
		p.Examples = append(p.Examples, r.example(document.Path("examples", i), &raw.Examples[i], p))
	}
	if err := r.bad.Err("plan"); err != nil {
		return nil, err
	}
	canonical, err := seal.CanonicalJSON(trimMark(data))
	if err != nil {
		return nil, err
	}
	p.canonical, p.Hash = canonical, seal.Hash(canonical)
	return p, nil
}

// trimMark drops a byte order mark.
func trimMark(data []byte) []byte {
	if len(data) >= 3 && data[0] == 0xef && data[1] == 0xbb && data[2] == 0xbf {
		return data[3:]
	}
	return data
}

type rawPlan struct {
	ID            string         `json:"id"`
	EffectiveFrom string         `json:"effectiveFrom"`
	Currency      string         `json:"currency"`
	Note          string         `json:"note"`
	Components    []rawComponent `json:"components"`
	Examples      []rawExample   `json:"examples"`
}

// rawComponent has the keys of every type; the schema lets each type only have
// its own.
type rawComponent struct {
	Type            Type      `json:"type"`
	Name            string    `json:"name"`
	Note            string    `json:"note"`
	When            string    `json:"when"`
	WhenGuarded     string    `json:"whenGuarded"`
	Basis           string    `json:"basis"`
	Method          string    `json:"method"`
	Attainment      Window    `json:"attainment"`
	TierConsequence string    `json:"tierConsequence"`
	Tiers           []rawTier `json:"tiers"`
	Amount          string    `json:"amount"`
	MinOrders       *int      `json:"minOrders"`
	Of              string    `json:"of"`
	MinAnswers      int       `json:"minAnswers"`
	Steps           []rawStep `json:"steps"`
	Rate            string    `json:"rate"`
	Floor           string    `json:"floor"`
	Ceiling         string    `json:"ceiling"`
	Trail           *struct {
		Rate   string `json:"rate"`
		Months int    `json:"months"`
	} `json:"trail"`
	WholeAtLeast   string     `json:"wholeAtLeast"`
	On             string     `json:"on"`
	From           string     `json:"from"`
	To             string     `json:"to"`
	Limit          int        `json:"limit"`
	PerOrder       int64      `json:"perOrder"`
	PerNewCustomer int64      `json:"perNewCustomer"`
	Badges         []rawBadge `json:"badges"`
	Recoverable    bool       `json:"recoverable"`
	Excess         string     `json:"excess"`
	Share          string     `json:"share"`
	Days           int        `json:"days"`
}

type rawTier struct {
	From string `json:"from"`
	Rate string `json:"rate"`
}

type rawStep struct {
	MinAverage string `json:"minAverage"`
	Share      string `json:"share"`
}

type rawBadge struct {
	Name      string `json:"name"`
	MinPoints int64  `json:"minPoints"`
}

// reader turns the texts of a document into numbers and collects what is wrong.
type reader struct {
	currency string
	bad      document.Problems
}

func (r *reader) component(path string, raw *rawComponent) Component {
	c := Component{Type: raw.Type, Name: raw.Name, Note: raw.Note, WhenGuarded: money.One, Ceiling: NoCeiling, Of: raw.Of, MinAnswers: raw.MinAnswers,
		MinOrder: 1, Limit: raw.Limit, From: raw.From, To: raw.To, PerOrder: raw.PerOrder, PerNewCustomer: raw.PerNewCustomer, Days: raw.Days,
		OnMargin: raw.Basis == "margin", Whole: raw.Method == "whole", Window: raw.Attainment, Waive: raw.TierConsequence == "waive",
		FirstOrder: raw.On == "first_order", Recoverable: raw.Recoverable, Carry: raw.Excess == "carry"}
	if c.Window == "" {
		c.Window = Monthly
	}
	if raw.MinOrders != nil {
		c.MinOrder = *raw.MinOrders
	}
	r.rates(path, raw, &c)
	r.amounts(path, raw, &c)
	if raw.When != "" {
		when, err := condition.CompileAt(document.Path(path, "when"), raw.When, variables{})
		r.bad.Merge("", err)
		c.When = when
	}
	r.lists(path, raw, &c)
	r.check(path, &c)
	return c
}

func (r *reader) rates(path string, raw *rawComponent, c *Component) {
	c.Rate = r.share(document.Path(path, "rate"), raw.Rate)
	if raw.Share != "" {
		c.Rate = r.share(document.Path(path, "share"), raw.Share)
	}
	if raw.Trail != nil {
		c.TrailRate, c.TrailMonths = r.share(document.Path(path, "trail", "rate"), raw.Trail.Rate), raw.Trail.Months
	}
	if raw.WholeAtLeast != "" {
		c.WholeAtLeast = r.rate(document.Path(path, "wholeAtLeast"), raw.WholeAtLeast, 100*money.One)
	}
	if raw.WhenGuarded != "" {
		c.WhenGuarded = r.rate(document.Path(path, "whenGuarded"), raw.WhenGuarded, 100*money.One)
	}
}

func (r *reader) amounts(path string, raw *rawComponent, c *Component) {
	c.Amount = r.amount(document.Path(path, "amount"), raw.Amount)
	c.Floor = r.amount(document.Path(path, "floor"), raw.Floor)
	if raw.Ceiling != "" {
		c.Ceiling = r.amount(document.Path(path, "ceiling"), raw.Ceiling)
	}
	if raw.From != "" {
		r.day(document.Path(path, "from"), raw.From)
	}
	if raw.To != "" {
		r.day(document.Path(path, "to"), raw.To)
	}
}

func (r *reader) lists(path string, raw *rawComponent, c *Component) {
	for i, t := range raw.Tiers {
		at := document.Path(path, "tiers", i)
		c.Tiers = append(c.Tiers, Tier{r.amount(document.Path(at, "from"), t.From), r.share(document.Path(at, "rate"), t.Rate)})
	}
	for i, s := range raw.Steps {
		at := document.Path(path, "steps", i)
		average := r.rate(document.Path(at, "minAverage"), s.MinAverage, 5*money.One)
		c.Steps = append(c.Steps, Step{int64(average), r.share(document.Path(at, "share"), s.Share)})
	}
	slices.SortStableFunc(c.Steps, func(a, b Step) int { return cmp.Compare(a.MinAverage, b.MinAverage) })
	for _, b := range raw.Badges {
		c.Badges = append(c.Badges, Badge(b))
	}
	slices.SortStableFunc(c.Badges, func(a, b Badge) int { return cmp.Compare(a.MinPoints, b.MinPoints) })
}

// share reads a share of one; "" is 0.
func (r *reader) share(path, text string) money.Rate { return r.rate(path, text, money.One) }

func (r *reader) rate(path, text string, most money.Rate) money.Rate {
	if text == "" {
		return 0
	}
	v, err := money.ParseRate(text)
	switch {
	case err != nil:
		r.bad.Add(path, "%s", err)
	case v > most && most == money.One:
		r.bad.Add(path, "%q is more than 1; a rate is a share of one (0.05 is 5 %%)", text)
	case v > most:
		r.bad.Add(path, "%q is more than %s", text, strconv.FormatInt(int64(most/money.One), 10))
	}
	return v
}

// amount reads an amount of the plan's currency; "" is 0.
func (r *reader) amount(path, text string) int64 {
	if text == "" {
		return 0
	}
	v, err := money.ParseSignedMinor(text, r.currency)
	if err != nil {
		r.bad.Add(path, "%s", err)
	}
	return v
}

func (r *reader) day(path, text string) {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		r.bad.Add(path, "%q is not a day; want one such as 2026-01-01", text)
	}
}
