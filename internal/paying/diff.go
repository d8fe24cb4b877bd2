package paying

import (
	"cmp"
	"context"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/payout"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// Diff compares a run with the last one that was paid.
func (p *Runs) Diff(ctx context.Context, id string) (wire.Diff, error) {
	stands, err := p.store.FindRun(ctx, id)
	if err != nil {
		return wire.Diff{}, err
	}
	r := stands.Value
	lines, err := p.store.Lines(ctx, r.Period)
	if err != nil {
		return wire.Diff{}, err
	}
	d, against, limits, err := p.compare(ctx, r, plainLines(lines))
	if err != nil {
		return wire.Diff{}, err
	}
	out := wire.Diff{Run: r.ID(), Against: string(against), Totals: []wire.TotalDiff{}, Items: []wire.DiffItem{}, Refused: append([]string{}, d.Refusals...)}
	if limits.Threshold > 0 {
		out.Threshold = limits.Threshold.String()
	}
	if limits.RefuseBeyond > 0 {
		out.Limit = limits.RefuseBeyond.String()
	}
	for _, t := range d.Totals {
		out.Totals = append(out.Totals, wire.TotalDiff{Currency: t.Currency, Before: money.Format(t.Before, t.Currency),
			Now: money.Format(t.Now, t.Currency), Change: share(t.Before, t.Change)})
	}
	out.Counts.Unchanged = d.Unchanged
	for _, it := range d.Items {
		item := wire.DiffItem{PartnerID: it.Partner, Currency: it.Currency, Kind: string(it.Kind), Before: money.Format(it.Before, it.Currency),
			Now: money.Format(it.Now, it.Currency), Change: share(it.Before, it.Change)}
		if item.Reasons, err = p.reasons(ctx, it, r.Period, against); err != nil {
			return wire.Diff{}, err
		}
		switch it.Kind {
		case payout.NewPayee:
			out.Counts.New++
		case payout.Gone:
			out.Counts.Gone++
		default:
			out.Counts.Changed++
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

func share(before int64, change money.Rate) string {
	if before == 0 {
		return ""
	}
	return change.String()
}

// compare sets a run beside the last one before its period that was paid, or is
// being paid; "" if there is none.
func (p *Runs) compare(ctx context.Context, r payout.Run, lines []payout.Line) (payout.Diff, channel.Period, payout.Limits, error) {
	c, err := p.library.Control(ctx)
	if err != nil {
		return payout.Diff{}, "", payout.Limits{}, err
	}
	b := &closing.Books{Pin: c.Published}
	if err := p.library.LoadProgramme(ctx, c, b); err != nil {
		return payout.Diff{}, "", payout.Limits{}, err
	}
	limits := payout.Limits{Threshold: money.Rate(b.Programme.DiffThresholdPPM), RefuseBeyond: money.Rate(b.Programme.RefuseBeyondPPM)}
	runs, err := p.store.Runs(ctx, "")
	if err != nil {
		return payout.Diff{}, "", limits, err
	}
	var before []payout.Line
	var against channel.Period
	for _, last := range runs {
		if last.Period < r.Period && (last.State == payout.Settled || last.State == payout.Paying) {
			have, err := p.store.Lines(ctx, last.Period)
			if err != nil {
				return payout.Diff{}, "", limits, err
			}
			before, against = plainLines(have), last.Period
			break
		}
	}
	d, err := payout.Compare(lines, before, limits)
	return d, against, limits, err
}

// maxReasons is how many components a difference names.
const maxReasons = 3

// reasons are the components of the statement that moved most since the one
// compared with, in words.
func (p *Runs) reasons(ctx context.Context, it payout.Item, period, against channel.Period) ([]string, error) {
	now, _, err := p.store.Statement(ctx, it.Partner, period)
	if err != nil {
		return nil, err
	}
	var before store.StatementItem
	if against != "" {
		if before, _, err = p.store.Statement(ctx, it.Partner, against); err != nil {
			return nil, err
		}
	}
	moved := map[string]int64{"opening balance": now.Opening - before.Opening, "carried forward": before.Closing - now.Closing,
		"kept in reserve": before.Held - now.Held, "released from reserve": now.Released - before.Released}
	for _, l := range now.Lines {
		moved[l.Component] += l.Amount
	}
	for _, l := range before.Lines {
		moved[l.Component] -= l.Amount
	}
	names := slices.DeleteFunc(closing.SortedKeys(moved), func(name string) bool { return moved[name] == 0 })
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(magnitude(moved[b]), magnitude(moved[a])) })
	out := []string{}
	for _, name := range names[:min(maxReasons, len(names))] {
		sign := ""
		if moved[name] > 0 {
			sign = "+"
		}
		out = append(out, name+" "+sign+money.Format(moved[name], it.Currency))
	}
	return out, nil
}

func magnitude(x int64) int64 { return max(x, -x) }
