package routing

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/money"
)

// Sentences is the document in plain words, one sentence each, in the order in
// which it decides.
func (p *Policy) Sentences() []string {
	title := string(p.ID)
	if p.Name != "" {
		title = p.Name + " (" + title + ")"
	}
	out := []string{fmt.Sprintf("%s is in force from %s on; amounts are in %s.", title, p.from, p.base.currency)}
	out = note(out, p.Note)
	out = append(out, p.base.sentences()...)
	if x := p.experiment; x != nil {
		out = append(out, fmt.Sprintf("For %s of the customers, chosen by a hash of their id, %s version %d decides instead: the experiment %q.", percent(x.share), x.challenger.ID, x.challenger.Version, x.name))
	}
	if p.attributes != nil {
		out = append(out, fmt.Sprintf("Conditions may read these attributes of a customer: %s.", strings.Join(slices.Sorted(maps.Keys(p.attributes)), ", ")))
	}
	for _, key := range slices.Sorted(maps.Keys(p.overrides)) {
		t := p.overrides[key]
		out = append(out, fmt.Sprintf("In %s other terms hold%s:", p.region(key), otherCurrency(t, p.base)))
		for _, s := range t.sentences() {
			if !slices.Contains(out, s) {
				out = append(out, "  "+s)
			}
		}
	}
	if n := len(p.examples); n > 0 {
		out = append(out, fmt.Sprintf("%d worked %s checked before it can be published.", n, plural(n, "example is", "examples are")))
	}
	return out
}

// region is the key of an override in words.
func (p *Policy) region(key string) string {
	var members []string
	for region, group := range p.groups {
		if group == key {
			members = append(members, region)
		}
	}
	if members == nil {
		return key
	}
	slices.Sort(members)
	return key + " (" + strings.Join(members, ", ") + ")"
}

func otherCurrency(t, base *terms) string {
	if t.currency == base.currency {
		return ""
	}
	return ", and amounts are in " + t.currency
}

func note(out []string, words string) []string {
	if words == "" {
		return out
	}
	return append(out, "Note: "+words)
}

func (t *terms) sentences() []string {
	out := t.ruleSentences()
	out = append(out, t.tierSentences()...)
	out = append(out, t.steady()...)
	out = append(out, t.valueSentences()...)
	out = append(out, t.handling()...)
	if t.warns {
		out = append(out, fmt.Sprintf("A customer whose probability to be alive falls below %s is announced as at risk.", percent(t.atRisk)))
	}
	return out
}

func (t *terms) ruleSentences() []string {
	var out []string
	for _, r := range t.rules {
		switch {
		case r.decline != nil:
			s := fmt.Sprintf("Rule %q: where %s, a customer that nobody owns is declined, told %q", r.name, r.when.Source(), r.decline.Message)
			if r.decline.ReferTo != "" {
				s += " and referred to " + r.decline.ReferTo
			}
			out = append(out, s+".")
		default:
			out = append(out, fmt.Sprintf("Rule %q: where %s, the customer goes to %s.", r.name, r.when.Source(), r.to()))
		}
		out = note(out, r.note)
	}
	if t.guards {
		out = append(out, fmt.Sprintf("While less than %s of a region's equity is in stable customers, nobody is declined.", percent(t.floor)))
	}
	if t.protection > 0 {
		out = append(out, fmt.Sprintf("A partner that brings a customer keeps it for %d days, whatever rules and tiers say.", int(t.protection/(24*time.Hour))))
	}
	return out
}

func (t *terms) tierSentences() []string {
	var out []string
	for i := range t.tiers {
		x := &t.tiers[i]
		s := fmt.Sprintf("A customer worth %s or more is %s, and %s serves it", money.Of(x.min, t.currency), x.name, channelWords(x.channel))
		if i == len(t.tiers)-1 && i > 0 {
			s = fmt.Sprintf("Everybody else is %s, and %s serves them", x.name, channelWords(x.channel))
		}
		if x.podKind != "" {
			s += " (a pod of kind " + x.podKind + ")"
		}
		if x.needs != nil {
			s += ", certified " + strings.Join(x.needs, " and ")
		}
		out = note(append(out, s+"."), x.note)
	}
	return out
}

// steady tells what keeps customers from bouncing.
func (t *terms) steady() []string {
	var out []string
	if t.promote != money.One || t.demote != money.One {
		out = append(out, fmt.Sprintf("Who has an owner climbs a tier above %s of its line, and descends below %s of its own.", percent(t.promote), percent(t.demote)))
	}
	if t.dwell > 0 {
		out = append(out, fmt.Sprintf("After a move the channel does not change for %d days, unless a rule says so; a rule moves once in that time.", t.dwellDays))
	}
	return out
}

func (t *terms) valueSentences() []string {
	v := &t.value
	out := []string{fmt.Sprintf("A customer's value is what it is expected to contribute in %d months: %s of revenue, discounted by %s a year; observed from %d orders on, else as declared.", v.horizonMonths, percent(v.margin), percent(v.discount), v.observedFrom)}
	prior := fmt.Sprintf("Without either it is assumed to be %s", money.Of(v.prior, t.currency))
	for _, segment := range slices.Sorted(maps.Keys(v.priors)) {
		prior += fmt.Sprintf(", in the segment %s %s", segment, money.Of(v.priors[segment], t.currency))
	}
	out = append(out, prior+".")
	if v.referral > 0 {
		out = append(out, fmt.Sprintf("%s of what the customers are worth that it referred is added.", percent(v.referral)))
	}
	for _, code := range slices.Sorted(maps.Keys(v.exchange)) {
		out = append(out, fmt.Sprintf("1 %s counts as %s %s.", code, v.exchange[code], t.currency))
	}
	return out
}

// handling tells how customers reach their owners.
func (t *terms) handling() []string {
	out := []string{"A partner gets a customer at once, without being asked."}
	if t.offer.required {
		s := fmt.Sprintf("A partner is asked first and has %d hours to answer", int(t.offer.expires/time.Hour))
		if t.offer.max > 0 {
			s += fmt.Sprintf("; after %d offers a round ends", t.offer.max)
		}
		out[0] = s + "."
	}
	if t.fullWaits {
		out = append(out, "If the sales force is full, the customer waits.")
	} else {
		out = append(out, "If the sales force is full, a partner gets the customer.")
	}
	if t.noneToPods {
		out = append(out, "If no partner can take it, the sales force does.")
	} else {
		out = append(out, "If no partner can take it, the customer waits.")
	}
	if f := t.fallback; f != nil {
		out = append(out, fmt.Sprintf("Who has waited longer than %d hours goes to a pod of kind %s.", f.hours, f.podKind))
	}
	return out
}

// percent is a share in words: "25 %".
func percent(r money.Rate) string {
	s := (r * 100).String()
	return s + " %"
}
