package paying

import (
	"context"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/rail"
	"github.com/fairlead/fairlead/internal/store"
)

// leaving is a line on its way to a rail.
type leaving struct {
	line    lineAtVersion
	payment rail.Submission
	by      rail.Named
	resumed bool // the rail may have heard of it before
	ready   bool // it is recorded as submitted: the rail may hear of it
	failed  error
}

// payBatch takes some lines as far as they go and returns why those failed that
// did. The order of the writes of each is what keeps a payment from being made
// twice: the attempt and its money are set aside together; it is marked as
// submitted before the rail hears of it; and whoever finds it marked asks the
// rail about the very same attempt first.
func (p *Payer) payBatch(ctx context.Context, w payable, lines []lineAtVersion) []error {
	all := make([]*leaving, len(lines))
	for i, l := range lines {
		all[i] = &leaving{line: l}
	}
	eachLine(ctx, all, func(ctx context.Context, l *leaving) error { return p.prepareLine(ctx, w, l) })
	for _, some := range byRail(all) {
		answers := ask(ctx, some)
		eachLine(ctx, some, func(ctx context.Context, l *leaving) error {
			return p.record(ctx, l.line, answers[l.payment.Key])
		})
	}
	var failed []error
	for _, l := range all {
		if l.failed != nil {
			failed = append(failed, l.failed)
		}
	}
	return failed
}

// eachLine does one step with each line; one that fails stops no other.
func eachLine(ctx context.Context, lines []*leaving, do func(ctx context.Context, l *leaving) error) {
	_ = closing.Each(ctx, len(lines), nil, func(ctx context.Context, i int) error {
		lines[i].failed = do(ctx, lines[i])
		return nil
	})
}

// byRail are the lines that are ready, those of one rail together.
func byRail(lines []*leaving) [][]*leaving {
	var out [][]*leaving
	at := map[string]int{}
	for _, l := range lines {
		if !l.ready {
			continue
		}
		i, ok := at[l.by.Name]
		if !ok {
			i = len(out)
			at[l.by.Name], out = i, append(out, nil)
		}
		out[i] = append(out[i], l)
	}
	return out
}

// prepareLine brings a line to where its rail may hear of it. It is not ready
// where another process moved it, and goes on with it.
func (p *Payer) prepareLine(ctx context.Context, w payable, l *leaving) error {
	payee, ok := w.payees[l.line.Value.Partner]
	if !ok {
		return closing.Internal("%s has a line for %s and is not in the directory", l.line.Value.Partner, l.line.Value.Period)
	}
	if l.line.Value.State == payout.Open || l.line.Value.State == payout.Rejected {
		if lost, err := p.reserve(ctx, w.by.Name, &l.line); err != nil || lost {
			return err
		}
	}
	a, err := p.attempt(ctx, l.line.Value)
	if err != nil {
		return err
	}
	if l.by, err = p.carrier(w.by, a); err != nil {
		return err
	}
	l.payment = rail.Submission{Attempt: a, Payee: payee, Statement: closing.StatementName(a.Partner, a.Period)}
	l.resumed = l.line.Value.Underway()
	if l.line.Value.State == payout.Reserved {
		if lost, err := p.submit(ctx, &l.line); err != nil || lost {
			return err
		}
	}
	l.ready = true
	return nil
}

// ask has their rail's answer for each line, by the key of its attempt: what the
// rail may have heard of is looked up, and submitted only if it has not.
func ask(ctx context.Context, lines []*leaving) map[string]payout.Answer {
	by := lines[0].by
	answers := make(map[string]payout.Answer, len(lines))
	var found, fresh []rail.Submission
	for _, l := range lines {
		if l.resumed {
			found = append(found, l.payment)
		} else {
			fresh = append(fresh, l.payment)
		}
	}
	for i, a := range by.Lookup(ctx, found) {
		if a.Outcome == rail.Unheard {
			fresh = append(fresh, found[i])
			continue
		}
		answers[found[i].Key] = a
	}
	for i, a := range by.Submit(ctx, fresh) {
		answers[fresh[i].Key] = a
	}
	return answers
}

// carrier is the rail of an attempt. One that was begun on another rail than
// the one of today stays with it: nobody else knows what became of it.
func (p *Payer) carrier(by rail.Named, a payout.Attempt) (rail.Named, error) {
	if a.Rail == "" || a.Rail == by.Name {
		return by, nil
	}
	if carrier, ok := p.rails.Named(a.Rail); ok {
		return carrier, nil
	}
	return rail.Named{}, fault.New(fault.Conflict, "rail_differs",
		"the payment %s was begun on the rail %q, but payments leave here by %s: only that rail knows what became of it",
		a.Key, a.Rail, p.rails)
}

// payees are all partners of the directory, as it is now.
func (p *Payer) payees(ctx context.Context) (map[channel.PartnerID]rail.Payee, error) {
	c, err := p.library.Control(ctx)
	if err != nil {
		return nil, err
	}
	versions, err := p.store.Versions(ctx, c, store.KindDirectory, store.DirectoryID)
	if err != nil {
		return nil, err
	}
	payees := map[channel.PartnerID]rail.Payee{}
	if len(versions) == 0 {
		return payees, nil
	}
	directory, err := p.store.Directory(ctx, versions[len(versions)-1].Hash)
	for _, partner := range directory.Partners {
		payees[partner.ID] = rail.Payee{Partner: partner.ID, Name: partner.Name}
	}
	return payees, err
}
