package assign

import (
	"context"
	"errors"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/views"
	"github.com/fairlead/fairlead/internal/wire"
)

// AcceptOffer takes an offered customer: it is the partner's from now on. 404
// offer_not_found; 409 offer_expired, offer_answered, offer_withdrawn,
// partner_not_active. The same answer again gets the same response.
func (s *Assign) AcceptOffer(ctx context.Context, a wire.Actor, r OfferAnswer) (wire.OfferAnswered, error) {
	return s.answerOffer(ctx, a, r, store.Accepted)
}

// RefuseOffer refuses an offered customer, for ever; the next is asked. Errors
// as AcceptOffer.
func (s *Assign) RefuseOffer(ctx context.Context, a wire.Actor, r OfferAnswer) (wire.OfferAnswered, error) {
	return s.answerOffer(ctx, a, r, store.Refused)
}

func (s *Assign) answerOffer(ctx context.Context, a wire.Actor, r OfferAnswer, how string) (wire.OfferAnswered, error) {
	id, err := store.SplitOfferID(r.Offer)
	if err != nil {
		return wire.OfferAnswered{}, err
	}
	var out wire.OfferAnswered
	err = s.docs.Writing(ctx, func(m *documents.Current) (err error) {
		out, err = s.answerNow(ctx, m, a, answering{id, Ending{How: how, By: a.User, reason: r.Reason, request: hash16(r.Key)}})
		return err
	})
	return out, err
}

// answering is an answer to the offer of a decision.
type answering struct {
	id channel.DecisionID
	Ending
}

func (s *Assign) answerNow(ctx context.Context, m *documents.Current, a wire.Actor, e answering) (wire.OfferAnswered, error) {
	for range documents.Rounds {
		o, err := s.views.LoadOffer(ctx, a, e.id)
		if err != nil {
			return wire.OfferAnswered{}, err
		}
		if o.Answer != nil {
			return s.answeredBefore(m, o, e.Ending)
		}
		if o.Head.Offer == nil || o.Head.Offer.Decision != e.id {
			continue // read while it was being answered
		}
		if !m.Now.Before(o.Head.Offer.ExpiresAt) {
			return wire.OfferAnswered{}, errOfferExpired(o.Head.Offer.ExpiresAt)
		}
		err = s.settleOffer(ctx, m, o, e.Ending)
		if errors.Is(err, documents.ErrAgain) {
			continue
		}
		if err != nil {
			return wire.OfferAnswered{}, err
		}
		return wire.OfferAnswered{Offer: s.views.OfferView(m, o), Next: o.Answer.Next}, nil
	}
	return wire.OfferAnswered{}, documents.ErrBusy(documents.ErrAgain)
}

func errOfferExpired(at time.Time) error {
	return fault.New(fault.Conflict, "offer_expired", "the offer ended at %s", at.Format(time.RFC3339))
}

// answeredBefore gives the same answer the same response, any other a 409.
func (s *Assign) answeredBefore(m *documents.Current, o *views.Offered, e Ending) (wire.OfferAnswered, error) {
	switch o.Answer.Answer {
	case e.How:
		return wire.OfferAnswered{Offer: s.views.OfferView(m, o), Next: o.Answer.Next, Replayed: true}, nil
	case store.Expired:
		return wire.OfferAnswered{}, errOfferExpired(o.Answer.At)
	case store.Withdrawn:
		return wire.OfferAnswered{}, fault.New(fault.Conflict, "offer_withdrawn", "the offer was withdrawn at %s", o.Answer.At.Format(time.RFC3339))
	}
	return wire.OfferAnswered{}, fault.New(fault.Conflict, "offer_answered", "the offer was %s at %s", o.Answer.Answer, o.Answer.At.Format(time.RFC3339))
}

func (s *Assign) settleOffer(ctx context.Context, m *documents.Current, o *views.Offered, e Ending) error {
	var err error
	if e.How == store.Accepted {
		o.Answer, err = s.acceptOffer(ctx, m, o.Head, e)
		return err
	}
	o.Answer, err = s.router.EndOffer(ctx, m, o.Head, e)
	return err
}

// acceptOffer makes the partner the owner, from now on. It does not decide
// again.
func (s *Assign) acceptOffer(ctx context.Context, m *documents.Current, before *store.Head, e Ending) (*store.Answer, error) {
	dir, err := s.docs.Directory(ctx, m)
	if err != nil {
		return nil, err
	}
	offer, owner := before.Offer, channel.PartnerOwner(before.Offer.Partner)
	if st := dir.Status(owner); st != channel.Active {
		return nil, fault.New(fault.Conflict, "partner_not_active", "partner %s is %s and takes no customers", offer.Partner, st)
	}
	h := *before
	answer := &store.Answer{Answer: store.Accepted, At: m.Now, By: e.By, Request: e.request, Seq: h.Version(), From: m.OwnedFrom(before, m.Now)}
	answer.Booked, _ = m.Book(answer.From)
	b := &store.Batch{NotAfter: s.store.NotAfter(m.Now)}
	WriteMove(b, &h, store.Span{Owner: owner, From: answer.From, Decision: offer.Decision})
	h.Moved = &store.Moved{At: answer.From, ByRule: offer.ByRule, First: before.Moved == nil}
	h.Offer, h.Waiting, h.Round, h.State = nil, nil, store.Round{}, wire.StateAssigned
	if before.Owner != channel.Nobody && dir.Limit(before.Owner) != channel.Unlimited {
		b.Release(before.Owner)
	}
	b.DeleteOffer(offer.Listed(h.ID))
	b.PutAnswer(offer.Decision, answer)
	b.PutHead(&h)
	return answer, s.router.commitAnswer(ctx, b)
}
