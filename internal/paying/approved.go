package paying

import (
	"context"
	"fmt"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/store"
)

// approvedLines loads the lines of an approved run and compares them with what
// was approved, by its hash: 409 run_changed names the line that differs.
func (p *Runs) approvedLines(ctx context.Context, run payout.Run) ([]lineAtVersion, error) {
	lines, err := p.store.Lines(ctx, run.Period)
	if err != nil {
		return nil, err
	}
	hash, err := run.HashOf(plainLines(lines))
	if err != nil || hash == run.Hash {
		return lines, err
	}
	if err := p.asStated(ctx, run, lines); err != nil {
		return nil, err
	}
	return nil, p.missing(ctx, run, lines)
}

// asStated compares lines with their statements, which approving found equal and
// which nobody changes: 409 run_changed says what was approved and what stands.
func (p *Runs) asStated(ctx context.Context, run payout.Run, lines []lineAtVersion) error {
	partners := make([]channel.PartnerID, len(lines))
	for i := range lines {
		partners[i] = lines[i].Value.Partner
	}
	statements, err := p.store.StatementsOf(ctx, run.Period, partners)
	if err != nil {
		return err
	}
	for i, s := range statements {
		l := lines[i].Value
		if s == nil {
			return changed(run, "the line of %s in %s has no statement, and stands at %s", l.Partner, l.Currency, figures(l))
		}
		said := stated(l.Partner, run, s)
		if l.Period != run.Period || said.Currency != l.Currency ||
			said.Earned != l.Earned || said.Payable != l.Payable || said.Carried != l.Carried {
			return changed(run, "the line of %s in %s was approved with %s, and stands at %s now",
				l.Partner, said.Currency, figures(said), figures(l))
		}
	}
	return nil
}

// stated is the line that a statement orders.
func stated(partner channel.PartnerID, run payout.Run, s *store.StatementItem) payout.Line {
	return payout.NewLine(payout.Due{Partner: partner, Period: run.Period, Currency: s.Currency,
		Earned: s.Earned, Payable: s.Payable, Closing: s.Closing}, run.N)
}

// missing names the line that is gone: every line that stands is as its
// statement, and all the same they are not those that were approved.
func (p *Runs) missing(ctx context.Context, run payout.Run, lines []lineAtVersion) error {
	head, _, err := p.store.PeriodHead(ctx, run.Period)
	if err != nil {
		return err
	}
	dues, err := p.dues(ctx, run.Period, head.Documents)
	if err != nil {
		return err
	}
	stands := map[store.Payee]bool{}
	for _, l := range lines {
		stands[payeeOf(l.Value)] = true
	}
	for _, due := range dues {
		if !stands[store.Payee{Partner: due.Partner, Currency: due.Currency}] {
			return changed(run, "the line of %s in %s was approved with %s, and is gone",
				due.Partner, due.Currency, figures(payout.NewLine(due, run.N)))
		}
	}
	return changed(run, "%d lines were approved, %d stand now, each as its statement", run.Lines, len(lines))
}

func changed(run payout.Run, how string, args ...any) error {
	return fault.New(fault.Conflict, "run_changed", "run %s stops: its lines are not those that were approved. %s. "+
		"Nothing is paid while they differ: find out who wrote into the data, and restore it from a copy",
		run.ID(), firstUp(fmt.Sprintf(how, args...)))
}

// figures are the numbers of a line, in words.
func figures(l payout.Line) string {
	return fmt.Sprintf("%s to pay, %s earned and %s carried forward",
		money.Of(l.Payable, l.Currency), money.Format(l.Earned, l.Currency), money.Format(l.Carried, l.Currency))
}

func firstUp(s string) string { return string(s[0]&^0x20) + s[1:] }
