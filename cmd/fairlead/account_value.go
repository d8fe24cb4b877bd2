package main

import (
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/sample"
	"github.com/fairlead/fairlead/internal/statement"
	"github.com/fairlead/fairlead/internal/wire"
)

// worth says what the customers' own orders did since a model reads them: who is
// valued by them, whom they moved, what one partner got for one it grew, and
// where the balance guard is on.
func (s *session) worth(customers []wire.Customer, byID map[channel.DecisionID]wire.Decision, statements []statement.Document) error {
	observed, promoted, offered, risk := 0, 0, 0, 0
	begin := time.Date(sample.Clock.Year(), sample.Clock.Month(), 1, 0, 0, 0, 0, time.UTC)
	for _, c := range customers {
		if c.AtRisk {
			risk++
		}
		if c.Value == nil || c.Value.Basis != wire.BasisObserved {
			continue
		}
		observed++
		d := byID[c.Decision]
		switch {
		case c.Offer != nil:
			offered++
		case c.OwnerSince != nil && !c.OwnerSince.Before(begin) && inside(c) && d.Tier == "focal":
			promoted++
		}
	}
	s.printf("Since July %s are worth what their own orders say: %s went to the sales force, %s may go back to partners. %s are likely to be lost.\n",
		plural(observed, "customer"), count(promoted), count(offered), count(risk))
	s.outgrown(statements)
	b, err := s.conn.client.Balance(s.ctx)
	if err != nil {
		return err
	}
	s.printf("Too much value hangs on few customers in %s: the balance guard lifts commissions there by a tenth in %s.\n\n", strings.Join(b.Pay.Regions, ", "), b.Pay.Period)
	return nil
}

// inside reports whether the sales force has a customer.
func inside(c wire.Customer) bool {
	return c.Owner != nil && c.Owner.Channel() == channel.SalesForce
}

// outgrown tells of one customer that a partner grew and handed over.
func (s *session) outgrown(statements []statement.Document) {
	for _, d := range statements {
		i := slices.IndexFunc(d.Handovers, func(h statement.Handover) bool { return strings.Trim(h.WouldHaveEarned, "0.") != "" })
		if i >= 0 {
			h := d.Handovers[i]
			s.printf("%s outgrew %s: it would have earned %s there since, the hand-over has paid %s.\n",
				h.CustomerID, d.PartnerID, money(h.WouldHaveEarned, d.Currency), money(h.PaidSoFar, d.Currency))
			return
		}
	}
}
