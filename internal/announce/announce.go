// Package announce says what others are told when something is put into the
// ledger: it turns inserts into events, the same under the stream of a deployed
// service and beside an embedded one. It owns the events that go out, their
// types, data and ids; events/out holds a sample and a schema of each. Who
// hears them, and that nothing is told before it is stored, is its callers'
// business. It writes no keys.
package announce

import (
	"encoding/json"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// The events that go out, by what was put into the ledger.
const (
	DecisionMade     = "decision.made"
	OfferAnswered    = "offer.answered"
	StatementMade    = "statement.made"
	PeriodClosed     = "period.closed"
	CustomerPromoted = "customer.promoted"
	CustomerDemoted  = "customer.demoted"
	CustomerAtRisk   = "customer.at_risk"
	CensusTaken      = "census.taken"
	ModelFitted      = "model.fitted"
)

// Types are all of them, in the order of the constants.
func Types() []string {
	return []string{DecisionMade, OfferAnswered, StatementMade, PeriodClosed,
		CustomerPromoted, CustomerDemoted, CustomerAtRisk, CensusTaken, ModelFitted}
}

// Event is something that happened. ID is the same whenever it is told again,
// so that who hears it twice can know.
type Event struct {
	ID   string
	Type string
	At   time.Time
	Data any // one of the structs below
}

// envelope is a CloudEvent 1.0.
type envelope struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	Data            any       `json:"data"`
}

// MarshalJSON writes the event as a CloudEvent, its time in whole seconds of UTC.
func (e Event) MarshalJSON() ([]byte, error) {
	at := e.At.UTC().Truncate(time.Second)
	return json.Marshal(envelope{"1.0", e.ID, "fairlead", e.Type, at, "application/json", e.Data})
}

// Decision is the data of decision.made. Owner is null while nobody has the
// customer.
type Decision struct {
	DecisionID channel.DecisionID `json:"decisionId"`
	CustomerID channel.CustomerID `json:"customerId"`
	Outcome    string             `json:"outcome"` // sales_force, partner, declined, waiting
	Owner      *channel.Owner     `json:"owner"`
	Tier       string             `json:"tier"`
	Offer      *Offer             `json:"offer,omitempty"`
}

// Offer is what a decision offered to a partner.
type Offer struct {
	ID        channel.OfferID   `json:"id"`
	PartnerID channel.PartnerID `json:"partnerId"`
	ExpiresAt string            `json:"expiresAt"`
}

// Answer is the data of offer.answered: accepted, refused, expired or withdrawn.
// Next is the decision that followed from it.
type Answer struct {
	OfferID    channel.OfferID    `json:"offerId"`
	DecisionID channel.DecisionID `json:"decisionId"`
	CustomerID channel.CustomerID `json:"customerId"`
	Answer     string             `json:"answer"`
	Next       channel.DecisionID `json:"next,omitempty"`
}

// Statement is the data of statement.made: amounts stay inside.
type Statement struct {
	PartnerID channel.PartnerID `json:"partnerId"`
	Period    channel.Period    `json:"period"`
	Document  string            `json:"document"` // hash of its content
}

// Period is the data of period.closed.
type Period struct {
	Period channel.Period `json:"period"`
}

// Place is who has a customer, and its tier.
type Place struct {
	Owner channel.Owner `json:"owner"`
	Tier  string        `json:"tier"`
}

// Value is what a decision took a customer to be worth.
type Value struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	Basis    string `json:"basis"` // observed, declared, prior
}

// Tier is the data of customer.promoted and customer.demoted: a decision, or the
// acceptance of what it offered, by which an owned customer changed its tier.
type Tier struct {
	CustomerID channel.CustomerID `json:"customerId"`
	DecisionID channel.DecisionID `json:"decisionId"`
	From       Place              `json:"from"`
	To         Place              `json:"to"`
	Value      Value              `json:"value"`
}

// Risk is the data of customer.at_risk: the probability that it still is a
// customer fell below the policy's bound.
type Risk struct {
	CustomerID channel.CustomerID `json:"customerId"`
	Day        string             `json:"day"`
	AlivePPM   int64              `json:"alivePpm"`
	Model      string             `json:"model"`
	Policy     string             `json:"policy"`
}

// Document is the data of census.taken and model.fitted: which version, and of
// which day.
type Document struct {
	ID   string `json:"id"` // census~12, value~3
	AsOf string `json:"asOf"`
	Hash string `json:"hash"`
}
