package routing

import (
	"encoding/json"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
)

// Record is a decision as kept for ever: what went in, by value or by hash,
// and what came out. Its canonical JSON holds amounts and rates as strings,
// counts and ppm as whole numbers, times as RFC 3339 in UTC, codes and no
// prose. Absent means empty, zero or none. An engine that would write other
// bytes for any input gets another number.
type Record struct {
	Engine      int                `json:"engine"` // version of the rules, see Engine
	Customer    channel.CustomerID `json:"customer"`
	At          string             `json:"at"` // the instant that was decided for, whole seconds
	Cause       Cause              `json:"cause"`
	AtOnce      bool               `json:"atOnce,omitempty"` // no offer was to be made
	Policy      Ref                `json:"policy"`
	Seed        string             `json:"seed"`                 // of the draw, as the policy had it
	Directory   string             `json:"directory"`            // hash
	Census      *CensusRef         `json:"census,omitempty"`     // nil: none was taken
	Experiment  *ArmRef            `json:"experiment,omitempty"` // nil: no experiment
	Hand        *HandRef           `json:"hand,omitempty"`       // with the cause by_hand only
	Value       ValueRecord        `json:"value"`
	Inputs      Inputs             `json:"inputs"`
	Outcome     Outcome            `json:"outcome"`
	Owner       *channel.Owner     `json:"owner"`            // once written; null: nobody
	Tier        string             `json:"tier"`             // by value, or kept within the dwell
	Reasons     []Code             `json:"reasons"`          // what settled it first
	Offer       *OfferRecord       `json:"offer,omitempty"`  // nil: nobody is asked
	Moved       bool               `json:"moved,omitempty"`  // the owner changes at At
	ByRule      bool               `json:"byRule,omitempty"` // see Commit.ByRule
	First       bool               `json:"first,omitempty"`  // see Commit.First
	Explanation string             `json:"explanation"`      // hash
}

// Ref names one version of a document by number and content.
type Ref struct {
	ID      string `json:"id"`      // of a policy
	Version int    `json:"version"` // 1 is the first; 0: not published
	Hash    string `json:"hash"`    // of its canonical bytes
}

// CensusRef is the census that a decision saw.
type CensusRef struct {
	Version   string `json:"version,omitempty"`   // as in census~3
	StablePPM *int64 `json:"stablePpm,omitempty"` // nil: the region has no equity
}

// ArmRef is the arm of an experiment: champion or challenger.
type ArmRef struct {
	Name string `json:"name"`
	Arm  string `json:"arm"` // champion or challenger
}

// HandRef is who overruled, for whom, and why in that person's words.
type HandRef struct {
	By     string        `json:"by"` // name of the person
	Owner  channel.Owner `json:"owner"`
	Reason string        `json:"reason"`
}

// ValueRecord is a Value with decimal amounts. Alive is in ppm, absent without
// a model.
type ValueRecord struct {
	Amount   string  `json:"amount"`
	Currency string  `json:"currency"`
	Basis    Basis   `json:"basis"`
	Declared *string `json:"declared,omitempty"` // nil: none
	Observed *string `json:"observed,omitempty"` // nil: no model, or not scored
	Referral string  `json:"referral,omitempty"` // part of Amount; "" is zero
	AlivePPM *int64  `json:"alivePpm,omitempty"`
	Model    string  `json:"model,omitempty"` // version of the model in force
	AsOf     string  `json:"asOf,omitempty"`  // a day
}

// Inputs are the customer and the state as received. Amounts are decimal text
// in the value's currency.
type Inputs struct {
	Region     string              `json:"region,omitempty"`
	Segment    string              `json:"segment,omitempty"`
	SourcedBy  channel.PartnerID   `json:"sourcedBy,omitempty"`
	ReferredBy channel.CustomerID  `json:"referredBy,omitempty"`
	Orders     int64               `json:"orders,omitempty"`  // live ones
	Gross      string              `json:"gross,omitempty"`   // before refunds
	Revenue    string              `json:"revenue,omitempty"` // less refunds
	Discount   string              `json:"discount,omitempty"`
	LastYear   string              `json:"lastYear,omitempty"`           // revenue of 12 months
	Need       string              `json:"need,omitempty"`               // a year, as declared
	Idle       *int64              `json:"daysSinceLastOrder,omitempty"` // absent: -1
	Attributes map[string]string   `json:"attributes,omitempty"`         // those that conditions may read
	LeftOut    []string            `json:"leftOut,omitempty"`            // currencies without a rate, sorted
	Owner      channel.Owner       `json:"owner,omitempty"`              // before the decision
	Tier       string              `json:"tier,omitempty"`
	LastMove   *MoveRecord         `json:"lastMove,omitempty"` // nil: never assigned
	Former     channel.PartnerID   `json:"former,omitempty"`
	Refused    []channel.PartnerID `json:"refused,omitempty"` // ever, sorted
	Protection *ProtectionRecord   `json:"protection,omitempty"`
	Offers     int                 `json:"offers,omitempty"`  // made in this round before
	Expired    []channel.PartnerID `json:"expired,omitempty"` // in this round
	Full       []channel.Owner     `json:"full,omitempty"`    // those that mattered
}

// MoveRecord is a LastMove.
type MoveRecord struct {
	At     string `json:"at"`
	ByRule bool   `json:"byRule,omitempty"`
	First  bool   `json:"first,omitempty"`
}

// ProtectionRecord is a Protection.
type ProtectionRecord struct {
	Partner channel.PartnerID `json:"partner"`
	At      string            `json:"at"`
}

// OfferRecord is an offer made by a decision.
type OfferRecord struct {
	Partner   channel.PartnerID `json:"partner"`
	ExpiresAt string            `json:"expiresAt"` // RFC 3339 in UTC
}

// ParseRecord reads the canonical bytes of a record.
func ParseRecord(canonical []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(canonical, &r); err != nil {
		return Record{}, fault.Of(err)
	}
	return r, nil
}

// record writes down what went in and what came out.
func (r *run) record(explanation string) Record {
	in := r.in
	rec := Record{
		Engine: Engine, Customer: in.Customer.ID, At: stamp(in.At), Cause: in.Cause, AtOnce: in.AtOnce,
		Policy: in.Policy.Ref(), Seed: in.Policy.seed, Directory: in.Directory.Hash(),
		Value: in.Value.record(), Inputs: r.inputs(),
		Outcome: r.outcome, Tier: r.tier, Reasons: r.why.Reasons,
		Moved: r.commit.Moved, ByRule: r.commit.ByRule, First: r.commit.First, Explanation: explanation,
	}
	if r.commit.Owner != channel.Nobody {
		rec.Owner = &r.commit.Owner
	}
	if in.Census != (Census{}) {
		rec.Census = &CensusRef{Version: in.Census.Version, StablePPM: in.Census.StablePPM}
	}
	if in.Arm != nil {
		rec.Experiment = &ArmRef{Name: in.Arm.Experiment, Arm: in.Arm.String()}
	}
	if h := in.Hand; h != nil {
		rec.Hand = &HandRef{By: h.By, Owner: h.Owner, Reason: h.Reason}
	}
	if o := r.commit.Offer; o != nil {
		rec.Offer = &OfferRecord{Partner: o.Partner, ExpiresAt: stamp(o.ExpiresAt)}
	}
	return rec
}

// String is champion or challenger.
func (a *Arm) String() string {
	if a.Challenger {
		return "challenger"
	}
	return "champion"
}

// record writes amounts as text with the currency's decimals: a number of JSON
// would be a float to its readers.
func (v *Value) record() ValueRecord {
	out := ValueRecord{Amount: money.Format(v.Amount, v.Currency), Currency: v.Currency, Basis: v.Basis, Model: v.Model,
		AsOf: v.AsOf}
	if v.Declared != nil {
		s := money.Format(*v.Declared, v.Currency)
		out.Declared = &s
	}
	if v.Observed != nil {
		s := money.Format(*v.Observed, v.Currency)
		out.Observed = &s
	}
	out.Referral = v.nonzero(v.Referral)
	if v.AlivePPM != int64(money.One) {
		out.AlivePPM = &v.AlivePPM
	}
	return out
}

// nonzero is an amount of the value's currency as text, "" for zero.
func (v *Value) nonzero(minor int64) string {
	if minor == 0 {
		return ""
	}
	return money.Format(minor, v.Currency)
}

// inputs are those that the decision could see: attributes that conditions may
// not read are left out, and of the full owners those that mattered.
func (r *run) inputs() Inputs {
	c, s, v := &r.in.Customer, &r.in.State, &r.in.Value
	in := Inputs{
		Region: c.Region, Segment: c.Segment, SourcedBy: c.SourcedBy, ReferredBy: c.ReferredBy, Orders: c.Orders,
		Gross: v.nonzero(c.Gross), Revenue: v.nonzero(c.Revenue), Discount: v.nonzero(c.Discount),
		LastYear: v.nonzero(c.LastYear), Need: v.nonzero(c.Need), Attributes: r.attributes, LeftOut: c.LeftOut,
		Owner: s.Owner, Tier: s.Tier, Former: s.Former, Offers: s.Round.Offers,
		Refused: sorted(s.Refused), Expired: sorted(s.Round.Expired), Full: sorted(r.full),
	}
	if c.DaysSinceLastOrder != -1 {
		in.Idle = &c.DaysSinceLastOrder
	}
	if m := s.LastMove; m != nil {
		in.LastMove = &MoveRecord{At: stamp(m.At), ByRule: m.ByRule, First: m.First}
	}
	if p := s.Protection; p != nil {
		in.Protection = &ProtectionRecord{Partner: p.Partner, At: stamp(p.At)}
	}
	return in
}

// sorted is a list in order and without repeats, so that the order in which
// things came about does not show.
func sorted[T ~string](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	s := slices.Clone(list)
	slices.Sort(s)
	return slices.Compact(s)
}
