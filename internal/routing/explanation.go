package routing

import (
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/seal"
)

// Explanation is why a decision came out as it did, in codes. It is canonical
// JSON like the record and its hash is in the record. To stay small it names
// the rules that matched and how far the list was tried, and lists the
// candidates of the customer's region; Show spells out the rest, which the
// policy and the directory say already.
type Explanation struct {
	Engine        int                `json:"engine"`
	Customer      channel.CustomerID `json:"customer"`
	Override      string             `json:"override,omitempty"` // the key of `regions` that applied
	Guarded       bool               `json:"guarded,omitempty"`
	DeclinesTried int                `json:"declinesTried"` // decline rules among the first so many rules were tried
	ChannelsTried int                `json:"channelsTried"` // likewise for rules about channel or partner
	Matched       []RuleLine         `json:"matched,omitempty"`
	Applied       string             `json:"applied,omitempty"` // the rule that decided
	TierHad       string             `json:"tierHad,omitempty"` // before
	TierGiven     string             `json:"tierGiven"`         // by value and bands
	Channel       channel.Channel    `json:"channel,omitempty"` // that rule or tier asked for
	DwellEnds     string             `json:"dwellEnds,omitempty"`
	Protection    *ProtectionLine    `json:"protection,omitempty"`
	Candidates    []Candidate        `json:"candidates,omitempty"`
	Chosen        channel.Owner      `json:"chosen,omitempty"` // who takes, is offered or keeps the customer
	Reasons       []Code             `json:"reasons"`
}

// RuleLine is one rule that was tried.
type RuleLine struct {
	Name       string `json:"name"`
	Matched    bool   `json:"matched"`
	PassedOver Code   `json:"passedOver,omitempty"`
}

// ProtectionLine is a registration in force, and why its partner was passed
// over if it was.
type ProtectionLine struct {
	Partner    channel.PartnerID `json:"partner"`
	Until      string            `json:"until"`
	PassedOver Code              `json:"passedOver,omitempty"`
}

// Candidate is one partner (by its id) or pod ("pod:ID") that was considered.
// Weight is decimal text; Score, a whole number as text, decides the draw,
// lowest first, and is empty for weight 0. PassedOver is empty for the one that
// was chosen.
type Candidate struct {
	ID         string `json:"id"`
	Weight     string `json:"weight"`
	Score      string `json:"score,omitempty"`
	PassedOver Code   `json:"passedOver,omitempty"`
}

// Append appends the canonical JSON of the explanation.
func (e *Explanation) Append(b []byte) []byte {
	w := seal.NewWriter(b)
	o := w.Object()
	o.SomeText("applied", e.Applied)
	if len(e.Candidates) > 0 {
		l := o.List("candidates")
		for i := range e.Candidates {
			e.Candidates[i].append(l)
		}
		l.End()
	}
	o.SomeText("channel", string(e.Channel))
	o.Int("channelsTried", int64(e.ChannelsTried))
	o.SomeText("chosen", string(e.Chosen))
	o.Text("customer", string(e.Customer))
	o.Int("declinesTried", int64(e.DeclinesTried))
	o.SomeText("dwellEnds", e.DwellEnds)
	o.Int("engine", int64(e.Engine))
	o.SomeBool("guarded", e.Guarded)
	if len(e.Matched) > 0 {
		l := o.List("matched")
		for i := range e.Matched {
			e.Matched[i].append(l)
		}
		l.End()
	}
	o.SomeText("override", e.Override)
	if p := e.Protection; p != nil {
		in := o.Object("protection")
		in.Text("partner", string(p.Partner))
		in.SomeText("passedOver", string(p.PassedOver))
		in.SomeText("until", p.Until)
		in.End()
	}
	seal.Texts(&o, "reasons", e.Reasons)
	o.Text("tierGiven", e.TierGiven)
	o.SomeText("tierHad", e.TierHad)
	o.End()
	return w.Bytes()
}

func (c *Candidate) append(to seal.List) {
	o := to.Object()
	o.Text("id", c.ID)
	o.SomeText("passedOver", string(c.PassedOver))
	o.SomeText("score", c.Score)
	o.SomeText("weight", c.Weight)
	o.End()
}

func (l *RuleLine) append(to seal.List) {
	o := to.Object()
	o.Bool("matched", l.Matched)
	o.Text("name", l.Name)
	o.SomeText("passedOver", string(l.PassedOver))
	o.End()
}
