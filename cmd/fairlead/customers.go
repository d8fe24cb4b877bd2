package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/wire"
)

type customersCmd struct {
	Owner string `help:"Only those of this partner or pod: partner:ID, pod:ID or ID." placeholder:"OWNER"`
	State string `help:"Only those in this state: new, offered, assigned, waiting, declined, churned." placeholder:"STATE"`
}

func (c *customersCmd) Run(s *session) error {
	r := get("/v1/customers").With("owner", c.Owner, "state", c.State)
	if s.Partner != "" { // a partner may ask only for its own
		r = get(client.Path("/partners/%s/customers", s.Partner))
	}
	return list(s, r, func(items []wire.Customer) error {
		g := grid{head: []string{"CUSTOMER", "REGION", "SEGMENT", "VALUE", "BASIS", "TIER", "STATE", "OWNER", "SINCE"}, right: []int{3}}
		slices.SortFunc(items, func(a, b wire.Customer) int { return strings.Compare(string(a.ID), string(b.ID)) })
		for _, c := range items {
			basis := ""
			if c.Value != nil {
				basis = c.Value.Basis
			}
			g.add(string(c.ID), dash(c.Region), dash(c.Segment), valueCell(c.Value), basis, c.Tier, c.State, ownerCell(c.Owner), whenever(c.OwnerSince))
		}
		g.write(s.out)
		return nil
	})
}

type customerCmd struct {
	ID string `arg:"" help:"The customer."`
}

func (c *customerCmd) Run(s *session) error {
	return answer(s, get(client.Path("/customers/%s", c.ID)), nil, func(d wire.CustomerDetail) error {
		s.printf("Customer %s: %s.\n", d.ID, standing(d.Customer))
		g := grid{head: []string{"", ""}}
		g.add("  region", dash(d.Region))
		g.add("  segment", dash(d.Segment))
		if d.Value != nil {
			g.add("  value", valueCell(d.Value)+" ("+d.Value.Basis+")")
			g.add("  tier", dash(d.Tier))
		}
		if d.AtRisk {
			g.add("  at risk", "likely to be lost")
		}
		g.add("  orders", orders(d.Summary))
		if d.Decision != "" {
			g.add("  decision", string(d.Decision))
		}
		g.write(s.out)
		if len(d.History) > 0 {
			s.printf("What happened:\n")
		}
		for _, h := range d.History {
			s.printf("  %s  %-8s  %s\n", when(h.At), h.Kind, h.Text)
		}
		return nil
	})
}

// standing says in words where a customer is.
func standing(c wire.Customer) string {
	switch c.State {
	case wire.StateAssigned:
		return "served by " + ownerName(c.Owner) + " since " + whenever(c.OwnerSince)
	case wire.StateOffered:
		if c.Offer != nil {
			return "offered to partner " + string(c.Offer.PartnerID) + ", who may answer until " + when(c.Offer.ExpiresAt)
		}
		return "offered"
	case wire.StateWaiting:
		return "waiting, nobody can take it now"
	case wire.StateDeclined:
		return "declined"
	case wire.StateChurned:
		return "churned"
	}
	return "not routed yet"
}

func orders(s wire.CustomerSummary) string {
	if s.Orders == 0 {
		return "none"
	}
	sums := make([]string, 0, len(s.Revenue))
	for _, m := range s.Revenue {
		sums = append(sums, money(m.Amount, m.Currency))
	}
	return fmt.Sprintf("%s, %s, the latest on %s", count(s.Orders), strings.Join(sums, " and "), whenever(s.LatestOrder))
}

type routeCmd struct {
	Customer string `arg:"" optional:"" help:"The customer."`
	Preview  bool   `help:"Decide without doing it." xor:"how"`
	All      bool   `help:"Everyone not yet routed, and everyone waiting." xor:"how"`
	At       string `help:"As of then, for backfills: RFC 3339, or a day; what a partner would be offered it gets." placeholder:"TIME"`
}

func (c *routeCmd) Run(s *session) error {
	switch {
	case c.All && c.Customer != "":
		return usage("route takes a customer or --all, not both")
	case c.All && c.At != "":
		return usage("--at goes with one customer, not with --all")
	case c.All:
		return c.everyone(s)
	case c.Customer == "":
		return usage("which customer? Name one, or say --all")
	}
	about := client.Path("/customers/%s", c.Customer)
	r := post(about + "/route")
	body := wire.RouteRequest{At: c.At}
	if c.Preview {
		r = r.With("preview", "true")
		return answer(s, r, body, s.decision)
	}
	key, err := s.key(about)
	if err != nil {
		return err
	}
	r.Key = key
	return answer(s, r, body, s.decision)
}

func (c *routeCmd) everyone(s *session) error {
	conn, err := s.connected()
	if err != nil {
		return err
	}
	m := s.meter("routing", false)
	defer m.done()
	var raw json.RawMessage
	lines := client.Lines{Progress: func(done, total int) { m.set(int64(done), int64(total)) }}
	if err := conn.stream(s.ctx, post("/v1/routes"), lines, &raw); err != nil {
		return err
	}
	m.done()
	return printed(s, raw, func(sum wire.RouteSummary) error {
		routeSummary(s, sum)
		return nil
	})
}

// routeSummary prints what a bulk route did, by outcome, tier and owner.
func routeSummary(s *session, sum wire.RouteSummary) {
	s.printf("%s routed\n", plural(sum.Routed, "customer"))
	for _, part := range []struct {
		title string
		by    map[string]int
	}{{"outcome", sum.ByOutcome}, {"tier", sum.ByTier}, {"owner", sum.ByOwner}} {
		if len(part.by) == 0 {
			continue
		}
		g := grid{head: []string{"  BY " + strings.ToUpper(part.title), "CUSTOMERS"}, right: []int{1}}
		for _, k := range counts(part.by) {
			g.add("  "+dash(k), count(part.by[k]))
		}
		g.write(s.out)
	}
	for _, f := range sum.Failed {
		s.printf("  not decided: %s: %s\n", f.Customer, f.Message)
	}
}

type assignCmd struct {
	Customer string `arg:"" help:"The customer."`
	Owner    string `arg:"" help:"Who serves it from now on: partner:ID, pod:ID or ID."`
	Reason   string `required:"" help:"Why; it is kept with the decision." placeholder:"TEXT"`
}

func (c *assignCmd) Run(s *session) error {
	about := client.Path("/customers/%s", c.Customer)
	key, err := s.key(about)
	if err != nil {
		return err
	}
	r := post(about + "/assign")
	r.Key = key
	return answer(s, r, wire.AssignRequest{Owner: c.Owner, Reason: c.Reason}, s.decision)
}
