package announce

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
)

// Insert is an item that was put into the ledger, and when, as far as the item
// does not say so itself.
type Insert struct {
	PK, SK string
	Body   []byte
	At     time.Time
}

// Teller turns inserts into events. It is safe for concurrent use.
type Teller struct {
	store *store.Store

	mu       sync.Mutex
	policies map[string]*routing.Policy // by hash
}

// New makes a teller that reads from a store what an insert only names: the
// decision behind an answer, the policy behind a decision.
func New(s *store.Store) *Teller { return &Teller{store: s, policies: map[string]*routing.Policy{}} }

// Events are what an insert means to others: none for what is nobody's business.
func (t *Teller) Events(ctx context.Context, in Insert) ([]Event, error) {
	customer, isCustomer := strings.CutPrefix(in.PK, "C#")
	owner, isOwner := strings.CutPrefix(in.PK, "S#")
	switch {
	case isCustomer && strings.HasPrefix(in.SK, "D#"):
		hash, isAnswer := strings.CutSuffix(strings.TrimPrefix(in.SK, "D#"), "#A")
		id := channel.DecisionID(customer + "~" + hash)
		if isAnswer {
			return t.answered(ctx, id, in)
		}
		return t.decided(ctx, id, in)
	case isCustomer && strings.HasPrefix(in.SK, "N#"):
		return noticed(customer, in)
	case isOwner && strings.HasSuffix(in.SK, "#S"):
		return stated(channel.Owner(owner), in)
	case in.PK == "Z#head":
		return []Event{{"period/" + in.SK, PeriodClosed, in.At, Period{channel.Period(in.SK)}}}, nil
	case in.PK == "V#"+store.KindCensus+"#"+store.CensusID:
		return published(CensusTaken, "census/", store.CensusID, in)
	case in.PK == "V#"+store.KindModel+"#"+store.ModelID:
		return published(ModelFitted, "model/", store.ModelID, in)
	}
	return nil, nil
}

// decided tells of a decision, and of the change of tier that it made. An alias
// is no new decision.
func (t *Teller) decided(ctx context.Context, id channel.DecisionID, in Insert) ([]Event, error) {
	d, r, err := readDecision(id, in.Body)
	if err != nil || d.Alias != "" {
		return nil, err
	}
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

func readDecision(id channel.DecisionID, body []byte) (*store.Decision, routing.Record, error) {
	d := &store.Decision{ID: id}
	if err := json.Unmarshal(body, d); err != nil || d.Alias != "" {
		return d, routing.Record{}, err
	}
	r, err := routing.ParseRecord(d.Record)
	return d, r, err
}

// answered tells what became of an offer, and of the change of tier that its
// acceptance made.
func (t *Teller) answered(ctx context.Context, id channel.DecisionID, in Insert) ([]Event, error) {
	var a store.Answer
	if err := json.Unmarshal(in.Body, &a); err != nil {
		return nil, err
	}
	customer, hash, err := store.SplitDecisionID(id)
	if err != nil {
		return nil, err
	}
	at := in.At
	if !a.At.IsZero() {
		at = a.At
	}
	out := []Event{{"answer/" + string(id), OfferAnswered, at, Answer{store.NewOfferID(id), id, customer, a.Answer, a.Next}}}
	if a.Answer != store.Accepted {
		return out, nil
	}
	items, err := t.store.Get(ctx, store.DecisionKey(customer, hash))
	if err != nil {
		return nil, err
	}
	d, r, err := readDecision(id, items[0].Body)
	if err != nil || d.Alias != "" || r.Offer == nil {
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

func noticed(customer string, in Insert) ([]Event, error) {
	day, kind, _ := strings.Cut(strings.TrimPrefix(in.SK, "N#"), "#")
	if kind != store.AtRisk {
		return nil, nil
	}
	var n store.Notice
	err := json.Unmarshal(in.Body, &n)
	return []Event{{"risk/" + customer + "/" + day, CustomerAtRisk, in.At, Risk{channel.CustomerID(customer), day, n.AlivePPM, n.Model, n.Policy}}}, err
}

// stated tells that a statement was made; that of the sales force is nobody's.
func stated(owner channel.Owner, in Insert) ([]Event, error) {
	partner, ok := owner.Partner()
	if !ok {
		return nil, nil
	}
	var s store.StatementItem
	if err := json.Unmarshal(in.Body, &s); err != nil {
		return nil, err
	}
	period := strings.TrimSuffix(in.SK, "#S")
	return []Event{{"statement/" + string(partner) + "/" + period, StatementMade, in.At, Statement{partner, channel.Period(period), s.Document}}}, nil
}

// published tells of a computed document.
func published(typ, prefix, name string, in Insert) ([]Event, error) {
	var v store.Version
	if err := json.Unmarshal(in.Body, &v); err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(in.SK)
	if err != nil {
		return nil, err
	}
	id := name + "~" + strconv.Itoa(n)
	return []Event{{prefix + id, typ, v.Published, Document{id, v.EffectiveFrom, v.Hash}}}, nil
}
