package routing

import (
	"fmt"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// plainly are the reasons for somebody who may not see more than that.
var plainly = map[Code]string{
	ReasonRule:            "because a rule of the policy says so",
	ReasonTier:            "because of the customer's value",
	ReasonProtected:       "because the partner that brought the customer is protected",
	ReasonFormerPartner:   "because the partner that served the customer before comes first",
	ReasonDwell:           "because the customer moved a short while ago, and nobody moves again so soon",
	ReasonOwnerKept:       "because the customer stays with who serves it",
	ReasonSalesForceFull:  "because the sales force has no room",
	ReasonNoPartner:       "because no partner can take the customer",
	ReasonOffersExhausted: "because the partners that were asked did not accept",
	ReasonFallback:        "because the customer has waited too long",
	ReasonByHand:          "because a person decided so",
}

// passedWords say why a candidate was passed over.
var passedWords = map[Code]string{
	PassedNotActive:     "takes no customers",
	PassedRegion:        "does not serve the region",
	PassedSegment:       "does not serve the segment",
	PassedCertification: "lacks a certification",
	PassedRefused:       "refused this customer",
	PassedAsked:         "let an offer of this round expire",
	PassedFull:          "has no room",
	PassedLaterInOrder:  "comes later in the order",
}

// passedPlural is passedWords for several.
var passedPlural = map[Code]string{
	PassedNotActive:     "take no customers",
	PassedRegion:        "do not serve the region",
	PassedSegment:       "do not serve the segment",
	PassedCertification: "lack a certification",
	PassedRefused:       "refused this customer",
	PassedAsked:         "let an offer of this round expire",
	PassedFull:          "have no room",
	PassedLaterInOrder:  "come later in the order",
}

// passedOrder is the order in which they are told.
var passedOrder = []Code{PassedNotActive, PassedRegion, PassedSegment, PassedCertification, PassedRefused, PassedAsked,
	PassedFull}

// channelWords are a channel in words.
func channelWords(c channel.Channel) string {
	if c == channel.SalesForce {
		return "the sales force"
	}
	return "a partner"
}

// ownerWords is an owner in words: "the pod north", "the partner p1".
func ownerWords(o channel.Owner) string {
	if id, ok := o.Pod(); ok {
		return "the pod " + string(id)
	}
	id, _ := o.Partner()
	return "the partner " + string(id)
}

// sentence is a reason of this decision, with what it is made of.
func (r *run) sentence(code Code) string {
	in := r.in
	switch code {
	case ReasonRule:
		return "because the rule \"" + r.why.Applied + "\" " + r.applied()
	case ReasonTier:
		return fmt.Sprintf("because its value of %s makes it %s, which %s serves",
			money.Of(in.Value.Amount, in.Value.Currency), r.tier, channelWords(r.why.Channel))
	case ReasonProtected:
		return fmt.Sprintf("because the partner %s brought it and is protected until %s", r.why.Protection.Partner,
			r.why.Protection.Until)
	case ReasonFormerPartner:
		return fmt.Sprintf("because the partner %s served it before", r.former())
	case ReasonDwell:
		return fmt.Sprintf("because it moved on %s and nobody moves again within %d days, so not before %s",
			in.State.LastMove.At.Format(time.DateOnly), r.t.dwellDays, r.why.DwellEnds)
	case ReasonOwnerKept:
		return "because " + ownerWords(in.State.Owner) + " serves it already"
	case ReasonSalesForceFull:
		return "because no pod can take it" + r.counted(true)
	case ReasonNoPartner:
		return "because no partner can take it" + r.counted(false)
	case ReasonOffersExhausted:
		return fmt.Sprintf("because it was offered %d times in this round and nobody accepted", in.State.Round.Offers)
	case ReasonFallback:
		return fmt.Sprintf("because it waited longer than %d hours, and then a pod of kind %s takes it", r.t.fallback.hours,
			r.t.fallback.podKind)
	case ReasonByHand:
		return fmt.Sprintf("because %s decided so: %s", in.Hand.By, in.Hand.Reason)
	}
	return plainly[code]
}

// applied says what the rule that decided does.
func (r *run) applied() string {
	for _, rule := range r.t.rules {
		if rule.name != r.why.Applied {
			continue
		}
		if i := r.candidate(string(rule.partner)); i >= 0 && r.why.Candidates[i].PassedOver != "" {
			return fmt.Sprintf("names the partner %s, which %s, and so gives it to a partner", rule.partner,
				passedWords[r.why.Candidates[i].PassedOver])
		}
		return rule.does()
	}
	return "says so"
}

// does is what a rule does, after its name.
func (r *rule) does() string {
	if r.decline != nil {
		return "declines it"
	}
	return "gives it to " + r.to()
}

// to is whom a rule that does not decline gives the customer.
func (r *rule) to() string {
	if r.partner != "" {
		return "the partner " + string(r.partner)
	}
	return channelWords(r.channel)
}

// counted says why nobody of a channel can: ": 2 do not serve the region, 1
// has no room".
func (r *run) counted(pods bool) string {
	counts := r.passedCounts(pods)
	var parts []string
	for _, code := range passedOrder {
		switch n := counts[code]; {
		case n == 1:
			parts = append(parts, "1 "+passedWords[code])
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, passedPlural[code]))
		}
	}
	if parts == nil {
		return ": there is none"
	}
	return ": " + strings.Join(parts, ", ")
}

// tell is the whole story, what came out first.
func (r *run) tell(reasons []ReasonLine) []string {
	text := sentenceList{r.result() + ", " + together(reasons) + ".", r.tellValue()}
	if r.owned && r.why.Chosen != r.in.State.Owner && !r.serves(r.tier) {
		had := ownerWords(r.in.State.Owner)
		text.say("%s, which had it, serves it no longer: it %s.", strings.ToUpper(had[:1])+had[1:], r.gone())
	}
	if r.why.Override != "" {
		text.say("The policy's terms for %s apply.", r.why.Override)
	}
	if r.why.Guarded {
		text.say("The balance guard is on: too little of the region's equity is in stable customers, " +
			"so nobody is declined.")
	}
	if a := r.in.Arm; a != nil {
		text.say("The %s of the experiment %q decided.", a, a.Experiment)
	}
	for _, line := range r.why.Matched {
		switch line.PassedOver {
		case PassedCustomerHasOwner:
			text.say("The rule %q would decline it, but it has an owner.", line.Name)
		case PassedGuard:
			text.say("The rule %q would decline it, but is suspended by the balance guard.", line.Name)
		}
	}
	if p := r.why.Protection; p != nil && p.PassedOver != "" {
		text.say("The partner %s brought it and is protected, but %s.", p.Partner, passedWords[p.PassedOver])
	}
	if r.why.TierHad != "" && r.why.TierHad != r.tier {
		text.say("It was %s before.", r.why.TierHad)
	}
	if n := len(r.why.Candidates); n > 0 {
		text = append(text, r.tellCandidates(n))
	}
	return text
}

// together joins reasons to one clause: "because A, and because B".
func together(reasons []ReasonLine) string {
	why := make([]string, len(reasons))
	for i, reason := range reasons {
		why[i] = reason.Text
	}
	return strings.Join(why, ", and ")
}

// gone says why the owner no longer serves the customer.
func (r *run) gone() string {
	id, isPartner := r.in.State.Owner.Partner()
	if p := r.dir.partner(id); isPartner && p != nil && p.Status != channel.Left {
		return passedWords[p.serves(&r.in.Customer, r.t.needs(r.tier))]
	}
	pod, _ := r.in.State.Owner.Pod()
	if p := r.dir.pod(pod); p != nil && p.Status != channel.Left {
		return passedWords[PassedRegion]
	}
	return "has left"
}

// result is what came out, as the beginning of a sentence.
func (r *run) result() string {
	id := string(r.in.Customer.ID)
	switch {
	case r.outcome == Declined:
		return id + " is declined"
	case r.outcome == Waiting:
		return id + " waits"
	case r.commit.Offer != nil:
		return fmt.Sprintf("%s is offered to the partner %s until %s", id, r.commit.Offer.Partner,
			stamp(r.commit.Offer.ExpiresAt))
	case r.commit.Moved && r.owned:
		return fmt.Sprintf("%s moves from %s to %s", id, ownerWords(r.in.State.Owner), ownerWords(r.commit.Owner))
	case r.commit.Moved:
		return fmt.Sprintf("%s goes to %s", id, ownerWords(r.commit.Owner))
	}
	return fmt.Sprintf("%s stays with %s", id, ownerWords(r.commit.Owner))
}

// tellValue says what the value is and where it comes from, with the other
// values that were there.
func (r *run) tellValue() string {
	v := &r.in.Value
	var parts []string
	if v.Referral != 0 {
		parts = append(parts, fmt.Sprintf("%s of it for customers it refers", money.Of(v.Referral, v.Currency)))
	}
	switch {
	case v.Declared != nil && v.Basis != Declared:
		parts = append(parts, fmt.Sprintf("declared were %s", money.Of(*v.Declared, v.Currency)))
	case v.Observed != nil && v.Basis != Observed:
		parts = append(parts, fmt.Sprintf("its orders alone say %s", money.Of(*v.Observed, v.Currency)))
	}
	text := fmt.Sprintf("Its value is %s, %s", money.Of(v.Amount, v.Currency), basisWords[v.Basis])
	if parts != nil {
		text += " (" + strings.Join(parts, "; ") + ")"
	}
	return text + "."
}

// basisWords say where a value comes from.
var basisWords = map[Basis]string{
	Observed: "observed from its own orders",
	Declared: "as declared",
	Prior:    "what the policy assumes for its segment",
}

// tellCandidates says how many were considered, and of partners alone why they
// were passed over.
func (r *run) tellCandidates(n int) string {
	passed := r.counted(false)
	if pods := r.passedCounts(true); len(pods) == 0 {
		return fmt.Sprintf("%d %s looked at%s.", n, plural(n, "partner was", "partners were"),
			strings.Replace(passed, ": there is none", "", 1))
	}
	return fmt.Sprintf("%d %s looked at.", n, plural(n, "candidate was", "candidates were"))
}

// plural chooses the word for a number.
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// tellPartner is the story as a partner may hear it.
func tellPartner(partner channel.PartnerID, d *Decision, v *View) []string {
	var text sentenceList
	own := channel.PartnerOwner(partner)
	switch {
	case d.Commit.Offer != nil && d.Commit.Offer.Partner == partner:
		text.say("The customer is offered to you until %s.", stamp(d.Commit.Offer.ExpiresAt))
	case d.Commit.Owner == own && d.Commit.Moved:
		text.say("The customer is yours.")
	case d.Commit.Owner == own:
		text.say("The customer stays yours.")
	case d.Commit.Releases == own:
		text.say("The customer moves on.")
	default:
		text.say("The customer went to somebody else.")
	}
	for _, reason := range v.Reasons {
		text.say("This is so %s.", reason.Text)
	}
	if v.Of == 0 {
		return text
	}
	text.say("There %s %d %s.", plural(v.Of, "was", "were"), v.Of, plural(v.Of, "candidate", "candidates"))
	for _, c := range v.Candidates {
		switch {
		case c.PassedOver == "" && c.Score != "":
			text.say("You were chosen; your score was %s.", c.Score)
		case c.PassedOver == "":
			text.say("You were chosen.")
		case c.Score == "" || v.Winning == "":
			text.say("You were passed over: your company %s.", passedWords[c.PassedOver])
		default:
			text.say("Your score was %s, the winning one %s; your company %s.",
				c.Score, v.Winning, passedWords[c.PassedOver])
		}
	}
	return text
}
