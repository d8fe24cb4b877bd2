package incentive

import (
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// customers gives the example's customers their profiles, from the beginning.
func (b *builder) customers(list []rawCustomer) {
	for i := range list {
		c := &list[i]
		u := &channel.Upsert{Customer: channel.CustomerID(c.ID), Region: set(c.Region), Segment: set(c.Segment),
			SourcedBy: set(channel.PartnerID(c.SourcedBy)), ReferredBy: set(channel.CustomerID(c.ReferredBy)), Attributes: map[string]*string{}}
		for k, v := range c.Attributes {
			u.Attributes[k] = &v
		}
		p := b.partition(c.ID)
		p.Entries = append(p.Entries, history.Entry{Kind: history.KindProfile, ID: "profile", Profile: u})
	}
}

func set[T ~string](v T) channel.Patch[T] { return channel.Patch[T]{Set: v != "", Value: v} }

// moves hands every customer to the partner at the beginning, and those of the
// list to the sales force: without a time at the period's last second, after
// its orders.
func (b *builder) moves(list []rawHandover) {
	last := b.cal.End(b.period).Sub(b.cal.Start(b.period)) - time.Second
	for i := range list {
		h := &list[i]
		at := b.time(document.Path("given", "handovers", i, "time"), h.Time, last)
		booked := b.cal.Of(at)
		b.begin = min(b.begin, booked)
		p := b.partition(h.Customer)
		p.Moves = append(p.Moves, history.Move{Decision: "handover", From: at, Seq: uint64(i) + 2, Booked: booked, Owner: channel.PodOwner("example"), Cause: history.ByDecision,
			Value: money.Of(minorOf(h.Value, h.Currency), h.Currency), Basis: observed})
	}
}

func (b *builder) fold() []*history.History {
	start := b.cal.Start(b.begin)
	slices.Sort(b.ids)
	out := make([]*history.History, 0, len(b.ids))
	for _, id := range b.ids {
		p := b.parts[id]
		p.Moves = append(p.Moves, history.Move{Decision: "first", From: start, Seq: 1, Booked: b.begin, Owner: channel.PartnerOwner("example"), Cause: history.ByDecision})
		for i := range p.Entries {
			if e := &p.Entries[i]; e.Kind == history.KindProfile {
				e.Occurred, e.Booked = start, b.begin
			}
		}
		out = append(out, history.Fold(*p, b.period))
	}
	return out
}

func (b *builder) opening(o *rawOpening) Position {
	p := Position{Currency: b.currency, Balance: b.minor(o.Balance), Draw: b.minor(o.Draw), Excess: b.minor(o.Excess), Points: o.Points, Fund: b.minor(o.Fund) + b.minor(o.MDF), Growth: b.minor(o.Growth)}
	for i, h := range o.Holds {
		due, err := b.cal.ParseTime(document.Path("given", "opening", "holds", i, "due"), h.Due)
		b.bad.Merge("", err)
		p.Holds = append(p.Holds, Hold{Period: b.period.Prev(), Due: due.UTC(), Amount: b.minor(h.Amount)})
	}
	return p
}
