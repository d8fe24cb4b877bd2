package service

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// The roles a token may carry.
const (
	RoleCRM     = "crm"
	RoleManager = "manager"
	RoleFinance = "finance"
	RoleAuditor = "auditor"
	RolePod     = "pod"
	RolePartner = "partner"
)

// Actor is who asks. The door has checked that one of the roles may call the
// use case at all; what of it the actor may see (a partner only itself) is
// decided here. Partner and Pod come from the token, never from a path.
type Actor struct {
	User    string
	Roles   []string
	Partner channel.PartnerID // with RolePartner
	Pod     channel.PodID     // with RolePod
}

// Has reports whether the actor carries the role.
func (a Actor) Has(role string) bool { return slices.Contains(a.Roles, role) }

// SeesAll reports whether the actor may see things of every owner.
func (a Actor) SeesAll() bool {
	return a.Has(RoleManager) || a.Has(RoleAuditor) || a.Has(RoleFinance) || a.Has(RoleCRM)
}

// Page asks for one page of a list. Limit 0 means 100, at most 1,000. Cursor is
// what the last page's NextCursor said, opaque to the caller.
type Page struct {
	Limit  int
	Cursor string
}

// List is one page. An empty NextCursor is the end; a short page is not.
type List[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"nextCursor,omitempty"`
}

// Money is an amount as the outside sees it: decimal text and an ISO 4217 code.
type Money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// Value is what a customer is worth. Amount includes Referral; all amounts are
// decimal text in Currency, Declared, Observed and Referral absent if unknown.
type Value struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	Basis    string `json:"basis"` // observed, declared, prior
	Declared string `json:"declared,omitempty"`
	Observed string `json:"observed,omitempty"`
	Referral string `json:"referral,omitempty"`
}

// Customer states.
const (
	StateNew      = "new"      // known, never routed (or decided afresh since nobody owns it)
	StateOffered  = "offered"  // nobody owns it, an offer is open
	StateAssigned = "assigned" // somebody owns it, whatever else goes on
	StateWaiting  = "waiting"  // nobody could take it
	StateDeclined = "declined"
	StateChurned  = "churned"
)

// Customer is a customer as of now. Owner is "pod:ID", "partner:ID" or null.
type Customer struct {
	ID            channel.CustomerID `json:"id"`
	Region        string             `json:"region"`
	Segment       string             `json:"segment,omitempty"`
	Attributes    map[string]string  `json:"attributes,omitempty"`
	DeclaredValue *Money             `json:"declaredValue,omitempty"`
	SourcedBy     channel.PartnerID  `json:"sourcedBy,omitempty"`
	ReferredBy    channel.CustomerID `json:"referredBy,omitempty"`
	Value         *Value             `json:"value,omitempty"`  // of the decision in force, or as it was told anew since
	AtRisk        bool               `json:"atRisk,omitempty"` // likely to be lost, by the policy's bound
	Tier          string             `json:"tier,omitempty"`
	Channel       channel.Channel    `json:"channel,omitempty"`
	Owner         *channel.Owner     `json:"owner"`
	OwnerSince    *time.Time         `json:"ownerSince,omitempty"`
	State         string             `json:"state"`
	Decision      channel.DecisionID `json:"decision,omitempty"`
	Offer         *Offer             `json:"offer,omitempty"` // the open one
}

// CustomerDetail is a customer with its past: who owned it, what it bought.
type CustomerDetail struct {
	Customer
	Spans     []Span          `json:"ownership"`
	Summary   CustomerSummary `json:"summary"`
	Decisions []Decision      `json:"decisions"`
	History   []HistoryItem   `json:"history"`
}

// Span is a stretch of ownership; Until null: still.
type Span struct {
	Owner    channel.Owner      `json:"owner"`
	From     time.Time          `json:"from"`
	Until    *time.Time         `json:"until"`
	Decision channel.DecisionID `json:"decision,omitempty"`
}

// CustomerSummary counts what a customer bought, refunds taken off.
type CustomerSummary struct {
	Orders      int        `json:"orders"`
	Revenue     []Money    `json:"revenue"`
	FirstOrder  *time.Time `json:"firstOrder,omitempty"`
	LatestOrder *time.Time `json:"latestOrder,omitempty"`
}

// HistoryItem is one line of what happened, oldest first.
type HistoryItem struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"` // profile order refund feedback churn decision answer
	ID   string    `json:"id"`
	Text string    `json:"text"`
}

// CustomersQuery filters the list of customers; zero fields do not filter.
type CustomersQuery struct {
	Owner channel.Owner
	State string
	Page
}

// CustomerPut is the answer to PUT /customers/{id}.
type CustomerPut struct {
	Customer
	Outcome channel.Outcome `json:"outcome"`          // applied or duplicate (nothing changed)
	Created bool            `json:"-"`                // not known before
	Routed  *Decision       `json:"routed,omitempty"` // where the change caused a route
}

// RouteRequest asks where a customer goes. Key is the Idempotency-Key (""
// derives one from the caller, the customer and the instant). At is a backfill
// instant, zero for now.
type RouteRequest struct {
	Customer channel.CustomerID
	Key      string
	Preview  bool
	At       time.Time
}

// RouteResponse is a decision with how it came about.
type RouteResponse struct {
	Decision
	Replayed bool `json:"-"` // the key had been used: the stored answer
	Created  bool `json:"-"` // a new decision was made (201), else 200
}

// RouteAllRequest routes everyone not yet routed and everyone waiting.
// Progress, if set, is called now and then with how many are done.
type RouteAllRequest struct {
	Key      string
	Progress func(done int)
}

// RouteSummary is what a bulk route did.
type RouteSummary struct {
	Routed    int            `json:"routed"`
	ByOutcome map[string]int `json:"byOutcome"`
	ByTier    map[string]int `json:"byTier"`
	ByOwner   map[string]int `json:"byOwner"`
	Failed    []FailedRoute  `json:"failed,omitempty"` // at most 100 are named
	Replayed  bool           `json:"-"`
}

// FailedRoute is a customer that a bulk route could not decide, and why.
type FailedRoute struct {
	Customer channel.CustomerID `json:"customerId"`
	Slug     string             `json:"slug"`
	Message  string             `json:"message"`
}

// AssignRequest is a person overruling; Reason is required.
type AssignRequest struct {
	Customer channel.CustomerID
	Owner    channel.Owner
	Reason   string
	Key      string
}

// Decision as the outside sees it.
type Decision struct {
	ID         channel.DecisionID `json:"id"`
	CustomerID channel.CustomerID `json:"customerId"`
	DecidedAt  time.Time          `json:"decidedAt"`
	Outcome    string             `json:"outcome"` // sales_force partner declined waiting
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

// OfferRef is the offer a decision made.
type OfferRef struct {
	ID        channel.OfferID   `json:"id"`
	PartnerID channel.PartnerID `json:"partnerId"`
	ExpiresAt time.Time         `json:"expiresAt"`
}

// Offer is an offer and its state: open accepted refused expired withdrawn.
type Offer struct {
	ID         channel.OfferID    `json:"id"`
	CustomerID channel.CustomerID `json:"customerId"`
	PartnerID  channel.PartnerID  `json:"partnerId"`
	Decision   channel.DecisionID `json:"decision"`
	OfferedAt  time.Time          `json:"offeredAt"`
	ExpiresAt  time.Time          `json:"expiresAt"`
	State      string             `json:"state"`
	Region     string             `json:"region,omitempty"`
	Segment    string             `json:"segment,omitempty"`
	Tier       string             `json:"tier,omitempty"`
	Value      *Value             `json:"value,omitempty"`
}

// OffersQuery filters offers; State "" means open.
type OffersQuery struct {
	State   string
	Partner channel.PartnerID // a partner's token overrules it
	Page
}

// OfferAnswer answers an offer. Reason may say why it is refused.
type OfferAnswer struct {
	Offer  channel.OfferID
	Key    string
	Reason string
}

// OfferAnswered is the offer after its answer and, after a refusal, the next
// decision.
type OfferAnswered struct {
	Offer    Offer              `json:"offer"`
	Next     channel.DecisionID `json:"next,omitempty"`
	Replayed bool               `json:"-"`
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
