package service

import (
	"context"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
)

// loadDecision reads a decision and the answer to its offer: 404
// decision_not_found.
func (s *Service) loadDecision(ctx context.Context, id channel.DecisionID) (*store.Decision, *store.Answer, error) {
	none := fault.New(fault.NotFound, "decision_not_found", "there is no decision %q", fault.Clip(string(id)))
	for range 2 { // an alias points at the decision it was answered with
		decision, answer, err := store.DecisionKeys(id)
		if err != nil {
			return nil, nil, none
		}
		items, err := s.store.Get(ctx, decision, answer)
		if err != nil {
			return nil, nil, err
		}
		d, err := store.DecodeDecision(id, items[0])
		if err != nil || d == nil {
			return nil, nil, orElse(err, none)
		}
		if d.Alias == "" {
			a, err := store.DecodeAnswer(items[1])
			return d, a, err
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
func (s *Service) replay(ctx context.Context, m *moment, d *store.Decision) (replayed, error) {
	var r replayed
	record, err := routing.ParseRecord(d.Record)
	if err != nil {
		return r, err
	}
	if r.policy, err = s.policyVersion(ctx, m, record.Policy.ID, record.Policy.Version); err != nil {
		return r, err
	}
	if r.terms, err = s.termsByHash(ctx, record.Directory); err != nil {
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

// routeResponse shows what a route came to.
func (s *Service) routeResponse(ctx context.Context, m *moment, a Actor, r *result) (RouteResponse, error) {
	out := RouteResponse{Replayed: r.replayed, Created: r.verdict != nil && !r.preview}
	if r.verdict == nil {
		var err error
		out.Decision, err = s.show(ctx, m, a, r.standing, r.answer)
		out.Preview = r.preview
		return out, err
	}
	v, err := r.verdict.Show(r.verdict.policy, r.verdict.dir.terms)
	if err != nil {
		return out, err
	}
	out.Decision = view(m, &shown{id: r.id, decision: r.verdict.Decision, view: v, by: a.User})
	out.Preview = r.preview
	return out, nil
}

// Decision is one decision by id: 404 decision_not_found, also for a partner
// whom it does not concern.
func (s *Service) Decision(ctx context.Context, a Actor, id channel.DecisionID) (Decision, error) {
	m, err := s.moment(ctx)
	if err != nil {
		return Decision{}, err
	}
	d, answer, err := s.loadDecision(ctx, id)
	if err != nil {
		return Decision{}, err
	}
	return s.show(ctx, &m, a, d, answer)
}

// show is a stored decision as the actor may see it.
func (s *Service) show(ctx context.Context, m *moment, a Actor, d *store.Decision, answer *store.Answer) (Decision, error) {
	r, err := s.replay(ctx, m, d)
	if err != nil {
		return Decision{}, err
	}
	if a.Partner != "" && !a.SeesAll() && !concerns(&r.record, a.Partner) {
		return Decision{}, fault.New(fault.NotFound, "decision_not_found", "there is no decision %q", string(d.ID))
	}
	v, err := s.viewFor(a, &r)
	if err != nil {
		return Decision{}, err
	}
	return view(m, &shown{id: d.ID, decision: r.Replayed.Decision, recorded: &r.record, bytes: d.Record, view: v, answer: answer, by: d.By}), nil
}

func (s *Service) viewFor(a Actor, r *replayed) (routing.View, error) {
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

// shown is everything a decision's view is made of. recorded and bytes are set
// for a stored one, which is shown as recorded.
type shown struct {
	id       channel.DecisionID
	decision routing.Decision
	recorded *routing.Record
	bytes    []byte
	view     routing.View
	answer   *store.Answer
	by       string
}

func view(m *moment, s *shown) Decision {
	r, hash := &s.decision.Record, s.decision.Hash
	if s.recorded != nil {
		r, hash = s.recorded, seal.Hash(s.bytes)
	}
	d := Decision{
		ID: s.id, CustomerID: r.Customer, DecidedAt: parseTime(r.At), Outcome: string(r.Outcome), Owner: r.Owner, Tier: r.Tier,
		Value: *valueView(r.Value), Policy: DocumentRef(r.Policy), Directory: r.Directory, Model: r.Value.Model, Engine: r.Engine,
		Of: s.view.Of, WinningScore: s.view.Winning, Hash: hash, By: s.by, State: decisionState(m, r, s.answer),
		Reasons: []Reason{}, Rules: []RuleLine{}, Candidates: []Candidate{},
	}
	if r.Census != nil {
		d.Census = r.Census.Version
	}
	if r.Experiment != nil {
		d.Arm = r.Experiment.Arm
	}
	if s.decision.Decline != nil {
		decline := Decline(*s.decision.Decline)
		d.Decline = &decline
	}
	if r.Offer != nil {
		d.Offer = &OfferRef{ID: store.NewOfferID(s.id), PartnerID: r.Offer.Partner, ExpiresAt: parseTime(r.Offer.ExpiresAt)}
	}
	for _, x := range s.view.Reasons {
		d.Reasons = append(d.Reasons, Reason{Code: string(x.Code), Text: x.Text})
	}
	for _, x := range s.view.Rules {
		d.Rules = append(d.Rules, RuleLine{Name: x.Name, Matched: x.Matched, PassedOver: string(x.PassedOver)})
	}
	for _, x := range s.view.Candidates {
		d.Candidates = append(d.Candidates, Candidate{ID: x.ID, Weight: x.Weight, Score: x.Score, PassedOver: string(x.PassedOver)})
	}
	if d.Of == len(d.Candidates) {
		d.Of = 0
	}
	return d
}

func valueView(v routing.ValueRecord) *Value {
	out := &Value{Amount: v.Amount, Currency: v.Currency, Basis: string(v.Basis), Referral: v.Referral}
	if v.Declared != nil {
		out.Declared = *v.Declared
	}
	if v.Observed != nil {
		out.Observed = *v.Observed
	}
	return out
}

// decisionState is what became of a decision: a fold outside of its record.
func decisionState(m *moment, r *routing.Record, a *store.Answer) string {
	switch {
	case a != nil && a.Answer == store.Accepted:
		return StateAssigned
	case a != nil:
		return a.Answer
	case r.Offer != nil && !m.now.Before(parseTime(r.Offer.ExpiresAt)):
		return store.Expired
	case r.Offer != nil:
		return StateOffered
	case r.Outcome == routing.Waiting:
		return StateWaiting
	case r.Outcome == routing.Declined:
		return StateDeclined
	}
	return StateAssigned
}

// Explanation is why, and what would have to differ. A partner reads its own
// side of it.
func (s *Service) Explanation(ctx context.Context, a Actor, id channel.DecisionID) (Explanation, error) {
	m, err := s.moment(ctx)
	if err != nil {
		return Explanation{}, err
	}
	d, answer, err := s.loadDecision(ctx, id)
	if err != nil {
		return Explanation{}, err
	}
	shown, err := s.show(ctx, &m, a, d, answer)
	if err != nil {
		return Explanation{}, err
	}
	r, err := s.replay(ctx, &m, d)
	if err != nil {
		return Explanation{}, err
	}
	v, err := s.viewFor(a, &r)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{Decision: shown, Text: v.Text, Hash: r.record.Explanation, Alternatives: []Alternative{},
		Agrees: r.Replayed.Decision.Record.Explanation == r.record.Explanation}
	if a.Partner != "" && !a.SeesAll() {
		return e, nil
	}
	e.Record = d.Record
	alternatives, err := r.Replayed.Decision.Alternatives(r.policy, r.terms)
	for _, x := range alternatives {
		e.Alternatives = append(e.Alternatives, Alternative{Change: x.Change, Text: x.Text, Result: x.Result})
	}
	return e, err
}

// Why is Explanation by decision id, or of a customer's decision in force: 404
// not_routed for a customer that has none.
func (s *Service) Why(ctx context.Context, a Actor, customerOrDecision string) (Explanation, error) {
	if strings.Contains(customerOrDecision, "~") {
		return s.Explanation(ctx, a, channel.DecisionID(customerOrDecision))
	}
	id, err := channel.ParseID[channel.CustomerID]("customer", customerOrDecision)
	if err != nil {
		return Explanation{}, err
	}
	head, err := s.store.Head(ctx, id)
	switch {
	case err != nil:
		return Explanation{}, err
	case head.Version == 0 || !maySee(a, head):
		return Explanation{}, notFound(id)
	case head.Decision == "":
		return Explanation{}, fault.New(fault.NotFound, "not_routed", "customer %s has not been routed yet", id)
	}
	return s.Explanation(ctx, a, head.Decision)
}

// Replay recomputes a decision from what it recorded and compares the bytes.
func (s *Service) Replay(ctx context.Context, a Actor, id channel.DecisionID) (ReplayResult, error) {
	m, err := s.moment(ctx)
	if err != nil {
		return ReplayResult{}, err
	}
	d, _, err := s.loadDecision(ctx, id)
	if err != nil {
		return ReplayResult{}, err
	}
	r, err := s.replay(ctx, &m, d)
	if err != nil {
		return ReplayResult{}, err
	}
	if a.Partner != "" && !a.SeesAll() && !concerns(&r.record, a.Partner) {
		return ReplayResult{}, fault.New(fault.NotFound, "decision_not_found", "there is no decision %q", string(id))
	}
	return ReplayResult{ID: d.ID, Agrees: r.Agrees, Hash: seal.Hash(d.Record), Recomputed: r.Replayed.Decision.Hash,
		Difference: strings.Join(r.Difference, ", ")}, nil
}

func parseRecord(d *store.Decision) (routing.Record, error) { return routing.ParseRecord(d.Record) }
