package incentive

import (
	"math"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/condition"
	"github.com/fairlead/fairlead/internal/history"
	"github.com/fairlead/fairlead/internal/money"
)

// variables are what a plan's `when` may read. Amounts are in major units of the
// plan's currency, for comparing only; what is absent is an empty text or 0. The
// names are part of the contract: plans are written with them.
type variables struct {
	Order    orderVariables    `expr:"order"`
	Customer customerVariables `expr:"customer"`
	Partner  partnerVariables  `expr:"partner"`
}

// orderVariables are those of the order itself, before refunds.
type orderVariables struct {
	Amount  float64 `expr:"amount"`
	Margin  float64 `expr:"margin"`
	Product string  `expr:"product"`
	// First: no order that counts precedes it, under any owner. So an order that
	// is refunded in full still matches what it matched, and its share is
	// reversed; the next one becomes first too.
	First      bool              `expr:"first"`
	Attributes map[string]string `expr:"attributes"`
}

// customerVariables are as of the order's time, the order itself included.
type customerVariables struct {
	ID         string `expr:"id"`
	Region     string `expr:"region"`
	Segment    string `expr:"segment"`
	SourcedBy  string `expr:"sourcedBy"`
	ReferredBy string `expr:"referredBy"`
	// Orders are live ones under any owner; of these, Revenue and DiscountShare are
	// of those in the plan's currency. Share is the last year's revenue over the
	// customer's need, 0 without one.
	Orders        int     `expr:"orders"`
	Revenue       float64 `expr:"revenue"`
	DiscountShare float64 `expr:"discountShare"`
	Share         float64 `expr:"share"`
	// DaysSinceLastOrder counts days of the programme's zone.
	DaysSinceLastOrder int               `expr:"daysSinceLastOrder"`
	Attributes         map[string]string `expr:"attributes"`
}

// partnerVariables are as they were when the month was first booked.
type partnerVariables struct {
	Regions        []string `expr:"regions"`
	Level          string   `expr:"level"`
	Certifications []string `expr:"certifications"`
}

// need is how much of the variables a condition makes us fill in.
type need uint8

const (
	needOrder   need = 1 << iota // order.* but product
	needProfile                  // customer.region, ...
	needSummary                  // customer.orders, ...
	needPartner                  // partner.*
	needProduct                  // order.product
)

// needs is what the condition's paths read, so that nothing else is filled in:
// a summary of a history costs more than all the rest.
func needs(p *condition.Program) need {
	var n need
	for _, path := range p.Reads() {
		room, name, _ := strings.Cut(path, ".")
		switch {
		case path == "order.product":
			n |= needProduct
		case room == "order":
			n |= needOrder
		case room == "partner":
			n |= needPartner
		case name == "orders", name == "revenue", name == "discountShare", name == "share", name == "daysSinceLastOrder":
			n |= needSummary | needProfile
		default:
			n |= needProfile
		}
	}
	return n
}

// matcher evaluates the conditions of one computation. It keeps the variables
// of the order at hand, filled in once for all conditions that want them.
type matcher struct {
	cal      channel.Calendar
	currency string
	scale    float64 // minor units of one major unit

	vars   variables
	filled need

	products map[*condition.Program]map[string]bool // answers of conditions that read the product alone
	wants    map[*condition.Program]need
}

func newMatcher(cal channel.Calendar, currency string) *matcher {
	digits, _ := money.Digits(currency)
	return &matcher{cal: cal, currency: currency, scale: math.Pow10(digits),
		products: map[*condition.Program]map[string]bool{}, wants: map[*condition.Program]need{}}
}

// next begins another order: nothing is filled in for it yet.
func (m *matcher) next() { m.filled = 0 }

// match reports whether the condition holds for the order; nil always does.
func (m *matcher) match(when *condition.Program, f *fact) (bool, error) {
	if when == nil {
		return true, nil
	}
	want, known := m.wants[when]
	if !known {
		want = needs(when)
		m.wants[when] = want
		if want == needProduct {
			m.products[when] = map[string]bool{}
		}
	}
	answers := m.products[when] // nil where the condition reads more than the product
	if yes, asked := answers[f.order.Product]; asked {
		return yes, nil
	}
	m.fill(want, f)
	yes, err := when.Match(&m.vars)
	if answers != nil {
		answers[f.order.Product] = yes
	}
	return yes, err
}

// fact is an order as a condition sees it.
type fact struct {
	order   *history.Order
	history *history.History
	first   bool
	partner *Partner
}

// fill fills in what the condition wants and the order has not had yet.
func (m *matcher) fill(want need, f *fact) {
	want &^= m.filled
	m.filled |= want
	if want&(needOrder|needProduct) != 0 {
		m.vars.Order = orderVariables{Amount: m.major(f.order.Amount), Product: f.order.Product,
			First: f.first, Attributes: f.order.Attributes}
		if f.order.Margin != nil {
			m.vars.Order.Margin = m.major(*f.order.Margin)
		}
	}
	if want&needPartner != 0 {
		m.vars.Partner = partnerVariables{f.partner.Regions, f.partner.Level, f.partner.Certifications}
	}
	if want&needProfile != 0 {
		m.profile(f.history, f.order.Occurred)
	}
	if want&needSummary != 0 {
		m.summary(f.history, f.order.Occurred)
	}
}

func (m *matcher) profile(h *history.History, t time.Time) {
	p, c := h.ProfileAt(t), &m.vars.Customer
	c.ID, c.Region, c.Segment, c.Attributes = string(h.Customer), p.Region, p.Segment, p.Attributes
	c.SourcedBy, c.ReferredBy = string(p.SourcedBy), string(p.ReferredBy)
}

// summary fills in what the customer's orders in the plan's currency amount to.
// Orders in other currencies count as orders, but no rate turns them into money.
func (m *matcher) summary(h *history.History, t time.Time) {
	s, c := h.Summary(t, m.cal), &m.vars.Customer
	c.Orders, c.DaysSinceLastOrder, c.Revenue, c.DiscountShare, c.Share = s.Orders, s.DaysSinceLastOrder, 0, 0, 0
	for _, sums := range s.Sums {
		if sums.Currency != m.currency {
			continue
		}
		c.Revenue = m.major(sums.Revenue)
		if gross := float64(sums.Gross) + float64(sums.Discount); gross > 0 {
			c.DiscountShare = float64(sums.Discount) / gross
		}
		p := h.ProfileAt(t)
		if need, err := p.Worth("need", p.Need, m.currency); err == nil && need.Minor > 0 && need.Currency == m.currency {
			c.Share = float64(sums.LastYear) / float64(need.Minor)
		}
	}
}

// major is for comparing only; no amount comes back from here.
func (m *matcher) major(minor int64) float64 { return float64(minor) / m.scale }
