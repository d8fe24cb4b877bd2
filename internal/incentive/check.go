package incentive

import (
	"fmt"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/document"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
)

// ExampleResult is how one worked example came out. Detail shows the
// difference line by line; it is empty when OK.
type ExampleResult struct {
	Name   string // as the example has it
	OK     bool
	Detail string // lines of text, for the person who writes the plan
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
		detail := p.checkExample(e, cal)
		out = append(out, ExampleResult{Name: e.Name, OK: detail == "", Detail: detail})
		if detail != "" {
			failed.At(document.Path("examples", i), "%s: %s", e.Name, detail)
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
	expect := &keys{reader: &reader{}, currency: p.Currency, values: e.expect}
	return expect.difference(&r)
}

// difference says, line by line, where the result is not what was expected.
func (k *keys) difference(r *Result) string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	amount := func(n int64) string { return money.Format(n, r.Currency) }
	sums := map[string]int64{}
	for i := range r.Lines {
		sums[r.Lines[i].Component] += r.Lines[i].Amount
	}
	texts, names := k.lines()
	for _, name := range names {
		want := k.reader.amount("", texts[name], r.Currency)
		if sums[name] == want {
			continue
		}
		say("%s: expected %s, computed %s", name, amount(want), amount(sums[name]))
		for i := range r.Lines {
			if l := &r.Lines[i]; l.Component == name {
				say("  %s %s %s = %s", l.Period, l.Kind, amount(l.Amount), l.Formula)
			}
		}
	}
	for _, e := range expectations(r) {
		if want := k.amount(e.key); k.has(e.key) && want != e.got {
			say("%s: expected %s, computed %s", e.key, amount(want), amount(e.got))
		}
	}
	if want := k.count("points", r.Points.Closing); want != r.Points.Closing {
		say("points: expected %d, computed %d", want, r.Points.Closing)
	}
	return strings.Join(out, "\n")
}
