// Package routing decides who serves a customer, and why. It owns the policy
// document, its worked examples, and Decide: a pure function of recorded
// inputs, so that Replay gives the same bytes on any processor at any age, and
// Explain and Alternatives are Decide asked once more, never a second
// opinion. It does not own when a customer is routed, what happens to an offer
// afterwards or how anything is kept (assign, sweep, store), nor how a value is
// estimated (value). It writes no keys.
package routing

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// Engine is the version of the rules of this package. It is raised whenever any
// input could give other bytes; what it was stays in the code, so that an old
// record replays.
const Engine = 1

// Cause says what made a customer be routed.
type Cause string

// The causes of a decision.
const (
	ByCall   Cause = "call"     // somebody asked
	ByFact   Cause = "fact"     // the first fact of a customer, or a fact gave another tier
	ByAnswer Cause = "answer"   // an offer was refused or expired: the round goes on
	BySweep  Cause = "sweep"    // waiting, or its owner left or no longer serves
	ByImport Cause = "import"   // a file with --route
	Fallback Cause = "fallback" // waited longer than the policy's fallback.afterHours
	ByHand   Cause = "by_hand"  // a person overruled
)

// Basis says where a value came from.
type Basis string

// The bases, best first.
const (
	Observed Basis = "observed"
	Declared Basis = "declared"
	Prior    Basis = "prior"
)

// Value is what a customer is worth, an input of Decide: it is computed when the
// route loads (Policy.Load) and recorded, and replay takes the recorded number.
// All amounts are minor units of Currency, which is the currency of the policy
// in the customer's region.
type Value struct {
	Amount   int64 // own value plus Referral: what tiers and rules see
	Referral int64
	Currency string
	Basis    Basis
	Declared *int64 // nil: none was declared
	Observed *int64 // nil: no model in force, or not scored
	AlivePPM int64  // P(alive) in parts per million; 1,000,000 without a model
	Model    string // version of the model in force; "" without one
	AsOf     string // the day for which it was computed, 2026-03-02 in the programme's time zone
}

// Customer is what conditions and eligibility read of a customer. Amounts are
// minor units of the policy's currency in the customer's region.
type Customer struct {
	ID                 channel.CustomerID
	Region             string
	Segment            string
	SourcedBy          channel.PartnerID
	ReferredBy         channel.CustomerID
	Orders             int64
	Gross              int64 // live orders before refunds
	Revenue            int64 // live orders less refunds
	Discount           int64
	LastYear           int64 // revenue of the last 12 months
	Need               int64 // declared, a year; 0: not declared
	DaysSinceLastOrder int64 // -1 without an order
	Attributes         map[string]string
	// LeftOut are currencies of orders for which the policy has no exchange
	// rate: such orders count in Orders, not in the amounts. Sorted.
	LeftOut []string
}

// LastMove is the customer's last change of owner to somebody.
type LastMove struct {
	At     time.Time
	ByRule bool // see Commit.ByRule
	First  bool // it was the customer's first assignment ever
}

// Protection is the registration of the partner that brought the customer.
type Protection struct {
	Partner channel.PartnerID
	At      time.Time // time of the fact that registered it
}

// Round is what happened so far in a round of offers: how many were made, and
// to whom one expired. A round begins with a route (zero Round) and goes on
// through refusals and expiries.
type Round struct {
	Offers  int
	Expired []channel.PartnerID
}

// State is what earlier decisions and answers left behind.
type State struct {
	Owner      channel.Owner       // Nobody: none
	Tier       string              // of the decision in force; "" without one
	LastMove   *LastMove           // nil: never assigned. Churn is no move
	Former     channel.PartnerID   // the partner that owned the customer last, present owner included
	Refused    []channel.PartnerID // refused an offer of this customer, ever
	Protection *Protection         // nil: nobody registered the customer
	Round      Round
}

// Census is what the latest census says of the customer's region.
type Census struct {
	Version   string // "" : there is none
	StablePPM *int64 // stable share of the region; nil: it has no equity
}

// Arm says which arm of an experiment decided.
type Arm struct {
	Experiment string
	Challenger bool
}

// Hand is a person's decision: who overruled, for whom, and why.
type Hand struct {
	Owner  channel.Owner
	By     string
	Reason string
}

// Input is everything a decision depends on. Policy is the one that decides
// (the challenger's, where Arm says so), Directory the one in force.
type Input struct {
	Policy    *Policy
	Directory *Directory
	Customer  Customer
	Value     Value
	State     State
	// Full are owners whose capacity refused: found by the commit of an earlier
	// try, or by reading their counters. Order and repetition do not matter.
	Full   []channel.Owner
	Census Census
	Arm    *Arm // nil: no experiment
	At     time.Time
	// AtOnce assigns without an offer: the decision is as of a time before the
	// clock, and nobody is asked in the past.
	AtOnce bool
	Cause  Cause
	Hand   *Hand // with ByHand only
}

// Outcome is what a decision says about the channel.
type Outcome string

// The outcomes. With a partner or sales_force outcome somebody owns the
// customer or has an offer.
const (
	ToSalesForce Outcome = "sales_force"
	ToPartner    Outcome = "partner"
	Declined     Outcome = "declined"
	Waiting      Outcome = "waiting"
)

// Code is a reason of a decision. Codes are part of the contract.
type Code string

// The reasons.
const (
	ReasonRule             Code = "rule"
	ReasonTier             Code = "tier"
	ReasonProtected        Code = "protected"
	ReasonFormerPartner    Code = "former_partner"
	ReasonDwell            Code = "dwell"
	ReasonOwnerKept        Code = "owner_kept"
	ReasonSalesForceFull   Code = "sales_force_full"
	ReasonNoPartner        Code = "no_partner"
	ReasonOffersExhausted  Code = "offers_exhausted"
	ReasonFallback         Code = "fallback"
	ReasonByHand           Code = "by_hand"
	PassedNotActive        Code = "not_active"
	PassedRegion           Code = "region"
	PassedSegment          Code = "segment"
	PassedCertification    Code = "certification"
	PassedRefused          Code = "refused"
	PassedAsked            Code = "asked"
	PassedFull             Code = "full"
	PassedLaterInOrder     Code = "later_in_order"
	PassedCustomerHasOwner Code = "customer_has_owner"
	PassedGuard            Code = "suspended_by_guard"
)

// Initial states of a decision; what happens later is a fold outside of it.
const (
	StateOffered  = "offered"
	StateAssigned = "assigned"
	StateWaiting  = "waiting"
	StateDeclined = "declined"
)

// Commit is what has to be written together with the decision.
type Commit struct {
	State string        // offered, assigned, waiting, declined
	Owner channel.Owner // the owner once written; Nobody: none
	// Moved: the owner changes now, from State.Owner to Owner. With an offer it
	// is false, and ByRule and First describe the move that accepting makes.
	Moved  bool
	ByRule bool // the move happens at the word of a rule (or of a tier's certification inside the dwell)
	First  bool // the customer's first assignment
	Offer  *Offer
	// Takes is who gets the customer or the offer and so needs room; Nobody if
	// nobody new does. Limit is its capacity, channel.Unlimited without one, and
	// MayExceed says that the limit does not bind (protection).
	Takes     channel.Owner
	Limit     int64
	MayExceed bool
	Releases  channel.Owner // whose room is given back now
}

// Offer is an offer to be made. It ends at ExpiresAt by the clock.
type Offer struct {
	Partner   channel.PartnerID
	ExpiresAt time.Time
}

// Decision is the answer of Decide. Bytes is the canonical JSON of Record;
// Explanation hashes to Record.Explanation.
type Decision struct {
	Record      Record
	Bytes       []byte
	Hash        string // of Bytes
	Explanation Explanation
	Commit      Commit
	Decline     *Decline // what a declined customer is told
}

// Decline is what a declined customer is told.
type Decline struct {
	Message             string `json:"message"`
	ReferTo             string `json:"referTo,omitempty"`
	ReconsiderAfterDays int    `json:"reconsiderAfterDays,omitempty"`
}
