package store

import (
	"context"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/table"
)

// CustomerFile is everything that ever happened to a customer, as read in one
// pass over its partition.
type CustomerFile struct {
	Partition history.Partition
	Decisions []Decision // by Seq; aliases left out
	Answers   map[channel.DecisionID]*Answer
	// Entries are the items behind Partition.Entries, index by index: what a
	// seal is made over.
	Entries []table.Item
}

// Customer reads a customer's partition: all decisions, and the entries booked
// up to and including a period ("": all). An unknown customer is an empty file.
func (s *Store) Customer(ctx context.Context, id channel.CustomerID, upTo channel.Period) (*CustomerFile, error) {
	r := table.Range{Table: table.Ledger, PK: CustomerPK(id)}
	if upTo != "" {
		r.To = "F#" + string(upTo) + "#~" // decisions sort before entries
	}
	return s.customer(ctx, id, r)
}

// Decisions reads a customer's decisions and their answers, and no entries.
func (s *Store) Decisions(ctx context.Context, id channel.CustomerID) (*CustomerFile, error) {
	return s.customer(ctx, id, table.Range{Table: table.Ledger, PK: CustomerPK(id), From: "D#", To: "D$"})
}

func (s *Store) customer(ctx context.Context, id channel.CustomerID, r table.Range) (*CustomerFile, error) {
	f := &CustomerFile{Partition: history.Partition{Customer: id}}
	for page, err := range s.pages(ctx, r) {
		if err != nil {
			return nil, err
		}
		f.Partition.Entries = slices.Grow(f.Partition.Entries, len(page))
		f.Entries = slices.Grow(f.Entries, len(page))
		for _, it := range page {
			if err := f.add(id, it); err != nil {
				return nil, err
			}
		}
	}
	return f, f.settle()
}

func (f *CustomerFile) add(id channel.CustomerID, it table.Item) error {
	if name, ok := history.ParseEntryName(it.SK); ok {
		e, err := decodeEntry(id, name, it)
		f.Partition.Entries = append(f.Partition.Entries, e)
		f.Entries = append(f.Entries, it)
		return err
	}
	if _, _, _, ok := parseNoticeKey(it.PK, it.SK); ok {
		return nil // for others to hear; it says nothing of the past
	}
	if name, ok := parseAnswerKey(it.PK, it.SK); ok {
		a, err := decodeAnswer(it)
		if f.Answers == nil {
			f.Answers = map[channel.DecisionID]*Answer{}
		}
		f.Answers[name] = a
		return err
	}
	name, ok := parseDecisionKey(it.PK, it.SK)
	if !ok {
		return damaged(it)
	}
	d, err := decodeDecision(name, it)
	if err != nil || d.Alias != "" {
		return err
	}
	f.Decisions = append(f.Decisions, *d)
	return nil
}

// settle sorts the decisions and makes the moves of them and their answers.
func (f *CustomerFile) settle() error {
	slices.SortFunc(f.Decisions, func(a, b Decision) int {
		if a.Seq != b.Seq {
			return int(int64(a.Seq) - int64(b.Seq))
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	for i := range f.Decisions {
		d := &f.Decisions[i]
		m, ok, err := move(d, f.Answers[d.ID])
		if err != nil {
			return err
		}
		if ok {
			f.Partition.Moves = append(f.Partition.Moves, m)
		}
	}
	return nil
}

// History is the file folded over everything booked.
func (f *CustomerFile) History() *history.History { return history.Fold(f.Partition, "") }
