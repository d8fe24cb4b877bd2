package incentive

import (
	"fmt"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// exampleInput is the example as a first statement. Parse has checked everything
// but times.
func (p *Plan) exampleInput(e *Example, cal channel.Calendar) (Input, error) {
	given := &keys{reader: &reader{}, path: "given", currency: p.Currency, values: e.given}
	period := channel.Period(given.text("period"))
	b := &builder{cal: cal, period: period, begin: period, parts: map[channel.CustomerID]*history.Partition{}}
	currencies := b.addOrders(given)
	b.addRefunds(given, currencies)
	for i, f := range given.list("feedback") {
		b.add(f.text("customer"), history.Entry{Kind: history.KindFeedback, ID: fmt.Sprintf("feedback-%04d", i),
			Score: int(f.count("score", 0)), Occurred: b.time(f, "time", 2*24*time.Hour+time.Duration(i)*time.Minute)})
	}
	in := Input{Calendar: cal, Period: period, Partner: Partner{ID: "example", Currency: p.Currency}}
	partner := given.object("partner")
	partner.read("regions", &in.Partner.Regions)
	partner.read("level", &in.Partner.Level)
	partner.read("certifications", &in.Partner.Certifications)
	for _, v := range given.list("values") {
		known := v.flag("observed") || !v.has("observed")
		b.partition(v.text("customer"))
		in.Values = append(in.Values, Value{Customer: channel.CustomerID(v.text("customer")),
			Start: v.amount("start"), End: v.amount("end"), StartObserved: known, EndObserved: known})
	}
	b.addProfiles(given)
	b.addHandovers(given)
	in.Opening = b.opening(given.object("opening"))
	if given.bad.Len() > 0 {
		return Input{}, given.bad.Err("example")
	}
	for _, m := range given.guardedMonths() {
		in.Guarded = append(in.Guarded, Guard{Period: m})
	}
	in.Customers = b.fold()
	in.Plans = []PlanSpan{{From: cal.Start(b.begin), Plan: p}}
	return in, nil
}

// builder makes an example's facts.
type builder struct {
	cal    channel.Calendar
	period channel.Period
	begin  channel.Period // month of the earliest fact, at most period
	parts  map[channel.CustomerID]*history.Partition
	ids    []channel.CustomerID
}

// time reads a time; without one it is so long after the period's first
// instant.
func (b *builder) time(k *keys, key string, after time.Duration) time.Time {
	if !k.has(key) {
		return b.cal.Start(b.period).Add(after).UTC()
	}
	t, err := b.cal.ParseTime(k.at(key), k.text(key))
	k.bad.Merge("", err)
	return t
}

// partition is the customer's, which the example's first mention of it makes.
func (b *builder) partition(customer string) *history.Partition {
	id := channel.CustomerID(customer)
	if b.parts[id] == nil {
		b.parts[id] = &history.Partition{Customer: id}
		b.ids = append(b.ids, id)
	}
	return b.parts[id]
}

// add books a fact in the month in which it occurred.
func (b *builder) add(customer string, e history.Entry) {
	e.Booked = b.cal.Of(e.Occurred)
	b.begin = min(b.begin, e.Booked)
	p := b.partition(customer)
	p.Entries = append(p.Entries, e)
}

// addOrders returns the orders by id, each with its currency.
func (b *builder) addOrders(given *keys) map[string]*keys {
	orders := map[string]*keys{}
	for i, o := range given.list("orders") {
		o.readCurrency()
		orders[o.text("id")] = o
		order := &channel.Order{ID: channel.OrderID(o.text("id")), Customer: channel.CustomerID(o.text("customer")),
			Amount: o.amount("amount"), Currency: o.currency, Discount: o.amount("discount"), Product: o.text("product")}
		o.read("attributes", &order.Attributes)
		if o.has("margin") {
			margin := o.amount("margin")
			order.Margin = &margin
		}
		b.add(o.text("customer"), history.Entry{Kind: history.KindOrder, ID: o.text("id"), Order: order,
			Occurred: b.time(o, "time", time.Duration(i)*time.Minute)})
	}
	return orders
}

// addRefunds books refunds in the currency of their orders. Without an id each
// has one of its own, by its place.
func (b *builder) addRefunds(given *keys, orders map[string]*keys) {
	for i, f := range given.list("refunds") {
		id, o := f.text("id"), orders[f.text("order")]
		if id == "" {
			id = fmt.Sprintf("refund-%04d", i)
		}
		f.currency = o.currency
		b.add(o.text("customer"), history.Entry{Kind: history.KindRefund, ID: id,
			Occurred: b.time(f, "time", 24*time.Hour+time.Duration(i)*time.Minute),
			Refund:   &history.RefundEntry{Order: channel.OrderID(f.text("order")), Amount: f.amount("amount")}})
	}
}

// addProfiles gives the example's customers their profiles, from the beginning.
func (b *builder) addProfiles(given *keys) {
	for _, c := range given.list("customers") {
		u := &channel.Upsert{Customer: channel.CustomerID(c.text("id")),
			Region: set(c.text("region")), Segment: set(c.text("segment")),
			SourcedBy: set(channel.PartnerID(c.text("sourcedBy"))), ReferredBy: set(channel.CustomerID(c.text("referredBy"))),
			Attributes: map[string]*string{}}
		c.read("attributes", &u.Attributes)
		p := b.partition(c.text("id"))
		p.Entries = append(p.Entries, history.Entry{Kind: history.KindProfile, ID: "profile", Profile: u})
	}
}

// set is a change of a profile, none for "".
func set[T ~string](v T) channel.Patch[T] { return channel.Patch[T]{Set: v != "", Value: v} }

// addHandovers hands customers to the sales force: without a time at the
// period's last second, after its orders.
func (b *builder) addHandovers(given *keys) {
	last := b.cal.End(b.period).Sub(b.cal.Start(b.period)) - time.Second
	for i, h := range given.list("handovers") {
		h.readCurrency()
		at := b.time(h, "time", last)
		booked := b.cal.Of(at)
		b.begin = min(b.begin, booked)
		p := b.partition(h.text("customer"))
		p.Moves = append(p.Moves, history.Move{Decision: "handover", From: at, Seq: uint64(i) + 2, Booked: booked,
			Owner: channel.PodOwner("example"), Cause: history.ByDecision,
			Value: money.Of(h.amount("value"), h.currency), Basis: observed})
	}
}

// fold gives every customer to the partner at the beginning.
func (b *builder) fold() []*history.History {
	start := b.cal.Start(b.begin)
	slices.Sort(b.ids)
	out := make([]*history.History, 0, len(b.ids))
	for _, id := range b.ids {
		p := b.parts[id]
		p.Moves = append(p.Moves, history.Move{Decision: "first", From: start, Seq: 1, Booked: b.begin,
			Owner: channel.PartnerOwner("example"), Cause: history.ByDecision})
		for i := range p.Entries {
			if e := &p.Entries[i]; e.Kind == history.KindProfile {
				e.Occurred, e.Booked = start, b.begin
			}
		}
		out = append(out, history.Fold(*p, b.period))
	}
	return out
}

// opening is what the statement before would have handed on.
func (b *builder) opening(o *keys) Position {
	p := Position{Currency: o.currency, Balance: o.amount("balance"), Draw: o.amount("draw"), Excess: o.amount("excess"),
		Points: o.count("points", 0), Fund: o.amount("fund") + o.amount("mdf"), Growth: o.amount("growth")}
	for _, h := range o.list("holds") {
		p.Holds = append(p.Holds, Hold{Period: b.period.Prev(), Due: b.time(h, "due", 0).UTC(), Amount: h.amount("amount")})
	}
	return p
}
