package main

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"sort"
	"strings"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/channel"
	amounts "github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/sample"
	"github.com/fairlead/fairlead/internal/statement"
	"github.com/fairlead/fairlead/internal/wire"
)

// loaded counts what the sample's imports brought, by kind; played again, what
// was there already.
type loaded map[string]int

// add reads the answer of one import.
func (l loaded) add(kind string, out []byte) error {
	var answer imported
	if err := json.Unmarshal(out, &answer); err != nil {
		return fmt.Errorf("the answer of importing %s cannot be read: %w", kind, err)
	}
	l[kind] += answer.Applied + answer.Duplicate
	return nil
}

// account says what the sample programme came to: what was loaded, where the
// customers are and why, what the last full month paid, and what to try next.
func (s *session) account(l loaded) error {
	conn, err := s.connected()
	if err != nil {
		return err
	}
	customers, err := client.Collect(conn.client.Customers(s.ctx, client.CustomersQuery{}))
	if err != nil {
		return err
	}
	decisions, err := client.Collect(conn.client.Decisions(s.ctx, client.DecisionsQuery{}))
	if err != nil {
		return err
	}
	period := sample.Periods[len(sample.Periods)-1]
	s.printf("The sample programme on %s. Every name in it is invented.\n", sample.Clock.Format("2 January 2006"))
	s.printf("Loaded %s, %s and %s; %s, %s and %s.\n\n", plural(l["customers"], "customer"), plural(l["partners"], "partner"),
		plural(l["pods"], "pod"), plural(l["orders"], "order"), plural(l["refunds"], "refund"), plural(l["feedback"], "answer"))
	byID := map[channel.DecisionID]wire.Decision{}
	for _, d := range decisions {
		byID[d.ID] = d
	}
	if err := s.places(customers, byID); err != nil {
		return err
	}
	statements, err := s.statementsOf(channel.Period(period))
	if err != nil {
		return err
	}
	if err := s.worth(customers, byID, statements); err != nil {
		return err
	}
	if err := s.earnings(period, statements); err != nil {
		return err
	}
	if err := s.payments(period); err != nil {
		return err
	}
	return s.next(period, customers, statements)
}

// place is a group of customers: where they are and why.
type place struct {
	where, why string
	customers  int
	value      *big.Int // minor units; one currency in the sample
}

// placeRank is the order in which places are told.
var placeRank = map[string]int{"sales force": 0, "partners": 1, "an offer is open": 2, wire.StateWaiting: 3, wire.StateDeclined: 4, "left": 5}

// places prints how many customers are where, and why, with their share of the
// value of all.
func (s *session) places(customers []wire.Customer, byID map[channel.DecisionID]wire.Decision) error {
	groups, total := map[string]*place{}, new(big.Int)
	for _, c := range customers {
		d := byID[c.Decision]
		where, why := whereAbouts(c, d)
		g := groups[where+why]
		if g == nil {
			g = &place{where: where, why: why, value: new(big.Int)}
			groups[where+why] = g
		}
		g.customers++
		if c.Value == nil || c.State == wire.StateChurned {
			continue
		}
		v, err := amounts.ParseSignedMinor(c.Value.Amount, c.Value.Currency)
		if err != nil {
			return err
		}
		g.value.Add(g.value, big.NewInt(v))
		total.Add(total, big.NewInt(v))
	}
	list := make([]*place, 0, len(groups))
	for _, g := range groups {
		list = append(list, g)
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if placeRank[a.where] != placeRank[b.where] {
			return placeRank[a.where] < placeRank[b.where]
		}
		if a.customers != b.customers {
			return a.customers > b.customers
		}
		return a.why < b.why
	})
	g := grid{head: []string{"WHERE", "WHY", "CUSTOMERS", "OF ALL VALUE"}, right: []int{2, 3}}
	for _, p := range list {
		g.add(p.where, p.why, count(p.customers), percent(p.value, total))
	}
	g.write(s.out)
	s.printf("\n")
	return nil
}

// whereAbouts says in words where a customer is and what put it there.
func whereAbouts(c wire.Customer, d wire.Decision) (where, why string) {
	switch {
	case c.State == wire.StateChurned:
		return "left", "the customer left"
	case inside(c) && c.Offer != nil:
		return "sales force", "worth less now, offered to a partner"
	case inside(c):
		where = "sales force"
	case c.Owner != nil:
		where = "partners"
	case c.State == wire.StateOffered:
		where = "an offer is open"
	default:
		where = c.State
	}
	codes := map[string]bool{}
	for _, r := range d.Reasons {
		codes[r.Code] = true
	}
	switch {
	case codes["protected"]:
		return where, "brought by the partner itself"
	case codes["fallback"]:
		return where, "waited too long for a partner"
	case codes["rule"]:
		return where, "rule: " + matched(d.Rules)
	case codes["sales_force_full"]:
		return where, "focal, but no room in the sales force"
	case codes["no_partner"]:
		return where, "no partner serves it"
	case codes["dwell"]:
		return where, "moved not long ago"
	case codes["former_partner"]:
		return where, "back with the partner that had it"
	}
	return where, "value: " + d.Tier
}

func matched(rules []wire.RuleLine) string {
	for _, r := range rules {
		if r.Matched && r.PassedOver == "" {
			return r.Name
		}
	}
	return ""
}

// percent writes part of whole with one decimal, cut.
func percent(part, whole *big.Int) string {
	if whole.Sign() == 0 {
		return ""
	}
	n := new(big.Int).Mul(part, big.NewInt(1000))
	n.Quo(n, whole)
	return fmt.Sprintf("%d.%d %%", n.Int64()/10, n.Int64()%10)
}

func (s *session) statementsOf(period channel.Period) ([]statement.Document, error) {
	var out []statement.Document
	for p, err := range s.conn.client.Partners(s.ctx, client.Page{}) {
		if err != nil {
			return nil, err
		}
		d, err := s.conn.client.Statement(s.ctx, p.ID, period)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// earnings prints a month, partner by partner and component by component.
func (s *session) earnings(period string, statements []statement.Document) error {
	components := []string{}
	rows := make([]map[string]int64, len(statements)) // minor units by component
	for i, d := range statements {
		rows[i] = map[string]int64{}
		for _, line := range d.Lines {
			if !slices.Contains(components, line.Component) {
				components = append(components, line.Component)
			}
			a, err := amounts.ParseSignedMinor(line.Amount, d.Currency)
			if err != nil {
				return err
			}
			rows[i][line.Component] += a
		}
	}
	g := grid{head: []string{"IN " + period}}
	for i, c := range append(slices.Clone(components), "earned", "paid out") {
		g.head = append(g.head, strings.ToUpper(c))
		g.right = append(g.right, i+1)
	}
	for i, d := range statements {
		cells := []string{string(d.PartnerID)}
		for _, c := range components {
			cell := ""
			if a, ok := rows[i][c]; ok {
				cell = money(amounts.Format(a, d.Currency), "")
			}
			cells = append(cells, cell)
		}
		g.add(append(cells, money(d.Earned, ""), money(d.Payable, ""))...)
	}
	g.write(s.out)
	return s.besides(statements)
}

// besides sums what is not part of the earnings: points, funds, reserves.
func (s *session) besides(statements []statement.Document) error {
	var points, fund, reserve int64
	badges, currency := 0, ""
	for _, d := range statements {
		points += d.Points
		badges += len(d.Badges)
		currency = d.Currency
		f, err := amounts.ParseSignedMinor(d.MDF.Closing, d.Currency)
		if err != nil {
			return err
		}
		fund += f
		for _, h := range d.Reserve {
			a, err := amounts.ParseSignedMinor(h.Amount, d.Currency)
			if err != nil {
				return err
			}
			reserve += a
		}
	}
	s.printf("Besides: %s points and %s so far, %s in marketing funds, %s in reserve.\n\n", count(points), plural(badges, "badge"),
		money(amounts.Format(fund, currency), currency), money(amounts.Format(reserve, currency), currency))
	return nil
}

// payments says what was paid, month by month.
func (s *session) payments(period string) error {
	runs, err := client.Collect(s.conn.client.Runs(s.ctx, client.Page{}))
	if err != nil {
		return err
	}
	slices.SortFunc(runs, func(a, b wire.Run) int { return strings.Compare(a.ID, b.ID) })
	var words []string
	for _, r := range runs {
		words = append(words, fmt.Sprintf("%s %s", r.Period, totals(r.Totals)))
		if string(r.Period) != period {
			continue
		}
		if r, err = s.conn.client.Run(s.ctx, r.ID); err != nil {
			return err
		}
		paid := 0
		for _, l := range r.Lines {
			if l.State == wire.LinePaid {
				paid++
			}
		}
		s.printf("Payout run %s is %s: %s, %s in all, prepared by %s, approved by %s; the sandbox took them, no bank was asked.\n",
			r.ID, r.State, plural(paid, "payment"), totals(r.Totals), r.PreparedBy, approver(r))
	}
	s.printf("Paid: %s.\n\n", strings.Join(words, ", "))
	return nil
}

// next names three things to try in a second terminal.
func (s *session) next(period string, customers []wire.Customer, statements []statement.Document) error {
	i := slices.IndexFunc(statements, func(d statement.Document) bool { return len(d.Handovers) > 0 })
	j := slices.IndexFunc(customers, func(c wire.Customer) bool { return c.Offer != nil })
	if i < 0 || j < 0 {
		return fmt.Errorf("the sample programme has no hand-over or no open offer to show")
	}
	s.printf("Try in a second terminal, while it serves:\n")
	s.printf("  bin/fairlead why %s\n", statements[i].Handovers[0].CustomerID)
	s.printf("  bin/fairlead statement %s %s -o html > statement.html\n", statements[i].PartnerID, period)
	s.printf("  bin/fairlead offer accept %s --partner %s\n", customers[j].Offer.ID, customers[j].Offer.PartnerID)
	return nil
}
