package payrun

import (
	"context"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/workflow"
)

// The steps of Close and Pay, one by one, for whoever runs them as batches in
// several processes. Each may be repeated at any time, with the same result;
// Close and Pay are the same steps over everything.

// Starter closes and pays on request: in place, as Payrun does, or by handing
// the work on, as the API on AWS does. Close and Pay fail alike either way;
// where the work was handed on, the answer is how things stand, with Started.
type Starter interface {
	Close(ctx context.Context, r CloseRequest) (PeriodStatus, error)
	Pay(ctx context.Context, r PayRequest) (Run, error)
	// Working says how the work of that name (CloseName, PayName) is doing: one
	// of the Work* words, or nothing.
	Working(ctx context.Context, name string) (string, error)
}

// Working is nothing: requests do their work themselves.
func (p *Payrun) Working(context.Context, string) (string, error) { return "", nil }

// CloseName names the close of a period wherever it is worked on: there is one.
func CloseName(p channel.Period) string { return workflow.Close + "-" + string(p) }

// PayName names the payment of a run; a bare period means its first run.
func PayName(run string) (string, error) {
	period, n, err := payout.ParseRunID("run", run)
	return workflow.Pay + "-" + payout.RunID(period, n), err
}

// IsRun reports whether an id has the form of a run's: a payment's has not.
func IsRun(id string) bool {
	_, _, err := payout.ParseRunID("run", id)
	return err == nil
}

// ClosePlan is what a close is made of.
type ClosePlan struct {
	Closed bool            // the period was closed already
	Wait   time.Duration   // before the first batch, counted from the plan's answer; also when it is planned again
	Owners []channel.Owner // each gets a seal; none for a period that was closed without statements
}

// PlanClose shuts the period (C1) and says what is to be done. It fails as
// Close does.
func (p *Payrun) PlanClose(ctx context.Context, period channel.Period) (ClosePlan, error) {
	plan, _, err := p.planClose(ctx, period)
	return plan, err
}

// closingBooks are the books of a period that is being closed; nil once it is
// closed, since nothing is left to do then.
func (p *Payrun) closingBooks(ctx context.Context, period channel.Period) (*books, error) {
	c, err := p.store.LatestControl(ctx, p.now())
	if err != nil {
		return nil, err
	}
	switch c.State(period) {
	case PeriodClosed:
		return nil, nil
	case PeriodOpen:
		return nil, fault.New(fault.Conflict, "period_not_closing", "%s is open: plan its close first", period)
	}
	return p.books(ctx, c, c.Pinned, period)
}

// CloseOwners makes and stores the statements and seals of some owners (C3). It
// returns how many have a statement.
func (p *Payrun) CloseOwners(ctx context.Context, period channel.Period, owners []channel.Owner) (int, error) {
	b, err := p.closingBooks(ctx, period)
	if b == nil || err != nil {
		return 0, err
	}
	return p.closeOwners(ctx, b, owners, nil)
}

// WalkBuckets reads the customers of the buckets from (inclusive) to
// (exclusive) of store.Buckets for the second reader (C4).
func (p *Payrun) WalkBuckets(ctx context.Context, period channel.Period, from, to int) (*Walk, error) {
	w := newWalk(0)
	b, err := p.closingBooks(ctx, period)
	if b == nil || err != nil {
		return w, err
	}
	return w, p.walkBuckets(ctx, b, from, to, w)
}

// VerifyOwners makes the statements and seals of some owners again, from the
// whole walk, and compares them with what is stored (C4): readers_disagree.
func (p *Payrun) VerifyOwners(ctx context.Context, period channel.Period, owners []channel.Owner, w *Walk) error {
	b, err := p.closingBooks(ctx, period)
	if b == nil || err != nil {
		return err
	}
	return p.verifyOwners(ctx, b, owners, w, nil)
}

// FinishClose ends the period with one root (C5). It is for after every owner
// has been verified.
func (p *Payrun) FinishClose(ctx context.Context, period channel.Period, user string, w *Walk) (PeriodStatus, error) {
	b, err := p.closingBooks(ctx, period)
	if err != nil {
		return PeriodStatus{}, err
	}
	if b == nil {
		s, err := p.Period(ctx, period)
		s.Already = true
		return s, err
	}
	return p.end(ctx, b, user, w)
}

// sealedSums is what the seals and statements of a period say in all.
type sealedSums struct {
	mu         sync.Mutex
	roots      []seal.Digest // the leaf of each owner's seal, by owner
	count      int           // entries in all seals
	statements int
	totals     map[string]store.PeriodTotal
}

// sealsPerGet is for how many owners seal and statement are read at once: seals
// of large owners have hundreds of kilobytes.
const sealsPerGet = 25

// sealed reads the seals and statements of all owners.
func (p *Payrun) sealed(ctx context.Context, period channel.Period, owners []channel.Owner) (*sealedSums, error) {
	all := &sealedSums{roots: make([]seal.Digest, len(owners)), totals: map[string]store.PeriodTotal{}}
	err := each(ctx, (len(owners)+sealsPerGet-1)/sealsPerGet, nil, func(ctx context.Context, n int) error {
		from := n * sealsPerGet
		some := owners[from:min(from+sealsPerGet, len(owners))]
		keys := make([]table.Key, 0, 2*len(some))
		for _, o := range some {
			keys = append(keys, store.SealKey(o, period), store.StatementKey(o, period))
		}
		items, err := p.store.Get(ctx, keys...)
		if err != nil {
			return err
		}
		for i, o := range some {
			if items[2*i].Version == 0 {
				return internal("closing %s: %s has no seal", period, o)
			}
			if err := all.add(from+i, items[2*i], items[2*i+1]); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// add counts owner number i.
func (all *sealedSums) add(i int, sealItem, statementItem table.Item) error {
	var z store.SealItem
	var s store.StatementItem
	if err := store.Decode(sealItem, &z); err != nil {
		return err
	}
	if err := store.Decode(statementItem, &s); err != nil {
		return err
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	all.roots[i] = seal.Leaf(sealItem.Body)
	all.count += z.Count
	if statementItem.Version == 0 {
		return nil
	}
	all.statements++
	t := all.totals[s.Currency]
	t.Earned.Add(s.Earned)
	t.Payable.Add(s.Payable)
	t.Carried.Add(s.Closing)
	all.totals[s.Currency] = t
	return nil
}

// LineRef names a line of a run.
type LineRef struct {
	Partner  channel.PartnerID `json:"partner"`
	Currency string            `json:"currency"`
}

// PayPlan is what is left to pay of a run.
type PayPlan struct {
	Settled bool
	Lines   []LineRef // neither final nor exported yet
}

// PlanPay begins to pay a run and says what is left. It fails as Pay does.
func (p *Payrun) PlanPay(ctx context.Context, id string) (PayPlan, error) {
	w, err := p.begin(ctx, id)
	if err != nil || w.run.State == payout.Settled {
		return PayPlan{Settled: err == nil}, err
	}
	plan := PayPlan{Lines: []LineRef{}}
	for _, l := range unpaid(w.lines) {
		plan.Lines = append(plan.Lines, LineRef{l.Partner, l.Currency})
	}
	return plan, err
}

// PayLines takes some lines of a run as far as they go, and returns how many of
// them are paid or exported now. Before anything is paid it compares these lines
// with their statements; the hash of all lines is compared by PlanPay and Settle,
// because a run of many batches would be read whole as many times.
func (p *Payrun) PayLines(ctx context.Context, id string, refs []LineRef) (int, error) {
	w, err := p.mayGoOn(ctx, id)
	if err != nil || w.run.State == payout.Settled {
		return 0, err
	}
	if w.lines, err = p.linesOf(ctx, w.run.Period, refs); err != nil {
		return 0, err
	}
	if err := p.asStated(ctx, w.run, w.lines); err != nil {
		return 0, err
	}
	if err := p.payLines(ctx, w, unpaid(w.lines), nil); err != nil {
		return 0, err
	}
	lines, err := p.linesOf(ctx, w.run.Period, refs)
	return len(lines) - len(unpaid(lines)), err
}

// linesOf loads some lines of a period.
func (p *Payrun) linesOf(ctx context.Context, period channel.Period, refs []LineRef) ([]versioned, error) {
	out := make([]versioned, 0, len(refs))
	for from := 0; from < len(refs); from += table.MaxGet {
		some := refs[from:min(from+table.MaxGet, len(refs))]
		keys := make([]table.Key, len(some))
		for i, r := range some {
			keys[i] = store.LineKey(period, r.Partner, r.Currency)
		}
		items, err := p.store.Get(ctx, keys...)
		if err != nil {
			return nil, err
		}
		for i, it := range items {
			l := versioned{version: it.Version}
			if it.Version == 0 {
				return nil, internal("there is no line of %s in %s for %s", some[i].Partner, some[i].Currency, period)
			}
			if err := store.Decode(it, &l.Line); err != nil {
				return nil, err
			}
			out = append(out, l)
		}
	}
	return out, nil
}

// Settle ends a run whose lines are all final, if they agree with the ledger.
// One that has lines left stays as it is: that is an answer, not an error.
func (p *Payrun) Settle(ctx context.Context, id string) (Run, error) {
	run, version, err := p.started(ctx, id)
	if err != nil {
		return Run{}, err
	}
	if run.State == payout.Settled {
		return p.show(ctx, run)
	}
	return p.settle(ctx, run, version)
}

// MayClose says whether a close of the period would be begun: the errors of
// Close, or the status with Already set where it is closed.
func (p *Payrun) MayClose(ctx context.Context, period channel.Period) (PeriodStatus, error) {
	c, err := p.store.LatestControl(ctx, p.now())
	if err != nil {
		return PeriodStatus{}, err
	}
	if c.State(period) == PeriodOpen {
		if err := p.closable(ctx, c, period, p.now()); err != nil {
			return PeriodStatus{}, err
		}
	}
	s, err := p.status(ctx, c, period)
	s.Already = s.State == PeriodClosed
	return s, err
}

// closable refuses to close a period out of order or before its time.
func (p *Payrun) closable(ctx context.Context, c *store.Control, period channel.Period, now time.Time) error {
	b := &books{pin: c.Published}
	if err := p.loadProgramme(ctx, c, b); err != nil {
		return err
	}
	if err := inOrder(c, period); err != nil {
		return err
	}
	if from := b.closableFrom(period); now.Before(from) {
		return notOver(b, period, from)
	}
	return nil
}

// MayPay says whether a run may be paid: the errors of Pay, or the run.
func (p *Payrun) MayPay(ctx context.Context, id string) (Run, error) {
	w, err := p.mayPay(ctx, id)
	if err != nil {
		return Run{}, err
	}
	return p.show(ctx, w.run)
}
