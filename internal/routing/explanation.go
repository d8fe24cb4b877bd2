package routing

import "github.com/fairlead/fairlead/internal/channel"

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
	o := begin(b)
	o.text("applied", e.Applied)
	if len(e.Candidates) > 0 {
		o.key("candidates")
		o.b = append(o.b, '[')
		for i := range e.Candidates {
			if i > 0 {
				o.b = append(o.b, ',')
			}
			o.b = e.Candidates[i].append(o.b)
		}
		o.b = append(o.b, ']')
	}
	o.plain("channel", string(e.Channel))
	o.number("channelsTried", int64(e.ChannelsTried))
	o.text("chosen", string(e.Chosen))
	o.must("customer", string(e.Customer))
	o.number("declinesTried", int64(e.DeclinesTried))
	o.plain("dwellEnds", e.DwellEnds)
	o.number("engine", int64(e.Engine))
	o.flag("guarded", e.Guarded)
	if len(e.Matched) > 0 {
		o.key("matched")
		o.b = append(o.b, '[')
		for i := range e.Matched {
			if i > 0 {
				o.b = append(o.b, ',')
			}
			o.b = e.Matched[i].append(o.b)
		}
		o.b = append(o.b, ']')
	}
	o.text("override", e.Override)
	if p := e.Protection; p != nil {
		o.key("protection")
		in := begin(o.b)
		in.must("partner", string(p.Partner))
		in.text("passedOver", string(p.PassedOver))
		in.plain("until", p.Until)
		o.b = in.end()
	}
	texts(&o, "reasons", e.Reasons, true)
	o.must("tierGiven", e.TierGiven)
	o.text("tierHad", e.TierHad)
	return o.end()
}

func (c *Candidate) append(b []byte) []byte {
	o := begin(b)
	o.must("id", c.ID)
	o.plain("passedOver", string(c.PassedOver))
	o.plain("score", c.Score)
	o.plain("weight", c.Weight)
	return o.end()
}

func (l *RuleLine) append(b []byte) []byte {
	o := begin(b)
	o.bool("matched", l.Matched)
	o.must("name", l.Name)
	o.plain("passedOver", string(l.PassedOver))
	return o.end()
}
