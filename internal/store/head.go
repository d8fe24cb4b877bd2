package store

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/table"
)

// MaxSpans is how many stretches of ownership a head remembers; older ones are
// in the customer's partition.
const MaxSpans = 8

// Head is a customer as of now: one item, whose version is what serialises
// everything that may change the owner. It is loaded with it, as a Loaded is; one
// that does not exist is of a customer that is not known. Every field is derivable from the customer's partition.
type Head struct {
	ID      channel.CustomerID
	version uint64 // of the item as it was read, or saved since; 0: not there

	Profile   history.Profile
	ProfileAt Stamp // the newest profile change folded into Profile

	Owner    channel.Owner
	Tier     string
	State    string              // new offered assigned waiting declined churned
	Decision channel.DecisionID  // in force: the last one made
	Value    Value               // of that decision
	Spans    []Span              // the last MaxSpans, oldest first
	Moved    *Moved              // the last change of owner to somebody
	Former   channel.PartnerID   // the partner that owned the customer last, a present one included
	Refused  []channel.PartnerID // for ever
	Round    Round               // of offers
	Offer    *Offer              // the open one
	Waiting  *Waiting            // while it waits
	Memo     *Memo               // of its orders; nil: never folded
	Referred map[string]int64    // memo: own values of the customers it referred, per currency, minor units
}

// Exists reports whether the customer is known.
func (h *Head) Exists() bool { return h.version != 0 }

// Version counts the writes of the head, from 1; 0: it was not there. It orders
// what was decided on it; it is not for saving.
func (h *Head) Version() uint64 { return h.version }

// Stamp orders profile changes: by time, then source and event id.
type Stamp struct {
	At time.Time
	ID string
}

// Before reports whether a is older than b.
func (a Stamp) Before(b Stamp) bool { return a.At.Before(b.At) || a.At.Equal(b.At) && a.ID < b.ID }

// Value is what the decision in force says the customer is worth, minor units.
type Value struct {
	Amount   int64  `json:"amount,omitempty"` // referral included
	Referral int64  `json:"referral,omitempty"`
	Currency string `json:"currency,omitempty"`
	Basis    string `json:"basis,omitempty"`
}

// Span is a stretch of ownership; Until zero: still.
type Span struct {
	Decision channel.DecisionID `json:"decision,omitempty"`
	From     time.Time          `json:"from"`
	Owner    channel.Owner      `json:"owner"`
	Until    time.Time          `json:"until,omitzero"`
}

// Moved is the last change of owner to somebody.
type Moved struct {
	At     time.Time `json:"at"`
	ByRule bool      `json:"byRule,omitempty"`
	ByHand bool      `json:"byHand,omitempty"`
	First  bool      `json:"first,omitempty"`
}

// Round is what happened so far in a round of offers.
type Round struct {
	Expired []channel.PartnerID `json:"expired,omitempty"`
	Offers  int                 `json:"offers,omitempty"`
}

// Offer is an open offer.
type Offer struct {
	At        time.Time          `json:"at"`
	ByRule    bool               `json:"byRule,omitempty"` // the move that accepting makes
	Decision  channel.DecisionID `json:"decision"`
	ExpiresAt time.Time          `json:"expiresAt"`
	Partner   channel.PartnerID  `json:"partner"`
}

// Waiting says since when and why a customer waits.
type Waiting struct {
	Since time.Time `json:"since"`
	Why   string    `json:"why"`
}

// headBody is the item, its members in the order of their names.
type headBody struct {
	Decision channel.DecisionID  `json:"decision,omitempty"`
	Former   channel.PartnerID   `json:"former,omitempty"`
	Memo     *Memo               `json:"memo,omitempty"`
	Moved    *Moved              `json:"moved,omitempty"`
	Offer    *Offer              `json:"offer,omitempty"`
	Owner    channel.Owner       `json:"owner,omitempty"`
	Profile  headProfile         `json:"profile"`
	Referred map[string]int64    `json:"referred,omitempty"`
	Refused  []channel.PartnerID `json:"refused,omitempty"`
	Round    *Round              `json:"round,omitempty"`
	Spans    []Span              `json:"spans,omitempty"`
	State    string              `json:"state"`
	Tier     string              `json:"tier,omitempty"`
	Value    *Value              `json:"value,omitempty"`
	Waiting  *Waiting            `json:"waiting,omitempty"`
}

type headProfile struct {
	At            time.Time          `json:"at,omitzero"`
	Attributes    map[string]string  `json:"attributes,omitempty"`
	Currency      string             `json:"currency,omitempty"`
	DeclaredValue figureText         `json:"declaredValue,omitzero"`
	Event         string             `json:"event,omitempty"`
	Need          figureText         `json:"need,omitzero"`
	ReferralValue figureText         `json:"referralValue,omitzero"`
	ReferredBy    channel.CustomerID `json:"referredBy,omitempty"`
	Region        string             `json:"region,omitempty"`
	Registered    channel.PartnerID  `json:"registered,omitempty"`
	RegisteredAt  time.Time          `json:"registeredAt,omitzero"`
	Segment       string             `json:"segment,omitempty"`
	SourcedBy     channel.PartnerID  `json:"sourcedBy,omitempty"`
}

// PutHead writes a head: refused where the customer's is not as it was read.
func (b *Batch) PutHead(h *Head) int {
	p := &h.Profile
	body := headBody{
		Decision: h.Decision, Former: h.Former, Memo: h.Memo, Moved: h.Moved, Offer: h.Offer, Owner: h.Owner, Referred: h.Referred,
		Refused: h.Refused, Spans: h.Spans, State: h.State, Tier: h.Tier, Waiting: h.Waiting,
		Profile: headProfile{
			At: h.ProfileAt.At, Event: h.ProfileAt.ID, Attributes: p.Attributes, Currency: p.Currency,
			DeclaredValue: figureText(p.DeclaredValue), Need: figureText(p.Need), ReferralValue: figureText(p.ReferralValue),
			ReferredBy: p.ReferredBy, Region: p.Region, Registered: p.Registered, RegisteredAt: p.RegisteredAt,
			Segment: p.Segment, SourcedBy: p.SourcedBy,
		},
	}
	if h.Round.Offers != 0 || len(h.Round.Expired) != 0 {
		body.Round = &h.Round
	}
	if h.Value != (Value{}) {
		body.Value = &h.Value
	}
	b.saves(&h.version)
	return b.Put(HeadKey(h.ID), body, h.version)
}

// CheckHead demands that the customer's head is still as it was read.
func (b *Batch) CheckHead(h *Head) int {
	return b.add(table.Op{Kind: table.Check, Key: HeadKey(h.ID), If: versionIs(h.version)})
}

// decodeHead reads a head; an absent item is a head that does not exist.
func decodeHead(id channel.CustomerID, it table.Item) (*Head, error) {
	var body headBody
	if err := Decode(it, &body); err != nil {
		return nil, err
	}
	p := body.Profile
	h := &Head{
		ID: id, version: it.Version, Decision: body.Decision, Former: body.Former, Memo: body.Memo, Moved: body.Moved, Offer: body.Offer,
		Owner: body.Owner, Refused: body.Refused, Spans: body.Spans, State: body.State, Tier: body.Tier,
		Waiting: body.Waiting, Referred: body.Referred, ProfileAt: Stamp{p.At, p.Event},
		Profile: history.Profile{
			Attributes: p.Attributes, Currency: p.Currency, DeclaredValue: channel.Figure(p.DeclaredValue),
			Need: channel.Figure(p.Need), ReferralValue: channel.Figure(p.ReferralValue), ReferredBy: p.ReferredBy,
			Region: p.Region, Registered: p.Registered, RegisteredAt: p.RegisteredAt, Segment: p.Segment, SourcedBy: p.SourcedBy,
		},
	}
	if body.Round != nil {
		h.Round = *body.Round
	}
	if body.Value != nil {
		h.Value = *body.Value
	}
	return h, nil
}

// Head loads a customer; one that does not exist if it is not known.
func (s *Store) Head(ctx context.Context, id channel.CustomerID) (*Head, error) {
	items, err := s.Get(ctx, HeadKey(id))
	if err != nil {
		return nil, err
	}
	return decodeHead(id, items[0])
}

// Known reports whether a customer is known.
func (s *Store) Known(ctx context.Context, id channel.CustomerID) (bool, error) {
	items, err := s.Get(ctx, HeadKey(id))
	return err == nil && items[0].Version != 0, err
}

// Heads walks all customers of a bucket whose id is greater than after.
func (s *Store) Heads(ctx context.Context, bucket int, after channel.CustomerID) iter.Seq2[*Head, error] {
	r := table.Range{Table: table.State, PK: HeadPK(BucketName(bucket))}
	if after != "" {
		r.From = string(after) + "\x01" // ids hold no control characters
	}
	return mapItems(s.Items(ctx, r), func(it table.Item) (*Head, error) {
		id, _ := parseHeadKey(it.PK, it.SK)
		return decodeHead(id, it)
	})
}

// Customers is Heads of a whole bucket for who only needs the ids.
func (s *Store) Customers(ctx context.Context, bucket int) iter.Seq2[channel.CustomerID, error] {
	r := table.Range{Table: table.State, PK: HeadPK(BucketName(bucket))}
	return mapItems(s.Items(ctx, r), func(it table.Item) (channel.CustomerID, error) {
		id, _ := parseHeadKey(it.PK, it.SK)
		return id, nil
	})
}

func mapItems[T any](items iter.Seq2[table.Item, error], read func(table.Item) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for it, err := range items {
			var v T
			if err == nil {
				v, err = read(it)
			}
			if !yield(v, err) { // a damaged item is its own: whoever walks may go on
				return
			}
		}
	}
}

// Since is when the present ownership began; zero without an owner.
func (h *Head) Since() time.Time {
	if n := len(h.Spans); h.Owner != channel.Nobody && n > 0 {
		return h.Spans[n-1].From
	}
	return time.Time{}
}

// LastFrom is when the last stretch of ownership began or ended: no later one
// may begin before it.
func (h *Head) LastFrom() time.Time {
	if n := len(h.Spans); n > 0 {
		last := h.Spans[n-1]
		return later(last.From, last.Until)
	}
	return time.Time{}
}

// Move ends the present stretch of ownership at from and begins the next;
// Nobody begins none. It changes neither Tier nor Moved.
func (h *Head) Move(to channel.Owner, from time.Time, by channel.DecisionID) {
	h.Spans = slices.Clone(h.Spans)
	if n := len(h.Spans); n > 0 && h.Spans[n-1].Until.IsZero() {
		h.Spans[n-1].Until = from
	}
	if to != channel.Nobody {
		h.Spans = append(h.Spans, Span{Decision: by, From: from, Owner: to})
	}
	if n := len(h.Spans); n > MaxSpans {
		h.Spans = h.Spans[n-MaxSpans:]
	}
	if p, ok := to.Partner(); ok {
		h.Former = p
	}
	h.Owner = to
}

// AllHeads walks all customers, bucket by bucket and by id inside one, those
// after the given id.
func (s *Store) AllHeads(ctx context.Context, after channel.CustomerID) iter.Seq2[*Head, error] {
	return func(yield func(*Head, error) bool) {
		first := 0
		if after != "" {
			first = bucketNumber(string(after))
		}
		for n := first; n < Buckets; n++ {
			for h, err := range s.Heads(ctx, n, after) {
				if !yield(h, err) || err != nil {
					return
				}
			}
			after = ""
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
