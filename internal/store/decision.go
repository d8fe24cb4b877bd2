package store

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/table"
)

// NewDecisionID names the decision that an idempotency key makes for a
// customer: keys are per customer, and the same key makes the same id.
func NewDecisionID(id channel.CustomerID, key string) channel.DecisionID {
	return decisionID(id, Hash16(key))
}

// decisionID is the decision of a customer with the hash of its key.
func decisionID(id channel.CustomerID, hash16 string) channel.DecisionID {
	return channel.DecisionID(string(id) + "~" + hash16)
}

// SplitDecisionID is the customer and the hash behind a decision id; 404 if it
// is none.
func SplitDecisionID(id channel.DecisionID) (channel.CustomerID, string, error) {
	customer, hash, ok := strings.Cut(string(id), "~")
	if _, err := channel.ParseID[channel.CustomerID]("decision", customer); err != nil || !ok || !isHash16(hash) {
		return "", "", fault.New(fault.NotFound, "decision_not_found", "there is no decision %q", fault.Clip(string(id)))
	}
	return channel.CustomerID(customer), hash, nil
}

// NewOfferID names the offer that a decision made.
func NewOfferID(d channel.DecisionID) channel.OfferID { return channel.OfferID(string(d) + "~o") }

// SplitOfferID is the decision behind an offer id; 404 if it is none.
func SplitOfferID(id channel.OfferID) (channel.DecisionID, error) {
	d, ok := strings.CutSuffix(string(id), "~o")
	if _, _, err := SplitDecisionID(channel.DecisionID(d)); err != nil || !ok {
		return "", fault.New(fault.NotFound, "offer_not_found", "there is no offer %q", fault.Clip(string(id)))
	}
	return channel.DecisionID(d), nil
}

func isHash16(s string) bool {
	return len(s) == 16 && strings.Trim(s, "0123456789abcdef") == ""
}

// Decision is a decision as kept: the canonical record of routing, and what
// writing it settled. An alias says that another key asked while an offer was
// open and was answered with that offer's decision; it has nothing else.
type Decision struct {
	Alias   channel.DecisionID `json:"alias,omitempty"`
	Booked  channel.Period     `json:"booked,omitempty"` // of the move, if it made one
	By      string             `json:"by,omitempty"`     // who asked
	From    time.Time          `json:"from,omitzero"`    // when the ownership began, if it made a move
	Record  json.RawMessage    `json:"record,omitempty"`
	Request string             `json:"request,omitempty"` // first 16 digits of the hash of what was asked
	Seq     uint64             `json:"seq,omitempty"`     // version of the head it was committed on

	ID channel.DecisionID `json:"-"`
}

// The ends of an offer.
const (
	Accepted  = "accepted"
	Refused   = "refused"
	Expired   = "expired"
	Withdrawn = "withdrawn"
)

// Answer is what became of the offer of a decision.
type Answer struct {
	Answer  string             `json:"answer"`
	At      time.Time          `json:"at"`
	Booked  channel.Period     `json:"booked,omitempty"` // of the move, if accepted
	By      string             `json:"by,omitempty"`
	From    time.Time          `json:"from,omitzero"` // when the ownership began, if accepted
	Next    channel.DecisionID `json:"next,omitempty"`
	Reason  string             `json:"reason,omitempty"`
	Request string             `json:"request,omitempty"` // first 16 digits of the hash of the key
	Seq     uint64             `json:"seq,omitempty"`
}

// PutDecision adds a decision, where none stands under its key.
func (b *Batch) PutDecision(d *Decision) int {
	customer, hash, _ := strings.Cut(string(d.ID), "~")
	return b.New(DecisionKey(channel.CustomerID(customer), hash), d)
}

// PutAnswer adds the answer to a decision's offer, where none stands.
func (b *Batch) PutAnswer(id channel.DecisionID, a *Answer) int {
	customer, hash, _ := strings.Cut(string(id), "~")
	return b.New(AnswerKey(channel.CustomerID(customer), hash), a)
}

// decodeDecision reads a decision; nil for an absent item.
func decodeDecision(id channel.DecisionID, it table.Item) (*Decision, error) {
	if it.Version == 0 {
		return nil, nil
	}
	d := &Decision{}
	err := Decode(it, d)
	d.ID = id
	return d, err
}

// decodeAnswer reads an answer; nil for an absent item.
func decodeAnswer(it table.Item) (*Answer, error) {
	if it.Version == 0 {
		return nil, nil
	}
	a := &Answer{}
	return a, Decode(it, a)
}

// recordPart is what the fold needs of a routing record.
type recordPart struct {
	Cause string        `json:"cause"`
	Owner channel.Owner `json:"owner"`
	Tier  string        `json:"tier"`
	Moved bool          `json:"moved"`
	Rule  bool          `json:"byRule"`
	Offer *struct {
		Partner channel.PartnerID `json:"partner"`
	} `json:"offer"`
	Value recordValue `json:"value"`
}

type recordValue struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
	Basis    string `json:"basis"`
}

// move is the change of owner that a decision and the answer to its offer made;
// false if they made none.
func move(d *Decision, a *Answer) (history.Move, bool, error) {
	accepted := a != nil && a.Answer == Accepted
	if d.Alias != "" || d.From.IsZero() && !accepted {
		return history.Move{}, false, nil
	}
	var r recordPart
	if err := unmarshal(d.Record, &r); err != nil {
		return history.Move{}, false, fault.New(fault.Internal, "internal", "internal error").Because(err)
	}
	value, err := money.ParseMinor(r.Value.Amount, r.Value.Currency)
	if err != nil {
		return history.Move{}, false, fault.New(fault.Internal, "internal", "internal error").Because(err)
	}
	m := history.Move{
		Decision: d.ID, From: d.From, Seq: d.Seq, Booked: d.Booked, Owner: r.Owner, Cause: history.ByDecision,
		Rule: r.Rule, Tier: r.Tier, Value: money.Of(value, r.Value.Currency), Basis: r.Value.Basis,
	}
	switch {
	case accepted:
		m.From, m.Seq, m.Booked, m.Cause = a.From, a.Seq, a.Booked, history.ByAnswer
		if r.Offer != nil {
			m.Owner = channel.PartnerOwner(r.Offer.Partner)
		}
	case r.Cause == "by_hand":
		m.Cause = history.ByHand
	}
	return m, true, nil
}
