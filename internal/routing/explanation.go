package routing

import "github.com/fairlead/fairlead/internal/channel"

// Explanation is why a decision came out as it did, in codes. It is canonical
// JSON like the record and its hash is in the record. To stay small it names
// the rules that matched and counts those tried, and lists the candidates of
// the customer's region; View spells out the rest, which the policy and the
// directory say already.
type Explanation struct {
	Engine     int                `json:"engine"`
	Customer   channel.CustomerID `json:"customer"`
	Override   string             `json:"override,omitempty"` // the key of regions that applied
	Guarded    bool               `json:"guarded,omitempty"`
	Tried      int                `json:"tried"` // rules tried, in their order
	Matched    []RuleLine         `json:"matched,omitempty"`
	Applied    string             `json:"applied,omitempty"`  // the rule that decided, or would have
	TierHad    string             `json:"tierHad,omitempty"`  // before
	TierGiven  string             `json:"tierGiven"`          // by value and bands
	Channel    channel.Channel    `json:"channel,omitempty"`  // wanted by rule or tier
	DwellEnds  string             `json:"dwellEnds,omitempty"`
	ProtectEnd string             `json:"protectedUntil,omitempty"`
	Candidates []Candidate        `json:"candidates,omitempty"`
	Chosen     channel.Owner      `json:"chosen,omitempty"` // who takes or keeps the customer
	Reasons    []Code             `json:"reasons"`
}

// RuleLine is one rule that was tried.
type RuleLine struct {
	Name       string `json:"name"`
	Matched    bool   `json:"matched"`
	PassedOver Code   `json:"passedOver,omitempty"`
}

// Candidate is one partner (by its id) or pod ("pod:ID") that was looked at.
// Weight is decimal text; Score, a whole number as text, decides the draw,
// lowest first. PassedOver is empty for the one that was chosen.
type Candidate struct {
	ID         string `json:"id"`
	Weight     string `json:"weight"`
	Score      string `json:"score,omitempty"`
	PassedOver Code   `json:"passedOver,omitempty"`
}
