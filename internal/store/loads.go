package store

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/table"
)

// Several things that are read in one round trip. They are no snapshot: a head
// that is saved afterwards is refused where it is not what was read.

// MaxTogether is how many customers one read may load.
const MaxTogether = table.MaxGet

// Decision loads a decision; nil if there is none. 404 for what is no
// decision's id.
func (s *Store) Decision(ctx context.Context, id channel.DecisionID) (*Decision, error) {
	customer, hash, err := SplitDecisionID(id)
	if err != nil {
		return nil, err
	}
	items, err := s.Get(ctx, DecisionKey(customer, hash))
	if err != nil {
		return nil, err
	}
	return decodeDecision(id, items[0])
}

// Answered loads a decision and the answer to its offer, each nil if there is
// none. 404 for what is no decision's id.
func (s *Store) Answered(ctx context.Context, id channel.DecisionID) (*Decision, *Answer, error) {
	customer, hash, err := SplitDecisionID(id)
	if err != nil {
		return nil, nil, err
	}
	items, err := s.Get(ctx, DecisionKey(customer, hash), AnswerKey(customer, hash))
	if err != nil {
		return nil, nil, err
	}
	d, err := decodeDecision(id, items[0])
	if err != nil {
		return nil, nil, err
	}
	a, err := decodeAnswer(items[1])
	return d, a, err
}

// Offered is an offer as read: the customer, the decision that made the offer,
// and its answer; the latter two are nil where there is none.
type Offered struct {
	Head     *Head
	Decision *Decision
	Answer   *Answer
}

// LoadOffer loads a decision with the offer that it made. 404 for what is no
// decision's id.
func (s *Store) LoadOffer(ctx context.Context, id channel.DecisionID) (o Offered, err error) {
	customer, hash, err := SplitDecisionID(id)
	if err != nil {
		return o, err
	}
	items, err := s.Get(ctx, HeadKey(customer), DecisionKey(customer, hash), AnswerKey(customer, hash))
	if err != nil {
		return o, err
	}
	if o.Head, err = decodeHead(customer, items[0]); err != nil {
		return o, err
	}
	if o.Decision, err = decodeDecision(id, items[1]); err != nil {
		return o, err
	}
	o.Answer, err = decodeAnswer(items[2])
	return o, err
}

// Routed is what a route reads first: the customer, the decision that stands
// under its key (nil: none), and what some owners hold or are offered.
type Routed struct {
	Head     *Head
	Standing *Decision
	Held     map[channel.Owner]int64
}

// LoadRoute loads a decision's customer, the decision if it was made before, and
// the counters of at most MaxTogether-2 owners. 404 for what is no decision's id.
func (s *Store) LoadRoute(ctx context.Context, id channel.DecisionID, owners []channel.Owner) (r Routed, err error) {
	customer, hash, err := SplitDecisionID(id)
	if err != nil {
		return r, err
	}
	keys := append(make([]table.Key, 0, 2+len(owners)), HeadKey(customer), DecisionKey(customer, hash))
	for _, o := range owners {
		keys = append(keys, CapacityKey(o))
	}
	items, err := s.Get(ctx, keys...)
	if err != nil {
		return r, err
	}
	if r.Head, err = decodeHead(customer, items[0]); err != nil {
		return r, err
	}
	r.Held = make(map[channel.Owner]int64, len(owners))
	for i, o := range owners {
		r.Held[o] = items[2+i].N
	}
	r.Standing, err = decodeDecision(id, items[1])
	return r, err
}

// LoadHeads loads at most MaxTogether customers at once and calls use for each,
// in their order: with its head, or with what is wrong with its item alone. It
// ends with the first error of use.
func (s *Store) LoadHeads(ctx context.Context, ids []channel.CustomerID, use func(i int, h *Head, damaged error) error) error {
	if len(ids) == 0 {
		return nil
	}
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = HeadKey(id)
	}
	items, err := s.Get(ctx, keys...)
	if err != nil {
		return err
	}
	for i, id := range ids {
		head, err := decodeHead(id, items[i])
		if err := use(i, head, err); err != nil {
			return err
		}
	}
	return nil
}

// Reach reads the control block past every cache, to see that the store answers.
func (s *Store) Reach(ctx context.Context) error {
	_, err := s.Get(ctx, ControlKey())
	return err
}
