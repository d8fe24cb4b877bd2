package routing

import (
	"slices"
	"strconv"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// seat is a candidate: a partner, or a pod with weight 1.
type seat struct {
	drawn
	owner    channel.Owner
	capacity int64
	partner  *PartnerTerms // nil for a pod
	pod      *PodTerms
	scored   bool // false: weight 0, ranked nowhere
	passed   Code
}

// attempt finds who takes the customer in a channel. An owner of that channel
// that still serves is kept: weights, joins and better ranks never move an
// owned customer. named is the partner of the rule, if it can take it.
func (r *run) attempt(ch channel.Channel, named *seat) bool {
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
func (r *run) settleChannel(ch channel.Channel, named *seat) {
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

// examine says why a candidate is passed over whatever its place: "" if it is
// eligible.
func (r *run) examine(s *seat) Code {
	var code Code
	switch {
	case s.partner != nil:
		if code = r.unable(s.partner); code == "" && slices.Contains(r.in.State.Round.Expired, s.partner.ID) {
			code = PassedAsked
		}
	case s.pod.Status != channel.Active:
		code = PassedNotActive
	case !holds(s.pod.Regions, r.in.Customer.Region):
		code = PassedRegion
	}
	if code == "" && r.isFull(s.owner, s.capacity) {
		code = PassedFull
	}
	return code
}

// isFull reports whether an owner has no room, and notes where that came from
// outside.
func (r *run) isFull(owner channel.Owner, capacity int64) bool {
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
func (r *run) named(id channel.PartnerID) *seat {
	if id == "" {
		return nil
	}
	if r.dir == nil {
		return &seat{owner: channel.PartnerOwner(id)}
	}
	p := r.dir.partner(id)
	if p == nil {
		return nil
	}
	s := r.seatOf(p)
	if r.in.State.Owner != s.owner && r.examine(&s) != "" {
		return nil
	}
	return &s
}

// seatOf is a partner as a candidate, scored unless its weight is 0.
func (r *run) seatOf(p *PartnerTerms) seat {
	s := seat{drawn: drawn{id: string(p.ID), micros: uint64(p.Weight)}, owner: p.owner, capacity: p.Capacity, partner: p}
	if s.micros > 0 {
		l := r.lot()
		s.score, s.scored = l.of(s.id, s.micros), true
	}
	return s
}

func (r *run) lot() lot { return newLot(r.text[:0], r.in.Policy.seed, string(r.in.Customer.ID)) }

// pickPartner offers or assigns the customer to the first eligible partner:
// the one that the rule names, the one that owned the customer last, then the
// draw.
func (r *run) pickPartner(named *seat) bool {
	asks := r.t.offer.required && !r.in.AtOnce
	if asks && r.t.offer.max > 0 && r.in.State.Round.Offers >= r.t.offer.max {
		r.because(ReasonOffersExhausted)
		return false
	}
	seats := r.partners()
	s := r.list(seats, len(seats))
	if s == nil {
		r.because(ReasonNoPartner)
		return false
	}
	if named == nil && s.partner.ID == r.former() {
		r.because(ReasonFormerPartner)
	}
	if asks {
		r.offer(s)
	} else {
		r.settle(channel.PartnerCh, s.owner, s.capacity)
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
func (r *run) partners() []seat {
	var seats []seat
	add := func(id channel.PartnerID) {
		if p := r.dir.partner(id); id != "" && p != nil && !slices.ContainsFunc(seats, func(s seat) bool { return s.partner == p }) {
			seats = append(seats, r.seatOf(p))
		}
	}
	if r.rule != nil {
		add(r.rule.partner)
	}
	add(r.former())
	first := len(seats)
	region := r.in.Customer.Region
	all := make([]drawn, 0, len(r.dir.byRegion[region])+len(r.dir.everywhere))
	each := func(i int) {
		p := &r.dir.Partners[i]
		if p.Weight > 0 && !slices.ContainsFunc(seats[:first], func(s seat) bool { return s.partner == p }) {
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
	l.rank(all)
	seats = slices.Grow(seats, len(all))
	for _, d := range all {
		p := &r.dir.Partners[d.at]
		seats = append(seats, seat{drawn: d, owner: p.owner, capacity: p.Capacity, partner: p, scored: true})
	}
	return seats
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
	var all []drawn
	for i := range r.dir.Pods {
		if p := &r.dir.Pods[i]; kind == "" || p.Kind == kind {
			all = append(all, drawn{id: string(p.owner), micros: weightUnit, at: i})
		}
	}
	l := r.lot()
	l.rank(all)
	seats := make([]seat, len(all))
	for i, d := range all {
		p := &r.dir.Pods[d.at]
		seats[i] = seat{drawn: d, owner: p.owner, capacity: p.Capacity, pod: p, scored: true}
	}
	s := r.list(seats, len(seats))
	if s == nil {
		r.because(ReasonSalesForceFull)
		return false
	}
	r.settle(channel.SalesForce, s.owner, s.capacity)
	return true
}

// list writes the candidates into the explanation and returns the first that
// is eligible, nil if none is. Only the first n are examined; protection, which
// has examined its one already, asks for none.
func (r *run) list(seats []seat, n int) *seat {
	var chosen *seat
	r.why.Candidates = slices.Grow(r.why.Candidates, len(seats))
	for i := range seats {
		s := &seats[i]
		c := Candidate{ID: s.id, Weight: weightText(s.micros)}
		if s.scored {
			c.Score = strconv.FormatUint(s.score, 10)
		}
		if i < n {
			c.PassedOver = r.examine(s)
			if c.PassedOver == "" && chosen == nil {
				chosen = s
			} else if c.PassedOver == "" {
				c.PassedOver = PassedLaterInOrder
			}
		}
		r.why.Candidates = append(r.why.Candidates, c)
	}
	return chosen
}

// weightText is a weight as decimal text; nearly all are 1.
func weightText(micros uint64) string {
	if micros == weightUnit {
		return "1"
	}
	return money.Rate(micros).String()
}
