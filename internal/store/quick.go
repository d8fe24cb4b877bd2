package store

import (
	"strconv"
	"time"
)

// quick writes the canonical JSON of the three items of an order without
// reflection: an import writes little else. What it cannot write as it stands
// (text that needs escapes, odd times) turns it off, and seal.Canonical writes
// the item; a test holds the two together. Members are written in the order of
// their names.
type quick struct {
	b   []byte
	off bool
}

// quickItem is an item that knows how to write itself.
type quickItem interface{ quickly(*quick) }

// canonical is the item's canonical JSON; false where quick had to give up.
func canonicalOf(v quickItem) ([]byte, bool) {
	q := &quick{b: append(make([]byte, 0, 320), '{')}
	v.quickly(q)
	return append(q.b, '}'), !q.off
}

func (q *quick) name(name string) {
	if q.b[len(q.b)-1] != '{' {
		q.b = append(q.b, ',')
	}
	q.b = append(append(append(q.b, '"'), name...), '"', ':')
}

// always writes a text, some one that is not empty.
func (q *quick) always(name, v string) {
	q.name(name)
	q.quote(v)
}

func (q *quick) some(name, v string) {
	if v != "" {
		q.always(name, v)
	}
}

func (q *quick) quote(v string) {
	for i := 0; i < len(v); i++ {
		if c := v[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			q.off = true
			return
		}
	}
	q.b = append(append(append(q.b, '"'), v...), '"')
}

func (q *quick) number(name string, n int64) {
	q.name(name)
	q.b = strconv.AppendInt(q.b, n, 10)
}

func (q *quick) time(name string, t time.Time) {
	if y := t.Year(); t.Location() != time.UTC || t.Nanosecond() != 0 || y < 0 || y > 9999 {
		q.off = true
		return
	}
	q.name(name)
	q.b = append(t.AppendFormat(append(q.b, '"'), time.RFC3339), '"')
}

func (c Claim) quickly(q *quick) {
	q.off = c.Fact != nil
	q.some("customer", string(c.Customer))
	q.some("decision", string(c.Decision))
	q.some("entry", c.Entry)
	q.always("hash", c.Hash)
	q.some("order", string(c.Order))
	q.always("outcome", string(c.Outcome))
	q.time("received", c.Received)
	q.always("type", string(c.Type))
}

func (e entryBody) quickly(q *quick) {
	q.off = e.Applied != nil || len(e.Attributes) != 0 || e.Profile != nil || e.Seq != 0
	if e.Amount != nil {
		q.number("amount", *e.Amount)
	}
	q.some("currency", e.Currency)
	if e.Discount != 0 {
		q.number("discount", e.Discount)
	}
	q.always("event", string(e.Event))
	if e.Margin != nil {
		q.number("margin", *e.Margin)
	}
	q.time("occurred", e.Occurred)
	q.some("order", string(e.Order))
	q.some("orig", string(e.Orig))
	q.some("product", e.Product)
	q.some("replaces", e.Replaces)
	if e.Score != 0 {
		q.number("score", int64(e.Score))
	}
	q.always("source", string(e.Source))
}

func (o *Order) quickly(q *quick) {
	q.off = len(o.Refunds) != 0
	if o.Amount != 0 {
		q.number("amount", o.Amount)
	}
	q.some("currency", o.Currency)
	q.some("customer", string(o.Customer))
	q.some("entry", o.Entry)
	q.some("hash", o.Hash)
}
