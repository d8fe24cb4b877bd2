package source

import (
	"io"

	"github.com/fairlead/fairlead/internal/channel"
)

// FromFile is the source of every fact that a file brings. Its event ids derive
// from the content (order:ID, refund:ID, feedback:ID), so that importing a file
// again changes nothing.
const FromFile channel.Source = "file"

// OpenFacts opens a file of customers, orders, refunds or feedback. A date
// means the first instant of that day in the calendar. The Facts of customers
// have no ID: their importer derives one from the row and what is known, so
// that an unchanged row is a duplicate. Where a customers file gives no
// arrived_at, Time is zero and TimeAssumed set.
//
// The error is a fault.Invalid: invalid_file for a bad header, unknown_kind,
// truncated_file.
func OpenFacts(k Kind, r io.Reader, cal channel.Calendar) (*File[channel.Fact], error) {
	switch k {
	case Customers:
		return open(r, k, cal, parseCustomer)
	case Orders:
		return open(r, k, cal, parseOrder)
	case Refunds:
		return open(r, k, cal, parseRefund)
	case Feedback:
		return open(r, k, cal, parseFeedback)
	}
	_, err := ParseKind("kind", "facts")
	return nil, err
}

// time reads column i, and adds its fault to what err holds already.
func (c *cells) time(i int, name string, f *channel.Fact, err error) error {
	var bad error
	f.Time, bad = c.cal.ParseTime(name, c.at(i))
	return join(err, bad)
}

// attributes are the attr: cells that are not empty; nil if there are none.
func (c *cells) attributes() map[string]string {
	var m map[string]string
	for _, a := range c.attrs {
		if v := c.fields[a.place]; v != "" {
			if m == nil {
				m = make(map[string]string, len(c.attrs))
			}
			m[a.name] = v
		}
	}
	return m
}

// parseOrder reads order_id customer_id occurred_at amount currency, margin
// discount product.
func parseOrder(c *cells) (channel.Fact, error) {
	order, err := channel.RawOrder{
		OrderID: c.at(0), CustomerID: c.at(1), Amount: c.at(3), Currency: c.at(4),
		Margin: c.at(5), Discount: c.at(6), Product: c.at(7), Attributes: c.attributes(),
	}.Parse()
	f := channel.Fact{ID: channel.EventID("order:" + string(order.ID)), Source: FromFile, Type: channel.OrderCompleted, Order: order}
	err = c.time(2, "occurredAt", &f, err)
	return f, err
}

// parseRefund reads refund_id order_id occurred_at amount.
func parseRefund(c *cells) (channel.Fact, error) {
	refund, err := channel.RawRefund{RefundID: c.at(0), OrderID: c.at(1), Amount: c.at(3)}.Parse()
	f := channel.Fact{ID: channel.EventID("refund:" + string(refund.ID)), Source: FromFile, Type: channel.OrderRefunded, Refund: refund}
	err = c.time(2, "occurredAt", &f, err)
	return f, err
}

// parseFeedback reads feedback_id customer_id occurred_at score.
func parseFeedback(c *cells) (channel.Fact, error) {
	id, bad := channel.ParseID[channel.EventID]("feedbackId", c.at(0))
	feedback, err := channel.RawFeedback{CustomerID: c.at(1), Score: c.at(3)}.Parse()
	f := channel.Fact{ID: "feedback:" + id, Source: FromFile, Type: channel.FeedbackRecorded, Feedback: feedback}
	err = c.time(2, "occurredAt", &f, join(bad, err))
	return f, err
}

// parseCustomer reads customer_id region, segment declared_value currency need
// sourced_by referred_by referral_value arrived_at. An empty cell leaves what
// is known as it is.
func parseCustomer(c *cells) (channel.Fact, error) {
	patch := func(i int) channel.Patch[string] {
		if v := c.at(i); v != "" {
			return channel.Put(v)
		}
		return channel.Patch[string]{}
	}
	raw := channel.RawUpsert{
		CustomerID: c.at(0), Region: patch(1), Segment: patch(2), DeclaredValue: patch(3), Currency: patch(4), Need: patch(5),
		SourcedBy: patch(6), ReferredBy: patch(7), ReferralValue: patch(8),
	}
	for name, value := range c.attributes() {
		if raw.Attributes == nil {
			raw.Attributes = make(map[string]*string, len(c.attrs))
		}
		raw.Attributes[name] = &value
	}
	upsert, err := raw.Parse()
	f := channel.Fact{Source: FromFile, Type: channel.CustomerUpserted, Upsert: upsert}
	if c.at(9) == "" {
		f.TimeAssumed = true
		return f, err
	}
	err = c.time(9, "arrivedAt", &f, err)
	return f, err
}
