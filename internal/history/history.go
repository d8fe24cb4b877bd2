// Package history answers "as booked up to period P, what was true at time T"
// for one customer. Fold is pure: the customer's partition of the ledger in,
// its past out. Who is credited with an order is never stored, it is computed
// here. Nothing in it depends on the order in which facts arrived. It owns no
// storage and writes no keys.
package history

import (
	"fmt"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// EntryKind is the letter in an entry's key.
type EntryKind string

// The kinds of an entry.
const (
	KindProfile  EntryKind = "u"
	KindOrder    EntryKind = "o"
	KindRefund   EntryKind = "r"
	KindFeedback EntryKind = "f"
	KindChurn    EntryKind = "c"
	KindLate     EntryKind = "l" // names the stray entry that it replaces
)

// Entry is one immutable fact in a customer's partition. Booked is the period
// it is booked in (part of its key), Occurred when it happened. Exactly the
// pointer of its kind is set (Score for feedback, Applied for churn).
type Entry struct {
	Kind     EntryKind
	ID       string // order or refund id; otherwise the event id
	Booked   channel.Period
	Source   channel.Source
	EventID  channel.EventID
	Occurred time.Time
	Profile  *channel.Upsert
	Order    *channel.Order
	Refund   *RefundEntry
	Score    int
	// Applied is, for churn, the instant it was applied: ownership ends then,
	// not backdated to Occurred. Zero means at Occurred. Fold makes the Move of
	// it; readers of the partition must not add one.
	Applied time.Time
	// Seq is the version of the customer's head on which the entry was
	// committed, for entries whose place in one instant is that of their
	// arrival: churn (see Move.Seq), and a profile change whose time was
	// assumed (a PUT, a row without arrived_at). 0 for facts that state their
	// time: their arrival must not matter. See Tie.
	Seq uint64
	// Replaces is, for KindLate, the sk of the stray entry. The other fields
	// repeat the stray's content; its kind and id are read from this key.
	Replaces string
}

// SK is the entry's sort key in its customer's partition: F#period#kind#id.
func (e *Entry) SK() string { return EntryName{e.Booked, e.Kind, e.ID}.SK() }

// EntryName is what an entry's sort key says of it.
type EntryName struct {
	Booked channel.Period
	Kind   EntryKind
	ID     string
}

// SK is the sort key of the entry with this name.
func (n EntryName) SK() string { return "F#" + string(n.Booked) + "#" + string(n.Kind) + "#" + n.ID }

// ParseEntryName reads what SK wrote; false for what is no entry's sort key.
func ParseEntryName(sk string) (n EntryName, ok bool) {
	rest, isEntry := strings.CutPrefix(sk, "F#")
	booked, rest, hasKind := strings.Cut(rest, "#")
	kind, id, hasID := strings.Cut(rest, "#")
	return EntryName{channel.Period(booked), EntryKind(kind), id}, isEntry && hasKind && hasID
}

// Tie orders the profile changes of one instant, bytewise: first those that
// state their time, by id (source#event), then those whose time was assumed, in
// the order in which they arrived.
func (e *Entry) Tie() string {
	_, id := e.Meaning()
	if e.Seq == 0 {
		return id
	}
	return fmt.Sprintf("~%010d %s", e.Seq, id) // ~ follows every byte of an id
}

// Meaning is the kind and id an entry stands for: its own, or for a late entry
// those of the stray it replaces (which may have been a late one itself).
func (e *Entry) Meaning() (EntryKind, string) {
	kind, id := e.Kind, e.ID
	for sk := e.Replaces; kind == KindLate; sk = id {
		stray, ok := ParseEntryName(sk)
		if !ok {
			return "", ""
		}
		kind, id = stray.Kind, stray.ID
	}
	return kind, id
}

// RefundEntry is a refund whose order is known.
type RefundEntry struct {
	Order  channel.OrderID
	Amount int64 // minor units of the order's currency
}

// MoveCause says what made a change of owner.
type MoveCause string

// The causes.
const (
	ByDecision MoveCause = "decision" // assigned at once
	ByAnswer   MoveCause = "answer"   // an offer was accepted
	ByHand     MoveCause = "by_hand"
	ByChurn    MoveCause = "churn"
)

// Move is one change of owner, from the instant From on. Owner "" ends the
// ownership (orphaned; churn too, but that Move is made by Fold). Moves are
// made of decisions and answers by store; one that changes nothing
// (owner_kept) is not a Move, and Fold passes over it.
type Move struct {
	Decision channel.DecisionID
	From     time.Time
	Seq      uint64 // orders moves of one instant: version of the customer's head it was committed on
	Booked   channel.Period
	Owner    channel.Owner
	Cause    MoveCause
	Rule     bool // a rule of the policy made it
	Tier     string
	// Value is value.amount of the decision (referral included): what a
	// hand-over's one-time share is taken of.
	Value money.Amount
	Basis string
}

// Partition is what was read of one customer, in any order; no entry twice.
type Partition struct {
	Customer channel.CustomerID
	Entries  []Entry
	Moves    []Move
}

// Order is an order with every refund known, credited to nobody in particular:
// ask OwnerAt(Occurred).
type Order struct {
	channel.Order
	Occurred time.Time
	Booked   channel.Period
	Refunds  []Refund // by (occurred, id)
}

// Refund is one refund of an order.
type Refund struct {
	ID       channel.RefundID
	Amount   int64
	Occurred time.Time
	Booked   channel.Period
}

// Refunded is what was given back of the order up to and including t, never
// more than its amount; a zero t means ever. Refunds are counted as they
// occurred; a plan's clawback does not matter here.
func (o *Order) Refunded(t time.Time) int64 {
	left := o.Amount
	for i := range o.Refunds {
		if !t.IsZero() && o.Refunds[i].Occurred.After(t) {
			break
		}
		left -= min(left, o.Refunds[i].Amount) // cannot overflow, cannot fall below zero
	}
	return o.Amount - left
}

// Live reports whether the order counts at t: placed by then and not refunded
// in full. An order of 0.00 has the refunded fraction 0 and always counts.
func (o *Order) Live(t time.Time) bool {
	return !o.Occurred.After(t) && (o.Amount == 0 || o.Refunded(t) < o.Amount)
}

// Answer is one feedback.
type Answer struct {
	EventID  channel.EventID
	Score    int
	Occurred time.Time
	Booked   channel.Period
}

// Span is a stretch of ownership [From, Until); Until zero: still. A span may
// be empty (From = Until) where two moves share an instant; nobody owns
// anything by it, but it was a move.
type Span struct {
	Owner       channel.Owner
	From, Until time.Time
	Move        Move
	// Left: it ended because nobody owned the customer then (churn), even if
	// the next span begins at that very instant.
	Left bool
}

// Profile is what is known of a customer at one instant. Treat it as read-only:
// pointers and map are shared.
type Profile struct {
	Region, Segment, Currency string
	// The figures carry the currency of their own change, else the one the
	// customer had then; none of their own if it had none. See Worth.
	DeclaredValue channel.Figure
	Need          channel.Figure
	ReferralValue channel.Figure
	SourcedBy     channel.PartnerID // as last written
	ReferredBy    channel.CustomerID
	Attributes    map[string]string

	// Registered is the partner that first registered the customer (sourcedBy
	// in a fact that occurred while nobody owned it), RegisteredAt the time of
	// that fact. Erasing sourcedBy erases the registration too.
	Registered   channel.PartnerID
	RegisteredAt time.Time
}

// History is the folded past of one customer. Orders are sorted by (occurred,
// id), answers by (occurred, id), churns by time, spans by From (moves of one
// instant by Seq).
type History struct {
	Customer channel.CustomerID
	Orders   []Order
	Answers  []Answer
	Spans    []Span
	Churned  []time.Time // when churn occurred
	// Loose is the number of refunds whose order is not booked by then.
	Loose int

	profiles []profileAt
	churns   []churn
}

// churn is one churn and how many spans had begun when it was applied.
type churn struct {
	occurred time.Time
	spans    int
}

type profileAt struct {
	at      time.Time
	profile Profile
}
