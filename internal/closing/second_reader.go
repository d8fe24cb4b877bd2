package closing

import (
	"context"
	"slices"
	"sync"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/store"
)

// keepEntries is how many entries the second reader keeps in memory between its
// two passes; customers beyond are read once more.
const keepEntries = 1 << 18

// Walk is the second reader's first pass: every customer by its head, never by
// a portfolio. It may be made bucket by bucket, in several processes, and
// joined.
type Walk struct {
	// Customers are those whom an owner ever owned, in no order.
	Customers map[channel.Owner][]channel.CustomerID `json:"customers"`
	// Unattributed sums the entries that nobody is credited with, by the kind's
	// letter; Nobody is how many they are.
	Unattributed map[string]store.Tally `json:"unattributed,omitempty"`
	Nobody       int                    `json:"nobody"`
	Seen         int                    `json:"seen"`           // all entries that a seal could cover
	Late         int                    `json:"late,omitempty"` // strays booked anew since the period was shut

	mu   sync.Mutex
	kept map[channel.CustomerID]Customer
	room int
}

// newWalk keeps up to room entries in memory for the second pass.
func newWalk(room int) *Walk {
	return &Walk{Customers: map[channel.Owner][]channel.CustomerID{}, kept: map[channel.CustomerID]Customer{}, room: room}
}

// Join adds what another part of the walk found.
func (w *Walk) Join(other *Walk) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.Customers == nil {
		w.Customers = map[channel.Owner][]channel.CustomerID{}
	}
	for o, ids := range other.Customers {
		w.Customers[o] = append(w.Customers[o], ids...)
	}
	w.Seen += other.Seen
	w.Late += other.Late
	w.nobody(other.Unattributed, other.Nobody)
}

// nobody adds entries that nobody is credited with.
func (w *Walk) nobody(sums map[string]store.Tally, count int) {
	w.Nobody += count
	if len(sums) > 0 {
		w.Unattributed = joined(w.Unattributed, sums)
	}
}

// strangers refuses owners that the directory does not know.
func (w *Walk) strangers(period channel.Period, owners []channel.Owner) error {
	for o := range w.Customers {
		if _, ok := slices.BinarySearch(owners, o); !ok {
			return Internal("closing %s: customers were owned by %s, who is not in the directory", period, o)
		}
	}
	return nil
}

// walkBuckets walks the heads of the buckets from (inclusive) to (exclusive).
func (p *Closing) walkBuckets(ctx context.Context, b *Books, from, to int, w *Walk) error {
	return Each(ctx, to-from, nil, func(ctx context.Context, n int) error { return p.walkBucket(ctx, b, from+n, w) })
}

// verifyOwners is C4: it makes everything again from the customers' own pasts
// and compares it with what the first reader stored.
func (p *Closing) verifyOwners(ctx context.Context, b *Books, owners []channel.Owner, w *Walk, progress func(int)) error {
	return Each(ctx, len(owners), progress, func(ctx context.Context, i int) error {
		customers, err := p.walked(ctx, w, owners[i], b.period)
		if err != nil {
			return err
		}
		m, err := p.maker.make(ctx, b, owners[i], customers)
		if err != nil {
			return err
		}
		return p.maker.check(ctx, m, b.period)
	})
}

func (p *Closing) walkBucket(ctx context.Context, b *Books, n int, w *Walk) error {
	for id, err := range p.store.Customers(ctx, n) {
		if err != nil {
			return err
		}
		k, err := p.library.ReadCustomer(ctx, id, b.period)
		if err != nil {
			return err
		}
		var nobody entries
		nobody.add(b, k, channel.Nobody)
		w.add(b, k, nobody)
	}
	return nil
}

func (w *Walk) add(b *Books, k Customer, nobody entries) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := k.Past.Customer
	for _, o := range k.owners() {
		w.Customers[o] = append(w.Customers[o], id)
	}
	seen, late := count(b, k)
	w.Seen, w.Late = w.Seen+seen, w.Late+late
	if n := len(k.file.Partition.Entries); len(k.Past.Spans) > 0 && n <= w.room {
		w.room -= n
		w.kept[id] = k
	}
	w.nobody(nobody.sums, len(nobody.leaves))
}

// count counts the entries that some seal of the period must cover, or nobody's,
// and the late ones that were booked behind it.
func count(b *Books, k Customer) (seen, late int) {
	for i := range k.file.Partition.Entries {
		e := &k.file.Partition.Entries[i]
		if b.booked(e) {
			seen++
		}
		if e.Kind == history.KindLate && e.Booked == b.period.Next() {
			late++
		}
	}
	return seen, late
}

// walked are the customers that an owner ever owned, by the walk.
func (p *Closing) walked(ctx context.Context, w *Walk, o channel.Owner, period channel.Period) ([]Customer, error) {
	out := make([]Customer, 0, len(w.Customers[o]))
	for _, id := range w.Customers[o] {
		k, ok := w.kept[id]
		if !ok {
			var err error
			if k, err = p.library.ReadCustomer(ctx, id, period); err != nil {
				return nil, err
			}
		}
		out = append(out, k)
	}
	return ofOwner(out, o), nil
}
