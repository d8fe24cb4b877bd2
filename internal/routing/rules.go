package routing

import (
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/condition"
	"github.com/fairlead/fairlead/internal/money"
)

// variables is what a condition may read. Doubles exist here for comparing
// only: each is one division of recorded whole numbers, which every processor
// rounds alike. Amounts are major units of the policy's currency.
type variables struct {
	Customer customerVariables `expr:"customer"`
	Value    valueVariables    `expr:"value"`
	Balance  balanceVariables  `expr:"balance"`
}

// customerVariables are of the customer. Orders and amounts are of live orders,
// as history sums them.
type customerVariables struct {
	ID                 string            `expr:"id"`
	Region             string            `expr:"region"`
	Segment            string            `expr:"segment"`
	SourcedBy          string            `expr:"sourcedBy"`
	ReferredBy         string            `expr:"referredBy"`
	Orders             int64             `expr:"orders"`             // live ones
	Revenue            float64           `expr:"revenue"`            // major units, less refunds
	DiscountShare      float64           `expr:"discountShare"`      // 0 to 1, of amounts and discounts together
	Share              float64           `expr:"share"`              // revenue of 12 months by need; 0 without a need
	DaysSinceLastOrder int64             `expr:"daysSinceLastOrder"` // -1: none
	Attributes         map[string]string `expr:"attributes"`
}

// valueVariables are of its value: amount with referral, alive from 0 to 1.
type valueVariables struct {
	Amount float64 `expr:"amount"` // major units
	Basis  string  `expr:"basis"`
	Alive  float64 `expr:"alive"` // P(alive), 1 without a model
}

// balanceVariables are of the customer's region, by the latest census; without
// one the share is 0 and the guard is off.
type balanceVariables struct {
	StableShare float64 `expr:"stableShare"` // 0 to 1
	Guarded     bool    `expr:"guarded"`
}

// amountVariables are those whose meaning changes with the currency.
var amountVariables = []string{"customer.revenue", "value.amount"}

// fill sets the variables of a decision.
func (v *variables) fill(in *Input, t *terms, attributes map[string]string) {
	c := &in.Customer
	v.Customer = customerVariables{
		ID: string(c.ID), Region: c.Region, Segment: c.Segment,
		SourcedBy: string(c.SourcedBy), ReferredBy: string(c.ReferredBy),
		Orders: c.Orders, Revenue: major(c.Revenue, t.currency),
		DaysSinceLastOrder: c.DaysSinceLastOrder, Attributes: attributes,
	}
	if all := float64(c.Gross) + float64(c.Discount); all > 0 {
		v.Customer.DiscountShare = float64(c.Discount) / all
	}
	if c.Need > 0 {
		v.Customer.Share = float64(c.LastYear) / float64(c.Need)
	}
	v.Value = valueVariables{
		Amount: major(in.Value.Amount, t.currency), Basis: string(in.Value.Basis),
		Alive: float64(in.Value.AlivePPM) / float64(money.One),
	}
	v.Balance = balanceVariables{Guarded: t.guarded(in.Census)}
	if in.Census.StablePPM != nil {
		v.Balance.StableShare = float64(*in.Census.StablePPM) / float64(money.One)
	}
}

// tens are exact powers of ten.
var tens = [...]float64{1, 10, 100, 1000, 10_000}

// major is minor units as major ones: minor / 10^digits, divided once.
func major(minor int64, currency string) float64 {
	digits, _ := money.Digits(currency)
	return float64(minor) / tens[digits]
}

// rule is a compiled rule.
type rule struct {
	name    string
	when    *condition.Program
	channel channel.Channel   // of a channel rule, and of one that names a partner
	partner channel.PartnerID // "" unless it names one
	decline *Decline
	note    string
}

// matches tries the rule. A compiled condition cannot fail on variables.
func (r *rule) matches(v *variables) bool {
	ok, err := r.when.Match(v)
	if err != nil {
		panic("routing: condition of rule " + r.name + ": " + err.Error())
	}
	return ok
}

// ruleIndexes finds the rules that match without trying all of them: a rule that
// can only be true for certain values of one text variable is tried only where
// the customer has such a value. The order stays that of the document.
type ruleIndexes struct {
	declines ruleIndex
	channels ruleIndex
}

// ruleIndex is an index over some rules of a list; numbers are places in it,
// ascending.
type ruleIndex struct {
	size  int     // rules in the index
	open  []int32 // to be tried always
	keyed []keyedRules
}

// keyedRules are the rules that ask for certain values of one variable.
type keyedRules struct {
	path string
	read func(*variables) string
	by   map[string][]int32
}

// indexRules indexes the rules of a region.
func indexRules(rules []*rule) ruleIndexes {
	var b ruleIndexes
	for i, r := range rules {
		if r.decline != nil {
			b.declines.add(i, r)
		} else {
			b.channels.add(i, r)
		}
	}
	return b
}

// add puts rule i into the index, or among those that are always tried.
func (x *ruleIndex) add(i int, r *rule) {
	x.size++
	path, values, ok := r.when.Equalities()
	read := reader(path)
	if !ok || read == nil {
		x.open = append(x.open, int32(i))
		return
	}
	at := slices.IndexFunc(x.keyed, func(k keyedRules) bool { return k.path == path })
	if at < 0 {
		at = len(x.keyed)
		x.keyed = append(x.keyed, keyedRules{path: path, read: read, by: map[string][]int32{}})
	}
	for _, value := range values {
		x.keyed[at].by[value] = append(x.keyed[at].by[value], int32(i))
	}
}

// lists are the rules that may match, several ascending lists; next takes the
// smallest head of them, -1 at the end.
type ruleLists [][]int32

// candidates appends the lists of the rules that may match to buf.
func (x *ruleIndex) candidates(buf ruleLists, v *variables) ruleLists {
	if len(x.open) > 0 {
		buf = append(buf, x.open)
	}
	for i := range x.keyed {
		if list := x.keyed[i].by[x.keyed[i].read(v)]; len(list) > 0 {
			buf = append(buf, list)
		}
	}
	return buf
}

// next is the earliest rule of all lists: the document's order decides, not
// that of the lists.
func (l ruleLists) next() int {
	best := -1
	for i, list := range l {
		if len(list) > 0 && (best < 0 || list[0] < l[best][0]) {
			best = i
		}
	}
	if best < 0 {
		return -1
	}
	at := l[best][0]
	l[best] = l[best][1:]
	return int(at)
}

// reader looks up a text variable; nil for a path that is none.
func reader(path string) func(*variables) string {
	if name, ok := strings.CutPrefix(path, "customer.attributes."); ok {
		return func(v *variables) string { return v.Customer.Attributes[name] }
	}
	switch path {
	case "customer.id":
		return func(v *variables) string { return v.Customer.ID }
	case "customer.region":
		return func(v *variables) string { return v.Customer.Region }
	case "customer.segment":
		return func(v *variables) string { return v.Customer.Segment }
	case "customer.sourcedBy":
		return func(v *variables) string { return v.Customer.SourcedBy }
	case "customer.referredBy":
		return func(v *variables) string { return v.Customer.ReferredBy }
	case "value.basis":
		return func(v *variables) string { return v.Value.Basis }
	}
	return nil
}
