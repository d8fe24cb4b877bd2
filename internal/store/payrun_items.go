package store

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/table"
)

// StatementItem is a closed statement in numbers, minor units of Currency. Its
// words are not kept: the document is computed again from the ledger, must
// agree with these numbers, and Document is the hash it had at the closing.
type StatementItem struct {
	Closing  int64           `json:"closing"`
	Currency string          `json:"currency"`
	Document string          `json:"document"`
	Earned   int64           `json:"earned"`
	Held     int64           `json:"held,omitempty"`
	Lines    []StatementLine `json:"lines,omitempty"`
	MDF      int64           `json:"mdf,omitempty"` // earned for the fund
	Opening  int64           `json:"opening"`
	Payable  int64           `json:"payable"`
	Plan     *StatementPlan  `json:"plan,omitempty"`
	Points   int64           `json:"points,omitempty"` // lifetime
	Position string          `json:"position"`         // hash of what the next statement opens with
	Released int64           `json:"released,omitempty"`
}

// StatementLine is one line: component, kind, and the month it is for where
// that is not the statement's own.
type StatementLine struct {
	Amount    int64          `json:"amount"`
	Component string         `json:"component"`
	Kind      string         `json:"kind"`
	Period    channel.Period `json:"period,omitempty"`
}

// StatementPlan names the plan version that was applied.
type StatementPlan struct {
	Hash    string         `json:"hash"`
	ID      channel.PlanID `json:"id"`
	Version int            `json:"version"`
}

// SealItem seals an owner's entries of a period.
type SealItem struct {
	Count int `json:"count"`
	// Manifest is the first eight bytes of each entry's hash, sorted, in base64;
	// ManifestAt names by hash the parts that hold it where it is large.
	Manifest   string   `json:"manifest,omitempty"`
	ManifestAt []string `json:"manifestAt,omitempty"`
	Previous   string   `json:"previous,omitempty"` // hash of the owner's seal of the period before
	Root       string   `json:"root"`               // RFC 6962, over the entries by (customer, key)
	// Statement and Position are hashes of the items sealed with it, so that one
	// root over all seals proves every statement too.
	Statement string           `json:"statement,omitempty"`
	Position  []string         `json:"position,omitempty"` // of all its parts
	Sums      map[string]Tally `json:"sums,omitempty"`     // by the kind's letter
}

// Tally counts entries and sums their amounts by currency, minor units: orders
// that are given back again may come to more than any amount.
type Tally struct {
	Count int                   `json:"count"`
	Sums  map[string]money.Wide `json:"sums,omitempty"`
}

// PeriodHead ends a period: one root over all seals by owner.
type PeriodHead struct {
	At           time.Time              `json:"at"`
	By           string                 `json:"by,omitempty"`
	Documents    int                    `json:"documents"` // Control.Pinned: the documents behind its statements
	Entries      int                    `json:"entries"`   // sealed and unattributed
	KeyID        string                 `json:"keyId,omitempty"`
	Late         int                    `json:"late,omitempty"`
	Owners       int                    `json:"owners"`
	Previous     string                 `json:"previous,omitempty"` // hash of the head of the period closed before
	Root         string                 `json:"root"`
	Signature    string                 `json:"signature,omitempty"`
	Statements   int                    `json:"statements"`
	Totals       map[string]PeriodTotal `json:"totals,omitempty"`       // by currency
	Unattributed map[string]Tally       `json:"unattributed,omitempty"` // by the kind's letter
}

// PeriodTotal sums the statements of one currency, minor units.
type PeriodTotal struct {
	Carried money.Wide `json:"carried"`
	Earned  money.Wide `json:"earned"`
	Payable money.Wide `json:"payable"`
}

// PeriodHead loads the head of a closed period; false if there is none.
func (s *Store) PeriodHead(ctx context.Context, p channel.Period) (PeriodHead, bool, error) {
	var h PeriodHead
	version, err := s.Load(ctx, PeriodHeadKey(p), &h)
	return h, version != 0, err
}

// Statement loads a partner's statement of a closed period; false if there is
// none.
func (s *Store) Statement(ctx context.Context, id channel.PartnerID, p channel.Period) (StatementItem, bool, error) {
	var it StatementItem
	version, err := s.Load(ctx, StatementKey(channel.PartnerOwner(id), p), &it)
	return it, version != 0, err
}

// PartnerStatement is a statement in a list.
type PartnerStatement struct {
	Period channel.Period
	StatementItem
}

// Statements walks a partner's closed statements, newest first, those of
// periods before the given one ("": all).
func (s *Store) Statements(ctx context.Context, id channel.PartnerID, before channel.Period) iter.Seq2[PartnerStatement, error] {
	r := table.Range{Table: table.Ledger, PK: StatementKey(channel.PartnerOwner(id), "").PK, To: string(before), Desc: true}
	items := func(yield func(table.Item, error) bool) {
		for it, err := range s.Items(ctx, r) {
			if err == nil && !strings.HasSuffix(it.SK, "#S") {
				continue
			}
			if !yield(it, err) {
				return
			}
		}
	}
	return mapItems(items, func(it table.Item) (PartnerStatement, error) {
		ps := PartnerStatement{Period: channel.Period(strings.TrimSuffix(it.SK, "#S"))}
		return ps, Decode(it, &ps.StatementItem)
	})
}

// PositionParts reads the parts of an owner's position of a period, in order;
// none if it has no position.
func (s *Store) PositionParts(ctx context.Context, o channel.Owner, p channel.Period) ([]table.Item, error) {
	first := PositionKey(o, p, 0)
	r := table.Range{Table: table.Ledger, PK: first.PK, From: first.SK, To: string(p) + "#P$"}
	var out []table.Item
	for it, err := range s.Items(ctx, r) {
		if err != nil {
			return nil, err
		}
		out = append(out, it)
	}
	return out, nil
}

// TransferItems reads an owner's transfers and resolutions of the periods from
// (inclusive; "": the first) to (inclusive), by key. A resolution's key ends
// in "#R".
func (s *Store) TransferItems(ctx context.Context, o channel.Owner, from, to channel.Period) ([]table.Item, error) {
	r := table.Range{Table: table.Ledger, PK: TransferKey(o, "", "").PK, From: string(from), To: string(to) + "$"}
	var out []table.Item
	for it, err := range s.Items(ctx, r) {
		if err != nil {
			return nil, err
		}
		out = append(out, it)
	}
	return out, nil
}

// Approval is one answer to a payout run, for ever.
type Approval struct {
	Answer   string    `json:"answer"` // approve or deny
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Hash     string    `json:"hash"` // of the lines it was about
	Override bool      `json:"override,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Run      string    `json:"run"`
}

// Approvals is how many answers the runs of a period have had.
func (s *Store) Approvals(ctx context.Context, p channel.Period) ([]Approval, error) {
	var out []Approval
	for it, err := range s.Items(ctx, table.Range{Table: table.Ledger, PK: ApprovalKey(p, 1).PK}) {
		var a Approval
		if err == nil {
			err = Decode(it, &a)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// RunItems reads the payout runs of a period ("": of all), in no order that
// means anything.
func (s *Store) RunItems(ctx context.Context, p channel.Period) ([]table.Item, error) {
	r := table.Range{Table: table.State, PK: RunKey(p, 1).PK}
	if p != "" {
		r.From, r.To = string(p)+".", string(p)+"/" // "/" is the byte after "."
	}
	var out []table.Item
	for it, err := range s.Items(ctx, r) {
		if err != nil {
			return nil, err
		}
		out = append(out, it)
	}
	return out, nil
}

// LineItems reads the payout lines of a period, by partner and currency.
func (s *Store) LineItems(ctx context.Context, p channel.Period) ([]table.Item, error) {
	var out []table.Item
	for n := range 16 {
		for it, err := range s.Items(ctx, table.Range{Table: table.State, PK: LinePK(p, n)}) {
			if err != nil {
				return nil, err
			}
			out = append(out, it)
		}
	}
	slices.SortFunc(out, func(a, b table.Item) int { return strings.Compare(a.SK, b.SK) })
	return out, nil
}

// Body adds an item whose canonical bytes are at hand, where nothing may stand
// yet.
func (b *Batch) Body(k table.Key, body []byte) int {
	return b.add(table.Op{Kind: table.Put, Key: k, Body: body, If: table.Cond{Kind: table.Absent}})
}
