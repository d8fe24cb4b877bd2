package intake

import (
	"context"
	"fmt"
	"reflect"

	"github.com/fairlead/fairlead/internal/assign"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// applyUpsert changes a customer's profile: claim, entry and head. A change
// that occurred before the newest one known is folded in where it belongs, so
// that the order of arrival does not matter.
func (s *Intake) applyUpsert(ctx context.Context, ap *Application) (wire.FactOutcome, error) {
	u := ap.Fact.Upsert
	head, err := s.store.Head(ctx, u.Customer)
	if err != nil {
		return wire.FactOutcome{}, err
	}
	if ap.file { // the row and what it met: the same row again changes nothing, see below
		ap.Fact.ID = channel.EventID("row:" + store.Hash16(fmt.Sprintf("%s %s %d", u.Customer, ap.hash, head.Version())))
	}
	e, orig := ap.entry(history.KindProfile, store.ScopedID(ap.Fact.Source, ap.Fact.ID))
	e.Profile = u
	if ap.file || ap.Fact.TimeAssumed { // its place in its second is that of its arrival: a corrected row counts
		e.Seq = head.Version() + 1
	}
	before := *head
	same, err := s.fold(ctx, head, e)
	if err != nil {
		return wire.FactOutcome{}, err
	}
	if ap.file && same && head.Exists() {
		o := ap.duplicate(u.Customer, "")
		ap.head = &before
		return o, nil
	}
	if !head.Exists() {
		head.State = wire.StateNew
	}
	claim := ap.claim(channel.Applied, u.Customer, e)
	b := &store.Batch{}
	b.PutEntry(u.Customer, e, orig)
	b.PutHead(head)
	done, refused, err := s.commitFact(ctx, ap, b, claim)
	switch {
	case err != nil || done.Outcome != "":
		ap.head = &before
		return done, err
	case refused != nil:
		return wire.FactOutcome{}, documents.ErrAgain
	}
	done = ap.outcome(claim)
	ap.head = head
	return done, s.afterUpsert(ctx, ap.Current, &before, head)
}

// fold puts a profile change into a head and reports whether it changed
// nothing at its own time.
func (s *Intake) fold(ctx context.Context, h *store.Head, e *history.Entry) (same bool, err error) {
	at := store.Stamp{At: e.Occurred, ID: e.Tie()}
	registers := e.Profile.SourcedBy.Set
	if !at.Before(h.ProfileAt) && (!registers || !e.Occurred.Before(h.LastFrom())) {
		old := h.Profile
		h.Profile, h.ProfileAt = old.Apply(e.Profile), at
		switch {
		case registers && e.Profile.SourcedBy.Value == "":
			h.Profile.Registered, h.Profile.RegisteredAt = "", documents.ZeroTime
		case registers && h.Profile.Registered == "" && h.Owner == channel.Nobody:
			h.Profile.Registered, h.Profile.RegisteredAt = e.Profile.SourcedBy.Value, e.Occurred
		}
		return reflect.DeepEqual(old, h.Profile), nil
	}
	file, err := s.store.Customer(ctx, h.ID, "")
	if err != nil {
		return false, err
	}
	was := history.Fold(file.Partition, "").ProfileAt(e.Occurred)
	file.Partition.Entries = append(file.Partition.Entries, *e)
	now := history.Fold(file.Partition, "")
	h.Profile = now.Profile()
	if h.ProfileAt.Before(at) {
		h.ProfileAt = at
	}
	return reflect.DeepEqual(was, now.ProfileAt(e.Occurred)), nil
}

// afterUpsert does what belongs to a profile change but not to its
// transaction; repeating it is safe.
func (s *Intake) afterUpsert(ctx context.Context, m *documents.Current, before, after *store.Head) error {
	if !before.Exists() { // somebody it referred may have come before it
		for _, err := range s.store.Referrals(ctx, after.ID) {
			if err == nil {
				_, err = s.router.SumReferrals(ctx, m, after.ID)
			}
			if err != nil {
				return err
			}
			break
		}
	}
	return s.router.NoteReferral(ctx, m, before, after)
}

// applyFeedback records a customer's score: claim and entry.
func (s *Intake) applyFeedback(ctx context.Context, ap *Application) (wire.FactOutcome, error) {
	known, err := s.store.Known(ctx, ap.Fact.Feedback.Customer)
	if err != nil {
		return wire.FactOutcome{}, err
	}
	e, orig := ap.entry(history.KindFeedback, store.ScopedID(ap.Fact.Source, ap.Fact.ID))
	e.Score = ap.Fact.Feedback.Score
	if !known {
		return s.recordOnly(ctx, ap, channel.Pending, e, orig)
	}
	return s.recordOnly(ctx, ap, channel.Applied, e, orig)
}

// recordOnly books an entry that changes no state.
func (s *Intake) recordOnly(ctx context.Context, ap *Application, o channel.Outcome, e *history.Entry, orig channel.Period) (wire.FactOutcome, error) {
	claim := ap.claim(o, ap.Fact.Customer(), e)
	b := &store.Batch{}
	b.PutEntry(ap.Fact.Customer(), e, orig)
	done, refused, err := s.commitFact(ctx, ap, b, claim)
	switch {
	case err != nil || done.Outcome != "":
		return done, err
	case refused != nil:
		return wire.FactOutcome{}, documents.ErrAgain
	}
	return ap.outcome(claim), nil
}

// applyChurn ends a customer's ownership when it is applied, not backdated:
// its offer is withdrawn, the room it took is given back.
func (s *Intake) applyChurn(ctx context.Context, ap *Application) (wire.FactOutcome, error) {
	head, err := s.store.Head(ctx, ap.Fact.Churn.Customer)
	if err != nil {
		return wire.FactOutcome{}, err
	}
	e, orig := ap.entry(history.KindChurn, store.ScopedID(ap.Fact.Source, ap.Fact.ID))
	e.Applied, e.Seq = ap.OwnedFrom(head, ap.Now), head.Version()
	if !head.Exists() {
		return s.recordOnly(ctx, ap, channel.Pending, e, orig)
	}
	dir, err := s.docs.Directory(ctx, ap.Current)
	if err != nil {
		return wire.FactOutcome{}, err
	}
	before := *head
	claim := ap.claim(channel.Applied, head.ID, e)
	b := &store.Batch{}
	b.PutEntry(head.ID, e, orig)
	assign.WriteWithdrawal(b, head, assign.Withdrawal{At: ap.Now, By: ap.By, Directory: dir})
	if head.Owner != channel.Nobody {
		if dir.Limit(head.Owner) != channel.Unlimited {
			b.Release(head.Owner)
		}
		assign.WriteMove(b, head, store.Span{From: e.Applied, Decision: head.Decision})
	}
	if head.State == wire.StateWaiting {
		b.DeleteWaiting(head.ID)
	}
	head.State, head.Waiting, head.Round = wire.StateChurned, nil, store.Round{}
	b.PutHead(head)
	done, refused, err := s.commitFact(ctx, ap, b, claim)
	switch {
	case err != nil || done.Outcome != "":
		return done, err
	case refused != nil:
		return wire.FactOutcome{}, documents.ErrAgain
	}
	s.router.AfterDecision(ctx, ap.Current, &before, head)
	return ap.outcome(claim), nil
}
