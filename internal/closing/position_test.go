package closing_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/closing"
	"github.com/fairlead/fairlead/internal/incentive"
	"github.com/fairlead/fairlead/internal/seal"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

// manyShares are the shares of n orders, every other one under two components.
func manyShares(n int) []incentive.Share {
	var out []incentive.Share
	for i := range n {
		order := channel.OrderID(fmt.Sprintf("order-%06d", i))
		out = append(out, incentive.Share{Component: "commission", Order: order, Amount: int64(i)})
		if i%2 == 0 {
			out = append(out, incentive.Share{Component: "on margin", Order: order, Amount: -int64(i)})
		}
	}
	return out
}

func TestPosition_LargeOnesAreCutIntoPartsAndReadByOrder(t *testing.T) {
	for _, n := range []int{0, 3, 20_000} {
		r := &incentive.Result{Shares: manyShares(n), Position: incentive.Position{Balance: 7}}
		parts, err := closing.EncodePosition(r, nil)
		if err != nil || (n > 10_000) != (len(parts) > 2) {
			t.Fatalf("%d orders: %d parts, %v", n, len(parts), err)
		}
		w := newWorld(t)
		for i, body := range parts {
			if len(body) > table.MaxBody {
				t.Errorf("%d orders: part %d has %d bytes", n, i, len(body))
			}
			b := &store.Batch{}
			b.Body(store.PositionKey("partner:p1", "2026-03", i), body)
			w.Must(w.Store.Commit(w.Ctx, b))
		}
		head, err := w.Uses.Library.LoadPosition(w.Ctx, "p1", "2026-03")
		if err != nil || head.Position.Balance != 7 {
			t.Fatalf("%d orders: %+v, %v", n, head, err)
		}
		var wanted []channel.OrderID
		var want []incentive.Share
		for _, s := range r.Shares {
			if i := max(s.Amount, -s.Amount); i%777 == 0 || i == int64(n-1) {
				if len(wanted) == 0 || wanted[len(wanted)-1] != s.Order {
					wanted = append(wanted, s.Order)
				}
				want = append(want, s)
			}
		}
		got, err := w.Uses.Library.SharesOf(w.Ctx, "p1", "2026-03", append(wanted, "zzz"))
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%d orders: %v %s", n, err, d)
		}
	}
}

func TestPosition_IsTheSameWhateverTheOrderOfTheShares(t *testing.T) {
	shares := manyShares(50)
	a, err := closing.EncodePosition(&incentive.Result{Shares: shares}, nil)
	if err != nil {
		t.Fatal(err)
	}
	backwards := make([]incentive.Share, 0, len(shares))
	for i := len(shares) - 1; i >= 0; i-- {
		backwards = append(backwards, shares[i])
	}
	b, err := closing.EncodePosition(&incentive.Result{Shares: backwards}, nil)
	if err != nil || !bytes.Equal(a[0], b[0]) {
		t.Errorf("%v\n%s\n%s", err, a[0], b[0])
	}
}

func TestSeal_ItsTreeIsMadeOfWhatTheStatementShows(t *testing.T) {
	w := newWorld(t)
	w.March()
	w.Close("2026-03")
	d, err := w.Uses.Statements.Statement(w.Ctx, closing.StatementRequest{Partner: "p1", Period: "2026-03"})
	w.Must(err)
	var facts []struct {
		Customer channel.CustomerID `json:"customer"`
		Entries  []struct {
			Key  string          `json:"key"`
			Body json.RawMessage `json:"body"`
		} `json:"entries"`
	}
	w.Decode(d.Inputs.Facts, &facts)
	if canonical, err := seal.CanonicalJSON(d.Inputs.Facts); err != nil || !bytes.Equal(canonical, d.Inputs.Facts) {
		t.Errorf("the facts are not canonical as they stand: %v", err)
	}
	var leaves []seal.Digest
	for _, c := range facts {
		for _, e := range c.Entries {
			leaf, err := seal.Canonical(map[string]any{"body": e.Body, "customer": c.Customer, "key": e.Key})
			w.Must(err)
			leaves = append(leaves, seal.Leaf(leaf))
		}
	}
	if root := seal.HashOf(seal.Root(leaves)); root != d.Seal.Root || len(leaves) != d.Seal.Count {
		t.Errorf("root %s over %d, the seal says %s over %d", root, len(leaves), d.Seal.Root, d.Seal.Count)
	}
}
