package httpapi

import (
	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/wire"
)

type listDecisions struct {
	Since    string `query:"since" validate:"max=40"`
	Outcome  string `query:"outcome" validate:"omitempty,oneof=sales_force partner declined waiting"`
	Owner    string `query:"owner" validate:"max=80"`
	Reason   string `query:"reason" validate:"omitempty,oneof=rule tier protected former_partner dwell owner_kept sales_force_full no_partner offers_exhausted fallback by_hand"`
	Customer string `query:"customer" validate:"max=64"`
	wire.Page
}

func (a *api) decisions(c *Call, q listDecisions) (wire.List[wire.Decision], error) {
	var none wire.List[wire.Decision]
	p := a.parser(c)
	since := p.time("since", q.Since)
	if err := p.done(); err != nil {
		return none, err
	}
	owner, err := a.owner(c, q.Owner)
	if err != nil {
		return none, err
	}
	return a.Views.Decisions(c, c.Actor, wire.DecisionsQuery{
		Since: since, Outcome: q.Outcome, Owner: owner, Reason: q.Reason, Customer: channel.CustomerID(q.Customer), Page: q.Page,
	})
}

func (a *api) decision(c *Call, q idPath) (wire.Decision, error) {
	return a.Views.Decision(c, c.Actor, channel.DecisionID(q.ID))
}

// explanation takes the id of a decision, or of a customer for its decision in
// force.
func (a *api) explanation(c *Call, q idPath) (wire.Explanation, error) {
	return a.Views.Why(c, c.Actor, q.ID)
}

func (a *api) replay(c *Call, q idPath) (wire.ReplayResult, error) {
	return a.Views.Replay(c, c.Actor, channel.DecisionID(q.ID))
}

type listOffers struct {
	State   string `query:"state" validate:"omitempty,oneof=open accepted refused expired withdrawn"`
	Partner string `query:"partner" validate:"max=64"`
	wire.Page
}

func (a *api) offers(c *Call, q listOffers) (wire.List[wire.Offer], error) {
	query := wire.OffersQuery{State: q.State, Partner: channel.PartnerID(q.Partner), Page: q.Page}
	if !c.Actor.SeesAll() {
		query.Partner = c.Actor.Partner
	}
	return a.Views.Offers(c, c.Actor, query)
}

type answerOffer struct {
	idPath
	Body wire.AnswerRequest `body:"optional"`
}

func (a *api) accept(c *Call, q answerOffer) (wire.OfferAnswered, error) {
	return c.answered(a.Assign.AcceptOffer(c, c.partnerActor(), assign.OfferAnswer{Offer: channel.OfferID(q.ID), Key: c.Key, Reason: q.Body.Reason}))
}

func (a *api) refuse(c *Call, q answerOffer) (wire.OfferAnswered, error) {
	return c.answered(a.Assign.RefuseOffer(c, c.partnerActor(), assign.OfferAnswer{Offer: channel.OfferID(q.ID), Key: c.Key, Reason: q.Body.Reason}))
}

func (c *Call) answered(r wire.OfferAnswered, err error) (wire.OfferAnswered, error) {
	c.Replayed(r.Replayed)
	return r, err
}

// partnerActor is the actor as nothing but the partner of its token: only the
// partner to whom an offer was made may answer it; other roles of a token do not help.
func (c *Call) partnerActor() wire.Actor {
	a := c.Actor
	a.Roles = []string{partner}
	return a
}

func notFound(slug, format string, args ...any) error {
	return fault.New(fault.NotFound, slug, format, args...)
}
