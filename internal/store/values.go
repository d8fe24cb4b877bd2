package store

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/value"
)

// The documents of value: models as they were fitted, and the census of a night.
const (
	KindModel  = "model"
	ModelID    = "value"
	KindCensus = "census"
	CensusID   = "census"
)

// Memo is what was last folded of a customer's orders: always whole, and only
// ever read to value the customer. Nothing that pays reads it.
type Memo struct {
	AtRisk bool         `json:"atRisk,omitempty"` // P(alive) is below the policy's bound, and that was announced
	Model  string       `json:"model,omitempty"`  // by which the head's value was last told
	Orders value.Orders `json:"orders"`
}

// Notice is something about a customer that others are told of and that no
// decision says.
type Notice struct {
	AlivePPM int64  `json:"alivePpm"`
	Model    string `json:"model"`
	Policy   string `json:"policy"`
}

// AtRisk is the kind of a notice: the customer is likely lost.
const AtRisk = "at_risk"

// PutNotice adds a notice of a day, where none stands.
func (b *Batch) PutNotice(id channel.CustomerID, day value.Day, kind string, n Notice) int {
	return b.New(NoticeKey(id, day.String(), kind), n)
}

// night is the last day whose nightly work was done.
type night struct {
	Day   value.Day `json:"day"`
	Model int       `json:"model"` // newest version then
}

// Night is for which day, and which newest model, the nightly work was last
// done; found is false before the first.
func (s *Store) Night(ctx context.Context) (day value.Day, model int, found bool, err error) {
	var n night
	version, err := s.Load(ctx, NightKey(), &n)
	return n.Day, n.Model, version != 0, err
}

// PutNight notes that the nightly work of a day was done. Two that do it at once
// note the same.
func (s *Store) PutNight(ctx context.Context, day value.Day, model int) error {
	items, err := s.Get(ctx, NightKey())
	if err != nil {
		return err
	}
	b := &Batch{}
	b.Put(NightKey(), night{day, model}, items[0].Version)
	if err := s.Commit(ctx, b); err != nil && AsRefused(err) == nil {
		return err
	}
	return nil
}
