package closing

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
)

// entries collects the entries of one seal: their hashes in the order of the
// tree, and their sums. A customer is added whole before the next one.
type entries struct {
	leaves []seal.Digest
	sums   map[string]store.Tally
}

// booked says which entries a seal covers: those booked in the period, or, when
// it is the first closed one, everything up to it.
func (b *Books) booked(e *history.Entry) bool { return b.bookedIn(e, b.period) }

func (b *Books) bookedIn(e *history.Entry, p channel.Period) bool {
	return e.Booked == p || p == b.first && e.Booked < p
}

// add adds a customer's entries that the owner is credited with.
func (s *entries) add(b *Books, k Customer, o channel.Owner) {
	part := k.file.Partition
	var chosen []int
	for i := range part.Entries {
		if b.booked(&part.Entries[i]) {
			chosen = append(chosen, i)
		}
	}
	if len(chosen) == 0 {
		return
	}
	orders := k.orders()
	slices.SortFunc(chosen, func(x, y int) int { return cmp.Compare(k.file.Entries[x].SK, k.file.Entries[y].SK) })
	for _, i := range chosen {
		e := &part.Entries[i]
		if creditedTo(k.Past, e, orders) != o {
			continue
		}
		s.leaves = append(s.leaves, seal.Leaf(leafBytes(part.Customer, k.file.Entries[i].SK, k.file.Entries[i].Body)))
		s.count(e, orders)
	}
}

// leafBytes are the canonical bytes of an entry with its place in the ledger:
// what a seal's tree is made over. body is canonical.
func leafBytes(id channel.CustomerID, sk string, body []byte) []byte {
	w := seal.NewWriter(make([]byte, 0, len(body)+len(id)+len(sk)+40))
	leaf := w.Object()
	leaf.Raw("body", body)
	leaf.Text("customer", string(id))
	leaf.Text("key", sk)
	leaf.End()
	return w.Bytes()
}

// count adds an entry to the sums of its kind.
func (s *entries) count(e *history.Entry, orders map[channel.OrderID]*history.Order) {
	if s.sums == nil {
		s.sums = map[string]store.Tally{}
	}
	t := s.sums[string(e.Kind)]
	t.Count++
	switch {
	case e.Order != nil:
		sum(&t, e.Order.Currency, e.Order.Amount)
	case e.Refund != nil && orders[e.Refund.Order] != nil:
		sum(&t, orders[e.Refund.Order].Currency, e.Refund.Amount)
	}
	s.sums[string(e.Kind)] = t
}

func sum(t *store.Tally, currency string, minor int64) {
	addSum(t, currency, money.WideOf(minor))
}

func addSum(t *store.Tally, currency string, add money.Wide) {
	if t.Sums == nil {
		t.Sums = map[string]money.Wide{}
	}
	w := t.Sums[currency]
	w.AddWide(add)
	t.Sums[currency] = w
}

// joined adds tallies by kind. Neither argument is changed.
func joined(some, more map[string]store.Tally) map[string]store.Tally {
	out := maps.Clone(some)
	if out == nil {
		out = map[string]store.Tally{}
	}
	for kind, add := range more {
		t := out[kind]
		t.Count += add.Count
		t.Sums = maps.Clone(t.Sums)
		for currency, w := range add.Sums {
			addSum(&t, currency, w)
		}
		out[kind] = t
	}
	return out
}

// manifest is the first eight bytes of each leaf, sorted, in base64: enough to
// tell whether an entry is in the seal.
func (s *entries) manifest() string {
	short := make([][8]byte, len(s.leaves))
	for i, l := range s.leaves {
		copy(short[i][:], l[:])
	}
	slices.SortFunc(short, func(a, b [8]byte) int { return slices.Compare(a[:], b[:]) })
	flat := make([]byte, 0, 8*len(short))
	for _, p := range short {
		flat = append(flat, p[:]...)
	}
	return base64.StdEncoding.EncodeToString(flat)
}

// SortedKeys are the keys of a map, ascending.
func SortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
