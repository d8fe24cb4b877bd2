package routing

import (
	"slices"
	"strconv"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// attempt finds who takes the customer in a channel. An owner of that channel
// that still serves is kept: weights, joins and better ranks never move an
// owned customer. named is the partner of the rule, if it can take it.
func (r *run) attempt(ch channel.Channel, named *PartnerTerms) bool {
	moves := named != nil && named.owner != r.in.State.Owner
	if r.owned && ch == r.cur && !moves && r.serves(r.tier) {
		if len(r.story) != 1 || r.story[0] != ReasonDwell {
			r.because(ReasonOwnerKept)
		}
		r.keep()
		return true
	}
	if r.dir == nil { // an example: the channel is the answer
		r.settleChannel(ch, named)
		return true
	}
	if ch == channel.SalesForce {
		return r.pickPod(r.podKind())
	}
	return r.pickPartner(named)
}

// settleChannel answers an example that has no directory.
func (r *run) settleChannel(ch channel.Channel, named *PartnerTerms) {
	r.outcome = Outcome(ch)
	r.commit.State = StateAssigned
	if named != nil {
		r.why.Chosen = named.owner
	}
}

// serves reports whether the owner still serves the customer in a tier: it has
// not left, and serves region, segment and certifications. A paused owner
// keeps its customers.
func (r *run) serves(tier string) bool {
	if r.dir == nil {
		return true
	}
	if id, ok := r.in.State.Owner.Partner(); ok {
		p := r.dir.partner(id)
		return p != nil && p.Status != channel.Left && p.serves(&r.in.Customer, r.t.needs(tier)) == ""
	}
	id, _ := r.in.State.Owner.Pod()
	p := r.dir.pod(id)
	return p != nil && p.Status != channel.Left && holds(p.Regions, r.in.Customer.Region)
}

// unable says why a partner cannot take the customer, its room apart: "" if it
// can. A partner that the directory lacks is not active.
func (r *run) unable(p *PartnerTerms) Code {
	if p == nil || p.Status != channel.Active {
		return PassedNotActive
	}
	if code := p.serves(&r.in.Customer, r.t.needs(r.tier)); code != "" {
		return code
	}
	if slices.Contains(r.in.State.Refused, p.ID) {
		return PassedRefused
	}
	return ""
}

// unfit says why a partner is passed over wherever it stands in the order: ""
// if it is eligible.
func (r *run) unfit(p *PartnerTerms) Code {
	code := r.unable(p)
	switch {
	case code != "":
		return code
	case slices.Contains(r.in.State.Round.Expired, p.ID):
		return PassedAsked
	case r.isFull(p.owner, p.Capacity):
		return PassedFull
	}
	return ""
}

// unfitPod is unfit for a pod.
func (r *run) unfitPod(p *PodTerms) Code {
	switch {
	case p.Status != channel.Active:
		return PassedNotActive
	case !holds(p.Regions, r.in.Customer.Region):
		return PassedRegion
	case r.isFull(p.owner, p.Capacity):
		return PassedFull
	}
	return ""
}

// isFull reports whether an owner has no room, and notes where that came from
// outside.
func (r *run) isFull(owner channel.Owner, capacity int64) bool {
	// an owner that takes nobody is full without being counted
	if capacity == 0 {
		return true
	}
	if !slices.Contains(r.in.Full, owner) {
		return false
	}
	if !slices.Contains(r.full, owner) {
		r.full = append(r.full, owner)
	}
	return true
}

// named is the partner that a rule names, if it can take the customer; nil
// otherwise: then the rule counts as one about the channel.
func (r *run) named(id channel.PartnerID) *PartnerTerms {
	if id == "" {
		return nil
	}
	if r.dir == nil {
		return &PartnerTerms{ID: id, owner: channel.PartnerOwner(id)}
	}
	p := r.dir.partner(id)
	if p == nil || r.in.State.Owner != p.owner && r.unfit(p) != "" {
		return nil
	}
	return p
}

// lot is the customer's draw. Its text is built in the run, so that a draw does
// not allocate.
func (r *run) lot() lot { return newLot(r.text[:0], r.in.Policy.seed, string(r.in.Customer.ID)) }

// pickPartner offers or assigns the customer to the first eligible partner:
// the one that the rule names, the one that owned the customer last, then the
// draw.
func (r *run) pickPartner(named *PartnerTerms) bool {
	asks := r.t.offer.required && !r.in.AtOnce
	if asks && r.t.offer.max > 0 && r.in.State.Round.Offers >= r.t.offer.max {
		r.because(ReasonOffersExhausted)
		return false
	}
	var p *PartnerTerms
	all := r.partners()
	r.why.Candidates = slices.Grow(r.why.Candidates, len(all))
	for i := range all {
		q := &r.dir.Partners[all[i].at]
		code := r.unfit(q)
		if code == "" && p == nil {
			p = q
		} else if code == "" {
			code = PassedLaterInOrder
		}
		r.addCandidate(&all[i], code)
	}
	if p == nil {
		r.because(ReasonNoPartner)
		return false
	}
	if named == nil && p.ID == r.former() {
		r.because(ReasonFormerPartner)
	}
	if asks {
		r.offer(p)
	} else {
		r.settle(channel.Partners, p.owner, p.Capacity)
	}
	return true
}

// former is the partner that owned the customer last.
func (r *run) former() channel.PartnerID {
	if id, ok := r.in.State.Owner.Partner(); ok {
		return id
	}
	return r.in.State.Former
}

// partners are the candidates in their order: those that come first by right,
// then the draw over the partners of the region.
func (r *run) partners() []drawn {
	region := r.in.Customer.Region
	size := len(r.dir.byRegion[region]) + len(r.dir.everywhere) + 2
	if r.wide {
		size = len(r.dir.Partners) + 2
	}
	all := make([]drawn, 0, size)
	if r.rule != nil {
		all = r.byRight(all, r.rule.partner)
	}
	all = r.byRight(all, r.former())
	first := len(all)
	each := func(i int) {
		p := &r.dir.Partners[i]
		// weight 0 takes no part in the draw; by right it may still come first
		if p.Weight > 0 && !slices.ContainsFunc(all[:first], func(d drawn) bool { return d.at == i }) {
			all = append(all, drawn{id: string(p.ID), micros: uint64(p.Weight), at: i})
		}
	}
	if r.wide {
		for i := range r.dir.Partners {
			each(i)
		}
	} else {
		for _, i := range r.dir.byRegion[region] {
			each(i)
		}
		for _, i := range r.dir.everywhere {
			each(i)
		}
	}
	l := r.lot()
	l.rank(all[first:])
	return all
}

// byRight puts a partner before the draw, if there is one of that id and it
// stands there not already. Its score is for reading only.
func (r *run) byRight(all []drawn, id channel.PartnerID) []drawn {
	i, ok := r.dir.place(id)
	if !ok || slices.ContainsFunc(all, func(d drawn) bool { return d.at == i }) {
		return all
	}
	d := drawn{id: string(id), micros: uint64(r.dir.Partners[i].Weight), at: i}
	if d.micros > 0 {
		l := r.lot()
		d.score = l.of(d.id, d.micros)
	}
	return append(all, d)
}

// podKind is the kind of pod that the tier asks for; "" is any.
func (r *run) podKind() string {
	if i := r.t.tier(r.tier); i >= 0 {
		return r.t.tiers[i].podKind
	}
	return ""
}

// pickPod assigns the customer to the first pod of a kind with room, in draw
// order.
func (r *run) pickPod(kind string) bool {
	all := make([]drawn, 0, len(r.dir.Pods))
	for i := range r.dir.Pods {
		if p := &r.dir.Pods[i]; kind == "" || p.Kind == kind {
			all = append(all, drawn{id: string(p.owner), micros: weightUnit, at: i})
		}
	}
	l := r.lot()
	l.rank(all)
	var p *PodTerms
	for i := range all {
		q := &r.dir.Pods[all[i].at]
		code := r.unfitPod(q)
		if code == "" && p == nil {
			p = q
		} else if code == "" {
			code = PassedLaterInOrder
		}
		r.addCandidate(&all[i], code)
	}
	if p == nil {
		r.because(ReasonSalesForceFull)
		return false
	}
	r.settle(channel.SalesForce, p.owner, p.Capacity)
	return true
}

// addCandidate writes a candidate into the explanation; passed is why it was
// passed over, "" for the one that was chosen.
func (r *run) addCandidate(d *drawn, passed Code) {
	c := Candidate{ID: d.id, Weight: weightText(d.micros), PassedOver: passed}
	if d.micros > 0 {
		c.Score = strconv.FormatUint(d.score, 10)
	}
	r.why.Candidates = append(r.why.Candidates, c)
}

// weightText is a weight as decimal text; nearly all are 1.
func weightText(micros uint64) string {
	if micros == weightUnit {
		return "1"
	}
	return money.Rate(micros).String()
}
