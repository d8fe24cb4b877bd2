package views

import (
	"context"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/documents"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/routing"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// Offers lists offers; a partner sees its own. Open ones (state "" or "open")
// come partner by partner, by when they end; ended ones customer by customer.
func (s *Views) Offers(ctx context.Context, a wire.Actor, q wire.OffersQuery) (wire.List[wire.Offer], error) {
	out := wire.List[wire.Offer]{Items: []wire.Offer{}}
	if !a.SeesAll() && a.Partner != "" {
		q.Partner = a.Partner
	}
	limit, err := q.Size()
	if err != nil {
		return out, err
	}
	m, err := s.docs.Current(ctx)
	if err != nil {
		return out, err
	}
	switch q.State {
	case "", wire.OfferOpen:
		return s.openOffers(ctx, &m, q, limit)
	case store.Accepted, store.Refused, store.Expired, store.Withdrawn:
		return s.endedOffers(ctx, &m, q, limit)
	}
	return out, fault.New(fault.Invalid, "invalid_state", "not a state of an offer").At("state", "%q: want open, accepted, refused, expired or withdrawn", fault.Clip(q.State))
}

func (s *Views) openOffers(ctx context.Context, m *documents.Current, q wire.OffersQuery, limit int) (wire.List[wire.Offer], error) {
	out := wire.List[wire.Offer]{Items: []wire.Offer{}}
	at, err := q.Place("open offers", 3)
	if err != nil {
		return out, err
	}
	stopped, err := openOfferAt(at)
	if err != nil {
		return out, err
	}
	dir, err := s.docs.Directory(ctx, m)
	if err != nil {
		return out, err
	}
	partners := make([]channel.PartnerID, 0, len(dir.People.Partners))
	for _, p := range dir.People.Partners {
		if (q.Partner == "" || q.Partner == p.ID) && string(p.ID) >= at[0] {
			partners = append(partners, p.ID)
		}
	}
	for _, p := range partners {
		var after store.OpenOffer
		if string(p) == at[0] {
			after = stopped
		}
		for o, err := range s.store.Offers(ctx, p, after, documents.ZeroTime) {
			if err != nil {
				return out, err
			}
			if !m.Now.Before(o.ExpiresAt) {
				continue // ended by the clock, swept or not
			}
			if len(out.Items) == limit {
				last := out.Items[limit-1]
				ends := last.ExpiresAt.UTC().Format(time.RFC3339)
				out.NextCursor = channel.Cursor("open offers", string(last.PartnerID), ends, string(last.Decision))
				return out, nil
			}
			loaded, err := s.LoadOffer(ctx, wire.Actor{}, o.Decision)
			if err != nil {
				return out, err
			}
			if loaded.Answer == nil {
				out.Items = append(out.Items, s.OfferView(m, loaded))
			}
		}
	}
	return out, nil
}

// openOfferAt is the offer that a place names: 422 invalid_cursor.
func openOfferAt(at []string) (store.OpenOffer, error) {
	o := store.OpenOffer{Partner: channel.PartnerID(at[0]), Decision: channel.DecisionID(at[2])}
	if at[1] == "" {
		return o, nil
	}
	expires, err := time.Parse(time.RFC3339, at[1])
	if err != nil {
		return o, channel.BadCursor()
	}
	o.ExpiresAt = expires
	return o, nil
}

// endedOffers reads the decisions of every customer: there is no list of what
// is over.
func (s *Views) endedOffers(ctx context.Context, m *documents.Current, q wire.OffersQuery, limit int) (wire.List[wire.Offer], error) {
	out := wire.List[wire.Offer]{Items: []wire.Offer{}}
	name := q.State + " offers"
	at, err := q.Place(name, 2)
	if err != nil {
		return out, err
	}
	for id, err := range s.decided(ctx, wire.Actor{}, wire.DecisionsQuery{}, channel.CustomerID(at[0])) {
		if err != nil {
			return out, err
		}
		file, err := s.store.Decisions(ctx, id)
		if err != nil {
			return out, err
		}
		begin := 0
		if string(id) == at[0] {
			begin = 1 + slices.IndexFunc(file.Decisions, func(d store.Decision) bool { return string(d.ID) == at[1] })
		}
		for i := begin; i < len(file.Decisions); i++ {
			o, ok := s.endedOffer(m, file, &file.Decisions[i], q)
			if !ok {
				continue
			}
			if len(out.Items) == limit {
				last := out.Items[limit-1]
				out.NextCursor = channel.Cursor(name, string(last.CustomerID), string(last.Decision))
				return out, nil
			}
			out.Items = append(out.Items, o)
		}
	}
	return out, nil
}

func (s *Views) endedOffer(m *documents.Current, file *store.CustomerFile, d *store.Decision, q wire.OffersQuery) (wire.Offer, bool) {
	r, err := ParseRecord(d)
	if err != nil || r.Offer == nil || q.Partner != "" && r.Offer.Partner != q.Partner {
		return wire.Offer{}, false
	}
	o := s.OfferView(m, &Offered{decision: d, record: r, Head: &store.Head{ID: file.Partition.Customer}, Answer: file.Answers[d.ID]})
	return o, o.State == q.State
}

// Offered is an offer as read: its decision, the customer, and the answer.
type Offered struct {
	decision *store.Decision
	record   routing.Record
	Head     *store.Head
	Answer   *store.Answer
}

// LoadOffer reads an offer in one round trip. Another partner's is 404.
func (s *Views) LoadOffer(ctx context.Context, a wire.Actor, id channel.DecisionID) (*Offered, error) {
	none := fault.New(fault.NotFound, "offer_not_found", "there is no offer %q", store.NewOfferID(id))
	if _, _, err := store.SplitDecisionID(id); err != nil {
		return nil, none
	}
	read, err := s.store.LoadOffer(ctx, id)
	if err != nil || read.Decision == nil || read.Decision.Alias != "" {
		return nil, orElse(err, none)
	}
	o := &Offered{decision: read.Decision, Head: read.Head, Answer: read.Answer}
	if o.record, err = routing.ParseRecord(o.decision.Record); err != nil {
		return nil, err
	}
	if o.record.Offer == nil || a.Partner != "" && a.Partner != o.record.Offer.Partner {
		return nil, none
	}
	return o, nil
}

// OfferView is an offer as the outside sees it.
func (s *Views) OfferView(m *documents.Current, o *Offered) wire.Offer {
	v := wire.Offer{
		ID: store.NewOfferID(o.decision.ID), CustomerID: o.Head.ID, PartnerID: o.record.Offer.Partner, Decision: o.decision.ID,
		OfferedAt: ParseTime(o.record.At), ExpiresAt: ParseTime(o.record.Offer.ExpiresAt), State: wire.OfferOpen,
		Region: o.record.Inputs.Region, Segment: o.record.Inputs.Segment, Tier: o.record.Tier, Value: valueView(o.record.Value),
	}
	switch {
	case o.Answer != nil:
		v.State = o.Answer.Answer
	case !m.Now.Before(v.ExpiresAt):
		v.State = store.Expired
	}
	return v
}
