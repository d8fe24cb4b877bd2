package routing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/condition"
	"github.com/fairlead/fairlead/internal/money"
)

// Alternative is one single change that gives another result, proven by
// deciding again; or, with Change "rule", the values of the variables that a
// rule reads, since expressions are not inverted. Change is value, dwell,
// protection, guard, capacity, weight or rule.
type Alternative struct {
	Change string
	Text   string // the change, as a condition: "if its value were at least 55000.01 EUR"
	Result string // what would come out: "it would go to the pod north"
}

// Alternatives is what would have to differ for another result. p and dir must
// be the ones that the record names.
func (d Decision) Alternatives(p *Policy, dir *Directory) ([]Alternative, error) {
	in, err := d.Record.Input(p, dir)
	if err != nil {
		return nil, err
	}
	if in.Cause == ByHand {
		return nil, nil // a person decided; no input would change that
	}
	w := whatIf{in: in}
	w.was = w.decide(in)
	w.value()
	w.times()
	w.guard()
	w.room()
	w.weights()
	w.rules()
	return w.found, nil
}

// whatIf decides again and again with one thing changed.
type whatIf struct {
	in    Input
	was   *run
	found []Alternative
}

func (w *whatIf) decide(in Input) *run {
	r := newRun(&in)
	if err := r.decide(); err != nil {
		panic("routing: a decision that could be made cannot be made again: " + err.Error())
	}
	return r
}

// same reports whether two decisions give the customer to the same owner in
// the same way.
func same(a, b *run) bool {
	return a.outcome == b.outcome && a.why.Chosen == b.why.Chosen && (a.commit.Offer == nil) == (b.commit.Offer == nil)
}

// try notes a change if it gives another result.
func (w *whatIf) try(in Input, change, format string, args ...any) {
	if r := w.decide(in); !same(r, w.was) {
		w.note(r, change, format, args...)
	}
}

func (w *whatIf) note(r *run, change, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	w.found = append(w.found, Alternative{Change: change, Text: text, Result: "it would " + r.would()})
}

// would is the result as a verb.
func (r *run) would() string {
	tier := ", as " + r.tier
	switch {
	case r.outcome == Declined:
		return "be declined"
	case r.outcome == Waiting:
		return "wait"
	case r.commit.Offer != nil:
		return "be offered to " + ownerWords(r.why.Chosen) + tier
	case r.commit.Moved:
		return "go to " + ownerWords(r.why.Chosen) + tier
	}
	return "stay with " + ownerWords(r.why.Chosen) + tier
}

// times looks at the end of dwell and of protection.
func (w *whatIf) times() {
	if w.was.why.DwellEnds != "" {
		in := w.in
		in.At = w.in.State.LastMove.At.Add(w.was.t.dwell)
		w.try(in, "dwell", "from %s on, when the dwell ends", stamp(in.At))
	}
	if slices.Contains(w.was.story, ReasonProtected) {
		in := w.in
		in.At = w.in.State.Protection.At.Add(w.was.t.protection)
		w.try(in, "protection", "from %s on, when the protection ends", stamp(in.At))
	}
}

// guard looks at the balance guard switched off.
func (w *whatIf) guard() {
	if !w.was.why.Guarded {
		return
	}
	in := w.in
	in.Census = Census{}
	w.try(in, "guard", "without the balance guard")
}

// room looks at each candidate that was passed over because it was full.
func (w *whatIf) room() {
	for _, c := range w.was.why.Candidates {
		if c.PassedOver != PassedFull {
			continue
		}
		owner := channel.Owner(c.ID)
		if !isPod(c.ID) {
			owner = channel.PartnerOwner(channel.PartnerID(c.ID))
		}
		in := w.in
		in.Full = slices.DeleteFunc(slices.Clone(in.Full), func(o channel.Owner) bool { return o == owner })
		in.Directory = in.Directory.withRoom(owner)
		w.try(in, "capacity", "if %s had room", ownerWords(owner))
	}
}

// weightsTried bounds the partners whose weight is asked about: those next in
// the order.
const weightsTried = 20

// weights finds for each partner that came later in the order the smallest
// weight that puts it first. A heavier weight never makes a score higher, so a
// search by halves is right.
func (w *whatIf) weights() {
	n := 0
	for _, c := range w.was.why.Candidates {
		if c.PassedOver != PassedLaterInOrder || isPod(c.ID) || n == weightsTried {
			continue
		}
		n++
		id := channel.PartnerID(c.ID)
		wins := func(weight money.Rate) *run {
			in := w.in
			in.Directory = in.Directory.withWeight(id, weight)
			if r := w.decide(in); r.why.Chosen == channel.PartnerOwner(id) {
				return r
			}
			return nil
		}
		hi := money.Rate(maxWeight)
		if wins(hi) == nil {
			continue // named or former come first, light or heavy
		}
		lo := max(w.in.Directory.partner(id).Weight, minWeight) // does not win
		for lo+1 < hi {
			if mid := lo + (hi-lo)/2; wins(mid) != nil {
				hi = mid
			} else {
				lo = mid
			}
		}
		w.note(wins(hi), "weight", "if the weight of %s were %s instead of %s",
			ownerWords(channel.PartnerOwner(id)), hi, c.Weight)
	}
}

// rulesTold bounds the rules whose variables are told.
const rulesTold = 50

// rules tells what the rules read: those that were tried.
func (w *whatIf) rules() {
	r := w.was
	for i, line := range r.ruleLines() {
		if i == rulesTold {
			return
		}
		at := slices.IndexFunc(r.t.rules, func(x *rule) bool { return x.name == line.Name })
		rule := r.t.rules[at]
		result := "the rule does not match"
		if line.Matched {
			result = "the rule matches and " + rule.does()
		}
		if line.PassedOver != "" {
			result = "the rule matches, but does not count"
		}
		w.found = append(w.found, Alternative{Change: "rule", Text: r.reads(rule), Result: result})
	}
}

// reads is a rule with the values of the variables that it reads.
func (r *run) reads(rule *rule) string {
	paths := rule.when.Reads()
	parts := make([]string, len(paths))
	for i, path := range paths {
		value, _ := condition.Value(&r.vars, path)
		switch v := value.(type) {
		case string:
			parts[i] = fmt.Sprintf("%s is '%s'", path, v)
		default:
			parts[i] = fmt.Sprintf("%s is %v", path, v)
		}
	}
	return fmt.Sprintf("the rule %q (%s): %s", rule.name, rule.when.Source(), strings.Join(parts, ", "))
}
