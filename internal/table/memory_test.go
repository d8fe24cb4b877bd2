package table

import (
	"context"
	"errors"
	"testing"
)

func TestMemory_RefusesASecondClaimAndShowsTheFirst(t *testing.T) {
	ctx, m := context.Background(), NewMemory()
	claim := func(body string) Tx {
		return Tx{Ops: []Op{
			{Kind: Put, Key: Key{Ledger, "E#001", "shop#1"}, Body: []byte(body), If: Cond{Kind: Absent}},
			{Kind: Put, Key: Key{State, "O#1", "O"}, Body: []byte(body)},
		}}
	}
	if res, err := m.Transact(ctx, claim("first")); err != nil || res.Units.Write != 4 {
		t.Fatal(res, err)
	}
	_, err := m.Transact(ctx, claim("second"))
	var refused *Refused
	if !errors.As(err, &refused) || string(refused.Refusals[0].Standing.Body) != "first" || refused.Units.Write != 4 {
		t.Fatalf("got %v", err)
	}
	items, units, err := m.Get(ctx, Key{State, "O#1", "O"}, Key{State, "O#2", "O"})
	if err != nil || string(items[0].Body) != "first" || items[1].Version != 0 || units.Read != 2 {
		t.Fatal(items, units, err)
	}
}
