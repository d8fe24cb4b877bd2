package wire

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// The states of an offer: open, or how it ended.
const (
	OfferOpen      = "open"
	OfferAccepted  = "accepted"
	OfferRefused   = "refused"   // by the partner
	OfferExpired   = "expired"   // nobody answered in time
	OfferWithdrawn = "withdrawn" // the customer went elsewhere meanwhile
)

// OfferRef is the offer a decision made.
type OfferRef struct {
	ID        channel.OfferID   `json:"id"`
	PartnerID channel.PartnerID `json:"partnerId"`
	ExpiresAt time.Time         `json:"expiresAt"`
}

// Offer is an offer and its state: see Offer*.
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

// AnswerRequest is the body of answering an offer; Reason may say why it is
// refused.
type AnswerRequest struct {
	Reason string `json:"reason,omitempty" validate:"max=500"`
}

// OfferAnswered is the offer after its answer and, after a refusal, the next
// decision.
type OfferAnswered struct {
	Offer    Offer              `json:"offer"`
	Next     channel.DecisionID `json:"next,omitempty"`
	Replayed bool               `json:"-"`
}
