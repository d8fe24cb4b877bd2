package closing

import (
	"encoding/json"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/statement"
)

// What a statement's "inputs" hold: all that a recomputation needs, as it is
// kept in the ledger.
type (
	// planInputs are the plan versions over time and what they are applied with.
	planInputs struct {
		Calendar      string            `json:"calendar"` // IANA time zone
		First         channel.Period    `json:"first"`    // first period that has statements
		MinimumPayout string            `json:"minimumPayout"`
		Partner       incentive.Partner `json:"partner"`
		Spans         []planSpan        `json:"spans"`
	}
	planSpan struct {
		From     time.Time       `json:"from"`
		Until    *time.Time      `json:"until"`
		ID       channel.PlanID  `json:"id"`
		Version  int             `json:"version"`
		Hash     string          `json:"hash"`
		Document json.RawMessage `json:"document"`
	}
	openingInputs struct {
		Position incentive.Position `json:"position"`
		Shares   []incentive.Share  `json:"shares"`
	}
	customerMoves struct {
		Customer channel.CustomerID `json:"customer"`
		Moves    []moveInput        `json:"moves"`
	}
	moveInput struct {
		Decision channel.DecisionID `json:"decision"`
		From     time.Time          `json:"from"`
		Seq      uint64             `json:"seq"`
		Booked   channel.Period     `json:"booked"`
		Owner    *channel.Owner     `json:"owner"`
		Cause    history.MoveCause  `json:"cause"`
		Rule     bool               `json:"rule"`
		Tier     string             `json:"tier"`
		Value    *money.Amount      `json:"value"`
		Basis    string             `json:"basis"`
	}
)

// inputs writes down what a statement was computed from.
func inputs(in incentive.Input, b *Books, customers []Customer) (*statement.Inputs, error) {
	plan := planInputs{Calendar: b.calendar.Location().String(), First: in.First, Partner: in.Partner,
		MinimumPayout: money.Format(in.MinimumPayout, in.Partner.Currency), Spans: []planSpan{}}
	for _, s := range in.Plans {
		span := planSpan{From: s.From.UTC(), ID: s.Plan.ID, Version: s.Plan.Version, Hash: s.Plan.Hash, Document: s.Plan.Canonical()}
		if !s.Until.IsZero() {
			until := s.Until.UTC()
			span.Until = &until
		}
		plan.Spans = append(plan.Spans, span)
	}
	w := seal.NewWriter(nil)
	facts := w.List()
	ownership := []customerMoves{}
	for _, k := range customers {
		writeFacts(facts, k, in.Period)
		ownership = append(ownership, movesOf(k, in.Period))
	}
	facts.End()
	shares := in.Shares
	if shares == nil {
		shares = []incentive.Share{}
	}
	values, guard := in.Values, in.Guarded
	if values == nil {
		values = []incentive.Value{}
	}
	if guard == nil {
		guard = []incentive.Guard{}
	}
	out := &statement.Inputs{Facts: w.Bytes()}
	for _, part := range []struct {
		to    *json.RawMessage
		value any
	}{
		{&out.Plan, plan}, {&out.Opening, openingInputs{in.Opening, shares}}, {&out.Values, values},
		{&out.Ownership, ownership}, {&out.Guard, guard},
	} {
		body, err := seal.Canonical(part.value)
		if err != nil {
			return nil, err
		}
		*part.to = body
	}
	return out, nil
}

// writeFacts writes a customer's entries to a list; the seal's tree is made over
// them. They are most of a statement, and their bodies are canonical as they
// stand: taking them apart again was a third of the time it took to show one.
func writeFacts(list seal.List, k Customer, upTo channel.Period) {
	customer := list.Object()
	customer.Text("customer", string(k.Past.Customer))
	entries := customer.List("entries")
	for i, it := range k.file.Entries {
		if k.file.Partition.Entries[i].Booked > upTo {
			continue
		}
		entry := entries.Object()
		entry.Raw("body", it.Body)
		entry.Text("key", it.SK)
		entry.End()
	}
	entries.End()
	customer.End()
}

func movesOf(k Customer, upTo channel.Period) customerMoves {
	out := customerMoves{Customer: k.Past.Customer, Moves: []moveInput{}}
	for _, m := range k.file.Partition.Moves {
		if m.Booked > upTo {
			continue
		}
		move := moveInput{Decision: m.Decision, From: m.From, Seq: m.Seq, Booked: m.Booked, Cause: m.Cause, Rule: m.Rule, Tier: m.Tier, Basis: m.Basis}
		if m.Owner != channel.Nobody {
			move.Owner = &m.Owner
		}
		if m.Value.Currency != "" {
			move.Value = &m.Value
		}
		out.Moves = append(out.Moves, move)
	}
	return out
}
