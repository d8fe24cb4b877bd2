package service

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// AcceptOffer takes an offered customer: it is the partner's from now on. 404
// offer_not_found; 409 offer_expired, offer_answered, offer_withdrawn,
// partner_not_active. The same answer again gets the same response.
func (s *Service) AcceptOffer(ctx context.Context, a Actor, r OfferAnswer) (OfferAnswered, error) {
	return s.answerOffer(ctx, a, r, store.Accepted)
}

// RefuseOffer refuses an offered customer, for ever; the next is asked. Errors
// as AcceptOffer.
func (s *Service) RefuseOffer(ctx context.Context, a Actor, r OfferAnswer) (OfferAnswered, error) {
	return s.answerOffer(ctx, a, r, store.Refused)
}

// ending is how an offer ends, and who says so.
type ending struct {
	how     string // one of the store's answers
	by      string
	reason  string
	request string
}

func (s *Service) answerOffer(ctx context.Context, a Actor, r OfferAnswer, how string) (OfferAnswered, error) {
	id, err := store.SplitOfferID(r.Offer)
	if err != nil {
		return OfferAnswered{}, err
	}
	var out OfferAnswered
	err = s.writing(ctx, func(m *moment) (err error) {
		out, err = s.answerNow(ctx, m, a, answering{id, ending{how: how, by: a.User, reason: r.Reason, request: hash16(r.Key)}})
		return err
	})
	return out, err
}

// answering is an answer to the offer of a decision.
type answering struct {
	id channel.DecisionID
	ending
}

func (s *Service) answerNow(ctx context.Context, m *moment, a Actor, e answering) (OfferAnswered, error) {
	for range rounds {
		o, err := s.loadOffer(ctx, a, e.id)
		if err != nil {
			return OfferAnswered{}, err
		}
		if o.answer != nil {
			return s.answeredBefore(m, o, e.ending)
		}
		if o.head.Offer == nil || o.head.Offer.Decision != e.id {
			continue // read while it was being answered
		}
		if !m.now.Before(o.head.Offer.ExpiresAt) {
			return OfferAnswered{}, errOfferExpired(o.head.Offer.ExpiresAt)
		}
		err = s.settleOffer(ctx, m, o, e.ending)
		if errors.Is(err, errAgain) {
			continue
		}
		if err != nil {
			return OfferAnswered{}, err
		}
		return OfferAnswered{Offer: s.offerView(m, o), Next: o.answer.Next}, nil
	}
	return OfferAnswered{}, errBusy(errAgain)
}

func errOfferExpired(at time.Time) error {
	return fault.New(fault.Conflict, "offer_expired", "the offer ended at %s", at.Format(time.RFC3339))
}

// offered is an offer as read: its decision, the customer, and the answer.
type offered struct {
	decision *store.Decision
	record   routing.Record
	head     *store.Head
	answer   *store.Answer
}

// loadOffer reads an offer in one round trip. Another partner's is 404.
func (s *Service) loadOffer(ctx context.Context, a Actor, id channel.DecisionID) (*offered, error) {
	none := fault.New(fault.NotFound, "offer_not_found", "there is no offer %q", store.NewOfferID(id))
	customer, _, err := store.SplitDecisionID(id)
	if err != nil {
		return nil, none
	}
	decision, answer, _ := store.DecisionKeys(id)
	items, err := s.store.Get(ctx, store.HeadKey(customer), decision, answer)
	if err != nil {
		return nil, err
	}
	o := &offered{}
	if o.head, err = store.DecodeHead(customer, items[0]); err != nil {
		return nil, err
	}
	if o.decision, err = store.DecodeDecision(id, items[1]); err != nil || o.decision == nil || o.decision.Alias != "" {
		return nil, orElse(err, none)
	}
	if o.record, err = routing.ParseRecord(o.decision.Record); err != nil {
		return nil, err
	}
	if o.record.Offer == nil || a.Partner != "" && a.Partner != o.record.Offer.Partner {
		return nil, none
	}
	o.answer, err = store.DecodeAnswer(items[2])
	return o, err
}

// answeredBefore gives the same answer the same response, any other a 409.
func (s *Service) answeredBefore(m *moment, o *offered, e ending) (OfferAnswered, error) {
	switch o.answer.Answer {
	case e.how:
		return OfferAnswered{Offer: s.offerView(m, o), Next: o.answer.Next, Replayed: true}, nil
	case store.Expired:
		return OfferAnswered{}, errOfferExpired(o.answer.At)
	case store.Withdrawn:
		return OfferAnswered{}, fault.New(fault.Conflict, "offer_withdrawn", "the offer was withdrawn at %s", o.answer.At.Format(time.RFC3339))
	}
	return OfferAnswered{}, fault.New(fault.Conflict, "offer_answered", "the offer was %s at %s", o.answer.Answer, o.answer.At.Format(time.RFC3339))
}

func (s *Service) settleOffer(ctx context.Context, m *moment, o *offered, e ending) error {
	var err error
	if e.how == store.Accepted {
		o.answer, err = s.acceptOffer(ctx, m, o.head, e)
		return err
	}
	o.answer, err = s.endOffer(ctx, m, o.head, e)
	return err
}

// acceptOffer makes the partner the owner, from now on. It does not decide
// again.
func (s *Service) acceptOffer(ctx context.Context, m *moment, before *store.Head, e ending) (*store.Answer, error) {
	dir, err := s.directory(ctx, m)
	if err != nil {
		return nil, err
	}
	offer, owner := before.Offer, channel.PartnerOwner(before.Offer.Partner)
	if st := dir.status(owner); st != channel.Active {
		return nil, fault.New(fault.Conflict, "partner_not_active", "partner %s is %s and takes no customers", offer.Partner, st)
	}
	h := *before
	answer := &store.Answer{Answer: store.Accepted, At: m.now, By: e.by, Request: e.request, Seq: h.Version, From: m.from(before, m.now)}
	answer.Booked, _ = m.book(answer.From)
	b := &store.Batch{NotAfter: s.store.NotAfter(m.now)}
	writeMove(b, &h, store.Span{Owner: owner, From: answer.From, Decision: offer.Decision})
	h.Moved = &store.Moved{At: answer.From, ByRule: offer.ByRule, First: before.Moved == nil}
	h.Offer, h.Waiting, h.Round, h.State = nil, nil, store.Round{}, StateAssigned
	if before.Owner != channel.Nobody && dir.limit(before.Owner) != channel.Unlimited {
		b.Release(before.Owner)
	}
	b.DeleteOffer(offer.Listed(h.ID))
	b.PutAnswer(offer.Decision, answer)
	b.PutHead(&h)
	return answer, s.commitAnswer(ctx, b)
}

func (s *Service) commitAnswer(ctx context.Context, b *store.Batch) error {
	err := s.store.Commit(ctx, b)
	if store.IsRefused(err) {
		return errAgain
	}
	return err
}

// endOffer ends an offer that was refused or has expired and makes, in the same
// transaction, the next decision of the round.
func (s *Service) endOffer(ctx context.Context, m *moment, before *store.Head, e ending) (*store.Answer, error) {
	dir, err := s.directory(ctx, m)
	if err != nil {
		return nil, err
	}
	offer, h := before.Offer, *before
	h.Offer = nil
	if e.how == store.Refused {
		h.Refused = append(slices.Clone(h.Refused), offer.Partner)
	} else {
		h.Round.Expired = append(slices.Clone(h.Round.Expired), offer.Partner)
	}
	answer := &store.Answer{Answer: e.how, At: m.now, By: e.by, Reason: e.reason, Request: e.request, Seq: h.Version}
	answer.Next = store.NewDecisionID(h.ID, "after "+string(offer.Decision))
	end := func(b *store.Batch) {
		b.DeleteOffer(offer.Listed(h.ID))
		if o := channel.PartnerOwner(offer.Partner); dir.limit(o) != channel.Unlimited {
			b.Release(o)
		}
		b.PutAnswer(offer.Decision, answer)
	}
	t := &task{head: &h, id: answer.Next, at: m.now, cause: routing.ByAnswer, round: h.Round, by: e.by, more: end}
	_, err = s.decideAndWrite(ctx, m, t)
	if f := fault.Of(err); err == nil || errors.Is(err, errAgain) || f.Kind == fault.Unavailable || f.Kind == fault.Internal { // an expired write is Internal too
		return answer, err
	}
	answer.Next = ""
	b := &store.Batch{NotAfter: s.store.NotAfter(m.now)}
	end(b)
	writeStranded(b, &h, store.Waiting{Since: m.now, Why: fault.Of(err).Slug})
	return answer, s.commitAnswer(ctx, b)
}

// writeStranded puts a customer whose offer ended, and for whom no decision can
// be made (no policy in force, a currency it does not know), on the list of
// those who wait, which somebody reads.
func writeStranded(b *store.Batch, h *store.Head, w store.Waiting) {
	h.Round = store.Round{}
	if h.Owner == channel.Nobody {
		if h.Waiting != nil {
			w.Since = h.Waiting.Since
		}
		h.State, h.Waiting = StateWaiting, &w
		b.SetWaiting(store.WaitingCustomer{Customer: h.ID, Waiting: w})
	}
	b.PutHead(h)
}

// withdrawal is who withdraws an offer, and when.
type withdrawal struct {
	at  time.Time
	by  string
	dir *directory
}

// writeWithdrawal withdraws a customer's open offer, for a use case that
// overrules it; the head loses it.
func writeWithdrawal(b *store.Batch, h *store.Head, w withdrawal) {
	if h.Offer == nil {
		return
	}
	b.DeleteOffer(h.Offer.Listed(h.ID))
	if o := channel.PartnerOwner(h.Offer.Partner); w.dir.limit(o) != channel.Unlimited {
		b.Release(o)
	}
	b.PutAnswer(h.Offer.Decision, &store.Answer{Answer: store.Withdrawn, At: w.at, By: w.by, Seq: h.Version})
	h.Offer = nil
}

// offerView is an offer as the outside sees it.
func (s *Service) offerView(m *moment, o *offered) Offer {
	v := Offer{
		ID: store.NewOfferID(o.decision.ID), CustomerID: o.head.ID, PartnerID: o.record.Offer.Partner, Decision: o.decision.ID,
		OfferedAt: parseTime(o.record.At), ExpiresAt: parseTime(o.record.Offer.ExpiresAt), State: "open",
		Region: o.record.Inputs.Region, Segment: o.record.Inputs.Segment, Tier: o.record.Tier, Value: valueView(o.record.Value),
	}
	switch {
	case o.answer != nil:
		v.State = o.answer.Answer
	case !m.now.Before(v.ExpiresAt):
		v.State = store.Expired
	}
	return v
}

func parseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
