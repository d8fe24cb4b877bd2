package ledger

import (
	"cmp"
	"slices"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/money"
)

// Balance is one account in one currency, in minor units. Posted is credits
// less debits. Pending is what unresolved transfers would change it by.
type Balance struct {
	Account  Account
	Currency string
	Posted   int64
	Pending  int64
}

// Balances are the balances of a fold, by account and currency.
type Balances []Balance

// Of is the balance of an account in a currency; zero if nothing moved it.
func (b Balances) Of(a Account, currency string) Balance {
	i, ok := slices.BinarySearchFunc(b, Balance{Account: a, Currency: currency}, byAccount)
	if !ok {
		return Balance{Account: a, Currency: currency}
	}
	return b[i]
}

func byAccount(a, b Balance) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Currency, b.Currency))
}

type name struct {
	period channel.Period
	id     string
}

// Fold sums transfers to balances. A transfer or resolution that appears twice,
// a resolution of what was never pending, or a sum that does not fit is an
// Internal error: the ledger says something that cannot be.
func Fold(transfers []Transfer, resolutions []Resolution) (Balances, error) {
	ended := make(map[name]*Resolution, len(resolutions))
	for i := range resolutions {
		r := &resolutions[i]
		if _, twice := ended[name{r.Period, r.Pending}]; twice {
			return nil, impossible("the transfer %q of %s is resolved twice", r.Pending, r.Period)
		}
		ended[name{r.Period, r.Pending}] = r
	}
	sums := map[Balance]*[2]int64{}
	seen := make(map[name]bool, len(transfers))
	for _, t := range transfers {
		if err := t.Check(); err != nil {
			return nil, err
		}
		key := name{t.Period, t.ID}
		r, resolved := ended[key]
		switch {
		case seen[key]:
			return nil, impossible("the transfer %q of %s is there twice", t.ID, t.Period)
		case resolved && !t.Pending:
			return nil, impossible("the transfer %q of %s is resolved but was never pending", t.ID, t.Period)
		}
		seen[key] = true
		delete(ended, key)
		if resolved && !r.Post {
			continue
		}
		if err := move(sums, t, t.Pending && !resolved); err != nil {
			return nil, err
		}
	}
	for key := range ended {
		return nil, impossible("%q of %s is resolved, but there is no such transfer", key.id, key.period)
	}
	return sorted(sums), nil
}

func move(sums map[Balance]*[2]int64, t Transfer, pending bool) error {
	column := 0
	if pending {
		column = 1
	}
	for _, side := range []struct {
		account Account
		minor   int64
	}{{t.Debit, -t.Minor}, {t.Credit, t.Minor}} {
		key := Balance{Account: side.account, Currency: t.Currency}
		if sums[key] == nil {
			sums[key] = &[2]int64{}
		}
		sum, err := money.Add(sums[key][column], side.minor)
		if err != nil {
			return impossible("the balance of %s in %s is out of range", side.account, t.Currency).Because(err)
		}
		sums[key][column] = sum
	}
	return nil
}

func sorted(sums map[Balance]*[2]int64) Balances {
	out := make(Balances, 0, len(sums))
	for key, sum := range sums {
		out = append(out, Balance{key.Account, key.Currency, sum[0], sum[1]})
	}
	slices.SortFunc(out, byAccount)
	return out
}

func impossible(format string, args ...any) *fault.Error {
	return fault.New(fault.Internal, "impossible_ledger", format, args...)
}
