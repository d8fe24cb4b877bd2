package routing

import (
	"github.com/fairlead/fairlead/internal/channel"
)

// Record is a decision as kept for ever: what went in, by value or by hash,
// and what came out. Its canonical JSON holds amounts and rates as strings,
// counts and ppm as whole numbers, times as RFC 3339 in UTC, codes and no
// prose. Absent means empty, zero or none.
type Record struct {
	Engine      int                `json:"engine"`
	Customer    channel.CustomerID `json:"customer"`
	At          string             `json:"at"`
	Cause       Cause              `json:"cause"`
	AtOnce      bool               `json:"atOnce,omitempty"`
	Policy      Ref                `json:"policy"`
	Seed        string             `json:"seed"`
	Directory   string             `json:"directory"` // hash
	Census      *CensusRef         `json:"census,omitempty"`
	Experiment  *ArmRef            `json:"experiment,omitempty"`
	Hand        *HandRef           `json:"hand,omitempty"`
	Value       ValueRecord        `json:"value"`
	Inputs      Inputs             `json:"inputs"`
	Outcome     Outcome            `json:"outcome"`
	Owner       *channel.Owner     `json:"owner"` // once written; null: nobody
	Tier        string             `json:"tier"`
	Reasons     []Code             `json:"reasons"` // what settled it first
	Offer       *OfferRecord       `json:"offer,omitempty"`
	Moved       bool               `json:"moved,omitempty"`
	ByRule      bool               `json:"byRule,omitempty"`
	First       bool               `json:"first,omitempty"`
	Explanation string             `json:"explanation"` // hash
}

// Ref names one version of a document by number and content.
type Ref struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Hash    string `json:"hash"`
}

// CensusRef is the census that a decision saw.
type CensusRef struct {
	Version   string `json:"version"`
	StablePPM *int64 `json:"stablePpm,omitempty"`
}

// ArmRef is the arm of an experiment: champion or challenger.
type ArmRef struct {
	Name string `json:"name"`
	Arm  string `json:"arm"`
}

// HandRef is who overruled, for whom and why.
type HandRef struct {
	By     string        `json:"by"`
	Owner  channel.Owner `json:"owner"`
	Reason string        `json:"reason"`
}

// ValueRecord is a Value with decimal amounts. Alive is in ppm, absent without
// a model.
type ValueRecord struct {
	Amount   string  `json:"amount"`
	Currency string  `json:"currency"`
	Basis    Basis   `json:"basis"`
	Declared *string `json:"declared,omitempty"`
	Observed *string `json:"observed,omitempty"`
	Referral *string `json:"referral,omitempty"`
	AlivePPM *int64  `json:"alivePpm,omitempty"`
	Model    string  `json:"model,omitempty"`
	AsOf     string  `json:"asOf,omitempty"` // a day
}

// Inputs are the customer and the state as received. Amounts are decimal text
// in the value's currency.
type Inputs struct {
	Region     string              `json:"region,omitempty"`
	Segment    string              `json:"segment,omitempty"`
	SourcedBy  channel.PartnerID   `json:"sourcedBy,omitempty"`
	ReferredBy channel.CustomerID  `json:"referredBy,omitempty"`
	Orders     int64               `json:"orders,omitempty"`
	Gross      string              `json:"gross,omitempty"`
	Revenue    string              `json:"revenue,omitempty"`
	Discount   string              `json:"discount,omitempty"`
	LastYear   string              `json:"lastYear,omitempty"`
	Need       string              `json:"need,omitempty"`
	Idle       *int64              `json:"daysSinceLastOrder,omitempty"` // absent: -1
	Attributes map[string]string   `json:"attributes,omitempty"`
	LeftOut    []string            `json:"leftOut,omitempty"`
	Owner      channel.Owner       `json:"owner,omitempty"`
	Tier       string              `json:"tier,omitempty"`
	LastMove   *MoveRecord         `json:"lastMove,omitempty"`
	Former     channel.PartnerID   `json:"former,omitempty"`
	Refused    []channel.PartnerID `json:"refused,omitempty"`
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
	ExpiresAt string            `json:"expiresAt"`
}
