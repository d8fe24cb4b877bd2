package views

import (
	"context"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// LoadDecision reads a decision and the answer to its offer: 404
// decision_not_found.
func (s *Views) LoadDecision(ctx context.Context, id channel.DecisionID) (*store.Decision, *store.Answer, error) {
	none := fault.New(fault.NotFound, "decision_not_found", "there is no decision %q", fault.Clip(string(id)))
	for range 2 { // an alias points at the decision it was answered with
		d, a, err := s.store.Answered(ctx, id)
		if err != nil || d == nil {
			return nil, nil, orElse(err, none)
		}
		if d.Alias == "" {
			return d, a, nil
		}
		id = d.Alias
	}
	return nil, nil, none
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// replay runs a recorded decision again with the documents it names.
func (s *Views) replay(ctx context.Context, m *documents.Current, d *store.Decision) (replayed, error) {
	var r replayed
	record, err := routing.ParseRecord(d.Record)
	if err != nil {
		return r, err
	}
	if r.policy, err = s.docs.PolicyVersion(ctx, m, record.Policy.ID, record.Policy.Version); err != nil {
		return r, err
	}
	if r.terms, err = s.docs.TermsByHash(ctx, record.Directory); err != nil {
		return r, err
	}
	r.Replayed, err = routing.Replay(d.Record, r.policy, r.terms)
	r.record = record
	return r, err
}

type replayed struct {
	routing.Replayed
	record routing.Record
	policy *routing.Policy
	terms  *routing.Directory
}

// Decision is one decision by id: 404 decision_not_found, also for a partner
// whom it does not concern.
func (s *Views) Decision(ctx context.Context, a wire.Actor, id channel.DecisionID) (wire.Decision, error) {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return wire.Decision{}, err
	}
	d, answer, err := s.LoadDecision(ctx, id)
	if err != nil {
		return wire.Decision{}, err
	}
	return s.Show(ctx, &m, a, d, answer)
}

// Show is a stored decision as the actor may see it.
func (s *Views) Show(ctx context.Context, m *documents.Current, a wire.Actor, d *store.Decision, answer *store.Answer) (wire.Decision, error) {
	r, err := s.replay(ctx, m, d)
	if err != nil {
		return wire.Decision{}, err
	}
	if a.Partner != "" && !a.SeesAll() && !concerns(&r.record, a.Partner) {
		return wire.Decision{}, fault.New(fault.NotFound, "decision_not_found", "there is no decision %q", string(d.ID))
	}
	v, err := s.viewFor(a, &r)
	if err != nil {
		return wire.Decision{}, err
	}
	return View(m, &Shown{Id: d.ID, Decision: r.Replayed.Decision, recorded: &r.record, bytes: d.Record, View: v, answer: answer, By: d.By}), nil
}

func (s *Views) viewFor(a wire.Actor, r *replayed) (routing.View, error) {
	if a.Partner != "" && !a.SeesAll() {
		return r.Replayed.Decision.ShowTo(a.Partner, r.policy, r.terms)
	}
	return r.Replayed.Decision.Show(r.policy, r.terms)
}

// concerns reports whether a decision offered a customer to a partner, gave it
// or took it from it.
func concerns(r *routing.Record, p channel.PartnerID) bool {
	owner := channel.PartnerOwner(p)
	return r.Offer != nil && r.Offer.Partner == p || r.Owner != nil && *r.Owner == owner || r.Inputs.Owner == owner
}

// Shown is everything a decision's view is made of. recorded and bytes are set
// for a stored one, which is shown as recorded.
type Shown struct {
	Id       channel.DecisionID
	Decision routing.Decision
	recorded *routing.Record
	bytes    []byte
	View     routing.View
	answer   *store.Answer
	By       string
}

// View is a decision as others see it.
func View(m *documents.Current, s *Shown) wire.Decision {
	r, hash := &s.Decision.Record, s.Decision.Hash
	if s.recorded != nil {
		r, hash = s.recorded, seal.Hash(s.bytes)
	}
	d := wire.Decision{
		ID: s.Id, CustomerID: r.Customer, DecidedAt: ParseTime(r.At), Outcome: string(r.Outcome), Owner: r.Owner, Tier: r.Tier,
		Value: *valueView(r.Value), Policy: wire.DocumentRef(r.Policy), Directory: r.Directory, Model: r.Value.Model, Engine: r.Engine,
		Of: s.View.Of, WinningScore: s.View.Winning, Hash: hash, By: s.By, State: decisionState(m, r, s.answer),
		Reasons: []wire.Reason{}, Rules: []wire.RuleLine{}, Candidates: []wire.Candidate{},
	}
	if r.Census != nil {
		d.Census = r.Census.Version
	}
	if r.Experiment != nil {
		d.Arm = r.Experiment.Arm
	}
	if s.Decision.Decline != nil {
		decline := wire.Decline(*s.Decision.Decline)
		d.Decline = &decline
	}
	if r.Offer != nil {
		d.Offer = &wire.OfferRef{ID: store.NewOfferID(s.Id), PartnerID: r.Offer.Partner, ExpiresAt: ParseTime(r.Offer.ExpiresAt)}
	}
	for _, x := range s.View.Reasons {
		d.Reasons = append(d.Reasons, wire.Reason{Code: string(x.Code), Text: x.Text})
	}
	for _, x := range s.View.Rules {
		d.Rules = append(d.Rules, wire.RuleLine{Name: x.Name, Matched: x.Matched, PassedOver: string(x.PassedOver)})
	}
	for _, x := range s.View.Candidates {
		d.Candidates = append(d.Candidates, wire.Candidate{ID: x.ID, Weight: x.Weight, Score: x.Score, PassedOver: string(x.PassedOver)})
	}
	if d.Of == len(d.Candidates) {
		d.Of = 0
	}
	return d
}

func valueView(v routing.ValueRecord) *wire.Value {
	out := &wire.Value{Amount: v.Amount, Currency: v.Currency, Basis: string(v.Basis), Referral: v.Referral}
	if v.Declared != nil {
		out.Declared = *v.Declared
	}
	if v.Observed != nil {
		out.Observed = *v.Observed
	}
	return out
}

// decisionState is what became of a decision: a fold outside of its record.
func decisionState(m *documents.Current, r *routing.Record, a *store.Answer) string {
	switch {
	case a != nil && a.Answer == store.Accepted:
		return wire.StateAssigned
	case a != nil:
		return a.Answer
	case r.Offer != nil && !m.Now.Before(ParseTime(r.Offer.ExpiresAt)):
		return store.Expired
	case r.Offer != nil:
		return wire.StateOffered
	case r.Outcome == routing.Waiting:
		return wire.StateWaiting
	case r.Outcome == routing.Declined:
		return wire.StateDeclined
	}
	return wire.StateAssigned
}

// Explanation is why, and what would have to differ. A partner reads its own
// side of it.
func (s *Views) Explanation(ctx context.Context, a wire.Actor, id channel.DecisionID) (wire.Explanation, error) {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return wire.Explanation{}, err
	}
	d, answer, err := s.LoadDecision(ctx, id)
	if err != nil {
		return wire.Explanation{}, err
	}
	shown, err := s.Show(ctx, &m, a, d, answer)
	if err != nil {
		return wire.Explanation{}, err
	}
	r, err := s.replay(ctx, &m, d)
	if err != nil {
		return wire.Explanation{}, err
	}
	v, err := s.viewFor(a, &r)
	if err != nil {
		return wire.Explanation{}, err
	}
	e := wire.Explanation{Decision: shown, Text: v.Text, Hash: r.record.Explanation, Alternatives: []wire.Alternative{},
		Agrees: r.Replayed.Decision.Record.Explanation == r.record.Explanation}
	if a.Partner != "" && !a.SeesAll() {
		return e, nil
	}
	e.Record = d.Record
	alternatives, err := r.Replayed.Decision.Alternatives(r.policy, r.terms)
	for _, x := range alternatives {
		e.Alternatives = append(e.Alternatives, wire.Alternative{Change: x.Change, Text: x.Text, Result: x.Result})
	}
	return e, err
}

// Why is Explanation by decision id, or of a customer's decision in force: 404
// not_routed for a customer that has none.
func (s *Views) Why(ctx context.Context, a wire.Actor, customerOrDecision string) (wire.Explanation, error) {
	if strings.Contains(customerOrDecision, "~") {
		return s.Explanation(ctx, a, channel.DecisionID(customerOrDecision))
	}
	id, err := channel.ParseID[channel.CustomerID]("customer", customerOrDecision)
	if err != nil {
		return wire.Explanation{}, err
	}
	head, err := s.store.Head(ctx, id)
	switch {
	case err != nil:
		return wire.Explanation{}, err
	case !head.Exists() || !maySee(a, head):
		return wire.Explanation{}, CustomerNotFound(id)
	case head.Decision == "":
		return wire.Explanation{}, fault.New(fault.NotFound, "not_routed", "customer %s has not been routed yet", id)
	}
	return s.Explanation(ctx, a, head.Decision)
}

// Replay recomputes a decision from what it recorded and compares the bytes.
func (s *Views) Replay(ctx context.Context, a wire.Actor, id channel.DecisionID) (wire.ReplayResult, error) {
	m, err := s.docs.Current(ctx)
	if err != nil {
		return wire.ReplayResult{}, err
	}
	d, _, err := s.LoadDecision(ctx, id)
	if err != nil {
		return wire.ReplayResult{}, err
	}
	r, err := s.replay(ctx, &m, d)
	if err != nil {
		return wire.ReplayResult{}, err
	}
	if a.Partner != "" && !a.SeesAll() && !concerns(&r.record, a.Partner) {
		return wire.ReplayResult{}, fault.New(fault.NotFound, "decision_not_found", "there is no decision %q", string(id))
	}
	return wire.ReplayResult{ID: d.ID, Agrees: r.Agrees, Hash: seal.Hash(d.Record), Recomputed: r.Replayed.Decision.Hash,
		Difference: strings.Join(r.Difference, ", ")}, nil
}

// ParseRecord reads the canonical record of a stored decision.
func ParseRecord(d *store.Decision) (routing.Record, error) { return routing.ParseRecord(d.Record) }

// ParseTime reads a time of a record; the zero time where it is none.
func ParseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
