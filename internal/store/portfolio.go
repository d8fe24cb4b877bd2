package store

import (
	"context"
	"iter"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/table"
)

// PortfolioEntry says that an owner has or had a customer. It is never
// deleted: a return sets Since anew and clears Until.
type PortfolioEntry struct {
	Decision channel.DecisionID `json:"decision,omitempty"`
	Since    time.Time          `json:"since"`
	Until    time.Time          `json:"until,omitzero"` // zero: still

	Customer channel.CustomerID `json:"-"`
}

// SetPortfolio writes an owner's portfolio entry; the head's version in the
// same batch protects it.
func (b *Batch) SetPortfolio(o channel.Owner, e PortfolioEntry) int {
	return b.Set(PortfolioKey(o, e.Customer), e)
}

// Portfolio walks everybody an owner has or had, by customer id, those after
// the given id ("$" is the byte after "#"). Who is credited is for the fold to say: an entry only names
// whom to read.
func (s *Store) Portfolio(ctx context.Context, o channel.Owner, after channel.CustomerID) iter.Seq2[PortfolioEntry, error] {
	r := table.Range{Table: table.State, PK: PortfolioPK(o), From: "C#", To: "C$"}
	if after != "" {
		r.From = "C#" + string(after) + "\x01"
	}
	return mapItems(s.Items(ctx, r), func(it table.Item) (PortfolioEntry, error) {
		var e PortfolioEntry
		e.Customer, _ = parseListed(it.SK)
		return e, Decode(it, &e)
	})
}

// PortfolioCustomers is Portfolio for who only needs to know whom to read.
func (s *Store) PortfolioCustomers(ctx context.Context, o channel.Owner) iter.Seq2[channel.CustomerID, error] {
	r := table.Range{Table: table.State, PK: PortfolioPK(o), From: "C#", To: "C$"}
	return mapItems(s.Items(ctx, r), func(it table.Item) (channel.CustomerID, error) {
		id, _ := parseListed(it.SK)
		return id, nil
	})
}

// OpenOffer is an open offer in its partner's portfolio, by when it ends.
type OpenOffer struct {
	Customer channel.CustomerID `json:"customer"`

	Partner   channel.PartnerID  `json:"-"`
	Decision  channel.DecisionID `json:"-"`
	ExpiresAt time.Time          `json:"-"`
}

// PutOffer lists an offer in its partner's portfolio.
func (b *Batch) PutOffer(o OpenOffer) int {
	return b.Set(OfferKey(channel.PartnerOwner(o.Partner), o.ExpiresAt, o.Decision), o)
}

// DeleteOffer takes an offer off the list.
func (b *Batch) DeleteOffer(o OpenOffer) int {
	return b.Delete(OfferKey(channel.PartnerOwner(o.Partner), o.ExpiresAt, o.Decision))
}

// Offers walks a partner's open offers by when they end: those after the given one
// (the zero OpenOffer: all), and only those that end at or before by, unless that
// is zero.
func (s *Store) Offers(ctx context.Context, p channel.PartnerID, after OpenOffer, by time.Time) iter.Seq2[OpenOffer, error] {
	r := table.Range{Table: table.State, PK: PortfolioPK(channel.PartnerOwner(p)), From: "X#", To: "X$"}
	if after != (OpenOffer{}) {
		r.From = OfferKey(channel.PartnerOwner(p), after.ExpiresAt, after.Decision).SK + "\x01"
	}
	if !by.IsZero() {
		r.To = "X#" + stamp(by) + "$"
	}
	return mapItems(s.Items(ctx, r), func(it table.Item) (OpenOffer, error) {
		expires, decision, ok := parseOfferKey(it.PK, it.SK)
		o := OpenOffer{Partner: p, ExpiresAt: expires, Decision: decision}
		if !ok {
			return o, damaged(it)
		}
		return o, Decode(it, &o)
	})
}

// WaitingCustomer is somebody who waits for an owner.
type WaitingCustomer struct {
	Customer channel.CustomerID
	Waiting
}

// SetWaiting lists a customer as waiting.
func (b *Batch) SetWaiting(w WaitingCustomer) int { return b.Set(WaitingKey(w.Customer), w.Waiting) }

// DeleteWaiting takes a customer off the list.
func (b *Batch) DeleteWaiting(id channel.CustomerID) int { return b.Delete(WaitingKey(id)) }

// WaitingCustomers walks everybody who waits, by customer id.
func (s *Store) WaitingCustomers(ctx context.Context, after channel.CustomerID) iter.Seq2[WaitingCustomer, error] {
	r := table.Range{Table: table.State, PK: waitingPK, From: "C#", To: "C$"}
	if after != "" {
		r.From = "C#" + string(after) + "\x01"
	}
	return mapItems(s.Items(ctx, r), func(it table.Item) (WaitingCustomer, error) {
		var w WaitingCustomer
		w.Customer, _ = parseListed(it.SK)
		return w, Decode(it, &w.Waiting)
	})
}

// Take takes room for one customer at an owner that has a limit. mayExceed: the
// limit does not bind. The op is refused where there is none.
func (b *Batch) Take(o channel.Owner, limit int64, mayExceed bool) int {
	if mayExceed {
		return b.Add(CapacityKey(o), 1, -1)
	}
	i := b.Add(CapacityKey(o), 1, max(limit-1, 0))
	if op := &b.ops[i]; limit == 0 && op.If.Kind == table.NAtMost {
		op.If.Want = -1 // no room, ever
	}
	return i
}

// Release gives the room of one customer back.
func (b *Batch) Release(o channel.Owner) int { return b.Add(CapacityKey(o), -1, -1) }

// SetHeld writes how many customers an owner holds or is offered, when it gets
// a limit.
func (b *Batch) SetHeld(o channel.Owner, n int64) int {
	return b.add(table.Op{Kind: table.Put, Key: CapacityKey(o), Body: b.encode(struct{}{}), N: n})
}

// Held is how many customers each owner holds or is offered, by its counter
// (0 for an owner without one).
func (s *Store) Held(ctx context.Context, owners ...channel.Owner) ([]int64, error) {
	out := make([]int64, 0, len(owners))
	for from := 0; from < len(owners); from += table.MaxGet {
		var keys []table.Key
		for _, o := range owners[from:min(from+table.MaxGet, len(owners))] {
			keys = append(keys, CapacityKey(o))
		}
		items, err := s.Get(ctx, keys...)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			out = append(out, it.N)
		}
	}
	return out, nil
}

// Count is how many customers an owner holds or is offered, by its portfolio.
func (s *Store) Count(ctx context.Context, o channel.Owner) (held, offered int64, err error) {
	for e, err := range s.Portfolio(ctx, o, "") {
		if err != nil {
			return 0, 0, err
		}
		if e.Until.IsZero() {
			held++
		}
	}
	if p, ok := o.Partner(); ok {
		for _, err := range s.Offers(ctx, p, OpenOffer{}, time.Time{}) {
			if err != nil {
				return 0, 0, err
			}
			offered++
		}
	}
	return held, offered, nil
}

// Referral is the last stored own value of a customer that another referred,
// minor units.
type Referral struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`

	Customer channel.CustomerID `json:"-"`
}

// SetReferral writes it.
func (b *Batch) SetReferral(referrer channel.CustomerID, r Referral) int {
	return b.Set(ReferralKey(referrer, r.Customer), r)
}

// DeleteReferral forgets it.
func (b *Batch) DeleteReferral(referrer, id channel.CustomerID) int {
	return b.Delete(ReferralKey(referrer, id))
}

// Referrals walks the customers that a customer referred.
func (s *Store) Referrals(ctx context.Context, referrer channel.CustomerID) iter.Seq2[Referral, error] {
	r := table.Range{Table: table.State, PK: ReferralPK(referrer), From: "C#", To: "C$"}
	return mapItems(s.Items(ctx, r), func(it table.Item) (Referral, error) {
		var v Referral
		v.Customer, _ = parseListed(it.SK)
		return v, Decode(it, &v)
	})
}

// Listed is the offer of a customer's head as its partner's portfolio lists it.
func (o *Offer) Listed(id channel.CustomerID) OpenOffer {
	return OpenOffer{Customer: id, Partner: o.Partner, Decision: o.Decision, ExpiresAt: o.ExpiresAt}
}
