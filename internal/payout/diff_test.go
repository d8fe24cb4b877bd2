package payout

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func compare(t *testing.T, now, before []Line, limits Limits) Diff {
	t.Helper()
	d, err := Compare(now, before, limits)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCompare_ListsNewGoneAndWhatMovedBeyondTheThreshold(t *testing.T) {
	before := []Line{due("gone", 100), due("just", 100), due("more", 100), due("less", 100), due("same", 100)}
	now := []Line{due("new", 40), due("just", 120), due("more", 121), due("less", 79), due("same", 100), due("gone", 0)}
	d := compare(t, now, before, Limits{Threshold: 200_000})
	want := []Item{
		{"gone", "EUR", Gone, 100, 0, -1_000_000},
		{"less", "EUR", Changed, 100, 79, -210_000},
		{"more", "EUR", Changed, 100, 121, 210_000},
		{"new", "EUR", NewPayee, 0, 40, 0},
	}
	if diff := cmp.Diff(want, d.Items); diff != "" || d.Unchanged != 2 {
		t.Errorf("%s, %d unchanged", diff, d.Unchanged)
	}
	if len(d.Refusals) != 0 {
		t.Errorf("refused without a limit: %v", d.Refusals)
	}
}

func TestCompare_WithoutAThresholdListsEveryChange(t *testing.T) {
	d := compare(t, []Line{due("a", 101), due("b", 5)}, []Line{due("a", 100), due("b", 5)}, Limits{})
	if len(d.Items) != 1 || d.Items[0].Change != 10_000 || d.Unchanged != 1 {
		t.Errorf("%+v", d)
	}
}

func TestCompare_RefusesATotalBeyondTheLimitAndNotAtIt(t *testing.T) {
	limits := Limits{RefuseBeyond: 250_000}
	for _, c := range []struct {
		now, before int64
		refused     bool
	}{
		{125, 100, false}, {126, 100, true}, {75, 100, false}, {74, 100, true}, {0, 100, true}, {500, 0, false},
		{math.MaxInt64, math.MaxInt64 / 2, true}, {math.MaxInt64, math.MaxInt64, false},
	} {
		d := compare(t, []Line{due("a", c.now)}, []Line{due("a", c.before)}, limits)
		if (len(d.Refusals) > 0) != c.refused {
			t.Errorf("%d after %d: %v", c.now, c.before, d.Refusals)
		}
	}
}

func TestCompare_RefusalSaysWhichTotalMovedByHowMuch(t *testing.T) {
	usd := due("b", 30000)
	usd.Currency = "USD"
	d := compare(t, []Line{due("a", 100), usd}, []Line{due("a", 100), {Partner: "b", Currency: "USD", Payable: 10000, State: Paid}}, Limits{RefuseBeyond: 250_000})
	if len(d.Refusals) != 1 || !strings.Contains(d.Refusals[0], "USD moved from 100.00 to 300.00") || !strings.Contains(d.Refusals[0], "0.25") {
		t.Errorf("%v", d.Refusals)
	}
}

func TestCompare_WithoutALastRunRefusesNothing(t *testing.T) {
	d := compare(t, []Line{due("a", 100)}, nil, Limits{Threshold: 1, RefuseBeyond: 1})
	if len(d.Refusals) != 0 || len(d.Items) != 1 || d.Items[0].Kind != NewPayee {
		t.Errorf("%+v", d)
	}
}
