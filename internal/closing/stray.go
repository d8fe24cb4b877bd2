package closing

import (
	"context"
	"errors"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// late is a stray that is to be booked anew.
type late struct {
	customer channel.CustomerID
	entry    history.Entry
}

// Stray reports whether an entry of a customer, by its sort key, is a stray that
// was not booked anew yet, and books it. It asks nothing while the period is open
// or closing: the next close looks again.
func (p *Strays) Stray(ctx context.Context, id channel.CustomerID, sk string) (bool, error) {
	name, ok := history.ParseEntryName(sk)
	if !ok {
		return false, nil
	}
	c, err := p.library.Control(ctx)
	if err != nil || c.State(name.Booked) != wire.PeriodClosed {
		return false, err
	}
	sealedIn := max(name.Booked, c.FirstClosed)
	k, err := p.library.ReadCustomer(ctx, id, sealedIn)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(k.file.Partition.Entries, func(e history.Entry) bool { return e.SK() == sk })
	if i < 0 {
		return false, nil // replaced, or the record is of a write that nobody sees yet
	}
	e := &k.file.Partition.Entries[i]
	if creditedTo(k.Past, e, k.orders()) == channel.Nobody {
		return false, nil
	}
	if in, err := p.inSeals(ctx, k, i, manifests{period: sealedIn}); in || err != nil {
		return false, err
	}
	return true, p.bookLate(ctx, []late{{id, *e}})
}

// strays finds what is booked in the period before among an owner's entries and
// in none of its seals. sealed is how many entries the owner's own seal has: as
// long as there are no more, nothing else is read. Customers come back without
// their strays.
func (p *Strays) strays(ctx context.Context, b *Books, o channel.Owner, sealed int, customers []Customer) ([]Customer, []late, error) {
	credited, n := make([][]int, len(customers)), 0
	for i, k := range customers {
		credited[i] = b.creditedBefore(k, o)
		n += len(credited[i])
	}
	if n == sealed {
		return customers, nil, nil
	}
	var found []late
	out, seen := slices.Clone(customers), manifests{period: b.period.Prev(), of: map[channel.Owner]map[[8]byte]bool{}}
	for i, k := range customers {
		sks := map[string]bool{}
		for _, n := range credited[i] {
			in, err := p.inSeals(ctx, k, n, seen)
			if err != nil {
				return nil, nil, err
			}
			if !in {
				sks[k.file.Entries[n].SK] = true
				found = append(found, late{k.Past.Customer, k.file.Partition.Entries[n]})
			}
		}
		for _, n := range refundsOf(k, sks) { // they wait for their order, and go with it
			if e := &k.file.Partition.Entries[n]; e.Booked <= b.period && !sks[e.SK()] {
				sks[e.SK()] = true
				found = append(found, late{k.Past.Customer, *e})
			}
		}
		if len(sks) > 0 {
			file := without(k.file, sks)
			out[i] = Customer{file, history.Fold(file.Partition, b.period)}
		}
	}
	return out, found, nil
}

// creditedBefore are the entries of the period before, by index, that the owner
// is credited with.
func (b *Books) creditedBefore(k Customer, o channel.Owner) []int {
	var out []int
	var orders map[channel.OrderID]*history.Order
	for i := range k.file.Partition.Entries {
		e := &k.file.Partition.Entries[i]
		if !b.bookedIn(e, b.period.Prev()) {
			continue
		}
		if orders == nil {
			orders = k.orders()
		}
		if creditedTo(k.Past, e, orders) == o {
			out = append(out, i)
		}
	}
	return out
}

// refundsOf are the refunds, by index, of orders whose entries have these sort keys.
func refundsOf(k Customer, sks map[string]bool) []int {
	of := map[channel.OrderID]bool{}
	for i := range k.file.Partition.Entries {
		if e := &k.file.Partition.Entries[i]; e.Order != nil && sks[e.SK()] {
			of[e.Order.ID] = true
		}
	}
	var out []int
	for i := range k.file.Partition.Entries {
		if e := &k.file.Partition.Entries[i]; e.Refund != nil && of[e.Refund.Order] {
			out = append(out, i)
		}
	}
	return out
}

// orders are the customer's orders by id.
func (k Customer) orders() map[channel.OrderID]*history.Order {
	out := make(map[channel.OrderID]*history.Order, len(k.Past.Orders))
	for i := range k.Past.Orders {
		out[k.Past.Orders[i].ID] = &k.Past.Orders[i]
	}
	return out
}

// manifests are those of a period's seals, as far as they were read.
type manifests struct {
	period channel.Period
	of     map[channel.Owner]map[[8]byte]bool
}

// inSeals reports whether entry number i of a customer is in the seal of one
// of its owners: which of them is for the customer's past to say, and a stray
// decision would have changed that.
func (p *Strays) inSeals(ctx context.Context, k Customer, i int, m manifests) (bool, error) {
	leaf := seal.Leaf(leafBytes(k.Past.Customer, k.file.Entries[i].SK, k.file.Entries[i].Body))
	for _, o := range k.owners() {
		names, known := m.of[o]
		if !known {
			var err error
			if names, err = p.store.SealedNames(ctx, o, m.period); err != nil {
				return false, err
			}
			if m.of != nil {
				m.of[o] = names
			}
		}
		if names[[8]byte(leaf[:8])] {
			return true, nil
		}
	}
	return false, nil
}

// bookLate books strays again, as any writer does: under the gate, in a period
// that is open. One that was booked meanwhile is as good.
func (p *Strays) bookLate(ctx context.Context, all []late) error {
	for _, l := range all {
		err := store.ErrExpired
		for try := 0; try < 3 && errors.Is(err, store.ErrExpired); try++ {
			err = p.bookOne(ctx, l)
		}
		if err != nil && !store.IsRefused(err) {
			return err
		}
	}
	return nil
}

func (p *Strays) bookOne(ctx context.Context, l late) error {
	p.store.Gate.RLock()
	defer p.store.Gate.RUnlock()
	now := p.library.Now()
	c, err := p.store.Control(ctx, now)
	if err != nil {
		return err
	}
	e, sk := l.entry, l.entry.SK()
	e.Kind, e.ID, e.Replaces, e.Booked = history.KindLate, sk, sk, c.Book(l.entry.Booked)
	b := &store.Batch{NotAfter: p.store.NotAfter(now)}
	b.PutEntry(l.customer, &e, l.entry.Booked)
	return p.store.Commit(ctx, b)
}
