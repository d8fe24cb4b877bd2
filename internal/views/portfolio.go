package views

import (
	"cmp"
	"context"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/valuing"
	"github.com/fairlead/fairlead/internal/wire"
)

// topLines is how many customers a portfolio names.
const topLines = 20

// Portfolio is what an owner holds, folded now: one read per customer. A pod or
// partner reads its own; another's is 404 owner_not_found.
func (s *Values) Portfolio(ctx context.Context, a wire.Actor, owner channel.Owner) (wire.Portfolio, error) {
	m, dir, err := s.docs.CurrentDirectory(ctx)
	if err != nil {
		return wire.Portfolio{}, err
	}
	none := fault.New(fault.NotFound, "owner_not_found", "there is no %q", fault.Clip(string(owner)))
	id, isPartner := owner.Partner()
	pod, _ := owner.Pod()
	if isPartner && dir.Partners[id] == nil || !isPartner && dir.Pods[pod] == nil {
		return wire.Portfolio{}, none
	}
	if !a.SeesAll() && (a.Partner != "" && owner != channel.PartnerOwner(a.Partner) || a.Pod != "" && owner != channel.PodOwner(a.Pod)) {
		return wire.Portfolio{}, none
	}
	out := wire.Portfolio{Owner: owner, AsOf: m.Now, Period: m.Cal.Of(m.Now), Tiers: map[string]int{}, Top: []wire.PortfolioLine{}, Came: []wire.PortfolioMove{}, Went: []wire.PortfolioMove{}}
	sums := portfolioSums{value: map[string]int64{}, start: map[string]int64{}, revenue: map[string]int64{}}
	if err := s.addCustomers(ctx, &m, &out, &sums); err != nil {
		return out, err
	}
	if isPartner {
		for _, err := range s.store.Offers(ctx, id, store.OpenOffer{}, documents.ZeroTime) {
			if err != nil {
				return out, err
			}
			out.Offered++
		}
	}
	out.Value, out.Revenue = amounts(sums.value), amounts(sums.revenue)
	out.ValueAtStart, out.Change = amounts(sums.start), change(sums.value, sums.start)
	slices.SortFunc(sums.top, func(a, b topLine) int {
		return cmp.Or(cmp.Compare(a.Value.Currency, b.Value.Currency), cmp.Compare(b.minor, a.minor), cmp.Compare(a.CustomerID, b.CustomerID))
	})
	for _, line := range sums.top[:min(len(sums.top), topLines)] {
		out.Top = append(out.Top, line.PortfolioLine)
	}
	return out, nil
}

type portfolioSums struct {
	value, start, revenue map[string]int64 // minor units by currency
	top                   []topLine
}

type topLine struct {
	wire.PortfolioLine
	minor int64
}

// addCustomers adds everybody whom the owner has or had in this period: read
// some at a time, added in order. Whose data are damaged is named.
func (s *Values) addCustomers(ctx context.Context, m *documents.Current, out *wire.Portfolio, sums *portfolioSums) error {
	var entries []store.PortfolioEntry
	for e, err := range s.store.Portfolio(ctx, out.Owner, "") {
		if err != nil {
			return err
		}
		if e.Until.IsZero() || m.Cal.Of(e.Until) >= out.Period {
			entries = append(entries, e)
		}
	}
	for len(entries) > 0 {
		some := entries[:min(len(entries), portfolioChunk)]
		entries = entries[len(some):]
		read, failed := make([]held, len(some)), make([]error, len(some))
		err := valuing.SideBySide(ctx, len(some), func(ctx context.Context, i int) error {
			read[i], failed[i] = s.held(ctx, some[i])
			if valuing.Ends(ctx, failed[i]) {
				return failed[i]
			}
			return nil
		})
		if err != nil {
			return err
		}
		for i, e := range some {
			switch {
			case failed[i] == nil:
				s.addCustomer(ctx, m, out, sums, read[i])
			case len(out.Failed) < 100:
				out.Failed = append(out.Failed, wire.FailedRouteOf(e.Customer, failed[i]))
			}
		}
	}
	return nil
}

// portfolioChunk is how many customers are in memory at a time.
const portfolioChunk = 1024

func (s *Values) held(ctx context.Context, e store.PortfolioEntry) (held, error) {
	file, err := s.store.Customer(ctx, e.Customer, "")
	if err != nil {
		return held{}, err
	}
	head, err := s.store.Head(ctx, e.Customer)
	if err != nil {
		return held{}, err
	}
	return held{e, head, history.Fold(file.Partition, "")}, nil
}

// addCustomer adds one portfolio entry: its value if the owner still has it, and
// the revenue of this period's orders that are credited to the owner.
func (s *Values) addCustomer(ctx context.Context, m *documents.Current, out *wire.Portfolio, sums *portfolioSums, c held) {
	e, head, past := c.entry, c.head, c.past
	s.movements(ctx, m, out, sums, c)
	if e.Until.IsZero() {
		out.Customers++
		out.Tiers[head.Tier]++
		if v := s.worthNow(ctx, m, head, past); v.Currency != "" {
			sums.value[v.Currency] += v.Minor
			sums.top = append(sums.top, topLine{minor: v.Minor, PortfolioLine: wire.PortfolioLine{CustomerID: e.Customer, Tier: head.Tier, Since: head.Since(),
				Value: wire.Money{Amount: money.Format(v.Minor, v.Currency), Currency: v.Currency}}})
		}
	}
	for i := range past.Orders {
		o := &past.Orders[i]
		if m.Cal.Of(o.Occurred) == out.Period && past.OwnerAt(o.Occurred) == out.Owner {
			sums.revenue[o.Currency] += o.Amount - o.Refunded(documents.ZeroTime)
		}
	}
}

func amounts(sums map[string]int64) []wire.Money {
	out := []wire.Money{}
	for _, c := range documents.SortedKeys(sums) {
		out = append(out, wire.Money{Amount: money.Format(sums[c], c), Currency: c})
	}
	return out
}
