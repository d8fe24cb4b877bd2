package channel

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/fairlead/fairlead/internal/money"
)

// quick writes the canonical bytes of a fact without reflection, because every
// imported line is hashed. It gives up (not ok) on what is rare: profile
// changes, and text that JSON escapes. A test holds it to seal.Canonical.
type quick struct {
	b   []byte
	bad bool
}

func (f *Fact) quick() ([]byte, bool) {
	q := quick{b: make([]byte, 0, 320)}
	q.raw(`{"data":{`)
	switch {
	case f.Order != nil:
		q.order(f.Order)
	case f.Refund != nil:
		q.text(`"amount":`, shortest(f.Refund.RawAmount))
		q.text(`,"orderId":`, string(f.Refund.Order))
		q.text(`,"refundId":`, string(f.Refund.ID))
	case f.Churn != nil:
		q.text(`"customerId":`, string(f.Churn.Customer))
	case f.Feedback != nil:
		q.text(`"customerId":`, string(f.Feedback.Customer))
		q.raw(`,"score":`)
		q.b = strconv.AppendInt(q.b, int64(f.Feedback.Score), 10)
	default:
		return nil, false
	}
	q.raw(`},`)
	if !f.TimeAssumed {
		q.raw(`"time":"`)
		q.b = f.Time.UTC().AppendFormat(q.b, time.RFC3339)
		q.raw(`",`)
	}
	q.text(`"type":`, string(f.Type))
	q.raw(`}`)
	return q.b, !q.bad
}

// order writes the members in the order of their names.
func (q *quick) order(o *Order) {
	q.amount(`"amount":"`, o.Amount, o.Currency)
	if len(o.Attributes) > 0 {
		q.raw(`,"attributes":`)
		before := byte('{')
		for _, name := range slices.Sorted(maps.Keys(o.Attributes)) { // ASCII: bytewise is the RFC's order
			q.b = append(q.b, before)
			q.text(``, name)
			q.text(`:`, o.Attributes[name])
			before = ','
		}
		q.raw(`}`)
	}
	q.text(`,"currency":`, o.Currency)
	q.text(`,"customerId":`, string(o.Customer))
	if o.Discount != 0 {
		q.amount(`,"discount":"`, o.Discount, o.Currency)
	}
	if o.Margin != nil {
		q.amount(`,"margin":"`, *o.Margin, o.Currency)
	}
	q.text(`,"orderId":`, string(o.ID))
	if o.Product != "" {
		q.text(`,"product":`, o.Product)
	}
}

func (q *quick) raw(s string) { q.b = append(q.b, s...) }

func (q *quick) amount(name string, minor int64, currency string) {
	q.raw(name)
	q.b = money.Append(q.b, minor, currency)
	q.raw(`"`)
}

// text writes a name and a text that needs no escapes.
func (q *quick) text(name, s string) {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] == '"' || s[i] == '\\' {
			q.bad = true
		}
	}
	q.raw(name)
	q.raw(`"`)
	q.raw(s)
	q.raw(`"`)
}
