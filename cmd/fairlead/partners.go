package main

import (
	"fmt"
	"strings"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/wire"
)

type partnersCmd struct{}

func (c *partnersCmd) Run(s *session) error {
	return list(s, get("/v1/partners"), func(items []wire.Partner) error {
		g := grid{head: []string{"PARTNER", "NAME", "STATUS", "CURRENCY", "REGIONS", "SEGMENTS", "CERTIFICATIONS", "WEIGHT", "CAPACITY", "PLAN"}, right: []int{7, 8}}
		for _, p := range items {
			g.add(string(p.ID), p.Name, p.Status, p.Currency, all(p.Regions), all(p.Segments), dash(strings.Join(p.Certifications, " ")), p.Weight, capacity(p.Capacity), lastPlan(p.Plans))
		}
		g.write(s.out)
		return nil
	})
}

func capacity(n *int64) string {
	if n == nil {
		return "no limit"
	}
	return count(int(*n))
}

func lastPlan(plans []wire.PlanAssignment) string {
	if len(plans) == 0 {
		return "-"
	}
	p := plans[len(plans)-1]
	return string(p.Plan) + " from " + p.From
}

type partnerCmd struct {
	ID string `arg:"" name:"partner-id" help:"The partner."`
}

func (c *partnerCmd) Run(s *session) error {
	return answer(s, get(client.Path("/partners/%s", c.ID)), nil, func(p wire.Partner) error {
		s.printf("Partner %s, %s: %s.\n", p.ID, p.Name, p.Status)
		g := grid{head: []string{"", ""}}
		g.add("  currency", p.Currency)
		g.add("  regions", all(p.Regions))
		g.add("  segments", all(p.Segments))
		g.add("  certifications", dash(strings.Join(p.Certifications, " ")))
		g.add("  level", dash(p.Level))
		g.add("  weight", p.Weight)
		g.add("  capacity", held(p.Capacity, p.Held))
		if p.Customers != nil {
			g.add("  customers", count(*p.Customers))
		}
		for _, a := range p.Plans {
			to := ""
			if a.To != "" {
				to = " to " + a.To
			}
			g.add("  plan", string(a.Plan)+" from "+a.From+to)
		}
		g.write(s.out)
		return nil
	})
}

func held(capacity, used *int64) string {
	switch {
	case capacity == nil:
		return "no limit"
	case used == nil:
		return count(int(*capacity))
	}
	return fmt.Sprintf("%s of %s taken", count(int(*used)), count(int(*capacity)))
}

type podsCmd struct{}

func (c *podsCmd) Run(s *session) error {
	return list(s, get("/v1/pods"), func(items []wire.Pod) error {
		g := grid{head: []string{"POD", "NAME", "STATUS", "KIND", "REGIONS", "CAPACITY", "MANAGER"}, right: []int{5}}
		for _, p := range items {
			g.add(string(p.ID), p.Name, p.Status, dash(p.Kind), all(p.Regions), capacity(p.Capacity), dash(p.Manager))
		}
		g.write(s.out)
		return nil
	})
}

type podCmd struct {
	ID string `arg:"" help:"The pod."`
}

func (c *podCmd) Run(s *session) error {
	return answer(s, get(client.Path("/pods/%s", c.ID)), nil, func(p wire.Pod) error {
		s.printf("Pod %s, %s: %s.\n", p.ID, p.Name, p.Status)
		g := grid{head: []string{"", ""}}
		g.add("  kind", dash(p.Kind))
		g.add("  regions", all(p.Regions))
		g.add("  capacity", held(p.Capacity, p.Held))
		g.add("  manager", dash(p.Manager))
		if p.Customers != nil {
			g.add("  customers", count(*p.Customers))
		}
		g.write(s.out)
		return nil
	})
}

type ledgerCmd struct {
	ID     string `arg:"" name:"partner-id" help:"The partner."`
	Period string `arg:"" help:"The month, such as 2026-03."`
}

func (c *ledgerCmd) Run(s *session) error {
	r := get(client.Path("/partners/%s/ledger", c.ID)).With("period", c.Period)
	return answer(s, r, nil, func(l wire.PartnerLedger) error {
		s.printf("Account of partner %s in %s\n", l.PartnerID, l.Period)
		s.balances("  opening", l.Opening)
		g := grid{head: []string{"  DEBIT", "CREDIT", "AMOUNT", "CODE", "STATE", "CAUSE"}, right: []int{2}}
		for _, t := range l.Transfers {
			g.add("  "+t.Debit, t.Credit, money(t.Amount, t.Currency), t.Code, t.State, t.Cause)
		}
		if len(l.Transfers) > 0 {
			g.write(s.out)
		}
		s.balances("  closing", l.Closing)
		return nil
	})
}

func (s *session) balances(label string, list []wire.AccountBalance) {
	if len(list) == 0 {
		s.printf("%s  nothing\n", label)
	}
	for _, b := range list {
		s.printf("%s  %s (%s)\n", label, money(b.Amount, b.Currency), b.Account)
	}
}
