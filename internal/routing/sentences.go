package routing

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/money"
)

// sentenceList collects sentences, in the order in which people read them.
type sentenceList []string

// say adds a sentence.
func (l *sentenceList) say(format string, args ...any) { *l = append(*l, fmt.Sprintf(format, args...)) }

// note adds the author's note, if there is one.
func (l *sentenceList) note(words string) {
	if words != "" {
		l.say("Note: %s", words)
	}
}

// Sentences is the document in plain words, one sentence each, in the order in
// which it decides.
func (p *Policy) Sentences() []string {
	title := string(p.ID)
	if p.Name != "" {
		title = p.Name + " (" + title + ")"
	}
	var out sentenceList
	out.say("%s is in force from %s on; amounts are in %s.", title, p.from, p.base.currency)
	out.note(p.Note)
	out = append(out, p.base.sentences()...)
	if x := p.experiment; x != nil {
		out.say("For %s of the customers, chosen by a hash of their id, %s version %d decides instead: the experiment %q.",
			percent(x.share), x.challenger.ID, x.challenger.Version, x.name)
	}
	if p.attributes != nil {
		names := slices.Sorted(maps.Keys(p.attributes))
		out.say("Conditions may read these attributes of a customer: %s.", strings.Join(names, ", "))
	}
	p.tellOverrides(&out)
	if n := len(p.examples); n > 0 {
		out.say("%d worked %s checked before it can be published.", n, plural(n, "example is", "examples are"))
	}
	return out
}

// tellOverrides tells of each override only what differs: a sentence that was
// said already is not said again.
func (p *Policy) tellOverrides(out *sentenceList) {
	for _, key := range slices.Sorted(maps.Keys(p.overrides)) {
		t := p.overrides[key]
		out.say("In %s other terms hold%s:", p.region(key), otherCurrency(t, p.base))
		for _, s := range t.sentences() {
			if !slices.Contains(*out, s) {
				*out = append(*out, "  "+s)
			}
		}
	}
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

// otherCurrency says that amounts of an override are in another currency: the
// same number means something else there.
func otherCurrency(t, base *terms) string {
	if t.currency == base.currency {
		return ""
	}
	return ", and amounts are in " + t.currency
}

// sentences are the terms in the order in which they decide: rules first, then
// tiers, then what keeps customers where they are.
func (t *terms) sentences() []string {
	var out sentenceList
	t.tellRules(&out)
	t.tellTiers(&out)
	t.tellSteadiness(&out)
	t.tellValue(&out)
	t.tellHandling(&out)
	if t.warns {
		out.say("A customer whose probability to be alive falls below %s is announced as at risk.", percent(t.atRisk))
	}
	return out
}

// tellRules tells the rules as written, then what stands above or beside them:
// guard and protection.
func (t *terms) tellRules(out *sentenceList) {
	for _, r := range t.rules {
		switch {
		case r.decline != nil:
			referred := ""
			if r.decline.ReferTo != "" {
				referred = " and referred to " + r.decline.ReferTo
			}
			out.say("Rule %q: where %s, a customer that nobody owns is declined, told %q%s.",
				r.name, r.when.Source(), r.decline.Message, referred)
		default:
			out.say("Rule %q: where %s, the customer goes to %s.", r.name, r.when.Source(), r.to())
		}
		out.note(r.note)
	}
	if t.guards {
		out.say("While less than %s of a region's equity is in stable customers, nobody is declined.", percent(t.floor))
	}
	if t.protection > 0 {
		days := int(t.protection / (24 * time.Hour))
		out.say("A partner keeps a customer that it brings for %d days: only rules that decline come before that.", days)
	}
}

// tellTiers tells the bands from the highest down; the last one has no line of
// its own.
func (t *terms) tellTiers(out *sentenceList) {
	for i := range t.tiers {
		x := &t.tiers[i]
		who := channelWords(x.channel)
		s := fmt.Sprintf("A customer worth %s or more is %s, and %s serves it", money.Of(x.min, t.currency), x.name, who)
		if i == len(t.tiers)-1 && i > 0 {
			s = fmt.Sprintf("Everybody else is %s, and %s serves them", x.name, who)
		}
		if x.podKind != "" {
			s += " (a pod of kind " + x.podKind + ")"
		}
		if x.needs != nil {
			s += ", certified " + strings.Join(x.needs, " and ")
		}
		out.say("%s.", s)
		out.note(x.note)
	}
}

// tellSteadiness tells what keeps customers from moving to and fro.
func (t *terms) tellSteadiness(out *sentenceList) {
	if t.promote != money.One || t.demote != money.One {
		out.say("Who has an owner climbs a tier above %s of its line, and descends below %s of its own.",
			percent(t.promote), percent(t.demote))
	}
	if t.dwell > 0 {
		out.say("After a move the channel does not change for %d days, unless a rule says so; "+
			"a rule moves once in that time.", t.dwellDays)
	}
}

// tellValue tells how customers are valued, and what is assumed of those that
// nobody knows.
func (t *terms) tellValue(out *sentenceList) {
	v := &t.value
	out.say("A customer's value is what it is expected to contribute in %d months: %s of revenue, "+
		"discounted by %s a year; observed from %d orders on, else as declared.",
		v.horizonMonths, percent(v.margin), percent(v.discount), v.observedFrom)
	prior := fmt.Sprintf("Without either it is assumed to be %s", money.Of(v.prior, t.currency))
	for _, segment := range slices.Sorted(maps.Keys(v.priors)) {
		prior += fmt.Sprintf(", in the segment %s %s", segment, money.Of(v.priors[segment], t.currency))
	}
	out.say("%s.", prior)
	if v.referral > 0 {
		out.say("%s of what the customers are worth that it referred is added.", percent(v.referral))
	}
	for _, code := range slices.Sorted(maps.Keys(v.exchange)) {
		out.say("1 %s counts as %s %s.", code, v.exchange[code], t.currency)
	}
}

// tellHandling tells how customers reach their owners.
func (t *terms) tellHandling(out *sentenceList) {
	switch {
	case t.offer.required && t.offer.max > 0:
		out.say("A partner is asked first and has %d hours to answer; after %d offers a round ends.",
			int(t.offer.expires/time.Hour), t.offer.max)
	case t.offer.required:
		out.say("A partner is asked first and has %d hours to answer.", int(t.offer.expires/time.Hour))
	default:
		out.say("A partner gets a customer at once, without being asked.")
	}
	full, none := "a partner gets the customer", "the customer waits"
	if t.fullWaits {
		full = "the customer waits"
	}
	if t.noneToPods {
		none = "the sales force does"
	}
	out.say("If the sales force is full, %s.", full)
	out.say("If no partner can take it, %s.", none)
	if f := t.fallback; f != nil {
		out.say("Who has waited longer than %d hours goes to a pod of kind %s.", f.hours, f.podKind)
	}
}

// percent is a share in words: "25 %".
func percent(r money.Rate) string {
	s := (r * 100).String()
	return s + " %"
}
