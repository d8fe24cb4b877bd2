package incentive

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/condition"
	"github.com/fairlead/fairlead/internal/money"
)

// Plan is one version of a plan, parsed and valid. It is immutable and safe for
// concurrent use. Version and Hash are the caller's to set (Parse leaves Version
// 0 and sets Hash to that of the canonical document).
type Plan struct {
	ID            channel.PlanID
	Version       int
	Hash          string
	EffectiveFrom string // a day of the programme's zone, "2026-01-01"
	Currency      string
	Note          string
	Components    []Component // in document order
	Examples      []Example

	canonical []byte
}

// Type is what a component pays.
type Type string

// The types of a component.
const (
	TypeCommission   Type = "commission"
	TypeRetention    Type = "retention"
	TypeSatisfaction Type = "satisfaction"
	TypeGrowth       Type = "growth"
	TypeHandover     Type = "handover"
	TypeBounty       Type = "bounty"
	TypeRecognition  Type = "recognition"
	TypeMDF          Type = "mdf"
	TypeGuarantee    Type = "guarantee"
	TypeCap          Type = "cap"
	TypeReserve      Type = "reserve"
	TypeClawback     Type = "clawback"
)

// Component is one part of a plan. Only the fields of its Type are meant.
type Component struct {
	Type Type
	Name string
	Note string

	When        *condition.Program // nil: every order
	WhenGuarded money.Rate         // multiplies credits of guarded months; One: nothing

	// commission
	OnMargin bool
	Whole    bool // one rate on everything in the window; else marginal
	Window   Window
	Waive    bool // refunds never move attainment
	Tiers    []Tier

	Amount   int64      // retention, bounty (each); guarantee, cap (a month)
	Rate     money.Rate // growth, handover (of the value), mdf; reserve's share
	Days     int        // reserve, clawback
	MinOrder int        // retention

	// satisfaction
	Of         string
	MinAnswers int
	Steps      []Step // MinAverage ascending

	// handover
	Floor        int64
	Ceiling      int64 // NoCeiling: none
	TrailRate    money.Rate
	TrailMonths  int        // 0: no trail
	WholeAtLeast money.Rate // 0: no warning

	// bounty; From and To are the first and the last day, "" none
	FirstOrder bool
	From, To   string
	Limit      int // 0: none

	// recognition
	PerOrder       int64
	PerNewCustomer int64
	Badges         []Badge // MinPoints ascending

	Recoverable bool // guarantee
	Carry       bool // cap: excess is carried; else lost
}

// NoCeiling is the Ceiling of a hand-over that has none.
const NoCeiling int64 = 1<<63 - 1

// Window is over how long a commission's attainment grows.
type Window string

// The windows, all of the programme's calendar.
const (
	Monthly   Window = "month"
	Quarterly Window = "quarter"
	Yearly    Window = "year"
)

// Tier is a rate from an attainment on, inclusive.
type Tier struct {
	From int64
	Rate money.Rate
}

// Step is a share of the net line from an average score on, inclusive.
// MinAverage is in parts per million of a point: 4.5 is 4,500,000.
type Step struct {
	MinAverage int64
	Share      money.Rate
}

// Badge is given for good when lifetime points reach MinPoints.
type Badge struct {
	Name      string
	MinPoints int64
}

// Start is the first instant at which the version may be in effect.
func (p *Plan) Start(cal channel.Calendar) time.Time {
	t, _ := cal.ParseDate("effectiveFrom", p.EffectiveFrom) // valid since Parse
	return t
}

// Canonical is the document's canonical JSON, as hashed. Callers must not
// change it.
func (p *Plan) Canonical() []byte { return p.canonical }

// Ref names this version.
func (p *Plan) Ref() PlanRef { return PlanRef{p.ID, p.Version, p.Hash} }
