package incentive

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
)

// Example is a worked case of a plan: what it gives, what it must compute. The
// case is a first statement: every customer named is the partner's until its
// hand-over, and what lies before the period is late in it.
type Example struct {
	Name string
	Note string // words for people

	given, expect map[string]json.RawMessage
}

// readExample checks the form of one example; times are read when the calendar
// is known, by Check.
func readExample(k *keys, components []*Component) Example {
	given, expect := k.object("given"), k.object("expect")
	_, err := channel.ParsePeriod(given.at("period"), given.text("period"))
	k.bad.Merge("", err)
	given.checkFacts()
	opening := given.object("opening")
	for _, key := range []string{"balance", "draw", "excess", "fund", "mdf", "growth"} {
		opening.amount(key)
	}
	for _, h := range opening.list("holds") {
		h.amount("amount")
	}
	if opening.has("fund") && opening.has("mdf") {
		opening.wrong("mdf", "is another name for fund: give one of them")
	}
	given.guardedMonths()
	expect.checkExpected(components)
	return Example{Name: k.text("name"), Note: k.text("note"), given: given.values, expect: expect.values}
}

// checkFacts notes amounts that are none, and refunds that refund nothing.
func (k *keys) checkFacts() {
	type order struct {
		text, currency string
		amount         int64
	}
	orders := map[string]order{}
	for _, o := range k.list("orders") {
		id := o.text("id")
		if _, twice := orders[id]; twice {
			o.wrong("id", "%q is the id of an earlier order", id)
		}
		o.readCurrency()
		orders[id] = order{o.text("amount"), o.currency, o.amount("amount")}
		o.amount("margin")
		o.amount("discount")
	}
	for _, f := range k.list("refunds") {
		o, known := orders[f.text("order")]
		if !known {
			f.wrong("order", "no order of the example has the id %q", f.text("order"))
			continue
		}
		if f.currency = o.currency; f.amount("amount") > o.amount {
			f.wrong("amount", "%s is more than the order's %s", f.text("amount"), o.text)
		}
	}
	for _, v := range k.list("values") {
		v.amount("start")
		v.amount("end")
	}
	for _, h := range k.list("handovers") {
		h.readCurrency()
		h.amount("value")
	}
}

// guardedMonths reads `guarded`: a list of months, or true for the example's
// own.
func (k *keys) guardedMonths() []channel.Period {
	var on bool
	if k.has("guarded") && json.Unmarshal(k.values["guarded"], &on) == nil {
		if on {
			return []channel.Period{channel.Period(k.text("period"))}
		}
		return nil
	}
	var texts []string
	k.read("guarded", &texts)
	months := make([]channel.Period, 0, len(texts))
	for i, text := range texts {
		m, err := channel.ParsePeriod(document.Path(k.path, "guarded", i), text)
		k.bad.Merge("", err)
		months = append(months, m)
	}
	return months
}

// lines are what an example expects of components, by name; all kinds of a
// component's lines together.
func (k *keys) lines() (byName map[string]string, sorted []string) {
	k.read("lines", &byName)
	return byName, slices.Sorted(maps.Keys(byName))
}

// checkExpected notes names of no component, and amounts that are none.
func (k *keys) checkExpected(components []*Component) {
	known := make([]string, 0, len(components)+1)
	for _, c := range components {
		known = append(known, c.Name)
	}
	known = append(known, MinimumAndCeiling)
	texts, names := k.lines()
	for _, name := range names {
		here := document.Path(k.path, "lines", document.Key(name))
		if !slices.Contains(known, name) {
			k.bad.Add(here, "no component is named %q; the nearest is %q", name, document.Nearest(name, known))
		}
		k.reader.amount(here, texts[name], k.currency)
	}
	for _, e := range expectations(&Result{}) {
		k.amount(e.key)
	}
	k.count("points", 0)
}

// expectation is one amount an example may name, and what was computed.
type expectation struct {
	key string
	got int64
}

// expectations are in the order in which differences are listed.
func expectations(r *Result) []expectation {
	return []expectation{{"earned", r.Earned}, {"held", r.Held}, {"released", r.Released}, {"payable", r.Payable},
		{"closingBalance", r.ClosingBalance}, {"mdf", r.Fund.Closing}, {"draw", r.Position.Draw},
		{"excess", r.Position.Excess}}
}
