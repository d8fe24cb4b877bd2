package service

import (
	"context"
	"fmt"
	"reflect"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/store"
)

// applyUpsert changes a customer's profile: claim, entry and head. A change
// that occurred before the newest one known is folded in where it belongs, so
// that the order of arrival does not matter.
func (s *Service) applyUpsert(ctx context.Context, ap *application) (FactOutcome, error) {
	u := ap.fact.Upsert
	head, err := s.store.Head(ctx, u.Customer)
	if err != nil {
		return FactOutcome{}, err
	}
	if ap.file { // the row and what it met: the same row again changes nothing, see below
		ap.fact.ID = channel.EventID("row:" + store.Hash16(fmt.Sprintf("%s %s %d", u.Customer, ap.hash, head.Version)))
	}
	e, orig := ap.entry(history.KindProfile, store.ScopedID(ap.fact.Source, ap.fact.ID))
	e.Profile = u
	if ap.file || ap.fact.TimeAssumed { // its place in its second is that of its arrival: a corrected row counts
		e.Seq = head.Version + 1
	}
	before := *head
	same, err := s.fold(ctx, head, e)
	if err != nil {
		return FactOutcome{}, err
	}
	if ap.file && same && head.Version != 0 {
		o := ap.duplicate(u.Customer, "")
		ap.head = &before
		return o, nil
	}
	if head.Version == 0 {
		head.State = StateNew
	}
	claim := ap.claim(channel.Applied, u.Customer, e)
	b := &store.Batch{}
	claimOp := b.New(store.ClaimKey(ap.fact.Source, ap.fact.ID), claim)
	b.PutEntry(u.Customer, e, orig)
	b.PutHead(head)
	done, refused, err := s.commitFact(ctx, ap, b, claimOp)
	switch {
	case err != nil || done.Outcome != "":
		ap.head = &before
		return done, err
	case refused != nil:
		return FactOutcome{}, errAgain
	}
	head.Version++
	done = ap.outcome(claim)
	ap.head = head
	return done, s.afterUpsert(ctx, ap.moment, &before, head)
}

// fold puts a profile change into a head and reports whether it changed
// nothing at its own time.
func (s *Service) fold(ctx context.Context, h *store.Head, e *history.Entry) (same bool, err error) {
	at := store.Stamp{At: e.Occurred, ID: e.Tie()}
	registers := e.Profile.SourcedBy.Set
	if !at.Before(h.ProfileAt) && (!registers || !e.Occurred.Before(h.LastFrom())) {
		old := h.Profile
		h.Profile, h.ProfileAt = old.Apply(e.Profile), at
		switch {
		case registers && e.Profile.SourcedBy.Value == "":
			h.Profile.Registered, h.Profile.RegisteredAt = "", zeroTime
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
func (s *Service) afterUpsert(ctx context.Context, m *moment, before, after *store.Head) error {
	if before.Version == 0 { // somebody it referred may have come before it
		for _, err := range s.store.Referrals(ctx, after.ID) {
			if err == nil {
				_, err = s.sumReferrals(ctx, m, after.ID)
			}
			if err != nil {
				return err
			}
			break
		}
	}
	return s.noteReferral(ctx, m, before, after)
}

// applyFeedback records a customer's score: claim and entry.
func (s *Service) applyFeedback(ctx context.Context, ap *application) (FactOutcome, error) {
	known, err := s.store.Known(ctx, ap.fact.Feedback.Customer)
	if err != nil {
		return FactOutcome{}, err
	}
	e, orig := ap.entry(history.KindFeedback, store.ScopedID(ap.fact.Source, ap.fact.ID))
	e.Score = ap.fact.Feedback.Score
	if !known {
		return s.recordOnly(ctx, ap, channel.Pending, e, orig)
	}
	return s.recordOnly(ctx, ap, channel.Applied, e, orig)
}

// recordOnly books an entry that changes no state.
func (s *Service) recordOnly(ctx context.Context, ap *application, o channel.Outcome, e *history.Entry, orig channel.Period) (FactOutcome, error) {
	claim := ap.claim(o, ap.fact.Customer(), e)
	b := &store.Batch{}
	claimOp := b.New(store.ClaimKey(ap.fact.Source, ap.fact.ID), claim)
	b.PutEntry(ap.fact.Customer(), e, orig)
	done, refused, err := s.commitFact(ctx, ap, b, claimOp)
	switch {
	case err != nil || done.Outcome != "":
		return done, err
	case refused != nil:
		return FactOutcome{}, errAgain
	}
	return ap.outcome(claim), nil
}

// applyChurn ends a customer's ownership when it is applied, not backdated:
// its offer is withdrawn, the room it took is given back.
func (s *Service) applyChurn(ctx context.Context, ap *application) (FactOutcome, error) {
	head, err := s.store.Head(ctx, ap.fact.Churn.Customer)
	if err != nil {
		return FactOutcome{}, err
	}
	e, orig := ap.entry(history.KindChurn, store.ScopedID(ap.fact.Source, ap.fact.ID))
	e.Applied, e.Seq = ap.from(head, ap.now), head.Version
	if head.Version == 0 {
		return s.recordOnly(ctx, ap, channel.Pending, e, orig)
	}
	dir, err := s.directory(ctx, ap.moment)
	if err != nil {
		return FactOutcome{}, err
	}
	before := *head
	claim := ap.claim(channel.Applied, head.ID, e)
	b := &store.Batch{}
	claimOp := b.New(store.ClaimKey(ap.fact.Source, ap.fact.ID), claim)
	b.PutEntry(head.ID, e, orig)
	writeWithdrawal(b, head, withdrawal{ap.now, ap.by, dir})
	if head.Owner != channel.Nobody {
		if dir.limit(head.Owner) != channel.Unlimited {
			b.Release(head.Owner)
		}
		writeMove(b, head, store.Span{From: e.Applied, Decision: head.Decision})
	}
	if head.State == StateWaiting {
		b.DeleteWaiting(head.ID)
	}
	head.State, head.Waiting, head.Round = StateChurned, nil, store.Round{}
	b.PutHead(head)
	done, refused, err := s.commitFact(ctx, ap, b, claimOp)
	switch {
	case err != nil || done.Outcome != "":
		return done, err
	case refused != nil:
		return FactOutcome{}, errAgain
	}
	head.Version++
	s.afterDecision(ctx, ap.moment, &before, head)
	return ap.outcome(claim), nil
}
