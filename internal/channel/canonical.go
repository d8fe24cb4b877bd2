package channel

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/seal"
)

// Canonical is what a fact says, as canonical JSON (RFC 8785) of its data,
// time and type: two facts with the same bytes are the same fact; id,
// source and format do not count. Amounts are written with their currency's
// decimals ("100" and "100.00" EUR are the same); where the currency is
// unknown, without trailing zeros. An assumed time is left out. Fails as
// seal.Canonical does.
func (f *Fact) Canonical() ([]byte, error) {
	w := seal.NewWriter(make([]byte, 0, 320))
	o := w.Object()
	data := o.Object("data")
	f.write(&data, shortest)
	data.End()
	if !f.TimeAssumed {
		o.Time("time", f.Time.UTC().Truncate(time.Second))
	}
	o.Text("type", string(f.Type))
	o.End()
	return w.Bytes(), w.Err()
}

// Hash is seal.Hash of Canonical: what a claim keeps of a fact.
func (f *Fact) Hash() (string, error) {
	b, err := f.Canonical()
	if err != nil {
		return "", err
	}
	return seal.Hash(b), nil
}

// Data is the data of the fact's event: names as in CloudEvents, amounts as
// decimal text, null for what an upsert erases, absent what it leaves. Source
// reads it back to the same Fact.
func (f *Fact) Data() json.RawMessage {
	w := seal.NewWriter(nil)
	data := w.Object()
	f.write(&data, func(s string) string { return s })
	data.End()
	return w.Bytes()
}

// write writes the members of a fact's data, in the order of their names.
// figure is how a figure of unknown currency is written.
func (f *Fact) write(o *seal.Object, figure func(string) string) {
	switch {
	case f.Upsert != nil:
		f.Upsert.write(o, figure)
	case f.Order != nil:
		f.Order.write(o)
	case f.Refund != nil:
		o.Text("amount", figure(f.Refund.RawAmount))
		o.Text("orderId", string(f.Refund.Order))
		o.Text("refundId", string(f.Refund.ID))
	case f.Churn != nil:
		o.Text("customerId", string(f.Churn.Customer))
	case f.Feedback != nil:
		o.Text("customerId", string(f.Feedback.Customer))
		o.Int("score", int64(f.Feedback.Score))
	}
}

func (u *Upsert) write(o *seal.Object, figure func(string) string) {
	switch {
	case u.EraseAll:
		o.Null("attributes")
	case u.Attributes != nil:
		attributes := o.Object("attributes")
		for _, k := range seal.Sorted(u.Attributes) {
			if v := u.Attributes[k]; v != nil {
				attributes.Text(k, *v)
			} else {
				attributes.Null(k)
			}
		}
		attributes.End()
	}
	writeText(o, "currency", u.Currency)
	o.Text("customerId", string(u.Customer))
	writeFigure(o, "declaredValue", u.DeclaredValue, figure)
	writeFigure(o, "need", u.Need, figure)
	writeFigure(o, "referralValue", u.ReferralValue, figure)
	writeText(o, "referredBy", u.ReferredBy)
	writeText(o, "region", u.Region)
	writeText(o, "segment", u.Segment)
	writeText(o, "sourcedBy", u.SourcedBy)
}

func writeText[T ~string](o *seal.Object, name string, p Patch[T]) {
	switch {
	case p.Set && p.Value == "":
		o.Null(name)
	case p.Set:
		o.Text(name, string(p.Value))
	}
}

func writeFigure(o *seal.Object, name string, p Patch[Figure], figure func(string) string) {
	switch {
	case p.Set && p.Value.IsZero():
		o.Null(name)
	case p.Set:
		o.Text(name, restated(p.Value, figure))
	}
}

// restated is a figure of known currency with all its decimals.
func restated(f Figure, figure func(string) string) string {
	if f.Currency != "" {
		if a, err := f.Amount(""); err == nil {
			return money.Format(a.Minor, a.Currency)
		}
	}
	return figure(f.Decimal)
}

func (o *Order) write(to *seal.Object) {
	to.Text("amount", money.Format(o.Amount, o.Currency))
	to.Map("attributes", o.Attributes)
	to.Text("currency", o.Currency)
	to.Text("customerId", string(o.Customer))
	if o.Discount != 0 {
		to.Text("discount", money.Format(o.Discount, o.Currency))
	}
	if o.Margin != nil {
		to.Text("margin", money.Format(*o.Margin, o.Currency))
	}
	to.Text("orderId", string(o.ID))
	to.SomeText("product", o.Product)
}

// shortest is a decimal text without leading or trailing zeros.
func shortest(s string) string {
	if _, decimals, ok := strings.Cut(s, "."); ok {
		s = s[:len(s)-len(decimals)+len(strings.TrimRight(decimals, "0"))]
		s = strings.TrimSuffix(s, ".")
	}
	if n, err := strconv.ParseUint(s, 10, 64); err == nil {
		return strconv.FormatUint(n, 10)
	}
	for len(s) > 1 && s[0] == '0' && s[1] != '.' {
		s = s[1:]
	}
	return s
}
