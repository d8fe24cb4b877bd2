package paying

import (
	"context"
	"strings"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/ledger"
	"github.com/fairlead/fairlead/internal/money"
	"github.com/fairlead/fairlead/internal/wire"
)

// Ledger is a partner's account in one period: what it was owed before, every
// transfer that names the period, what it is owed after. A period's payment
// belongs to the period it pays for, whenever it is made.
func (p *Runs) Ledger(ctx context.Context, partner channel.PartnerID, period channel.Period) (wire.PartnerLedger, error) {
	transfers, resolutions, err := p.store.Transfers(ctx, partner, "", period)
	if err != nil {
		return wire.PartnerLedger{}, err
	}
	out := wire.PartnerLedger{PartnerID: partner, Period: period, Transfers: []wire.Transfer{}}
	states := map[string]string{}
	var earlier []ledger.Transfer
	var ended []ledger.Resolution
	for _, r := range resolutions {
		if r.Period < period {
			ended = append(ended, r)
			continue
		}
		states[r.Pending] = wire.TransferVoided
		if r.Post {
			states[r.Pending] = wire.TransferPosted
		}
	}
	for _, t := range transfers {
		if t.Period < period {
			earlier = append(earlier, t)
			continue
		}
		state := states[t.ID]
		switch {
		case state == "" && t.Pending:
			state = wire.TransferPending
		case state == "":
			state = wire.TransferPosted
		}
		out.Transfers = append(out.Transfers, wire.Transfer{ID: t.ID, Debit: string(t.Debit), Credit: string(t.Credit),
			Amount: money.Format(t.Minor, t.Currency), Currency: t.Currency, Code: string(t.Code), State: state, Cause: t.Cause})
	}
	if out.Opening, err = balances(earlier, ended, partner); err != nil {
		return wire.PartnerLedger{}, err
	}
	out.Closing, err = balances(transfers, resolutions, partner)
	return out, err
}

// balances are the partner's accounts, each currency of each; an account that
// nothing moved is left out.
func balances(transfers []ledger.Transfer, resolutions []ledger.Resolution, partner channel.PartnerID) ([]wire.AccountBalance, error) {
	folded, err := ledger.Fold(transfers, resolutions)
	if err != nil {
		return nil, err
	}
	out := []wire.AccountBalance{}
	for _, b := range folded {
		if id, ok := b.Account.Partner(); ok && id == partner {
			_, name, _ := strings.Cut(string(b.Account), "#")
			out = append(out, wire.AccountBalance{Account: name, Currency: b.Currency,
				Amount: money.Format(b.Posted, b.Currency), Pending: money.Format(b.Pending, b.Currency)})
		}
	}
	return out, nil
}
