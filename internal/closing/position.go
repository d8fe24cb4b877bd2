package closing

import (
	"cmp"
	"context"
	"slices"
	"sort"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/seal"
)

// MaxPart is how much of a position one item holds; beyond it the frozen shares
// go into parts of their own, which are written before the statement.
const MaxPart = 300 << 10

// PositionPart is part 0 of a position. Index, where the shares fill parts of
// their own, has the first order of each part from 1 on.
type PositionPart struct {
	Position incentive.Position `json:"position"`
	Shares   ShareBook          `json:"shares,omitempty"`
	Index    []channel.OrderID  `json:"index,omitempty"`
	Values   *ValueBook         `json:"values,omitempty"`
}

// sharePart is a part from 1 on.
type sharePart struct {
	Shares ShareBook `json:"shares"`
}

// ShareBook has the frozen share of each order under each component, in minor
// units.
type ShareBook map[channel.OrderID]map[string]int64

// EncodePosition writes a position as the bodies of its parts, part 0 first.
func EncodePosition(r *incentive.Result, values *ValueBook) ([][]byte, error) {
	shares := slices.Clone(r.Shares)
	slices.SortFunc(shares, func(a, b incentive.Share) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Component, b.Component))
	})
	books := Split(shares, MaxPart)
	head := PositionPart{Position: r.Position}
	var rest [][]byte
	if len(books) == 1 {
		head.Shares, books = books[0], nil
	}
	for _, book := range books {
		head.Index = append(head.Index, first(book))
		body, err := seal.Canonical(sharePart{book})
		if err != nil {
			return nil, err
		}
		rest = append(rest, body)
	}
	worths, err := head.keep(values)
	if err != nil {
		return nil, err
	}
	rest = append(rest, worths...)
	body, err := seal.Canonical(head)
	return append([][]byte{body}, rest...), err
}

// keep puts a book of values into the head: whole where its customers fit
// there, else without them, and returns the bodies of the parts that hold them.
// The parts are counted from nothing: a book that was read back is written as it
// was the first time.
func (head *PositionPart) keep(values *ValueBook) ([][]byte, error) {
	if values == nil {
		return nil, nil
	}
	book := ValueBook{This: values.This, Next: values.Next}
	head.Values = &book
	if values.Customers.Inline() {
		book.Customers = values.Customers
		return nil, nil
	}
	var parts [][]byte
	for _, some := range values.Customers.Split(MaxPart) {
		body, err := seal.Canonical(ValuePart{some})
		if err != nil {
			return nil, err
		}
		parts = append(parts, body)
	}
	book.Parts = len(parts)
	return parts, nil
}

// Split cuts shares, sorted by order, into books of about so many bytes; an
// order is never cut in two.
func Split(shares []incentive.Share, size int) []ShareBook {
	var out []ShareBook
	room := 0
	for i, s := range shares {
		if begins := i == 0 || shares[i-1].Order != s.Order; begins && room <= 0 {
			out, room = append(out, ShareBook{}), size
		}
		book := out[len(out)-1]
		if book[s.Order] == nil {
			book[s.Order] = map[string]int64{}
			room -= len(s.Order) + 6
		}
		book[s.Order][s.Component] = s.Amount
		room -= len(s.Component) + 24
	}
	return out
}

func first(b ShareBook) channel.OrderID {
	least := channel.OrderID("")
	for id := range b {
		if least == "" || id < least {
			least = id
		}
	}
	return least
}

// LoadPosition is part 0 of a partner's position at the end of a period; nil if it
// had no statement.
func (p *Library) LoadPosition(ctx context.Context, partner channel.PartnerID, period channel.Period) (*PositionPart, error) {
	var part PositionPart
	found, err := p.store.PositionPart(ctx, channel.PartnerOwner(partner), period, 0, &part)
	if err != nil || !found {
		return nil, err
	}
	return &part, nil
}

// SharesOf are the frozen shares of some orders in one statement's position;
// orders that it does not know are left out. orders are sorted.
func (p *Library) SharesOf(ctx context.Context, partner channel.PartnerID, period channel.Period, orders []channel.OrderID) ([]incentive.Share, error) {
	head, err := p.LoadPosition(ctx, partner, period)
	if err != nil || head == nil {
		return nil, err
	}
	if len(head.Index) == 0 {
		return head.Shares.of(orders), nil
	}
	var out []incentive.Share
	for n, at := range head.Index {
		until := len(orders)
		if n+1 < len(head.Index) {
			until = sort.Search(len(orders), func(i int) bool { return orders[i] >= head.Index[n+1] })
		}
		from := sort.Search(len(orders), func(i int) bool { return orders[i] >= at })
		if from >= until {
			continue
		}
		var part sharePart
		found, err := p.store.PositionPart(ctx, channel.PartnerOwner(partner), period, n+1, &part)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, Internal("part %d of the position of %s for %s is missing", n+1, partner, period)
		}
		out = append(out, part.Shares.of(orders[from:until])...)
	}
	return out, nil
}

// of are the shares of some orders, by order and component.
func (b ShareBook) of(orders []channel.OrderID) []incentive.Share {
	var out []incentive.Share
	for _, id := range orders {
		for _, component := range SortedKeys(b[id]) {
			out = append(out, incentive.Share{Component: component, Order: id, Amount: b[id][component]})
		}
	}
	return out
}
