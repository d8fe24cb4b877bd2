package store

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/table"
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

// Night is how far the nightly work is: it may take longer than whoever does it
// may run, and is gone on with where it stopped.
type Night struct {
	Day   value.Day `json:"day"`             // on which it began
	Model int       `json:"model"`           // newest version then
	Step  string    `json:"step,omitempty"`  // what is to be done next; "" once everything is
	Next  int       `json:"next,omitempty"`  // the bucket at which valuing goes on
	Tries int       `json:"tries,omitempty"` // how often this night's fit was begun
	Until time.Time `json:"until,omitzero"`  // whoever is at it will have ended by then
}

// Night is how far the nightly work was last; it does not exist before the first.
func (s *Store) Night(ctx context.Context) (Loaded[Night], error) {
	return load[Night](ctx, s, NightKey())
}

// PutNight notes how far the nightly work is, refused where somebody else noted
// something since that was read.
func (s *Store) PutNight(ctx context.Context, n *Loaded[Night]) error {
	b := &Batch{}
	save(b, NightKey(), n)
	return s.Commit(ctx, b)
}

// PutDue notes that the night is to route a customer once everybody is valued.
func (s *Store) PutDue(ctx context.Context, id channel.CustomerID) error {
	b := &Batch{}
	b.Set(DueKey(id), struct{}{})
	return s.Commit(ctx, b)
}

// Due walks the customers of a bucket that the night is to route.
func (s *Store) Due(ctx context.Context, n int) iter.Seq2[channel.CustomerID, error] {
	r := table.Range{Table: table.State, PK: DuePK(BucketName(n)), From: "C#", To: "C$"}
	return mapItems(s.Items(ctx, r), func(it table.Item) (channel.CustomerID, error) {
		id, _ := parseListed(it.SK)
		return id, nil
	})
}

// DeleteDue takes a customer off that list.
func (s *Store) DeleteDue(ctx context.Context, id channel.CustomerID) error {
	b := &Batch{}
	b.Delete(DueKey(id))
	return s.Commit(ctx, b)
}

// Orphans is what the last look for customers who lost their owner went by, and
// whose customers some were.
type Orphans struct {
	Directory string          `json:"directory"` // hash
	Policy    string          `json:"policy"`    // hash
	Owners    []channel.Owner `json:"owners,omitempty"`
}

// Is reports whether two looks found the same.
func (o Orphans) Is(p Orphans) bool {
	return o.Directory == p.Directory && o.Policy == p.Policy && slices.Equal(o.Owners, p.Owners)
}

// Orphans is the last look; it does not exist where everybody is to be looked at.
func (s *Store) Orphans(ctx context.Context) (Loaded[Orphans], error) {
	return load[Orphans](ctx, s, OrphansKey())
}

// PutOrphans notes a look, refused where somebody noted another since that was
// read.
func (s *Store) PutOrphans(ctx context.Context, o *Loaded[Orphans]) error {
	b := &Batch{}
	save(b, OrphansKey(), o)
	return s.Commit(ctx, b)
}

// ForgetOrphans has everybody looked at the next time.
func (s *Store) ForgetOrphans(ctx context.Context) error {
	b := &Batch{}
	b.Delete(OrphansKey())
	return s.Commit(ctx, b)
}
