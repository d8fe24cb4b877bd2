package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

// ApplyFacts takes up to 100 facts, each on its own and in order, since a later
// one may speak of an earlier one's customer. What is wrong with a fact is its
// outcome; an error means that the rest was not tried, and that the whole batch
// may be sent again.
func (s *Service) ApplyFacts(ctx context.Context, a Actor, facts []FactInput) ([]FactOutcome, error) {
	if len(facts) == 0 || len(facts) > MaxFacts {
		return nil, fault.New(fault.Invalid, "too_many_facts", "a batch has 1 to %d facts, not %d", MaxFacts, len(facts))
	}
	out := make([]FactOutcome, 0, len(facts))
	for _, in := range facts {
		if in.Err != nil {
			out = append(out, rejected(in.ID, in.Source, in.Fact.Type, in.Err))
			continue
		}
		o, err := s.apply(ctx, a, &in.Fact)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// MaxFacts is the size of a batch.
const MaxFacts = 100

// rejected is the outcome of a fact that is wrong in itself.
func rejected(id, source string, typ channel.FactType, err error) FactOutcome {
	f := fault.Of(err)
	o := FactOutcome{ID: id, Source: source, Type: string(typ), Outcome: channel.Rejected, Slug: f.Slug, Message: f.Msg}
	if len(f.Fields) > 0 {
		o.Field, o.Message = f.Fields[0].Field, f.Fields[0].Message
	}
	return o
}

// application is one fact being applied.
type application struct {
	*moment
	fact *channel.Fact
	hash string // of the canonical fact
	by   string
	file bool        // a file's row: an unchanged profile is a duplicate
	head *store.Head // of an upsert's customer, as read or written
}

// apply takes one fact: claim, entry and state change in one transaction.
func (s *Service) apply(ctx context.Context, a Actor, f *channel.Fact) (FactOutcome, error) {
	var o FactOutcome
	err := s.writing(ctx, func(m *moment) (err error) {
		ap := &application{moment: m, fact: f, by: a.User}
		o, err = s.applyIn(ctx, ap)
		if err == nil {
			s.revalueAfter(ctx, m, f, &o, a.User)
		}
		if err != nil || f.Type != channel.CustomerUpserted || m.programme.RouteOnCall {
			return err
		}
		if o.Outcome == channel.Applied || o.Outcome == channel.Duplicate {
			err = s.routeOnSight(ctx, ap, &o)
		}
		return err
	})
	return o, err
}

// maxAhead is how far a fact's time may be ahead of the clock. Clocks differ by
// that much at most; what is later has not happened, and its time is a mistake
// that would hold the fact's ids for good if it were taken.
const maxAhead = 15 * time.Minute

// happened refuses a fact from the future.
func happened(f *channel.Fact, now time.Time) error {
	if !f.Time.After(now.Add(maxAhead)) {
		return nil
	}
	return fault.New(fault.Invalid, "in_the_future", "the fact has not happened yet").At("time",
		"%s is more than 15 minutes ahead of the clock (%s)", f.Time.Format(time.RFC3339), now.Format(time.RFC3339))
}

// routeOnSight routes a customer of whom a profile fact spoke, and says in the
// outcome what came of it.
func (s *Service) routeOnSight(ctx context.Context, ap *application, o *FactOutcome) error {
	decision, note, err := s.routeSeen(ctx, ap.moment, ap.fact, ap.head, ap.by)
	if decision != "" {
		o.Decision = decision
	}
	if note != "" {
		o.Message = note
	}
	return err
}

// applyIn is apply inside a moment, without the route it may cause. Every door
// comes this way, so what no fact may be is refused here, before it claims an id.
func (s *Service) applyIn(ctx context.Context, ap *application) (FactOutcome, error) {
	f := ap.fact
	var err error
	if ap.hash, err = f.Hash(); err == nil {
		err = happened(f, ap.now)
	}
	if err != nil {
		return rejected(string(f.ID), string(f.Source), f.Type, err), nil
	}
	for range rounds {
		o, err := s.applyOnce(ctx, ap)
		if !errors.Is(err, errAgain) {
			return o, err
		}
	}
	return FactOutcome{}, errBusy(errAgain)
}

func (s *Service) applyOnce(ctx context.Context, ap *application) (FactOutcome, error) {
	switch {
	case ap.fact.Order != nil:
		return s.applyOrder(ctx, ap)
	case ap.fact.Refund != nil:
		return s.applyRefund(ctx, ap)
	case ap.fact.Upsert != nil:
		return s.applyUpsert(ctx, ap)
	case ap.fact.Churn != nil:
		return s.applyChurn(ctx, ap)
	case ap.fact.Feedback != nil:
		return s.applyFeedback(ctx, ap)
	}
	return FactOutcome{}, fault.New(fault.Internal, "internal", "internal error").Because(fmt.Errorf("a fact of type %q without data", ap.fact.Type))
}

// entry is the fact as it is booked in a customer's partition.
func (ap *application) entry(kind history.EntryKind, id string) (*history.Entry, channel.Period) {
	booked, occurred := ap.book(ap.fact.Time)
	return &history.Entry{Kind: kind, ID: id, Booked: booked, Source: ap.fact.Source, EventID: ap.fact.ID, Occurred: ap.fact.Time}, occurred
}

func (ap *application) claim(o channel.Outcome, customer channel.CustomerID, e *history.Entry) store.Claim {
	c := store.Claim{Type: ap.fact.Type, Hash: ap.hash, Received: ap.now, Outcome: o, Customer: customer}
	if e != nil {
		c.Entry = e.SK()
	}
	return c
}

func (ap *application) outcome(c store.Claim) FactOutcome {
	return FactOutcome{
		ID: string(ap.fact.ID), Source: string(ap.fact.Source), Type: string(ap.fact.Type), Outcome: c.Outcome,
		Customer: c.Customer, Period: bookedIn(c.Entry), Message: pendingMessage(c),
	}
}

func pendingMessage(c store.Claim) string {
	switch {
	case c.Outcome != channel.Pending:
		return ""
	case c.Type == channel.OrderRefunded:
		return fmt.Sprintf("order %s is not here yet; the refund is applied when it arrives", c.Order)
	}
	return fmt.Sprintf("customer %s is not known yet; the fact counts when it is", c.Customer)
}

// bookedIn is the period in an entry's key, F#period#kind#id.
func bookedIn(sk string) channel.Period {
	if parts := strings.SplitN(sk, "#", 3); len(parts) == 3 {
		return channel.Period(parts[1])
	}
	return ""
}

// commit writes a fact and reads what a refusal means: a claim that stands
// makes it a duplicate or a conflict; anything else is for the caller to see.
func (s *Service) commitFact(ctx context.Context, ap *application, b *store.Batch, claim int) (FactOutcome, *table.Refused, error) {
	b.NotAfter = s.store.NotAfter(ap.now)
	err := s.store.Commit(ctx, b)
	refused := store.AsRefused(err)
	if refused == nil {
		return FactOutcome{}, nil, err
	}
	if r, stands := refused.Find(claim); stands {
		o, err := s.repeated(ctx, ap, r.Standing)
		return o, nil, err
	}
	return FactOutcome{}, refused, nil
}

// repeated is the outcome of an event that was claimed before.
func (s *Service) repeated(ctx context.Context, ap *application, standing table.Item) (FactOutcome, error) {
	var c store.Claim
	if err := store.Decode(standing, &c); err != nil {
		return FactOutcome{}, err
	}
	if c.Hash != ap.hash {
		return s.conflict(ctx, ap, "", "the event was taken before with another content")
	}
	o := ap.outcome(c)
	o.Outcome, o.Message = channel.Duplicate, ""
	return o, nil
}

// duplicate is the outcome of a fact that is here under another event.
func (ap *application) duplicate(customer channel.CustomerID, entry string) FactOutcome {
	o := ap.outcome(store.Claim{Outcome: channel.Duplicate, Customer: customer, Entry: entry})
	return o
}

// conflict records the other body for the audit and answers.
func (s *Service) conflict(ctx context.Context, ap *application, with, message string) (FactOutcome, error) {
	err := s.store.PutConflict(ctx, ap.fact.Source, ap.fact.ID, store.Conflict{By: ap.by, Hash: ap.hash, Received: ap.now, With: with})
	o := ap.outcome(store.Claim{Outcome: channel.Conflict, Customer: ap.fact.Customer()})
	o.Message = message
	return o, err
}

// Fact is what became of a fact. 404 fact_not_found. What was pending is looked
// at again.
func (s *Service) Fact(ctx context.Context, a Actor, source channel.Source, id channel.EventID) (FactOutcome, error) {
	c, ok, err := s.store.Claim(ctx, source, id)
	if err != nil {
		return FactOutcome{}, err
	}
	if !ok {
		return FactOutcome{}, fault.New(fault.NotFound, "fact_not_found", "there is no fact %q of source %q", fault.Clip(string(id)), fault.Clip(string(source)))
	}
	ap := &application{fact: &channel.Fact{ID: id, Source: source, Type: c.Type}}
	o := ap.outcome(c)
	o.Decision = c.Decision
	if c.Outcome != channel.Pending {
		return o, nil
	}
	return o, s.lookAgain(ctx, c, &o)
}

// lookAgain says what became of a pending fact since.
func (s *Service) lookAgain(ctx context.Context, c store.Claim, o *FactOutcome) error {
	if c.Type != channel.OrderRefunded {
		head, err := s.store.Head(ctx, c.Customer)
		if err == nil && head.Version != 0 {
			o.Outcome, o.Message = channel.Applied, ""
		}
		return err
	}
	order, err := s.store.Order(ctx, c.Order)
	if err != nil || order.Placeholder() {
		return err
	}
	var data struct {
		Data struct {
			ID channel.RefundID `json:"refundId"`
		} `json:"data"`
	}
	if err := json.Unmarshal(c.Fact, &data); err != nil {
		return fault.New(fault.Internal, "internal", "internal error").Because(err)
	}
	r, _ := order.Refund(data.Data.ID)
	o.Outcome, o.Message, o.Customer = channel.Applied, "", order.Customer
	if r.Rejected != "" {
		o.Outcome, o.Field, o.Message = channel.Rejected, "amount", r.Rejected
	}
	return nil
}
