package routing

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/internal/channel"
)

// verdict is what the reference decides.
type verdict struct {
	outcome Outcome
	owner   channel.Owner     // once written
	offered channel.PartnerID // "" without an offer
	tier    string
}

// reference decides the slow and obvious way: it reads the world, not the
// compiled policy, scores with big numbers, tries rules one by one, and makes
// one list of who could have the customer, in order.
func reference(w *world, in *Input) verdict {
	owner, ch := in.State.Owner, in.State.Owner.Channel()
	given := refBand(w, in)
	guarded := w.floor >= 0 && in.Census.StablePPM != nil && *in.Census.StablePPM < w.floor
	for _, r := range w.rules {
		if r.decline && owner == "" && !guarded && r.holds(in) {
			return verdict{outcome: Declined, tier: w.tiers[given].name}
		}
	}
	if g := in.State.Protection; g != nil && (owner == "" || owner == channel.PartnerOwner(g.Partner)) {
		end := g.At.Add(w.protect)
		if !in.At.Before(g.At) && in.At.Before(end) && refAble(w, in, g.Partner, w.tiers[given].needs, false) {
			return verdict{outcome: ToPartner, owner: channel.PartnerOwner(g.Partner), tier: w.tiers[given].name}
		}
	}
	want, named, ruled := w.tiers[given].channel, channel.PartnerID(""), false
	for _, r := range w.rules {
		if !r.decline && r.holds(in) {
			want, named, ruled = r.ch, r.partner, true
			break
		}
	}
	if named != "" && owner != channel.PartnerOwner(named) && !refAble(w, in, named, w.tiers[given].needs, true) {
		named = ""
	}
	young := owner != "" && in.State.LastMove != nil && in.At.Sub(in.State.LastMove.At) < w.dwell
	spent := young && in.State.LastMove.ByRule && !in.State.LastMove.First
	tierName := w.tiers[given].name
	changes := owner != "" && (want != ch || named != "" && owner != channel.PartnerOwner(named))
	unfit := owner != "" && want == ch && !changes && !refServes(w, in, tierName) && refServes(w, in, in.State.Tier)
	stay := changes && (ruled && spent || !ruled && young) || unfit && spent
	if stay {
		want, named, ruled, tierName = ch, "", false, in.State.Tier
	}
	return refWho(w, in, refQuestion{want: want, named: named, tier: tierName, fixed: young && !ruled})
}

type refQuestion struct {
	want  channel.Channel
	named channel.PartnerID
	tier  string
	fixed bool // the channel may not change
}

func refWho(w *world, in *Input, q refQuestion) verdict {
	v := verdict{tier: q.tier, owner: in.State.Owner, outcome: Outcome(in.State.Owner.Channel())}
	order := []channel.Channel{q.want}
	if q.want == channel.SalesForce && !w.fullW || q.want == channel.Partners && w.toPods {
		other := map[channel.Channel]channel.Channel{channel.SalesForce: channel.Partners, channel.Partners: channel.SalesForce}[q.want]
		if !q.fixed || other == in.State.Owner.Channel() {
			order = append(order, other)
		}
	}
	for _, ch := range order {
		if ch == v.owner.Channel() && refServes(w, in, q.tier) && (q.named == "" || v.owner == channel.PartnerOwner(q.named)) {
			return v
		}
		for _, o := range refOrder(w, in, ch, q) {
			v.outcome = Outcome(ch)
			if id, ok := o.Partner(); ok && w.asks && !in.AtOnce {
				v.offered = id
				return v
			}
			v.owner = o
			return v
		}
		q.named = ""
	}
	if in.State.Owner == "" {
		v.outcome = Waiting
	}
	return v
}

// refOrder is everybody of a channel who can take the customer, in order.
func refOrder(w *world, in *Input, ch channel.Channel, q refQuestion) (out []channel.Owner) {
	scores := map[channel.Owner]*big.Int{}
	if ch == channel.SalesForce {
		for _, p := range w.people.Pods {
			kind := ""
			for _, t := range w.tiers {
				if t.name == q.tier {
					kind = t.podKind
				}
			}
			o := channel.PodOwner(p.ID)
			if p.Status == channel.Active && (kind == "" || kind == p.Kind) && anyOf(p.Regions, in.Customer.Region) && p.Capacity != 0 && !slices.Contains(in.Full, o) {
				out, scores[o] = append(out, o), refScore(in, string(o), 1_000_000)
			}
		}
	} else {
		if w.asks && !in.AtOnce && w.max > 0 && in.State.Round.Offers >= w.max {
			return nil
		}
		var needs []string
		for _, t := range w.tiers {
			if t.name == q.tier {
				needs = t.needs
			}
		}
		former := in.State.Former
		for _, p := range w.people.Partners {
			o := channel.PartnerOwner(p.ID)
			if !refAble(w, in, p.ID, needs, true) {
				continue
			}
			switch {
			case p.ID == q.named:
				scores[o] = big.NewInt(-2)
			case p.ID == former:
				scores[o] = big.NewInt(-1)
			case p.WeightMicros == 0:
				continue
			default:
				scores[o] = refScore(in, string(p.ID), p.WeightMicros)
			}
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b channel.Owner) int { return scores[a].Cmp(scores[b]) })
	return out
}

// refScore is the draw with big numbers: the logarithm bit by bit, each square
// cut to 64 bits.
func refScore(in *Input, id string, micros int64) *big.Int {
	sum := sha256.Sum256(fmt.Appendf(nil, "s\n%s\n%s", in.Customer.ID, id))
	x := new(big.Int).SetBytes(sum[:8])
	x.SetBit(x, 0, 1)
	n := 64 - x.BitLen()
	m := new(big.Int).Lsh(x, uint(n))
	e := new(big.Int).Lsh(big.NewInt(int64(n+1)), 48)
	for i := 47; i >= 0; i-- {
		m.Mul(m, m)
		if m.BitLen() == 128 {
			e.Sub(e, new(big.Int).Lsh(big.NewInt(1), uint(i)))
		} else {
			m.Lsh(m, 1)
		}
		m.Rsh(m, 64)
	}
	return e.Div(e.Mul(e, big.NewInt(1_000_000)), big.NewInt(micros))
}

func refBand(w *world, in *Input) int {
	at := -1
	for i, t := range w.tiers {
		if in.State.Owner != "" && t.name == in.State.Tier {
			at = i
		}
	}
	times := func(a, b int64) *big.Int { return new(big.Int).Mul(big.NewInt(a), big.NewInt(b)) }
	value := times(in.Value.Amount, 1_000_000)
	if at < 0 {
		at = slices.IndexFunc(w.tiers, func(t tier) bool { return t.min <= in.Value.Amount })
		return at
	}
	for at > 0 && value.Cmp(times(w.tiers[at-1].min, w.promote)) > 0 {
		at--
	}
	for at+1 < len(w.tiers) && value.Cmp(times(w.tiers[at].min, w.demote)) < 0 {
		at++
	}
	return at
}

func anyOf(list []string, one string) bool { return len(list) == 0 || slices.Contains(list, one) }

func refFits(p *channel.Partner, in *Input, needs []string) bool {
	for _, n := range needs {
		if !slices.Contains(p.Certifications, n) {
			return false
		}
	}
	return anyOf(p.Regions, in.Customer.Region) && anyOf(p.Segments, in.Customer.Segment)
}

func refAble(w *world, in *Input, id channel.PartnerID, needs []string, room bool) bool {
	for i := range w.people.Partners {
		p := &w.people.Partners[i]
		if p.ID != id {
			continue
		}
		if room && (p.Capacity == 0 || slices.Contains(in.Full, channel.PartnerOwner(id)) || slices.Contains(in.State.Round.Expired, id)) {
			return false
		}
		return p.Status == channel.Active && refFits(p, in, needs) && !slices.Contains(in.State.Refused, id)
	}
	return false
}

func refServes(w *world, in *Input, tierName string) bool {
	var needs []string
	for _, t := range w.tiers {
		if t.name == tierName {
			needs = t.needs
		}
	}
	for i := range w.people.Partners {
		p := &w.people.Partners[i]
		if channel.PartnerOwner(p.ID) == in.State.Owner {
			return p.Status != channel.Left && refFits(p, in, needs)
		}
	}
	for _, p := range w.people.Pods {
		if channel.PodOwner(p.ID) == in.State.Owner {
			return p.Status != channel.Left && anyOf(p.Regions, in.Customer.Region)
		}
	}
	return false
}

func TestDecide_AgreesWithAReferenceThatReadsOnlyTheDocument(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		for range 8 {
			in := randomInput(t, w)
			want := reference(w, &in)
			d, err := Decide(in)
			if err != nil {
				t.Fatal(err)
			}
			got := verdict{outcome: d.Record.Outcome, owner: d.Commit.Owner, tier: d.Record.Tier}
			if d.Commit.Offer != nil {
				got.offered = d.Commit.Offer.Partner
			}
			if got != want {
				t.Fatalf("decided %+v, the reference %+v\n%s\n%s", got, want, d.text(), w.json())
			}
		}
	})
}
