package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// ApplyFacts takes up to 100 facts, each on its own and in order, since a later
// one may speak of an earlier one's customer. What is wrong with a fact is its
// outcome; an error means that the rest was not tried, and that the whole batch
// may be sent again.
func (s *Intake) ApplyFacts(ctx context.Context, a wire.Actor, facts []FactInput) ([]wire.FactOutcome, error) {
	if len(facts) == 0 || len(facts) > MaxFacts {
		return nil, fault.New(fault.Invalid, "too_many_facts", "a batch has 1 to %d facts, not %d", MaxFacts, len(facts))
	}
	out := make([]wire.FactOutcome, 0, len(facts))
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
func rejected(id, source string, typ channel.FactType, err error) wire.FactOutcome {
	f := fault.Of(err)
	o := wire.FactOutcome{ID: id, Source: source, Type: string(typ), Outcome: channel.Rejected, Slug: f.Slug, Message: f.Msg}
	if len(f.Fields) > 0 {
		o.Field, o.Message = f.Fields[0].Field, f.Fields[0].Message
	}
	return o
}

// Application is one fact being applied.
type Application struct {
	*documents.Current
	Fact *channel.Fact
	hash string // of the canonical fact
	By   string
	file bool        // a file's row: an unchanged profile is a duplicate
	head *store.Head // of an upsert's customer, as read or written
}

// apply takes one fact: claim, entry and state change in one transaction.
func (s *Intake) apply(ctx context.Context, a wire.Actor, f *channel.Fact) (wire.FactOutcome, error) {
	var o wire.FactOutcome
	err := s.docs.Writing(ctx, func(m *documents.Current) (err error) {
		ap := &Application{Current: m, Fact: f, By: a.User}
		o, err = s.ApplyIn(ctx, ap)
		if err == nil {
			s.sweeper.RevalueAfter(ctx, m, f, &o, a.User)
		}
		if err != nil || f.Type != channel.CustomerUpserted || m.Programme.RouteOnCall {
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
func (s *Intake) routeOnSight(ctx context.Context, ap *Application, o *wire.FactOutcome) error {
	decision, note, err := s.router.RouteOnSight(ctx, ap.Current, ap.Fact, ap.head, ap.By)
	if decision != "" {
		o.Decision = decision
	}
	if note != "" {
		o.Message = note
	}
	return err
}

// ApplyIn is apply inside a moment, without the route it may cause. Every door
// comes this way, so what no fact may be is refused here, before it claims an id.
func (s *Intake) ApplyIn(ctx context.Context, ap *Application) (wire.FactOutcome, error) {
	f := ap.Fact
	var err error
	if ap.hash, err = f.Hash(); err == nil {
		err = happened(f, ap.Now)
	}
	if err != nil {
		return rejected(string(f.ID), string(f.Source), f.Type, err), nil
	}
	for range documents.Rounds {
		o, err := s.applyOnce(ctx, ap)
		if !errors.Is(err, documents.ErrAgain) {
			return o, err
		}
	}
	return wire.FactOutcome{}, documents.ErrBusy(documents.ErrAgain)
}

func (s *Intake) applyOnce(ctx context.Context, ap *Application) (wire.FactOutcome, error) {
	switch {
	case ap.Fact.Order != nil:
		return s.applyOrder(ctx, ap)
	case ap.Fact.Refund != nil:
		return s.applyRefund(ctx, ap)
	case ap.Fact.Upsert != nil:
		return s.applyUpsert(ctx, ap)
	case ap.Fact.Churn != nil:
		return s.applyChurn(ctx, ap)
	case ap.Fact.Feedback != nil:
		return s.applyFeedback(ctx, ap)
	}
	return wire.FactOutcome{}, fault.New(fault.Internal, "internal", "internal error").Because(fmt.Errorf("a fact of type %q without data", ap.Fact.Type))
}

// entry is the fact as it is booked in a customer's partition.
func (ap *Application) entry(kind history.EntryKind, id string) (*history.Entry, channel.Period) {
	booked, occurred := ap.Book(ap.Fact.Time)
	return &history.Entry{Kind: kind, ID: id, Booked: booked, Source: ap.Fact.Source, EventID: ap.Fact.ID, Occurred: ap.Fact.Time}, occurred
}

func (ap *Application) claim(o channel.Outcome, customer channel.CustomerID, e *history.Entry) store.Claim {
	c := store.Claim{Type: ap.Fact.Type, Hash: ap.hash, Received: ap.Now, Outcome: o, Customer: customer}
	if e != nil {
		c.Entry = e.SK()
	}
	return c
}

func (ap *Application) outcome(c store.Claim) wire.FactOutcome {
	return wire.FactOutcome{
		ID: string(ap.Fact.ID), Source: string(ap.Fact.Source), Type: string(ap.Fact.Type), Outcome: c.Outcome,
		Customer: c.Customer, Period: c.Booked(), Message: pendingMessage(c),
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

// commitFact writes a fact with its claim and reads what a refusal means: a claim
// that stands makes it a duplicate or a conflict; anything else is for the caller
// to see.
func (s *Intake) commitFact(ctx context.Context, ap *Application, b *store.Batch, c store.Claim) (wire.FactOutcome, *store.Refusal, error) {
	b.PutClaim(ap.Fact.Source, ap.Fact.ID, c)
	b.NotAfter = s.store.NotAfter(ap.Now)
	err := s.store.Commit(ctx, b)
	refused := store.RefusalOf(err)
	if refused == nil {
		return wire.FactOutcome{}, nil, err
	}
	standing, stood, err := refused.Claim()
	if err != nil {
		return wire.FactOutcome{}, nil, err
	}
	if stood {
		o, err := s.repeated(ctx, ap, standing)
		return o, nil, err
	}
	return wire.FactOutcome{}, refused, nil
}

// repeated is the outcome of an event that was claimed before.
func (s *Intake) repeated(ctx context.Context, ap *Application, c store.Claim) (wire.FactOutcome, error) {
	if c.Hash != ap.hash {
		return s.conflict(ctx, ap, "", "the event was taken before with another content")
	}
	o := ap.outcome(c)
	o.Outcome, o.Message = channel.Duplicate, ""
	return o, nil
}

// duplicate is the outcome of a fact that is here under another event.
func (ap *Application) duplicate(customer channel.CustomerID, entry string) wire.FactOutcome {
	o := ap.outcome(store.Claim{Outcome: channel.Duplicate, Customer: customer, Entry: entry})
	return o
}

// conflict records the other body for the audit and answers.
func (s *Intake) conflict(ctx context.Context, ap *Application, with, message string) (wire.FactOutcome, error) {
	err := s.store.PutConflict(ctx, ap.Fact.Source, ap.Fact.ID, store.Conflict{By: ap.By, Hash: ap.hash, Received: ap.Now, With: with})
	o := ap.outcome(store.Claim{Outcome: channel.Conflict, Customer: ap.Fact.Customer()})
	o.Message = message
	return o, err
}

// Fact is what became of a fact. 404 fact_not_found. What was pending is looked
// at again.
func (s *Intake) Fact(ctx context.Context, a wire.Actor, source channel.Source, id channel.EventID) (wire.FactOutcome, error) {
	c, ok, err := s.store.Claim(ctx, source, id)
	if err != nil {
		return wire.FactOutcome{}, err
	}
	if !ok {
		return wire.FactOutcome{}, fault.New(fault.NotFound, "fact_not_found", "there is no fact %q of source %q", fault.Clip(string(id)), fault.Clip(string(source)))
	}
	ap := &Application{Fact: &channel.Fact{ID: id, Source: source, Type: c.Type}}
	o := ap.outcome(c)
	o.Decision = c.Decision
	if c.Outcome != channel.Pending {
		return o, nil
	}
	return o, s.lookAgain(ctx, c, &o)
}

// lookAgain says what became of a pending fact since.
func (s *Intake) lookAgain(ctx context.Context, c store.Claim, o *wire.FactOutcome) error {
	if c.Type != channel.OrderRefunded {
		head, err := s.store.Head(ctx, c.Customer)
		if err == nil && head.Exists() {
			o.Outcome, o.Message = channel.Applied, ""
		}
		return err
	}
	known, err := s.store.Order(ctx, c.Order)
	order := &known.Value
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
