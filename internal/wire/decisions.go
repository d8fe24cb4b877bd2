package wire

import (
	"encoding/json"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// The outcomes of a decision.
const (
	OutcomeSalesForce = "sales_force"
	OutcomePartner    = "partner"
	OutcomeDeclined   = "declined"
	OutcomeWaiting    = "waiting"
)

// Decision as the outside sees it.
type Decision struct {
	ID         channel.DecisionID `json:"id"`
	CustomerID channel.CustomerID `json:"customerId"`
	DecidedAt  time.Time          `json:"decidedAt"`
	Outcome    string             `json:"outcome"` // see Outcome*
	Owner      *channel.Owner     `json:"owner"`   // whom the decision names; null: nobody
	Tier       string             `json:"tier"`
	Value      Value              `json:"value"`
	Policy     DocumentRef        `json:"policy"`
	Directory  string             `json:"directory"`        // hash
	Model      string             `json:"model,omitempty"`  // value~3, if one had a say
	Census     string             `json:"census,omitempty"` // census~12, the one it saw
	Engine     int                `json:"engine"`
	Arm        string             `json:"arm,omitempty"` // of the experiment
	Reasons    []Reason           `json:"reasons"`
	Rules      []RuleLine         `json:"rules"`
	Candidates []Candidate        `json:"candidates"`
	Of         int                `json:"candidatesOf,omitempty"` // how many there were, where not all are shown
	// WinningScore is the draw of the candidate that was chosen.
	WinningScore string    `json:"winningScore,omitempty"`
	Offer        *OfferRef `json:"offer,omitempty"`
	Decline      *Decline  `json:"decline,omitempty"`
	State        string    `json:"state"` // offered assigned waiting declined refused expired withdrawn
	Hash         string    `json:"hash"`  // of the record
	By           string    `json:"by,omitempty"`
	Preview      bool      `json:"preview,omitempty"`
}

// DocumentRef names one version of a document.
type DocumentRef struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Hash    string `json:"hash"`
}

// Reason is a code of the contract and the sentence for people.
type Reason struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// RuleLine is one rule that was tried.
type RuleLine struct {
	Name       string `json:"name"`
	Matched    bool   `json:"matched"`
	PassedOver string `json:"passedOver,omitempty"`
}

// Candidate is one partner or pod that was looked at. Weight is decimal text,
// Score the draw's integer, lowest first.
type Candidate struct {
	ID         string `json:"id"`
	Weight     string `json:"weight"`
	Score      string `json:"score"`
	PassedOver string `json:"passedOver,omitempty"`
}

// Decline is what a declined customer is told.
type Decline struct {
	Message             string `json:"message"`
	ReferTo             string `json:"referTo,omitempty"`
	ReconsiderAfterDays int    `json:"reconsiderAfterDays,omitempty"`
}

// DecisionsQuery filters decisions; zero fields do not filter.
type DecisionsQuery struct {
	Since    time.Time
	Outcome  string
	Owner    channel.Owner
	Reason   string
	Customer channel.CustomerID
	Page
}

// Explanation is the full reasoning, computed again, and what would have to
// differ for another result.
type Explanation struct {
	Decision     Decision        `json:"decision"`
	Text         []string        `json:"text"`
	Alternatives []Alternative   `json:"alternatives"`
	Hash         string          `json:"hash"`
	Agrees       bool            `json:"agrees"` // the hash equals the recorded one
	Record       json.RawMessage `json:"record,omitempty"`
}

// Alternative is one single change that would give another result.
type Alternative struct {
	Change string `json:"change"` // value, dwell, protection, guard, capacity, weight, rule
	Text   string `json:"text"`
	Result string `json:"result"`
}

// ReplayResult says whether a decision, recomputed, agrees byte for byte.
type ReplayResult struct {
	ID         channel.DecisionID `json:"id"`
	Agrees     bool               `json:"agrees"`
	Hash       string             `json:"hash"`
	Recomputed string             `json:"recomputed"`
	Difference string             `json:"difference,omitempty"`
}
