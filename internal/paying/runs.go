package paying

import (
	"context"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// lineAtVersion is a line as it stands.
type lineAtVersion = store.Loaded[payout.Line]

func payeeOf(l payout.Line) store.Payee { return store.Payee{Partner: l.Partner, Currency: l.Currency} }

func plainLines(lines []lineAtVersion) []payout.Line {
	out := make([]payout.Line, len(lines))
	for i := range lines {
		out[i] = lines[i].Value
	}
	return out
}

// Prepare makes the payout run of a closed period: 409 period_not_closed.
//
// No key is needed to ask twice: the period is its own. Lines are put first and
// the run last, so that a run that exists is whole. A crash in between leaves
// lines that the next Prepare finds as they are.
func (p *Runs) Prepare(ctx context.Context, r PrepareRequest) (wire.Run, error) {
	now := p.library.Now()
	runs, err := p.store.Runs(ctx, r.Period)
	if err != nil {
		return wire.Run{}, err
	}
	for _, run := range runs {
		if run.State != payout.Denied {
			out, err := p.ShowRun(ctx, run)
			out.Existing = true
			return out, err
		}
	}
	head, closed, err := p.store.PeriodHead(ctx, r.Period)
	if err != nil {
		return wire.Run{}, err
	}
	if !closed {
		return wire.Run{}, fault.New(fault.Conflict, "period_not_closed", "%s is not closed: a payout run pays what closed statements order", r.Period)
	}
	n := len(runs) + 1
	lines, err := p.putLines(ctx, r.Period, n, head.Documents)
	if err != nil {
		return wire.Run{}, err
	}
	run, err := payout.Prepare(r.Period, n, lines, r.User, now)
	if err != nil {
		return wire.Run{}, err
	}
	stands := store.Loaded[payout.Run]{Value: run}
	b := &store.Batch{}
	b.PutRun(&stands)
	err = p.store.Commit(ctx, b)
	if store.IsRefused(err) {
		stands, err = p.store.Run(ctx, r.Period, n) // somebody else prepared it just now
	}
	if err != nil {
		return wire.Run{}, err
	}
	return p.ShowRun(ctx, stands.Value)
}

// putLines makes the line of every statement of a period, or takes over those
// of a denied run.
func (p *Runs) putLines(ctx context.Context, period channel.Period, n, pin int) ([]payout.Line, error) {
	dues, err := p.dues(ctx, period, pin)
	if err != nil {
		return nil, err
	}
	have, err := p.store.Lines(ctx, period)
	if err != nil {
		return nil, err
	}
	stands := map[store.Payee]lineAtVersion{}
	for _, l := range have {
		stands[payeeOf(l.Value)] = l
	}
	out := make([]payout.Line, 0, len(dues))
	var left []lineAtVersion
	for _, due := range dues {
		line := payout.NewLine(due, n)
		old := stands[payeeOf(line)]
		out = append(out, line)
		if !old.Exists() || old.Value.Run != n {
			left = append(left, old.With(line))
		}
	}
	err = p.store.PutLines(ctx, left)
	if store.IsRefused(err) { // with the same lines: the repeat will find them
		return nil, fault.New(fault.Unavailable, "unavailable", "run %s is being prepared by somebody else; ask for it again", payout.RunID(period, n)).Because(err)
	}
	return out, err
}

// dues are what the statements of a period say about money, by partner.
func (p *Runs) dues(ctx context.Context, period channel.Period, pin int) ([]payout.Due, error) {
	c, err := p.library.Control(ctx)
	if err != nil {
		return nil, err
	}
	b, err := p.library.OpenBooks(ctx, c, pin, period)
	if err != nil {
		return nil, err
	}
	partners := make([]channel.PartnerID, len(b.Directory.Partners))
	for i := range partners {
		partners[i] = b.Directory.Partners[i].ID
	}
	statements, err := p.store.StatementsOf(ctx, period, partners)
	if err != nil {
		return nil, err
	}
	var out []payout.Due
	for i, s := range statements {
		if s != nil {
			out = append(out, payout.Due{Partner: partners[i], Period: period, Currency: s.Currency, Earned: s.Earned, Payable: s.Payable, Closing: s.Closing})
		}
	}
	return out, nil
}

// Runs lists runs, newest first, without their lines.
func (p *Runs) Runs(ctx context.Context, page wire.Page) (wire.List[wire.Run], error) {
	limit, err := page.Size()
	if err != nil {
		return wire.List[wire.Run]{}, err
	}
	at, err := channel.ParseCursor("runs", page.Cursor, 1)
	if err != nil {
		return wire.List[wire.Run]{}, err
	}
	runs, err := p.store.Runs(ctx, "")
	if err != nil {
		return wire.List[wire.Run]{}, err
	}
	if at[0] != "" {
		period, n, err := payout.ParseRunID("cursor", at[0])
		if err != nil {
			return wire.List[wire.Run]{}, channel.BadCursor()
		}
		runs = slices.DeleteFunc(runs, func(r payout.Run) bool {
			return r.Period > period || r.Period == period && r.N >= n
		})
	}
	out := wire.List[wire.Run]{Items: []wire.Run{}}
	for _, r := range runs[:min(limit, len(runs))] {
		out.Items = append(out.Items, show(r))
	}
	if len(runs) > limit {
		out.NextCursor = channel.Cursor("runs", runs[limit-1].ID())
	}
	return out, nil
}

// Show is one run with its lines. 404 run_not_found.
func (p *Runs) Show(ctx context.Context, id string) (wire.Run, error) {
	r, err := p.store.FindRun(ctx, id)
	if err != nil {
		return wire.Run{}, err
	}
	return p.ShowRun(ctx, r.Value)
}

// ShowRun is a loaded run with its lines, as others see it.
func (p *Runs) ShowRun(ctx context.Context, r payout.Run) (wire.Run, error) {
	lines, err := p.store.Lines(ctx, r.Period)
	if err != nil {
		return wire.Run{}, err
	}
	out := show(r)
	for _, l := range lines {
		out.Lines = append(out.Lines, outsideLine(SeenBy(r, l.Value)))
	}
	return out, nil
}

// SeenBy is a line as a run sees it: a run that was denied never paid anything,
// whatever its successor has done with the same obligation since.
func SeenBy(r payout.Run, l payout.Line) payout.Line {
	if r.State != payout.Denied {
		return l
	}
	return payout.NewLine(payout.Due{Partner: l.Partner, Period: l.Period, Currency: l.Currency, Earned: l.Earned, Payable: l.Payable, Closing: l.Carried}, r.N)
}

// Lines lists the lines of a run by partner and currency.
func (p *Runs) Lines(ctx context.Context, id string, page wire.Page) (wire.List[wire.RunLine], error) {
	limit, err := page.Size()
	if err != nil {
		return wire.List[wire.RunLine]{}, err
	}
	name := "lines " + id
	at, err := channel.ParseCursor(name, page.Cursor, 2)
	if err != nil {
		return wire.List[wire.RunLine]{}, err
	}
	stands, err := p.store.FindRun(ctx, id)
	if err != nil {
		return wire.List[wire.RunLine]{}, err
	}
	r := stands.Value
	lines, err := p.store.Lines(ctx, r.Period)
	if err != nil {
		return wire.List[wire.RunLine]{}, err
	}
	out := wire.List[wire.RunLine]{Items: []wire.RunLine{}}
	for _, l := range lines {
		if at[0] != "" && !after(l.Value, at) {
			continue
		}
		if len(out.Items) == limit {
			last := out.Items[limit-1]
			out.NextCursor = channel.Cursor(name, string(last.PartnerID), last.Currency)
			break
		}
		out.Items = append(out.Items, outsideLine(SeenBy(r, l.Value)))
	}
	return out, nil
}

// after reports whether a line comes after a place: partner and currency.
func after(l payout.Line, at []string) bool {
	return payout.ByPayee(l, payout.Line{Partner: channel.PartnerID(at[0]), Currency: at[1]}) > 0
}

// show is a run as others see it.
func show(r payout.Run) wire.Run {
	out := wire.Run{ID: r.ID(), Period: r.Period, State: string(r.State), PreparedBy: r.PreparedBy, PreparedAt: r.PreparedAt,
		ApprovedBy: textOrNil(r.ApprovedBy), ApprovedAt: timeOrNil(r.ApprovedAt), DeniedBy: textOrNil(r.DeniedBy), SettledAt: timeOrNil(r.SettledAt),
		Reason: r.Reason, Hash: r.Hash, Totals: []wire.Money{}, Lines: []wire.RunLine{},
		Exported: r.State == payout.Paying && r.AllExported}
	for _, t := range r.Totals {
		out.Totals = append(out.Totals, wire.Money{Amount: money.Format(t.Payable, t.Currency), Currency: t.Currency})
	}
	return out
}

func outsideLine(l payout.Line) wire.RunLine {
	return wire.RunLine{PartnerID: l.Partner, Currency: l.Currency, Earned: money.Format(l.Earned, l.Currency),
		Payable: money.Format(l.Payable, l.Currency), CarriedForward: money.Format(l.Carried, l.Currency), State: string(l.State),
		Reason: l.Reason, Attempt: l.Attempts, PaymentID: l.PaymentID, PaidAt: timeOrNil(l.PaidAt),
		Reference: l.Reference, Message: l.Message, ConfirmedBy: l.ConfirmedBy}
}

func textOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// loadSomeLines loads some lines of a period, all of which must be there.
func (p *Runs) loadSomeLines(ctx context.Context, period channel.Period, refs []LineRef) ([]lineAtVersion, error) {
	payees := make([]store.Payee, len(refs))
	for i, r := range refs {
		payees[i] = store.Payee(r)
	}
	lines, err := p.store.LinesOf(ctx, period, payees)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		if !lines[i].Exists() {
			return nil, closing.Internal("there is no line of %s in %s for %s", refs[i].Partner, refs[i].Currency, period)
		}
	}
	return lines, nil
}
