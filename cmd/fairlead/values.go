package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/wire"
)

type valueCmd struct {
	Fit   valueFitCmd   `cmd:"" help:"Fit the model of when customers order and what they spend."`
	Score valueScoreCmd `cmd:"" help:"What a customer is worth now, and why."`
}

type valueFitCmd struct {
	RFM  string `name:"rfm" help:"Fit on the rows of a CSV file (x,t_x,T[,m_x]) and store nothing." xor:"from"`
	AsOf string `name:"as-of" help:"Fit on the orders up to the end of this day; absent: today." xor:"from"`
}

func (c *valueFitCmd) Run(s *session) error {
	if c.RFM == "" {
		return answer(s, post("/v1/values/fit"), wire.FitRequest{AsOf: c.AsOf}, s.fit)
	}
	file, err := os.Open(s.path(c.RFM))
	if err != nil {
		return unreadable(c.RFM, err)
	}
	defer func() { _ = file.Close() }()
	conn, err := s.connected()
	if err != nil {
		return err
	}
	r := post("/v1/values/fit")
	r.Body, r.Type = file, "text/csv"
	var raw json.RawMessage
	if err := conn.stream(s.ctx, r, client.Lines{}, &raw); err != nil {
		return err
	}
	return printed(s, raw, s.fit)
}

// fit prints a model in words.
func (s *session) fit(f wire.FitResponse) error {
	s.printf("BG/NBD on %s customers, %s of them with a repeat purchase; log-likelihood %.4f\n", thousands64(f.Customers), thousands64(f.RepeatCustomers), f.LogLikelihood)
	for _, p := range []struct {
		name  string
		v, se float64
	}{
		{"r", f.Params.R, f.StandardErrors.R}, {"alpha", f.Params.Alpha, f.StandardErrors.Alpha},
		{"a", f.Params.A, f.StandardErrors.A}, {"b", f.Params.B, f.StandardErrors.B},
	} {
		s.printf("  %-5s %.6f  (standard error %.4f)\n", p.name, p.v, p.se)
	}
	spends := f.Spends
	if len(spends) == 0 && f.Spend != nil {
		spends = []wire.SpendFit{*f.Spend}
	}
	for _, x := range spends {
		in := ""
		if x.Currency != "" {
			in = "in " + x.Currency + " "
		}
		s.printf("gamma-gamma spend %son %s customers: p %.4f, q %.4f, gamma %.4f; log-likelihood %.4f\n", in, thousands64(x.Customers), x.P, x.Q, x.Gamma, x.LogLikelihood)
	}
	for _, x := range f.RefusedSpend {
		s.printf("no spend model in %s: %s\n", x.Currency, x.Reason)
	}
	if v := f.FirstOrder; v != nil {
		s.printf("A customer is worth %s on the day of its first order.\n", money(v.Amount, v.Currency))
	}
	for _, x := range f.Failed {
		s.printf("left out: %s: %s\n", x.Customer, x.Message)
	}
	switch {
	case f.Unchanged:
		s.printf("Nothing changed: it is %s, in force from %s.\n", f.ID, f.EffectiveFrom)
	case f.ID != "":
		s.printf("It is %s, in force from %s.\n", f.ID, f.EffectiveFrom)
	}
	return nil
}

type valueScoreCmd struct {
	Customer string `arg:"" help:"The customer."`
}

func (c *valueScoreCmd) Run(s *session) error {
	return answer(s, get(client.Path("/customers/%s/value", c.Customer)), nil, func(v wire.CustomerValue) error {
		s.printf("%s is worth %s (%s)\n", v.CustomerID, money(v.Value.Amount, v.Value.Currency), v.Value.Basis)
		for _, line := range v.Text {
			s.printf("  %s\n", line)
		}
		if v.AtRisk {
			s.printf("  It is at risk.\n")
		}
		return nil
	})
}

type portfolioCmd struct {
	Owner string `arg:"" help:"partner:ID or pod:ID."`
}

func (c *portfolioCmd) Run(s *session) error {
	return answer(s, get(client.Path("/portfolios/%s", c.Owner)), nil, func(p wire.Portfolio) error {
		s.printf("%s has %s; their orders of %s come to %s.\n", p.Owner, plural(p.Customers, "customer"), p.Period, sums(p.Revenue))
		s.printf("  worth now %s, when the month began %s, change %s\n", sums(p.Value), sums(p.ValueAtStart), sums(p.Change))
		s.printf("  by tier: %s\n", tiers(p.Tiers))
		if p.Offered > 0 {
			s.printf("  offered to it, not answered yet: %s\n", plural(p.Offered, "customer"))
		}
		s.moves("came", p.Came)
		s.moves("went", p.Went)
		for _, x := range p.Failed {
			s.printf("  not counted: %s: %s\n", x.Customer, x.Message)
		}
		g := grid{head: []string{"  MOST VALUABLE", "TIER", "VALUE", "SINCE"}, right: []int{2}}
		for _, x := range p.Top {
			g.add("  "+string(x.CustomerID), dash(x.Tier), money(x.Value.Amount, x.Value.Currency), when(x.Since))
		}
		if len(p.Top) > 0 {
			g.write(s.out)
		}
		return nil
	})
}

// maxMoves is how many customers that came or went are named.
const maxMoves = 20

func (s *session) moves(word string, list []wire.PortfolioMove) {
	for _, x := range list[:min(len(list), maxMoves)] {
		whose := ""
		switch {
		case x.From != "":
			whose = " from " + string(x.From)
		case x.To != "":
			whose = " to " + string(x.To)
		}
		s.printf("  %s  %s on %s%s\n", word, x.CustomerID, when(x.At), whose)
	}
	if more := len(list) - maxMoves; more > 0 {
		s.printf("  %s  %s more; -o json has them all\n", word, count(more))
	}
}

// tiers are how many customers are in each, the most first.
func tiers(counts map[string]int) string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	if len(names) == 0 {
		return "nobody"
	}
	out := make([]string, 0, len(names))
	for _, name := range names {
		out = append(out, count(counts[name])+" "+dash(name))
	}
	return strings.Join(out, ", ")
}

func sums(list []wire.Money) string {
	if len(list) == 0 {
		return "nothing"
	}
	out := make([]string, 0, len(list))
	for _, m := range list {
		out = append(out, money(m.Amount, m.Currency))
	}
	return strings.Join(out, " and ")
}

type balanceCmd struct{}

func (c *balanceCmd) Run(s *session) error {
	return answer(s, get("/v1/balance"), nil, func(b wire.Balance) error {
		if b.Census == nil {
			for _, line := range b.Text {
				s.printf("%s\n", line)
			}
			return nil
		}
		s.printf("Census %s of %s. Stable is value in customers likely to stay, outside focal tiers; below its floor the guard is on.\n", b.Version, b.Census.AsOf)
		g := grid{head: []string{"REGION", "CUSTOMERS", "VALUE", "LIKE EQUAL", "FOCAL", "STABLE", "FLOOR", "GUARD"}, right: []int{1, 2, 3, 4, 5, 6}}
		for i := range b.Census.Regions {
			r := &b.Census.Regions[i]
			on := ""
			if slices.Contains(b.Guarded, r.Region) {
				on = "on"
			}
			g.add(r.Region, thousands64(r.Customers), money(r.Equity, r.Currency), fmt.Sprintf("%.1f", float64(r.Effective)/1000), share(r.FocalPPM), share(r.StablePPM), share(r.Floor), on)
		}
		g.write(s.out)
		s.printf("LIKE EQUAL: as many customers of equal worth would spread the value as much.\n")
		s.printf("Where the guard is on nobody is declined; now it is on: %s\n", places(b.Guarded))
		s.printf("For the pay of %s it is on: %s\n", b.Pay.Period, places(b.Pay.Regions))
		return nil
	})
}

// share is a part of one in ppm for people; "-" where there is none.
func share(ppm *int64) string {
	if ppm == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", float64(*ppm)/1e4)
}

func places(regions []string) string {
	if len(regions) == 0 {
		return "nowhere"
	}
	return strings.Join(regions, ", ")
}
