package assign

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// Ending is how an offer ends, and who says so.
type Ending struct {
	How     string // one of the store's answers
	By      string
	reason  string
	request string
}

func (s *Router) commitAnswer(ctx context.Context, b *store.Batch) error {
	err := s.store.Commit(ctx, b)
	if store.IsRefused(err) {
		return documents.ErrAgain
	}
	return err
}

// EndOffer ends an offer that was refused or has expired and makes, in the same
// transaction, the next decision of the round.
func (s *Router) EndOffer(ctx context.Context, m *documents.Current, before *store.Head, e Ending) (*store.Answer, error) {
	dir, err := s.docs.Directory(ctx, m)
	if err != nil {
		return nil, err
	}
	offer, h := before.Offer, *before
	h.Offer = nil
	if e.How == store.Refused {
		h.Refused = append(slices.Clone(h.Refused), offer.Partner)
	} else {
		h.Round.Expired = append(slices.Clone(h.Round.Expired), offer.Partner)
	}
	answer := &store.Answer{Answer: e.How, At: m.Now, By: e.By, Reason: e.reason, Request: e.request, Seq: h.Version()}
	answer.Next = store.NewDecisionID(h.ID, "after "+string(offer.Decision))
	end := func(b *store.Batch) {
		b.DeleteOffer(offer.Listed(h.ID))
		if o := channel.PartnerOwner(offer.Partner); dir.Limit(o) != channel.Unlimited {
			b.Release(o)
		}
		b.PutAnswer(offer.Decision, answer)
	}
	t := &draft{head: &h, id: answer.Next, at: m.Now, cause: routing.ByAnswer, round: h.Round, by: e.By, more: end}
	_, err = s.decideAndWrite(ctx, m, t)
	if f := fault.Of(err); err == nil || errors.Is(err, documents.ErrAgain) || f.Kind == fault.Unavailable || f.Kind == fault.Internal { // an expired write is Internal too
		return answer, err
	}
	answer.Next = ""
	b := &store.Batch{NotAfter: s.store.NotAfter(m.Now)}
	end(b)
	writeStranded(b, &h, store.Waiting{Since: m.Now, Why: fault.Of(err).Slug})
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
		h.State, h.Waiting = wire.StateWaiting, &w
		b.SetWaiting(store.WaitingCustomer{Customer: h.ID, Waiting: w})
	}
	b.PutHead(h)
}

// Withdrawal is who withdraws an offer, and when.
type Withdrawal struct {
	At        time.Time
	By        string
	Directory *documents.Directory
}

// WriteWithdrawal withdraws a customer's open offer, for a use case that
// overrules it; the head loses it.
func WriteWithdrawal(b *store.Batch, h *store.Head, w Withdrawal) {
	if h.Offer == nil {
		return
	}
	b.DeleteOffer(h.Offer.Listed(h.ID))
	if o := channel.PartnerOwner(h.Offer.Partner); w.Directory.Limit(o) != channel.Unlimited {
		b.Release(o)
	}
	b.PutAnswer(h.Offer.Decision, &store.Answer{Answer: store.Withdrawn, At: w.At, By: w.By, Seq: h.Version()})
	h.Offer = nil
}
