package payrun

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
)

// reading is what one reader of a period found.
type reading struct {
	mu         sync.Mutex
	roots      []seal.Digest // the leaf of each owner's seal, by owner
	count      int           // entries in all seals
	statements int
	totals     map[string]store.PeriodTotal

	// Only the second reader knows of entries that nobody is credited with.
	unattributed entries
	seen         int // all entries that a seal could cover
}

func newReading(owners int) *reading {
	return &reading{roots: make([]seal.Digest, owners), totals: map[string]store.PeriodTotal{}}
}

// set records owner number i.
func (r *reading) set(i int, m *made) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.roots[i] = seal.Leaf(m.tx[len(m.tx)-1].body)
	r.count += m.seal.Count
	if m.result == nil {
		return nil
	}
	r.statements++
	t := r.totals[m.result.Currency]
	for _, add := range []struct {
		to    *int64
		minor int64
	}{{&t.Earned, m.result.Earned}, {&t.Payable, m.result.Payable}, {&t.Carried, m.result.ClosingBalance}} {
		sum, err := money.Add(*add.to, add.minor)
		if err != nil {
			return internal("the totals in %s: %w", m.result.Currency, err)
		}
		*add.to = sum
	}
	r.totals[m.result.Currency] = t
	return nil
}

// keepEntries is how many entries the second reader keeps in memory between its
// two passes; customers beyond are read once more.
const keepEntries = 1 << 18

// walk is the second reader's first pass: every customer by its head, never by
// a portfolio.
type walk struct {
	mu           sync.Mutex
	customers    map[channel.Owner][]channel.CustomerID
	kept         map[channel.CustomerID]known
	room         int
	unattributed []tallied
	seen         int
}

type tallied struct {
	id channel.CustomerID
	entries
}

// secondReader is C4: it makes everything again from the customers' own pasts
// and compares it with what the first reader stored.
func (p *Payrun) secondReader(ctx context.Context, b *books, progress func(int)) (*reading, error) {
	period := b.period
	w := &walk{customers: map[channel.Owner][]channel.CustomerID{}, kept: map[channel.CustomerID]known{}, room: keepEntries}
	err := each(ctx, store.Buckets, nil, func(ctx context.Context, n int) error { return p.walkBucket(ctx, b, n, w) })
	if err != nil {
		return nil, err
	}
	owners := b.owners()
	for o := range w.customers {
		if _, ok := slices.BinarySearch(owners, o); !ok {
			return nil, internal("closing %s: customers were owned by %s, who is not in the directory", period, o)
		}
	}
	all := newReading(len(owners))
	all.seen = w.seen
	slices.SortFunc(w.unattributed, func(a, b tallied) int { return cmp.Compare(a.id, b.id) })
	for _, t := range w.unattributed {
		all.unattributed.join(t.entries)
	}
	if all.unattributed.broken != nil {
		return nil, internal("the unattributed sums of %s: %w", period, all.unattributed.broken)
	}
	return all, each(ctx, len(owners), progress, func(ctx context.Context, i int) error {
		customers, err := p.walked(ctx, w, owners[i], period)
		if err != nil {
			return err
		}
		m, err := p.make(ctx, b, owners[i], customers)
		if err != nil {
			return err
		}
		if err := p.check(ctx, m, period); err != nil {
			return err
		}
		return all.set(i, m)
	})
}

func (p *Payrun) walkBucket(ctx context.Context, b *books, n int, w *walk) error {
	for h, err := range p.store.Heads(ctx, n, "") {
		if err != nil {
			return err
		}
		k, err := p.read(ctx, h.ID, b.period)
		if err != nil {
			return err
		}
		var nobody entries
		nobody.add(b, k, channel.Nobody)
		w.add(b, k, nobody)
	}
	return nil
}

func (w *walk) add(b *books, k known, nobody entries) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := k.past.Customer
	for _, o := range k.owners() {
		w.customers[o] = append(w.customers[o], id)
	}
	if len(nobody.leaves) > 0 {
		w.unattributed = append(w.unattributed, tallied{id, nobody})
	}
	w.seen += seen(b, k)
	if n := len(k.file.Partition.Entries); len(k.past.Spans) > 0 && n <= w.room {
		w.room -= n
		w.kept[id] = k
	}
}

// seen counts the entries that some seal of the period must cover, or nobody's.
func seen(b *books, k known) int {
	part := k.file.Partition
	n, replaced := 0, map[string]bool{}
	for i := range part.Entries {
		if e := &part.Entries[i]; e.Kind == history.KindLate {
			replaced[e.Replaces] = true
		}
	}
	for i := range part.Entries {
		if e := &part.Entries[i]; b.booked(e) && !replaced[e.SK()] {
			n++
		}
	}
	return n
}

// walked are the customers that an owner ever owned, by the walk.
func (p *Payrun) walked(ctx context.Context, w *walk, o channel.Owner, period channel.Period) ([]known, error) {
	out := make([]known, 0, len(w.customers[o]))
	for _, id := range w.customers[o] {
		k, ok := w.kept[id]
		if !ok {
			var err error
			if k, err = p.read(ctx, id, period); err != nil {
				return nil, err
			}
		}
		out = append(out, k)
	}
	return ofOwner(out, o), nil
}
