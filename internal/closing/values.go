package closing

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/incentive"
)

// ValueBook is what a position keeps of values, in minor units of the partner's
// currency: floats became integers when it was made, and who reads it later,
// the second reader included, reads these.
type ValueBook struct {
	This      Basis       `json:"this"` // the closed month's
	Next      Basis       `json:"next"` // the next month's
	Customers BookedWorth `json:"customers,omitempty"`
	Parts     int         `json:"parts,omitempty"` // where the customers fill parts of their own: how many, behind those of the shares
}

// BookedWorth has the customers that the partner owned at the month's end.
type BookedWorth map[channel.CustomerID]Worth

// Worth is a customer's own value at the month's end, without referrals, under
// the basis of the closed month and under that of the next: amount, then 1 if
// it was observed.
type Worth [4]int64

func (w Worth) now() (int64, bool) { return w[0], w[1] == 1 }

func (w Worth) next() (int64, bool) { return w[2], w[3] == 1 }

// value makes the book of a month: of customers that the partner owns at its
// end, under the basis of the month (what the position before named) and under
// that of the next. nil where there is neither.
func (p *Maker) value(ctx context.Context, b *Books, in *incentive.Input, customers []Customer, before *ValueBook) (*ValueBook, error) {
	end := b.calendar.End(in.Period)
	out := &ValueBook{Next: b.basisAt(end)}
	if before != nil {
		out.This = before.Next
	}
	if out.This == (Basis{}) && out.Next == (Basis{}) {
		return nil, nil
	}
	now, err := p.library.scorer(ctx, b, out.This, in.Partner.Currency)
	if err != nil {
		return nil, err
	}
	next, err := p.library.scorer(ctx, b, out.Next, in.Partner.Currency)
	if err != nil {
		return nil, err
	}
	owner := channel.PartnerOwner(in.Partner.ID)
	for _, k := range customers {
		if k.Past.OwnerAt(end.Add(-1)) != owner {
			continue
		}
		var w Worth
		w[0], w[1] = now.score(b, k, in.Period)
		w[2], w[3] = next.score(b, k, in.Period)
		if w != (Worth{}) {
			if out.Customers == nil {
				out.Customers = BookedWorth{}
			}
			out.Customers[k.Past.Customer] = w
		}
	}
	return out, nil
}

// growthValues are the values at both ends of a month: what the position before
// says of its end under this month's basis, and what the month's book says.
func growthValues(before, after *ValueBook) []incentive.Value {
	if before == nil {
		return nil
	}
	var out []incentive.Value
	for _, id := range SortedKeys(before.Customers) {
		start, ok := before.Customers[id].next()
		if !ok {
			continue
		}
		v := incentive.Value{Customer: id, Start: start, StartObserved: true}
		if after != nil {
			v.End, v.EndObserved = after.Customers[id].now()
		}
		out = append(out, v)
	}
	return out
}

// inlineWorth is how many bytes of customers part 0 of a position holds beside
// its shares.
const inlineWorth = 16 << 10

// worthSize is about what a customer takes.
func worthSize(id channel.CustomerID) int { return len(id) + 32 }

// Split cuts the customers, by id, into books of about so many bytes.
func (w BookedWorth) Split(size int) []BookedWorth {
	var out []BookedWorth
	room := 0
	for _, id := range SortedKeys(w) {
		if room <= 0 {
			out, room = append(out, BookedWorth{}), size
		}
		out[len(out)-1][id] = w[id]
		room -= worthSize(id)
	}
	return out
}

// Inline reports whether the customers fit beside the shares.
func (w BookedWorth) Inline() bool {
	size := 0
	for id := range w {
		size += worthSize(id)
	}
	return size <= inlineWorth
}

// ValuePart is a part of a position behind those of the shares.
type ValuePart struct {
	Values BookedWorth `json:"values"`
}

// Values reads the book of a position, whole and without parts; nil if it has
// none.
func (p *Library) Values(ctx context.Context, partner channel.PartnerID, period channel.Period, head *PositionPart) (*ValueBook, error) {
	if head == nil || head.Values == nil || head.Values.Parts == 0 {
		if head == nil {
			return nil, nil
		}
		return head.Values, nil
	}
	out := ValueBook{This: head.Values.This, Next: head.Values.Next, Customers: BookedWorth{}}
	for n := range head.Values.Parts {
		var part ValuePart
		at := 1 + len(head.Index) + n
		found, err := p.store.PositionPart(ctx, channel.PartnerOwner(partner), period, at, &part)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, Internal("part %d of the position of %s for %s is missing", at, partner, period)
		}
		for id, w := range part.Values {
			out.Customers[id] = w
		}
	}
	return &out, nil
}

// StoredValues is the book that a month's position holds already: what an
// earlier attempt, or the first reader, made integers of is read and never made
// again. found is false before there is a position.
func (p *Library) StoredValues(ctx context.Context, partner channel.PartnerID, period channel.Period) (book *ValueBook, found bool, err error) {
	head, err := p.LoadPosition(ctx, partner, period)
	if err != nil || head == nil {
		return nil, false, err
	}
	book, err = p.Values(ctx, partner, period, head)
	return book, true, err
}
