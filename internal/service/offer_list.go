package service

import (
	"context"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/store"
)

// Offers lists offers; a partner sees its own. Open ones (state "" or "open")
// come partner by partner, by when they end; ended ones customer by customer.
func (s *Service) Offers(ctx context.Context, a Actor, q OffersQuery) (List[Offer], error) {
	out := List[Offer]{Items: []Offer{}}
	if !a.SeesAll() && a.Partner != "" {
		q.Partner = a.Partner
	}
	limit, err := q.limit()
	if err != nil {
		return out, err
	}
	m, err := s.moment(ctx)
	if err != nil {
		return out, err
	}
	switch q.State {
	case "", "open":
		return s.openOffers(ctx, &m, q, limit)
	case store.Accepted, store.Refused, store.Expired, store.Withdrawn:
		return s.endedOffers(ctx, &m, q, limit)
	}
	return out, fault.New(fault.Invalid, "invalid_state", "not a state of an offer").At("state", "%q: want open, accepted, refused, expired or withdrawn", fault.Clip(q.State))
}

func (s *Service) openOffers(ctx context.Context, m *moment, q OffersQuery, limit int) (List[Offer], error) {
	out := List[Offer]{Items: []Offer{}}
	at, err := q.place("open offers", 3)
	if err != nil {
		return out, err
	}
	stopped, err := openOfferAt(at)
	if err != nil {
		return out, err
	}
	dir, err := s.directory(ctx, m)
	if err != nil {
		return out, err
	}
	partners := make([]channel.PartnerID, 0, len(dir.people.Partners))
	for _, p := range dir.people.Partners {
		if (q.Partner == "" || q.Partner == p.ID) && string(p.ID) >= at[0] {
			partners = append(partners, p.ID)
		}
	}
	for _, p := range partners {
		after := ""
		if string(p) == at[0] {
			after = stopped.SK()
		}
		for o, err := range s.store.Offers(ctx, p, after, zeroTime) {
			if err != nil {
				return out, err
			}
			if !m.now.Before(o.ExpiresAt) {
				continue // ended by the clock, swept or not
			}
			if len(out.Items) == limit {
				last := out.Items[limit-1]
				ends := last.ExpiresAt.UTC().Format(time.RFC3339)
				out.NextCursor = channel.Cursor("open offers", string(last.PartnerID), ends, string(last.Decision))
				return out, nil
			}
			loaded, err := s.loadOffer(ctx, Actor{}, o.Decision)
			if err != nil {
				return out, err
			}
			if loaded.answer == nil {
				out.Items = append(out.Items, s.offerView(m, loaded))
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
func (s *Service) endedOffers(ctx context.Context, m *moment, q OffersQuery, limit int) (List[Offer], error) {
	out := List[Offer]{Items: []Offer{}}
	name := q.State + " offers"
	at, err := q.place(name, 2)
	if err != nil {
		return out, err
	}
	for id, err := range s.decided(ctx, Actor{}, DecisionsQuery{}, channel.CustomerID(at[0])) {
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

func (s *Service) endedOffer(m *moment, file *store.CustomerFile, d *store.Decision, q OffersQuery) (Offer, bool) {
	r, err := parseRecord(d)
	if err != nil || r.Offer == nil || q.Partner != "" && r.Offer.Partner != q.Partner {
		return Offer{}, false
	}
	o := s.offerView(m, &offered{decision: d, record: r, head: &store.Head{ID: file.Partition.Customer}, answer: file.Answers[d.ID]})
	return o, o.State == q.State
}
