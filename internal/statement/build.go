package statement

import (
	"cmp"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/money"
)

// Source is what a document is made of: a computed result and the names around
// it.
type Source struct {
	Result        incentive.Result
	Calendar      channel.Calendar
	PartnerName   string
	Programme     string
	MinimumPayout int64     // minor units; 0: none
	StableShare   *string   // of the company's stable base, a decimal share of one; nil: there is no census
	AsOf          time.Time // zero: the statement is closed
	Inputs        *Inputs
	Seal          *Seal
}

// Build writes a result down as a document. It changes no number.
func Build(s Source) *Document {
	r := s.Result
	text := func(minor int64) string { return money.Format(minor, r.Currency) }
	d := &Document{
		PartnerID: r.Partner, PartnerName: s.PartnerName, Programme: s.Programme, Period: r.Period, Currency: r.Currency,
		State: Closed, OpeningBalance: text(r.OpeningBalance), Earned: text(r.Earned), Held: text(r.Held),
		Released: text(r.Released), Payable: text(r.Payable), ClosingBalance: text(r.ClosingBalance),
		Carried: carried(r, s.MinimumPayout), Draw: text(r.Position.Draw), Excess: text(r.Position.Excess),
		Points: r.Points.Closing, PointsEarned: r.Points.Earned, Badges: append([]string{}, r.Badges...),
		MDF:               Fund{text(r.Fund.Opening), text(r.Fund.Earned), text(r.Fund.Spent), text(r.Fund.Closing)},
		ShareOfStableBase: s.StableShare, Inputs: s.Inputs, Seal: s.Seal,
	}
	if !s.AsOf.IsZero() {
		d.State, d.AsOf = Preview, &s.AsOf
	}
	if r.Plan != nil {
		d.Plan = &PlanRef{r.Plan.ID, r.Plan.Version, r.Plan.Hash}
	}
	d.Lines, d.Reserve = lines(r), reserve(r, s.Calendar)
	d.Handovers, d.Problems = handovers(r, s.Calendar), problems(r)
	return d
}

func lines(r incentive.Result) []Line {
	out := make([]Line, 0, len(r.Lines))
	for _, l := range r.Lines {
		line := Line{ID: l.ID, Component: l.Component, Kind: string(l.Kind), Period: l.Period, Text: l.Text,
			Formula: l.Formula, Inputs: make([]Input, 0, len(l.Inputs)), Amount: money.Format(l.Amount, r.Currency)}
		for _, g := range l.Inputs {
			line.Inputs = append(line.Inputs, Input{g.Name, g.Value})
		}
		out = append(out, line)
	}
	return out
}

// carried explains a balance that is not paid.
func carried(r incentive.Result, minimum int64) *Carried {
	if r.ClosingBalance == 0 {
		return nil
	}
	c := &Carried{Amount: money.Format(r.ClosingBalance, r.Currency), Reason: "negative"}
	if r.ClosingBalance > 0 {
		c.Reason, c.Minimum = "below_minimum", money.Format(minimum, r.Currency)
	}
	return c
}

func reserve(r incentive.Result, cal channel.Calendar) []Hold {
	out := make([]Hold, 0, len(r.Position.Holds))
	for _, h := range r.Position.Holds {
		out = append(out, Hold{h.Period, money.Format(h.Amount, r.Currency), day(h.Due, cal)})
	}
	return out
}

func handovers(r incentive.Result, cal channel.Calendar) []Handover {
	out := make([]Handover, 0, len(r.Handover))
	for _, h := range r.Handover {
		line := Handover{CustomerID: h.Customer, WouldHaveEarned: money.Format(h.WouldHaveEarned, r.Currency),
			PaidSoFar: money.Format(h.PaidSoFar, r.Currency)}
		if !h.Until.IsZero() {
			line.Until = day(h.Until.Add(-time.Second), cal)
		}
		out = append(out, line)
	}
	return out
}

func problems(r incentive.Result) []Problem {
	out := make([]Problem, 0, len(r.Unpaid))
	for _, u := range r.Unpaid {
		out = append(out, Problem{Subject: cmp.Or(string(u.Order), string(u.Customer)), Text: u.Text})
	}
	return out
}

// day is the day of t in the programme's zone.
func day(t time.Time, cal channel.Calendar) string {
	return t.In(cal.Location()).Format("2006-01-02")
}
