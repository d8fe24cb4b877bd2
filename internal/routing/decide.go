package routing

import (
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/seal"
)

// Decide says who serves the customer. It is pure: the same input gives the
// same bytes on every processor. Impossible input (no policy, no directory, a
// value in another currency than the policy's) panics with the reason, it is a
// bug of the caller; the error is a person's decision that cannot be
// (fault.NotFound or fault.Conflict).
func Decide(in Input) (Decision, error) {
	mustBePossible(&in)
	in.wholeSeconds()
	r := newRun(&in)
	if err := r.decide(); err != nil {
		return Decision{}, err
	}
	return r.finish(), nil
}

func mustBePossible(in *Input) {
	switch {
	case in.Policy == nil || in.Directory == nil:
		panic("routing: a decision needs a policy and a directory")
	case in.Value.Currency != in.Policy.Currency(in.Customer.Region):
		panic("routing: the value is in " + in.Value.Currency +
			", the policy's currency is " + in.Policy.Currency(in.Customer.Region))
	case in.At.IsZero():
		panic("routing: a decision needs an instant")
	case (in.Cause == ByHand) != (in.Hand != nil):
		panic("routing: Hand goes with the cause by_hand, and only with it")
	}
}

// wholeSeconds cuts the instants as the record does, so that a replay sees what
// the decision saw.
func (in *Input) wholeSeconds() {
	in.At = in.At.UTC().Truncate(time.Second)
	if m := in.State.LastMove; m != nil {
		cut := *m
		cut.At = m.At.UTC().Truncate(time.Second)
		in.State.LastMove = &cut
	}
	if p := in.State.Protection; p != nil {
		cut := *p
		cut.At = p.At.UTC().Truncate(time.Second)
		in.State.Protection = &cut
	}
}

// run is one decision in the making.
type run struct {
	in         *Input
	t          *terms
	dir        *Directory // nil in an example without one: then everybody can
	attributes map[string]string
	vars       variables
	wide       bool // candidates of other regions are listed too

	owned  bool
	cur    channel.Channel // of the owner
	given  int             // tier that the bands give
	tier   string          // tier of the decision
	dwells bool            // the last move is younger than the dwell
	rule   *rule           // that applies
	early  bool            // a tier's certification moves the customer inside the dwell
	story  []Code          // reasons in the order in which they came up
	full   []channel.Owner // of Input.Full, those that mattered
	text   [256]byte       // the draw's text is built here

	outcome Outcome
	decline *Decline
	why     Explanation
	commit  Commit
}

func newRun(in *Input) *run {
	r := &run{in: in, t: in.Policy.terms(in.Customer.Region), dir: in.Directory}
	r.attributes = in.Policy.readable(in.Customer.Attributes)
	r.vars.fill(in, r.t, r.attributes)
	r.owned, r.cur = in.State.Owner != channel.Nobody, in.State.Owner.Channel()
	had := -1
	if r.owned {
		had = r.t.tier(in.State.Tier)
	}
	r.given = r.t.band(had, in.Value.Amount)
	r.tier = r.t.tiers[r.given].name
	if m := in.State.LastMove; r.owned && m != nil {
		r.dwells = in.At.Before(m.At.Add(r.t.dwell))
	}
	r.why = Explanation{
		Engine: Engine, Customer: in.Customer.ID, Override: r.t.override,
		Guarded: r.vars.Balance.Guarded, TierHad: in.State.Tier, TierGiven: r.tier,
	}
	r.commit.First = in.State.LastMove == nil
	return r
}

// readable is the attributes that conditions may read.
func (p *Policy) readable(all map[string]string) map[string]string {
	if p.attributes == nil || len(all) == 0 {
		return all
	}
	some := map[string]string{}
	for name, value := range all {
		if p.attributes[name] {
			some[name] = value
		}
	}
	return some
}

// decide follows the order of precedence.
func (r *run) decide() error {
	switch {
	case r.in.Cause == ByHand:
		return r.byHand()
	case r.in.Cause == Fallback && !r.owned:
		r.fallBack()
	case r.declines():
	case r.protects():
	default:
		r.route()
	}
	return nil
}

// declines tries the decline rules. Only a customer that nobody owns is
// declined, and nobody while the guard is on.
func (r *run) declines() bool {
	var buf [4][]int32
	lists := r.t.book.declines.candidates(buf[:0], &r.vars)
	for i := lists.next(); i >= 0; i = lists.next() {
		rule := r.t.rules[i]
		if !rule.matches(&r.vars) {
			continue
		}
		line := RuleLine{Name: rule.name, Matched: true, PassedOver: r.declinePassed()}
		r.why.Matched = append(r.why.Matched, line)
		if line.PassedOver == "" {
			r.why.DeclinesTried, r.why.Applied = i+1, rule.name
			r.outcome, r.decline = Declined, rule.decline
			r.commit.State = StateDeclined
			r.because(ReasonRule)
			return true
		}
	}
	r.why.DeclinesTried = len(r.t.rules)
	return false
}

// protects keeps a customer with the partner that registered it, while nobody
// else owns it: assigned at once, without an offer, room or not.
func (r *run) protects() bool {
	g := r.in.State.Protection
	if g == nil || r.t.protection == 0 {
		return false
	}
	owner := channel.PartnerOwner(g.Partner)
	until := g.At.Add(r.t.protection)
	if r.in.At.Before(g.At) || !r.in.At.Before(until) || r.owned && r.in.State.Owner != owner {
		return false
	}
	r.why.Protection = &ProtectionLine{Partner: g.Partner, Until: stamp(until)}
	if r.dir == nil {
		r.because(ReasonProtected)
		r.settle(channel.Partners, owner, channel.Unlimited)
		return true
	}
	p := r.dir.partner(g.Partner)
	if r.why.Protection.PassedOver = r.unable(p); r.why.Protection.PassedOver != "" {
		return false
	}
	if r.owned {
		r.because(ReasonOwnerKept)
		r.because(ReasonProtected)
		r.keep()
		return true
	}
	r.because(ReasonProtected)
	r.addCandidate(&r.byRight(nil, p.ID)[0], "")
	r.settle(channel.Partners, owner, p.Capacity)
	r.commit.MayExceed = true
	return true
}

// route lets rules and bands choose the channel and then finds who takes the
// customer.
func (r *run) route() {
	r.rule = r.firstRule()
	want, reason := r.t.tiers[r.given].channel, ReasonTier
	var named *PartnerTerms
	if r.rule != nil {
		want, reason = r.rule.channel, ReasonRule
		named = r.named(r.rule.partner)
	}
	r.why.Channel = want
	if r.waits(want, named) {
		want, reason, named = r.cur, ReasonDwell, nil
		r.rule, r.early, r.tier = nil, false, r.in.State.Tier
		r.why.DwellEnds = stamp(r.in.State.LastMove.At.Add(r.t.dwell))
	}
	if r.rule != nil {
		r.why.Applied = r.rule.name
	}
	r.because(reason)
	r.commit.ByRule = r.rule != nil || r.early
	if r.attempt(want, named) {
		return
	}
	if second := r.second(want); second != "" && r.attempt(second, nil) {
		return
	}
	r.nobody()
}

// firstRule is the first rule about channel or partner that matches; nil if
// none does.
func (r *run) firstRule() *rule {
	var buf [8][]int32
	lists := r.t.book.channels.candidates(buf[:0], &r.vars)
	for i := lists.next(); i >= 0; i = lists.next() {
		if rule := r.t.rules[i]; rule.matches(&r.vars) {
			r.why.ChannelsTried = i + 1
			r.why.Matched = append(r.why.Matched, RuleLine{Name: rule.name, Matched: true})
			return rule
		}
	}
	r.why.ChannelsTried = len(r.t.rules)
	return nil
}

// waits reports whether the dwell forbids the move that rule or bands ask for.
// Without a rule the channel does not change before it ends. A rule moves at
// once, but waits too if a rule made the last move and that was not the first
// assignment; the same holds where only the certification that a new tier asks
// for makes the owner unfit. So nobody moves more than twice per dwell.
func (r *run) waits(want channel.Channel, named *PartnerTerms) bool {
	if !r.dwells {
		return false
	}
	last := r.in.State.LastMove
	ruleWaits := last.ByRule && !last.First
	if r.rule != nil && (want != r.cur || named != nil && named.owner != r.in.State.Owner) {
		return ruleWaits
	}
	if want != r.cur {
		return true
	}
	if r.serves(r.tier) || !r.serves(r.in.State.Tier) {
		return false
	}
	r.early = true
	return ruleWaits
}

// second is the channel to try where nobody of the first can: "" if the policy
// wants the customer to wait, or if the dwell forbids the change.
func (r *run) second(first channel.Channel) channel.Channel {
	var other channel.Channel
	switch {
	case first == channel.SalesForce && !r.t.fullWaits:
		other = channel.Partners
	case first == channel.Partners && r.t.noneToPods:
		other = channel.SalesForce
	}
	if r.dwells && r.rule == nil && other != r.cur {
		return ""
	}
	return other
}

// nobody can: an owned customer keeps its owner, any other waits.
func (r *run) nobody() {
	if r.owned {
		r.because(ReasonOwnerKept)
		r.keep()
		return
	}
	r.outcome = Waiting
	r.commit.State = StateWaiting
}

// keep leaves the customer where it is.
func (r *run) keep() {
	r.outcome = Outcome(r.cur)
	r.why.Chosen = r.in.State.Owner
	r.commit.State, r.commit.Owner = StateAssigned, r.in.State.Owner
}

// settle gives the customer to an owner, now.
func (r *run) settle(ch channel.Channel, owner channel.Owner, limit int64) {
	r.outcome = Outcome(ch)
	r.why.Chosen = owner
	c := &r.commit
	c.State, c.Owner = StateAssigned, owner
	if owner == r.in.State.Owner {
		return
	}
	c.Moved, c.Takes, c.Limit, c.Releases = true, owner, limit, r.in.State.Owner
}

// offer asks a partner; the owner, if any, stays until it accepts.
func (r *run) offer(p *PartnerTerms) {
	r.outcome = ToPartner
	r.why.Chosen = p.owner
	c := &r.commit
	c.State, c.Owner, c.Takes, c.Limit = StateOffered, r.in.State.Owner, p.owner, p.Capacity
	c.Offer = &Offer{Partner: p.ID, ExpiresAt: r.in.At.Add(r.t.offer.expires)}
}

func (r *run) because(c Code) { r.story = append(r.story, c) }

// reasons is what settled it first.
func (r *run) reasons() []Code {
	out := make([]Code, len(r.story))
	for i, c := range r.story {
		out[len(out)-1-i] = c
	}
	return out
}

// finish writes the record and the explanation.
func (r *run) finish() Decision {
	r.why.Reasons = r.reasons()
	if r.outcome == Declined || r.outcome == Waiting || !r.commit.Moved && r.commit.Offer == nil {
		r.commit.ByRule, r.commit.First = false, false
	}
	d := Decision{Explanation: r.why, Commit: r.commit, Decline: r.decline}
	d.Record = r.record(seal.Hash(r.why.Append(make([]byte, 0, 512+128*len(r.why.Candidates)))))
	d.Bytes = d.Record.Append(make([]byte, 0, 1024))
	d.Hash = seal.Hash(d.Bytes)
	return d
}

// stamp prints an instant as every record does.
func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

// byHand does what a person said: the owner must be there and take customers.
// Its limit holds.
func (r *run) byHand() error {
	owner := r.in.Hand.Owner
	status, capacity := channel.Status(""), channel.Unlimited
	if id, ok := owner.Partner(); ok {
		if p := r.dir.partner(id); p != nil {
			status, capacity = p.Status, p.Capacity
		}
	} else if id, ok := owner.Pod(); ok {
		if p := r.dir.pod(id); p != nil {
			status, capacity = p.Status, p.Capacity
		}
	}
	moves := owner != r.in.State.Owner
	switch {
	case status == "":
		return fault.New(fault.NotFound, "unknown_owner", "there is no %s", owner)
	case moves && status != channel.Active:
		return fault.New(fault.Conflict, "owner_not_active", "%s is %s and takes no customers", owner, status)
	case moves && r.isFull(owner, capacity):
		return fault.New(fault.Conflict, "owner_full", "%s has no room", owner)
	}
	r.because(ReasonByHand)
	r.settle(owner.Channel(), owner, capacity)
	return nil
}

// fallBack gives a customer that waited too long to the pods of the fallback's
// kind, in draw order. If none has room it waits on.
func (r *run) fallBack() {
	r.because(ReasonFallback)
	if r.t.fallback == nil || !r.pickPod(r.t.fallback.podKind) {
		r.nobody()
	}
}
