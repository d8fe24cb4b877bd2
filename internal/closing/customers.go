package closing

import (
	"cmp"
	"context"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/store"
)

// Customer is a customer as read, and its past as booked up to a period.
type Customer struct {
	file *store.CustomerFile
	Past *history.History
}

// ReadCustomer reads a customer as booked up to a period, without strays that a late
// entry replaces. It reads the later entries too, since that is where those stand:
// a statement shown again must pass over what slipped in after its closing.
func (p *Library) ReadCustomer(ctx context.Context, id channel.CustomerID, upTo channel.Period) (Customer, error) {
	file, err := p.store.Customer(ctx, id, "")
	if err != nil {
		return Customer{}, err
	}
	replaced := map[string]bool{}
	for i := range file.Partition.Entries {
		if e := &file.Partition.Entries[i]; e.Kind == history.KindLate {
			replaced[e.Replaces] = true
		}
	}
	if len(replaced) > 0 {
		file = without(file, replaced)
	}
	return Customer{file, history.Fold(file.Partition, upTo)}, nil
}

// without is a customer's file without some entries, by sort key.
func without(f *store.CustomerFile, sks map[string]bool) *store.CustomerFile {
	out := *f
	out.Partition.Entries, out.Entries = nil, nil
	for i, it := range f.Entries {
		if !sks[it.SK] {
			out.Entries = append(out.Entries, it)
			out.Partition.Entries = append(out.Partition.Entries, f.Partition.Entries[i])
		}
	}
	return &out
}

// LoadPortfolio reads the customers that an owner's portfolio names. It may name
// too many, never too few: who owned a customer is for its own past to say.
func (p *Library) LoadPortfolio(ctx context.Context, o channel.Owner, upTo channel.Period) ([]Customer, error) {
	var out []Customer
	for id, err := range p.store.PortfolioCustomers(ctx, o) {
		if err != nil {
			return nil, err
		}
		k, err := p.ReadCustomer(ctx, id, upTo)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return ofOwner(out, o), nil
}

// ofOwner are those whom the owner ever owned, by id.
func ofOwner(all []Customer, o channel.Owner) []Customer {
	out := all[:0:0]
	for _, k := range all {
		if k.ownedBy(o) {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b Customer) int { return cmp.Compare(a.Past.Customer, b.Past.Customer) })
	return out
}

func (k Customer) ownedBy(o channel.Owner) bool {
	return slices.ContainsFunc(k.Past.Spans, func(s history.Span) bool { return s.Owner == o })
}

// owners are all who ever owned the customer, each once.
func (k Customer) owners() []channel.Owner {
	var out []channel.Owner
	for _, s := range k.Past.Spans {
		if !slices.Contains(out, s.Owner) {
			out = append(out, s.Owner)
		}
	}
	return out
}

// Again folds the same customers as booked up to an earlier period.
func Again(all []Customer, upTo channel.Period) []Customer {
	out := make([]Customer, 0, len(all))
	for _, k := range all {
		out = append(out, Customer{k.file, history.Fold(k.file.Partition, upTo)})
	}
	return out
}
