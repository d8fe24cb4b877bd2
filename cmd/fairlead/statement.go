package main

import (
	"strings"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/statement"
	"github.com/fairlead/fairlead/internal/wire"
)

type statementCmd struct {
	ID      string `arg:"" name:"partner-id" help:"The partner."`
	Period  string `arg:"" help:"The month, such as 2026-03."`
	Preview bool   `help:"The month so far; nothing is promised by it."`
}

func (c *statementCmd) Run(s *session) error {
	r := get(client.Path("/partners/%s/statements/%s", c.ID, c.Period))
	preview := ""
	if c.Preview {
		preview = "true"
	}
	switch s.Output {
	case "html", "csv":
		return s.file(r.With("preview", preview, "format", s.Output))
	}
	return answer(s, r.With("preview", preview), nil, s.statement)
}

// statement prints a statement: the answer first, then line by line.
func (s *session) statement(d statement.Document) error {
	name := string(d.PartnerID)
	if d.PartnerName != "" {
		name = d.PartnerName + " (" + string(d.PartnerID) + ")"
	}
	verb, paid := "earned", "is"
	if d.State == statement.Preview {
		verb, paid = "has so far earned", "would be"
	}
	s.printf("In %s %s %s %s; %s %s paid out.\n", d.Period, name, verb, money(d.Earned, d.Currency), money(d.Payable, d.Currency), paid)
	g := grid{head: []string{"  COMPONENT", "KIND", "FOR", "AMOUNT", "HOW"}, right: []int{3}}
	for _, l := range d.Lines {
		g.add("  "+l.Component, l.Kind, string(l.Period), money(l.Amount, ""), clipped(l.Formula))
	}
	if len(d.Lines) > 0 {
		g.write(s.out)
	}
	sum := grid{head: []string{"", ""}, right: []int{1}}
	sum.add("  opening balance", money(d.OpeningBalance, d.Currency))
	sum.add("+ earned", money(d.Earned, d.Currency))
	sum.add("- held in reserve", money(d.Held, d.Currency))
	sum.add("+ released from reserve", money(d.Released, d.Currency))
	sum.add("- paid out", money(d.Payable, d.Currency))
	sum.add("= closing balance", money(d.ClosingBalance, d.Currency))
	sum.write(s.out)
	s.beside(d)
	return nil
}

// maxFormula is how much of a formula a terminal shows, in characters; JSON and
// HTML have it whole.
const maxFormula = 60

func clipped(formula string) string {
	if r := []rune(formula); len(r) > maxFormula {
		return string(r[:maxFormula]) + " .."
	}
	return formula
}

// beside prints what a statement says next to its money.
func (s *session) beside(d statement.Document) {
	if d.Carried != nil {
		s.printf("%s is carried forward (%s).\n", money(d.Carried.Amount, d.Currency), words(d.Carried.Reason))
	}
	if d.Points != 0 || d.PointsEarned != 0 {
		s.printf("%s points, %s of them new", thousands64(d.Points), thousands64(d.PointsEarned))
		if len(d.Badges) > 0 {
			s.printf("; badges: %s", strings.Join(d.Badges, ", "))
		}
		s.printf(".\n")
	}
	if d.MDF.Closing != "" && strings.Trim(d.MDF.Closing, "0.") != "" {
		s.printf("Marketing fund: %s, %s of it new.\n", money(d.MDF.Closing, d.Currency), money(d.MDF.Earned, d.Currency))
	}
	for _, h := range d.Handovers {
		s.printf("Customer %s went to the sales force: had it stayed it would have earned %s, the hand-over has paid %s", h.CustomerID, money(h.WouldHaveEarned, d.Currency), money(h.PaidSoFar, d.Currency))
		if h.Until != "" {
			s.printf(" and goes on until %s", h.Until)
		}
		s.printf(".\n")
	}
	if share := d.ShareOfStableBase; share != nil {
		s.printf("Its customers are %s of the company's stable base.\n", strings.TrimPrefix(signedPercent(*share), "+"))
	}
	for _, p := range d.Problems {
		s.printf("%s: %s\n", p.Subject, p.Text)
	}
	if d.Payment != nil && d.Payment.State != statement.PaymentNothing {
		s.printf("Payment: %s", words(d.Payment.State))
		if d.Payment.PaidAt != nil {
			s.printf(" on %s", when(*d.Payment.PaidAt))
		} else if d.Payment.ExpectedOn != "" {
			s.printf(", expected on %s", d.Payment.ExpectedOn)
		}
		s.printf(".\n")
	}
}

type statementsCmd struct {
	ID string `arg:"" name:"partner-id" help:"The partner."`
}

func (c *statementsCmd) Run(s *session) error {
	return list(s, get(client.Path("/partners/%s/statements", c.ID)), func(items []wire.StatementSummary) error {
		g := grid{head: []string{"PERIOD", "EARNED", "PAYABLE", "CLOSING BALANCE", "POINTS"}, right: []int{1, 2, 3, 4}}
		for _, d := range items {
			g.add(string(d.Period), money(d.Earned, d.Currency), money(d.Payable, d.Currency), money(d.ClosingBalance, d.Currency), thousands64(d.Points))
		}
		g.write(s.out)
		return nil
	})
}

func thousands64(n int64) string { return count(int(n)) }
