package announce

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// Teller turns what was put into the ledger into events. It is safe for concurrent use.
type Teller struct {
	store *store.Store

	mu       sync.Mutex
	policies map[string]*routing.Policy // by hash
}

// New makes a teller that reads from a store what a change only names: the
// decision behind an answer, the policy behind a decision.
func New(s *store.Store) *Teller { return &Teller{store: s, policies: map[string]*routing.Policy{}} }

// Events are what a change means to others: none for what is nobody's business.
// at is when it was put into the ledger, for a change that does not say so itself.
func (t *Teller) Events(ctx context.Context, change store.Change, at time.Time) ([]Event, error) {
	switch c := change.(type) {
	case *store.Decision:
		return t.decided(ctx, c)
	case *store.OfferAnswered:
		return t.answered(ctx, c, at)
	case *store.CustomerNoticed:
		return noticed(c, at), nil
	case *store.StatementPut:
		return stated(c, at), nil
	case *store.PeriodEnded:
		return []Event{{"period/" + string(c.Period), PeriodClosed, at, Period{c.Period}}}, nil
	case *store.Version:
		return published(c), nil
	}
	return nil, nil
}

// decided tells of a decision, and of the change of tier that it made. An alias
// is no new decision.
func (t *Teller) decided(ctx context.Context, d *store.Decision) ([]Event, error) {
	if d.Alias != "" {
		return nil, nil
	}
	r, err := routing.ParseRecord(d.Record)
	if err != nil {
		return nil, err
	}
	id := d.ID
	at, err := time.Parse(time.RFC3339, r.At)
	if err != nil {
		return nil, err
	}
	data := Decision{DecisionID: id, CustomerID: r.Customer, Outcome: string(r.Outcome), Owner: r.Owner, Tier: r.Tier}
	out := []Event{{"decision/" + string(id), DecisionMade, at, &data}}
	if o := r.Offer; o != nil {
		data.Offer = &Offer{store.NewOfferID(id), o.Partner, o.ExpiresAt}
		return out, nil // whether it changes anything is for the partner to say
	}
	if r.Owner == nil {
		return out, nil
	}
	moved, err := t.tier(ctx, id, &r, *r.Owner)
	for _, e := range moved {
		e.At = at
		out = append(out, e)
	}
	return out, err
}

// answered tells what became of an offer, and of the change of tier that its
// acceptance made.
func (t *Teller) answered(ctx context.Context, c *store.OfferAnswered, at time.Time) ([]Event, error) {
	id, a := c.Decision, &c.Answer
	customer, _, err := store.SplitDecisionID(id)
	if err != nil {
		return nil, err
	}
	if !a.At.IsZero() {
		at = a.At
	}
	out := []Event{{"answer/" + string(id), OfferAnswered, at, Answer{store.NewOfferID(id), id, customer, a.Answer, a.Next}}}
	if a.Answer != store.Accepted {
		return out, nil
	}
	d, err := t.store.Decision(ctx, id)
	if err != nil || d == nil || d.Alias != "" {
		return out, err
	}
	r, err := routing.ParseRecord(d.Record)
	if err != nil || r.Offer == nil {
		return out, err
	}
	moved, err := t.tier(ctx, id, &r, channel.PartnerOwner(r.Offer.Partner))
	for _, e := range moved {
		e.At = at
		out = append(out, e)
	}
	return out, err
}

// tier is the change of tier of a customer that somebody had: which of two is
// above is for the policy of the decision to say. Where that does not know the
// tier of before, going to the sales force is up and leaving it down.
func (t *Teller) tier(ctx context.Context, id channel.DecisionID, r *routing.Record, owner channel.Owner) ([]Event, error) {
	had := r.Inputs.Owner
	if had == channel.Nobody || r.Inputs.Tier == r.Tier {
		return nil, nil
	}
	p, err := t.policy(ctx, r.Policy.Hash)
	if err != nil {
		return nil, err
	}
	up, known := p.Above(r.Inputs.Region, r.Tier, r.Inputs.Tier)
	_, before := had.Pod()
	_, after := owner.Pod()
	if !known && before == after {
		return nil, nil
	}
	typ := CustomerDemoted
	if known && up || !known && after {
		typ = CustomerPromoted
	}
	return []Event{{ID: "tier/" + string(id), Type: typ, Data: Tier{
		CustomerID: r.Customer, DecisionID: id, From: Place{had, r.Inputs.Tier}, To: Place{owner, r.Tier},
		Value: Value{r.Value.Amount, r.Value.Currency, string(r.Value.Basis)},
	}}}, nil
}

// policy is that with a hash. Its days are not looked at, so any calendar does.
func (t *Teller) policy(ctx context.Context, hash string) (*routing.Policy, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.policies[hash]; p != nil {
		return p, nil
	}
	content, err := t.store.Content(ctx, hash)
	if err != nil {
		return nil, err
	}
	p, err := routing.Parse(content[0], channel.Calendar{})
	if err == nil {
		t.policies[hash] = p
	}
	return p, err
}

func noticed(c *store.CustomerNoticed, at time.Time) []Event {
	if c.Kind != store.AtRisk {
		return nil
	}
	n := c.Notice
	return []Event{{"risk/" + string(c.Customer) + "/" + c.Day, CustomerAtRisk, at, Risk{c.Customer, c.Day, n.AlivePPM, n.Model, n.Policy}}}
}

// stated tells that a statement was made; that of the sales force is nobody's.
func stated(c *store.StatementPut, at time.Time) []Event {
	partner, ok := c.Owner.Partner()
	if !ok {
		return nil
	}
	id := "statement/" + string(partner) + "/" + string(c.Period)
	return []Event{{id, StatementMade, at, Statement{partner, c.Period, c.Statement.Document}}}
}

// published tells of a computed document.
func published(v *store.Version) []Event {
	id := v.ID + "~" + strconv.Itoa(v.N)
	switch {
	case v.Kind == store.KindCensus && v.ID == store.CensusID:
		return []Event{{"census/" + id, CensusTaken, v.Published, Document{id, v.EffectiveFrom, v.Hash}}}
	case v.Kind == store.KindModel && v.ID == store.ModelID:
		return []Event{{"model/" + id, ModelFitted, v.Published, Document{id, v.EffectiveFrom, v.Hash}}}
	}
	return nil
}
