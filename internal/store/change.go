package store

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/table"
)

// Change is something that was put into the ledger: *Decision (aliases too),
// *OfferAnswered, *CustomerNoticed, *EntryBooked, *StatementPut, *PeriodEnded or
// *Version.
type Change interface{ change() }

// OfferAnswered is an answer to the offer of a decision.
type OfferAnswered struct {
	Decision channel.DecisionID
	Answer   Answer
}

// CustomerNoticed is a notice of a customer on a day, YYYY-MM-DD.
type CustomerNoticed struct {
	Customer  channel.CustomerID
	Day, Kind string
	Notice    Notice
}

// EntryBooked is a fact that was booked for a customer, by its name: what it says
// is in the customer's file.
type EntryBooked struct {
	Customer channel.CustomerID
	Entry    history.EntryName
}

// StatementPut is an owner's statement of a period.
type StatementPut struct {
	Owner     channel.Owner
	Period    channel.Period
	Statement StatementItem
}

// PeriodEnded is the head of a period that was closed.
type PeriodEnded struct{ Period channel.Period }

func (*Decision) change()        {}
func (*OfferAnswered) change()   {}
func (*CustomerNoticed) change() {}
func (*EntryBooked) change()     {}
func (*StatementPut) change()    {}
func (*PeriodEnded) change()     {}
func (*Version) change()         {}

// ParseInsert is what an item that was put into the ledger says; nil for what is
// of interest only to who asks for it (claims, seals, transfers and the like). An
// error means that the item is damaged.
func ParseInsert(pk, sk string, body []byte) (Change, error) {
	it := table.Item{Key: ledger(pk, sk), Version: 1, Body: body}
	if id, ok := parseCustomerPK(pk); ok {
		return ofCustomer(id, it)
	}
	if owner, period, ok := parseStatementKey(pk, sk); ok {
		c := &StatementPut{Owner: owner, Period: period}
		return read(c, &c.Statement, it)
	}
	if period, ok := parsePeriodHeadKey(pk, sk); ok {
		return &PeriodEnded{period}, nil
	}
	if kind, id, n, ok := parseVersionKey(pk, sk); ok {
		v := &Version{Kind: kind, ID: id, N: n}
		return read(v, v, it)
	}
	return nil, nil
}

func ofCustomer(id channel.CustomerID, it table.Item) (Change, error) {
	if _, name, ok := parseEntryKey(it.PK, it.SK); ok {
		return &EntryBooked{id, name}, nil
	}
	if decision, ok := parseAnswerKey(it.PK, it.SK); ok {
		c := &OfferAnswered{Decision: decision}
		return read(c, &c.Answer, it)
	}
	if decision, ok := parseDecisionKey(it.PK, it.SK); ok {
		d := &Decision{ID: decision}
		return read(d, d, it)
	}
	if _, day, kind, ok := parseNoticeKey(it.PK, it.SK); ok {
		c := &CustomerNoticed{Customer: id, Day: day, Kind: kind}
		return read(c, &c.Notice, it)
	}
	return nil, nil
}

// read is a change whose item's body is read into a part of it.
func read(c Change, into any, it table.Item) (Change, error) {
	if err := Decode(it, into); err != nil {
		return nil, err
	}
	return c, nil
}

// Feed hears what is put into the ledger by this process.
type Feed struct {
	changes table.Changes
	after   uint64
}

// Inserted is one change of a feed, or what is wrong with its item. Both are nil
// for what ParseInsert passes over.
type Inserted struct {
	Change Change
	Err    error
}

// Feed begins behind what is in the ledger now. Only a store in this process has
// one: for another it is unavailable, "no_feed".
func (s *Store) Feed(ctx context.Context) (*Feed, error) {
	changes, ok := s.table.(table.Changes)
	if !ok {
		return nil, fault.New(fault.Unavailable, "no_feed", "the store does not tell in this process what is put into it")
	}
	after, err := latest(ctx, changes)
	return &Feed{changes, after}, err
}

// Next is what came since the last call, in its order; nothing if nothing did.
// There may be more: call it until there is nothing.
func (f *Feed) Next(ctx context.Context) ([]Inserted, error) {
	page, err := f.changes.Changes(ctx, f.after, 0)
	out := make([]Inserted, len(page))
	for i, c := range page {
		out[i].Change, out[i].Err = ParseInsert(c.Item.PK, c.Item.SK, c.Item.Body)
		f.after = c.Seq
	}
	return out, err
}

// latest is a sequence number after which nothing is there yet, found by asking
// rather than by reading everything.
func latest(ctx context.Context, changes table.Changes) (uint64, error) {
	some := func(after uint64) (bool, error) {
		page, err := changes.Changes(ctx, after, 1)
		return len(page) > 0, err
	}
	low, high := uint64(0), uint64(1)
	for {
		more, err := some(high)
		if err != nil {
			return 0, err
		}
		if !more {
			break
		}
		low, high = high, 2*high
	}
	for low < high {
		middle := low + (high-low)/2
		more, err := some(middle)
		if err != nil {
			return 0, err
		}
		if more {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return high, nil
}
