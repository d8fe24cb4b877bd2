package channel

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/internal/fault"
)

// checks collects what is wrong with one raw thing, so that a caller learns
// everything at once.
type checks struct{ fields []fault.Field }

func (c *checks) note(err error) {
	if err == nil {
		return
	}
	f := fault.Of(err)
	if len(f.Fields) == 0 {
		c.fields = append(c.fields, fault.Field{Message: f.Msg})
	}
	c.fields = append(c.fields, f.Fields...)
}

// err is nil or one Invalid fault with every field.
func (c *checks) err(what string) error {
	if len(c.fields) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "invalid_"+what, "the %s is not valid", what)
	e.Fields = c.fields
	return e
}

// read parses one field and notes what is wrong with it.
func read[T any](c *checks, field, s string, parse func(field, s string) (T, error)) T {
	v, err := parse(field, s)
	c.note(err)
	return v
}

// optional is read for a field that may be empty.
func optional[T any](c *checks, field, s string, parse func(field, s string) (T, error)) T {
	if s == "" {
		var none T
		return none
	}
	return read(c, field, s, parse)
}

// patched is read for a field of a profile change; an empty text erases.
func patched[T any](c *checks, field string, p Patch[string], parse func(field, s string) (T, error)) Patch[T] {
	if !p.Set || p.Value == "" {
		return Patch[T]{Set: p.Set}
	}
	return Put(read(c, field, p.Value, parse))
}

// Erase is the raw patch for null.
func Erase() Patch[string] { return Put("") }

// RawOrder is an order as text, the same for every format. Margin, Discount and
// Product may be empty: absent.
type RawOrder struct {
	OrderID, CustomerID, Amount, Currency string
	Margin, Discount, Product             string
	Attributes                            map[string]string
}

// Parse checks everything and reports all that is wrong by the JSON names of
// the fields.
func (r RawOrder) Parse() (*Order, error) {
	var c checks
	o := &Order{
		ID:         read(&c, "orderId", r.OrderID, ParseID[OrderID]),
		Customer:   read(&c, "customerId", r.CustomerID, ParseID[CustomerID]),
		Currency:   read(&c, "currency", r.Currency, ParseCurrency),
		Product:    optional(&c, "product", r.Product, parseProduct),
		Attributes: r.Attributes,
	}
	if o.Currency != "" {
		r.amounts(&c, o)
	}
	if len(r.Attributes) > 0 {
		c.note(CheckAttributes("attributes", r.Attributes))
	}
	return o, c.err("order")
}

// amounts reads what needs the currency.
func (r RawOrder) amounts(c *checks, o *Order) {
	amount, err := factAmount("amount", r.Amount, o.Currency)
	c.note(err)
	o.Amount = amount.Minor
	if r.Discount != "" {
		discount, err := factAmount("discount", r.Discount, o.Currency)
		c.note(err)
		o.Discount = discount.Minor
	}
	if r.Margin != "" {
		margin, err := ParseSignedAmount("margin", r.Margin, o.Currency)
		c.note(cmp.Or(err, tooLarge("margin", r.Margin)))
		o.Margin = &margin.Minor
	}
}

func parseProduct(field, s string) (string, error) { return parseText(field, s, MaxProduct) }

// RawRefund is a refund as text.
type RawRefund struct{ RefundID, OrderID, Amount string }

// Parse checks everything, the amount as far as it can be without its order.
func (r RawRefund) Parse() (*Refund, error) {
	var c checks
	out := &Refund{
		ID:    read(&c, "refundId", r.RefundID, ParseID[RefundID]),
		Order: read(&c, "orderId", r.OrderID, ParseID[OrderID]),
	}
	out.RawAmount = read(&c, "amount", r.Amount, parseFigure).Decimal
	return out, c.err("refund")
}

func parseFigure(field, s string) (Figure, error) { return factFigure(field, s, "") }

// RawFeedback is a feedback as text.
type RawFeedback struct{ CustomerID, Score string }

// Parse checks everything; the score is a digit from 1 to 5.
func (r RawFeedback) Parse() (*Feedback, error) {
	var c checks
	out := &Feedback{
		Customer: read(&c, "customerId", r.CustomerID, ParseID[CustomerID]),
		Score:    read(&c, "score", r.Score, parseScore),
	}
	return out, c.err("feedback")
}

func parseScore(field, s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 5 || len(s) != 1 {
		return 0, fault.New(fault.Invalid, "invalid_score", "not a valid score").
			At(field, "%q: want a whole number from 1 to 5", fault.Clip(s))
	}
	return n, nil
}

// RawUpsert is a profile change as text. A patch that is Set to "" erases, as
// null does in JSON; a format that can tell the two apart refuses empty text
// itself.
type RawUpsert struct {
	CustomerID                         string
	Region, Segment, Currency          Patch[string]
	DeclaredValue, Need, ReferralValue Patch[string]
	SourcedBy, ReferredBy              Patch[string]
	Attributes                         map[string]*string
	EraseAll                           bool
}

// Parse checks everything and reports all that is wrong by the JSON names of
// the fields.
func (r RawUpsert) Parse() (*Upsert, error) {
	var c checks
	u := &Upsert{
		Customer:   read(&c, "customerId", r.CustomerID, ParseID[CustomerID]),
		Region:     patched(&c, "region", r.Region, ParseCode),
		Segment:    patched(&c, "segment", r.Segment, ParseCode),
		Currency:   patched(&c, "currency", r.Currency, ParseCurrency),
		SourcedBy:  patched(&c, "sourcedBy", r.SourcedBy, ParseID[PartnerID]),
		ReferredBy: patched(&c, "referredBy", r.ReferredBy, ParseID[CustomerID]),
		Attributes: r.Attributes,
		EraseAll:   r.EraseAll,
	}
	figure := func(field, s string) (Figure, error) { return factFigure(field, s, u.Currency.Value) }
	u.DeclaredValue = patched(&c, "declaredValue", r.DeclaredValue, figure)
	u.Need = patched(&c, "need", r.Need, figure)
	u.ReferralValue = patched(&c, "referralValue", r.ReferralValue, figure)
	if u.ReferredBy.Value == u.Customer && u.Customer != "" {
		c.fields = append(c.fields, fault.Field{Field: "referredBy", Message: "is the customer itself"})
	}
	if len(r.Attributes) > 0 {
		set := make(map[string]string, len(r.Attributes))
		for k, v := range r.Attributes {
			set[k] = ""
			if v != nil {
				set[k] = *v
			}
		}
		c.note(CheckAttributes("attributes", set))
	}
	return u, c.err("customer")
}

// RawChurn is a churn as text.
type RawChurn struct{ CustomerID string }

// Parse checks the id.
func (r RawChurn) Parse() (*Churn, error) {
	var c checks
	out := &Churn{Customer: read(&c, "customerId", r.CustomerID, ParseID[CustomerID])}
	return out, c.err("churn")
}

// ParseFactType checks the type of an event; the known ones are named.
func ParseFactType(field, s string) (FactType, error) {
	for _, t := range FactTypes() {
		if string(t) == s {
			return t, nil
		}
	}
	names := make([]string, 0, 5)
	for _, t := range FactTypes() {
		names = append(names, string(t))
	}
	return "", fault.New(fault.Invalid, "unknown_type", "not a known type of fact").
		At(field, "%q: want one of %s", fault.Clip(s), strings.Join(names, ", "))
}
