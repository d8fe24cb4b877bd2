package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/paying"
	"github.com/fairlead/fairlead/internal/wire"
)

type periodCmd struct {
	Close periodCloseCmd `cmd:"" help:"Make the statements of a month and book nothing in it any more."`
	Show  periodShowCmd  `cmd:"" help:"How far a month is."`
}

type periodCloseCmd struct {
	Period string `arg:"" help:"The month, such as 2026-03."`
}

func (c *periodCloseCmd) Run(s *session) error {
	raw, err := s.long(post(client.Path("/periods/%s/close", c.Period)), "closing "+c.Period)
	if err != nil {
		return err
	}
	return printed(s, raw, s.period)
}

// long sends a request whose work may take a while, with a bar.
func (s *session) long(r client.Request, label string) (json.RawMessage, error) {
	conn, err := s.connected()
	if err != nil {
		return nil, err
	}
	m := s.meter(label, false)
	defer m.done()
	var raw json.RawMessage
	lines := client.Lines{Progress: func(done, total int) { m.set(int64(done), int64(total)) }}
	if err := conn.stream(s.ctx, r, lines, &raw); err != nil {
		return nil, err
	}
	return s.finished(conn, r, raw)
}

// How work that was handed on is waited for: askEvery, and askAgain times in a
// row where the service does not answer or says that it will later.
var askEvery = time.Second

const askAgain = 30

// finished waits for work that the service handed on (202), by asking how it
// stands.
func (s *session) finished(conn *connection, r client.Request, raw json.RawMessage) (json.RawMessage, error) {
	resource := get(r.Path[:strings.LastIndexByte(r.Path, '/')]) // without the verb
	for missed := 0; ; {
		var answer struct {
			Work string `json:"work"`
		}
		if err := json.Unmarshal(raw, &answer); err != nil {
			return nil, err
		}
		switch answer.Work {
		case wire.WorkFailed:
			return nil, fmt.Errorf("the work ended before it was done; nothing is lost or done twice: run the same command again to go on, and the service's log says why")
		case wire.WorkRunning:
		default:
			return raw, nil
		}
		select {
		case <-s.ctx.Done():
			return nil, fmt.Errorf("the work goes on without this command; fairlead period show and fairlead payout show say how it stands")
		case <-time.After(askEvery):
		}
		var next json.RawMessage
		err := conn.client.JSON(s.ctx, resource, nil, &next)
		if err == nil {
			raw, missed = next, 0
			continue
		}
		if missed++; missed > askAgain || !client.MayPass(err) {
			return nil, fmt.Errorf("the work goes on; how it stands could not be asked: %w", err)
		}
	}
}

type periodShowCmd struct {
	Period string `arg:"" help:"The month, such as 2026-03."`
}

func (c *periodShowCmd) Run(s *session) error {
	return answer(s, get(client.Path("/periods/%s", c.Period)), nil, s.period)
}

func (s *session) period(p wire.PeriodStatus) error {
	switch {
	case p.State == wire.PeriodClosed && p.ClosedAt == nil:
		s.printf("%s lies before the first month that was closed: it has no statements, and its facts are in that month's.\n", p.Period)
	case p.State == wire.PeriodClosed && p.Already:
		s.printf("%s was closed already, on %s.\n", p.Period, whenever(p.ClosedAt))
	case p.State == wire.PeriodClosed:
		s.printf("%s is closed: %s, %s.\n", p.Period, plural(p.Statements, "statement"), plural(p.Entries, "fact"))
	case p.State == wire.PeriodClosing:
		s.printf("%s is being closed; run the close again to finish it.\n", p.Period)
		return nil
	default:
		s.printf("%s is open; it can be closed from %s on.\n", p.Period, when(p.ClosableFrom))
		return nil
	}
	g := grid{head: []string{"  CURRENCY", "EARNED", "PAYABLE", "CARRIED FORWARD"}, right: []int{1, 2, 3}}
	for _, t := range p.Totals {
		g.add("  "+t.Currency, money(t.Earned, ""), money(t.Payable, ""), money(t.Carried, ""))
	}
	if len(p.Totals) > 0 {
		g.write(s.out)
	}
	if p.Unattributed > 0 {
		s.printf("  %s of customers that nobody served\n", plural(p.Unattributed, "fact"))
	}
	if p.Late > 0 {
		s.printf("  %s of closed months found and booked in the month after\n", plural(p.Late, "late fact"))
	}
	return nil
}

type payoutCmd struct {
	Prepare payoutPrepareCmd `cmd:"" help:"Make the run of a closed month."`
	List    payoutListCmd    `cmd:"" help:"Every run, newest first."`
	Show    payoutShowCmd    `cmd:"" help:"A run and its lines."`
	Diff    payoutDiffCmd    `cmd:"" help:"What changed against the last settled run, and why."`
	Approve payoutApproveCmd `cmd:"" help:"Approve a run that somebody else prepared."`
	Deny    payoutDenyCmd    `cmd:"" help:"Veto a run that has not begun to pay."`
	Pay     payoutPayCmd     `cmd:"" help:"Pay what is left of an approved run; safe to repeat."`
	Confirm payoutConfirmCmd `cmd:"" help:"Say that the bank has paid what was exported; safe to repeat."`
}

type payoutPrepareCmd struct {
	Period string `required:"" help:"The month, such as 2026-03." placeholder:"PERIOD"`
}

func (c *payoutPrepareCmd) Run(s *session) error {
	return answer(s, post("/v1/payout-runs"), wire.PrepareRequest{Period: c.Period}, s.run)
}

type payoutListCmd struct{}

func (c *payoutListCmd) Run(s *session) error {
	return list(s, get("/v1/payout-runs"), func(items []wire.Run) error {
		g := grid{head: []string{"RUN", "STATE", "TOTAL", "PREPARED BY", "APPROVED BY"}, right: []int{2}}
		for _, r := range items {
			g.add(r.ID, r.State, totals(r.Totals), r.PreparedBy, approver(r))
		}
		g.write(s.out)
		return nil
	})
}

type payoutShowCmd struct {
	Run_ string `arg:"" name:"run" help:"The run, such as 2026-03.1."`
}

func (c *payoutShowCmd) Run(s *session) error {
	return answer(s, get(client.Path("/payout-runs/%s", c.Run_)), nil, s.run)
}

// run prints a payout run: how far it is, then who gets what.
func (s *session) run(r wire.Run) error {
	s.printf("Run %s is %s: %s for %s.\n", r.ID, r.State, totals(r.Totals), plural(len(r.Lines), "line"))
	s.printf("  prepared by %s on %s\n", r.PreparedBy, when(r.PreparedAt))
	if r.ApprovedBy != nil {
		s.printf("  approved by %s on %s\n", *r.ApprovedBy, whenever(r.ApprovedAt))
	}
	if r.DeniedBy != nil {
		s.printf("  denied by %s\n", *r.DeniedBy)
	}
	if r.Reason != "" {
		s.printf("  reason: %s\n", r.Reason)
	}
	g := grid{head: []string{"PARTNER", "EARNED", "PAYABLE", "CARRIED FORWARD", "STATE", ""}, right: []int{1, 2, 3}}
	for _, l := range r.Lines {
		g.add(string(l.PartnerID), money(l.Earned, l.Currency), money(l.Payable, l.Currency), money(l.CarriedForward, l.Currency), l.State, strings.TrimSpace(words(l.Reason)+" "+l.Message))
	}
	if len(r.Lines) > 0 {
		g.write(s.out)
	}
	switch r.State {
	case wire.RunPrepared:
		s.printf("Next, by somebody else: fairlead payout diff %s, then fairlead payout approve %s --user NAME\n", r.ID, r.ID)
	case wire.RunApproved:
		s.printf("Next: fairlead payout pay %s\n", r.ID)
	case wire.RunPaying:
		s.exported(r)
	}
	return nil
}

// exported says what is to be done with payments that wait for the bank.
func (s *session) exported(r wire.Run) {
	n := 0
	for _, l := range r.Lines {
		if l.State == wire.LineExported {
			n++
		}
	}
	if n > 0 {
		s.printf("Next, for %s: give fairlead payments %s -o csv to the bank, and when it has paid, fairlead payout confirm %s\n",
			plural(n, "payment"), r.ID, r.ID)
	}
}

func totals(list []wire.Money) string {
	if len(list) == 0 {
		return "nothing to pay"
	}
	parts := make([]string, 0, len(list))
	for _, a := range list {
		parts = append(parts, money(a.Amount, a.Currency))
	}
	return strings.Join(parts, " and ")
}

func approver(r wire.Run) string {
	switch {
	case r.ApprovedBy != nil:
		return *r.ApprovedBy
	case r.DeniedBy != nil:
		return "denied by " + *r.DeniedBy
	}
	return "-"
}

type payoutDiffCmd struct {
	Run_ string `arg:"" name:"run" help:"The run, such as 2026-03.1."`
}

func (c *payoutDiffCmd) Run(s *session) error {
	return answer(s, get(client.Path("/payout-runs/%s/diff", c.Run_)), nil, func(d wire.Diff) error {
		against := "no run was settled before"
		if d.Against != "" {
			against = "against " + d.Against
		}
		s.printf("Run %s, %s: %s new, %s gone, %s changed, %s unchanged\n", d.Run, against, count(d.Counts.New), count(d.Counts.Gone), count(d.Counts.Changed), count(d.Counts.Unchanged))
		g := grid{head: []string{"  TOTAL", "BEFORE", "NOW", "CHANGE"}, right: []int{1, 2, 3}}
		for _, t := range d.Totals {
			g.add("  "+t.Currency, money(t.Before, ""), money(t.Now, ""), signedPercent(t.Change))
		}
		g.write(s.out)
		for _, i := range d.Items {
			s.printf("  %s %s: %s -> %s", i.Kind, i.PartnerID, dash(money(i.Before, i.Currency)), dash(money(i.Now, i.Currency)))
			if i.Change != "" {
				s.printf(" (%s)", signedPercent(i.Change))
			}
			s.printf("\n")
			for _, r := range i.Reasons {
				s.printf("      %s\n", r)
			}
		}
		for _, r := range d.Refused {
			s.printf("Approving needs --override and a --reason: %s\n", r)
		}
		return nil
	})
}

// signedPercent turns a share of one as decimal text into a percentage: 0.1234 is
// +12.3 %.
func signedPercent(share string) string {
	if share == "" {
		return ""
	}
	var f float64
	if _, err := fmt.Sscan(share, &f); err != nil {
		return share
	}
	return fmt.Sprintf("%+.1f %%", f*100)
}

type payoutApproveCmd struct {
	Run_     string `arg:"" name:"run" help:"The run, such as 2026-03.1."`
	Override bool   `help:"Approve although the total moved beyond the programme's limit; needs --reason."`
	Reason   string `help:"Why." placeholder:"TEXT"`
}

func (c *payoutApproveCmd) Run(s *session) error {
	if c.Override && c.Reason == "" {
		return usage("--override needs a --reason")
	}
	body := wire.ApproveRequest{Override: c.Override, Reason: c.Reason}
	return answer(s, post(client.Path("/payout-runs/%s/approve", c.Run_)), body, s.run)
}

type payoutDenyCmd struct {
	Run_   string `arg:"" name:"run" help:"The run, such as 2026-03.1."`
	Reason string `required:"" help:"Why." placeholder:"TEXT"`
}

func (c *payoutDenyCmd) Run(s *session) error {
	return answer(s, post(client.Path("/payout-runs/%s/deny", c.Run_)), wire.DenyRequest{Reason: c.Reason}, s.run)
}

type payoutPayCmd struct {
	Run_ string `arg:"" name:"run" help:"The run, such as 2026-03.1."`
}

func (c *payoutPayCmd) Run(s *session) error {
	raw, err := s.long(post(client.Path("/payout-runs/%s/pay", c.Run_)), "paying "+c.Run_)
	if err != nil {
		return err
	}
	return printed(s, raw, s.run)
}

type payoutConfirmCmd struct {
	What string `arg:"" name:"run|line" help:"The run, or one payment as the payments file names it, such as 2026-03.p1.EUR.1."`
}

func (c *payoutConfirmCmd) Run(s *session) error {
	if paying.IsRun(c.What) {
		return answer(s, post(client.Path("/payout-runs/%s/confirm", c.What)), nil, s.run)
	}
	run, err := s.runOfPayment(c.What)
	if err != nil {
		return err
	}
	return answer(s, post(client.Path("/payout-runs/%s/confirm", run)), wire.ConfirmRequest{Line: c.What}, s.run)
}

// runOfPayment is the run of the period that a payment's id begins with: the one
// that was not denied.
func (s *session) runOfPayment(id string) (string, error) {
	month, _, _ := strings.Cut(id, ".")
	conn, err := s.connected()
	if err != nil {
		return "", err
	}
	for r, err := range conn.client.Runs(s.ctx, client.Page{}) {
		if err != nil {
			return "", err
		}
		if string(r.Period) == month && r.State != wire.RunDenied {
			return r.ID, nil
		}
	}
	return "", fmt.Errorf("%q is neither a run, such as 2026-03.1, nor a payment of one: fairlead payout list shows every run",
		id)
}

type paymentsCmd struct {
	Run_ string `arg:"" name:"run" help:"The run, such as 2026-03.1."`
}

func (c *paymentsCmd) Run(s *session) error {
	return s.file(client.Request{Method: "GET", Path: client.Path("/payout-runs/%s/payments", c.Run_), Accept: "text/csv"})
}
