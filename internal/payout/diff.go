package payout

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/money"
)

// ItemKind is what became of a payee.
type ItemKind string

// The kinds of a difference. A payee is who is paid something: a line that only
// carries a balance forward is none.
const (
	NewPayee ItemKind = "new"     // paid now, not in the last run
	Gone     ItemKind = "gone"    // paid in the last run, not now
	Changed  ItemKind = "changed" // beyond the threshold
)

// Limits are the programme's, in parts per million of the earlier amount.
// Threshold 0 lists every change; RefuseBeyond 0 refuses nothing.
type Limits struct {
	Threshold    money.Rate
	RefuseBeyond money.Rate
}

// Item is one payee that an approver should see. Amounts are minor units; Change is
// (Now - Before) / Before, meaningless where Before is 0.
type Item struct {
	Partner  channel.PartnerID
	Currency string
	Kind     ItemKind
	Before   int64
	Now      int64
	Change   money.Rate
}

// TotalChange is what became of a currency's total, in minor units.
type TotalChange struct {
	Currency string
	Before   int64
	Now      int64
	Change   money.Rate
}

// Diff is a run beside the last one. Refusals are why it needs a reason to be
// approved, in words; empty if it needs none.
type Diff struct {
	Totals    []TotalChange
	Items     []Item
	Unchanged int // payees within the threshold
	Refusals  []string
}

type payee struct {
	partner  channel.PartnerID
	currency string
}

// Compare sets the lines of a run beside those of the last one (nil: there was
// none, nothing can be beyond a limit). Items come by payee.
func Compare(now, before []Line, limits Limits) (Diff, error) {
	var d Diff
	paid := map[payee][2]int64{}
	for i, lines := range [][]Line{before, now} {
		for _, l := range lines {
			if l.Payable > 0 {
				p := paid[payee{l.Partner, l.Currency}]
				p[i] = l.Payable
				paid[payee{l.Partner, l.Currency}] = p
			}
		}
	}
	for who, p := range paid {
		item := Item{Partner: who.partner, Currency: who.currency, Before: p[0], Now: p[1], Change: change(p[0], p[1])}
		switch {
		case p[0] == 0:
			item.Kind = NewPayee
		case p[1] == 0:
			item.Kind = Gone
		case p[0] != p[1] && beyond(p[0], p[1], limits.Threshold):
			item.Kind = Changed
		default:
			d.Unchanged++
			continue
		}
		d.Items = append(d.Items, item)
	}
	slices.SortFunc(d.Items, func(a, b Item) int {
		return ByPayee(Line{Partner: a.Partner, Currency: a.Currency}, Line{Partner: b.Partner, Currency: b.Currency})
	})
	return d, d.totals(now, before, limits)
}

func (d *Diff) totals(now, before []Line, limits Limits) error {
	sums := [2]map[string]int64{{}, {}}
	for i, lines := range [][]Line{before, now} {
		totals, err := Totals(lines)
		if err != nil {
			return err
		}
		for _, t := range totals {
			sums[i][t.Currency] = t.Payable
		}
	}
	for _, currency := range currencies(sums[0], sums[1]) {
		t := TotalChange{Currency: currency, Before: sums[0][currency], Now: sums[1][currency]}
		t.Change = change(t.Before, t.Now)
		d.Totals = append(d.Totals, t)
		if limits.RefuseBeyond > 0 && t.Before > 0 && beyond(t.Before, t.Now, limits.RefuseBeyond) {
			d.Refusals = append(d.Refusals, fmt.Sprintf("the total in %s moved from %s to %s, by more than %s of it",
				currency, money.Format(t.Before, currency), money.Format(t.Now, currency), limits.RefuseBeyond))
		}
	}
	return nil
}

// change is (now - before) / before in parts per million, half to even; 0
// where there is no before or the share is out of range.
func change(before, now int64) money.Rate {
	if before == 0 {
		return 0
	}
	ppm, err := money.MulDiv(now-before, int64(money.One), before)
	if err != nil {
		return 0
	}
	return money.Rate(ppm)
}

// beyond reports whether |now - before| > limit x before, exactly. Neither
// amount is negative.
func beyond(before, now int64, limit money.Rate) bool {
	moved := now - before
	if moved < 0 {
		moved = -moved
	}
	hi, lo := bits.Mul64(uint64(moved), uint64(money.One))
	limitHi, limitLo := bits.Mul64(uint64(before), uint64(limit))
	return hi > limitHi || hi == limitHi && lo > limitLo
}
