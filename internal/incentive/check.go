package incentive

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// ExampleResult is how one worked example came out. Detail shows the
// difference line by line; it is empty when OK.
type ExampleResult struct {
	Name   string
	OK     bool
	Detail string
}

// Check computes the plan's worked examples, by Compute. The error is set when
// one of them cannot be read or does not come out as it says (fault.Invalid,
// slug example_failed, one field for each that fails); the results are complete
// all the same.
func (p *Plan) Check(cal channel.Calendar) ([]ExampleResult, error) {
	failed := fault.New(fault.Invalid, "example_failed", "the plan does not compute what its examples say")
	out := make([]ExampleResult, 0, len(p.Examples))
	for i := range p.Examples {
		e := &p.Examples[i]
		detail, path := p.checkExample(e, cal), document.Path("examples", i)
		out = append(out, ExampleResult{Name: e.Name, OK: detail == "", Detail: detail})
		if detail != "" {
			failed.At(path, "%s: %s", e.Name, detail)
		}
	}
	if len(failed.Fields) > 0 {
		return out, failed
	}
	return out, nil
}

// checkExample is "" when the example comes out right.
func (p *Plan) checkExample(e *Example, cal channel.Calendar) string {
	in, err := p.exampleInput(e, cal)
	if err != nil {
		return fault.Of(err).Error()
	}
	r, err := Compute(in)
	if err != nil {
		return fault.Of(err).Error()
	}
	return e.expect.difference(&r)
}

// difference says, line by line, where the result is not what was expected.
func (e *rawExpect) difference(r *Result) string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	sums := map[string]int64{}
	for i := range r.Lines {
		sums[r.Lines[i].Component] += r.Lines[i].Amount
	}
	names := make([]string, 0, len(e.Lines))
	for name := range e.Lines {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		want, _ := money.ParseSignedMinor(e.Lines[name], r.Currency) // valid since Parse
		if sums[name] == want {
			continue
		}
		say("%s: expected %s, computed %s", name, money.Format(want, r.Currency), money.Format(sums[name], r.Currency))
		for i := range r.Lines {
			if l := &r.Lines[i]; l.Component == name {
				say("  %s %s %s = %s", l.Period, l.Kind, money.Format(l.Amount, r.Currency), l.Formula)
			}
		}
	}
	for _, a := range e.amounts(r) {
		if a.want == "" {
			continue
		}
		if want, _ := money.ParseSignedMinor(a.want, r.Currency); want != a.got {
			say("%s: expected %s, computed %s", a.key, money.Format(want, r.Currency), money.Format(a.got, r.Currency))
		}
	}
	if e.Points != nil && *e.Points != r.Points.Closing {
		say("points: expected %d, computed %d", *e.Points, r.Points.Closing)
	}
	return strings.Join(out, "\n")
}

// exampleInput is the example as a first statement.
func (p *Plan) exampleInput(e *Example, cal channel.Calendar) (Input, error) {
	b := &builder{cal: cal, currency: p.Currency, period: channel.Period(e.given.Period), parts: map[channel.CustomerID]*history.Partition{}}
	b.begin = b.period
	g := &e.given
	b.orders(g.Orders)
	b.refunds(g)
	for i, f := range g.Feedback {
		at := b.time(document.Path("given", "feedback", i, "time"), f.Time, 2*24*time.Hour+time.Duration(i)*time.Minute)
		b.entry(f.Customer, history.Entry{Kind: history.KindFeedback, ID: fmt.Sprintf("feedback-%04d", i), Score: f.Score, Occurred: at})
	}
	in := Input{Calendar: cal, Period: b.period, Partner: Partner{ID: "example", Currency: p.Currency, Regions: g.Partner.Regions, Level: g.Partner.Level, Certifications: g.Partner.Certifications}}
	for _, v := range g.Values {
		observed := v.Observed == nil || *v.Observed
		b.partition(v.Customer)
		in.Values = append(in.Values, Value{Customer: channel.CustomerID(v.Customer), Start: b.minor(v.Start), End: b.minor(v.End), StartObserved: observed, EndObserved: observed})
	}
	b.customers(g.Customers)
	b.moves(g.Handovers)
	in.Opening = b.opening(&g.Opening)
	if b.bad.Len() > 0 {
		return Input{}, b.bad.Err("example")
	}
	for _, m := range g.guarded {
		in.Guarded = append(in.Guarded, Guard{Period: m})
	}
	in.Customers = b.fold()
	in.Plans = []PlanSpan{{From: cal.Start(b.begin), Plan: p}}
	return in, nil
}

// builder makes facts of an example's texts, which Parse has checked but for
// times.
type builder struct {
	cal      channel.Calendar
	currency string
	period   channel.Period
	begin    channel.Period // month of the earliest fact, at most period
	parts    map[channel.CustomerID]*history.Partition
	ids      []channel.CustomerID
	bad      document.Problems
}

// time reads a time; "" is so long after the period's first instant.
func (b *builder) time(path, text string, after time.Duration) time.Time {
	if text == "" {
		return b.cal.Start(b.period).Add(after).UTC()
	}
	t, err := b.cal.ParseTime(path, text)
	b.bad.Merge("", err)
	return t
}

func (b *builder) minor(text string) int64 { return minorOf(text, b.currency) }

// minorOf reads an amount that Parse has checked; "" is 0.
func minorOf(text, currency string) int64 {
	n, _ := money.ParseSignedMinor(text, currency)
	return n
}

func (b *builder) partition(customer string) *history.Partition {
	id := channel.CustomerID(customer)
	if b.parts[id] == nil {
		b.parts[id] = &history.Partition{Customer: id}
		b.ids = append(b.ids, id)
	}
	return b.parts[id]
}

// entry books a fact in the month in which it occurred.
func (b *builder) entry(customer string, e history.Entry) {
	e.Booked = b.cal.Of(e.Occurred)
	b.begin = min(b.begin, e.Booked)
	p := b.partition(customer)
	p.Entries = append(p.Entries, e)
}

func (b *builder) orders(list []rawOrder) {
	for i := range list {
		o := &list[i]
		at := b.time(document.Path("given", "orders", i, "time"), o.Time, time.Duration(i)*time.Minute)
		order := &channel.Order{ID: channel.OrderID(o.ID), Customer: channel.CustomerID(o.Customer), Amount: minorOf(o.Amount, o.Currency), Currency: o.Currency,
			Discount: minorOf(o.Discount, o.Currency), Product: o.Product, Attributes: o.Attributes}
		if o.Margin != "" {
			margin := minorOf(o.Margin, o.Currency)
			order.Margin = &margin
		}
		b.entry(o.Customer, history.Entry{Kind: history.KindOrder, ID: o.ID, Order: order, Occurred: at})
	}
}

func (b *builder) refunds(g *rawGiven) {
	of := map[string]*rawOrder{}
	for i := range g.Orders {
		of[g.Orders[i].ID] = &g.Orders[i]
	}
	for i := range g.Refunds {
		f := &g.Refunds[i]
		at := b.time(document.Path("given", "refunds", i, "time"), f.Time, 24*time.Hour+time.Duration(i)*time.Minute)
		id := f.ID
		if id == "" {
			id = fmt.Sprintf("refund-%04d", i)
		}
		o := of[f.Order]
		b.entry(o.Customer, history.Entry{Kind: history.KindRefund, ID: id, Occurred: at,
			Refund: &history.RefundEntry{Order: channel.OrderID(f.Order), Amount: minorOf(f.Amount, o.Currency)}})
	}
}
