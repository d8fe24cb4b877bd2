package tabletest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/fairlead/fairlead/internal/table"
)

// order is bytewise: capitals before small letters, '#' before digits, and
// two bytes of UTF-8 after every ASCII.
var order = []string{"#", "0", "A", "D#1", "D#2", "F#2026-01#o#1", "F#2026-01#~", "F#2026-02#o#1", "P", "a", "a#", "aa", "b", "é", "日"}

func queryRanges(t *testing.T, tb table.Table) {
	for _, i := range []int{7, 3, 0, 14, 9, 1, 2, 13, 4, 12, 5, 11, 6, 10, 8} {
		mustTransact(t, tb, put(state("p", order[i]), order[i]))
	}
	mustTransact(t, tb, put(state("o", "x"), ""), put(state("q", "x"), ""))
	for _, c := range []struct {
		from, to string
		want     []string
	}{
		{"", "", order},
		{"D#", "D$", []string{"D#1", "D#2"}},
		{"D#1", "D#2", []string{"D#1"}},
		{"D#1", "D#1", nil},
		{"D#2", "D#1", nil},
		{"", "F#2026-01#~", order[:6]},
		{"F#2026-01#~", "", order[6:]},
		{"D#", "F#2026-02", order[3:7]},
		{"a", "b", []string{"a", "a#", "aa"}},
		{"b", "", []string{"b", "é", "日"}},
		{"日日", "", nil},
		{"", "#", nil},
	} {
		want := slices.Clone(c.want)
		for _, desc := range []bool{false, true} {
			for _, limit := range []int{0, 1, 2, 5, 100} {
				r := table.Range{Table: table.State, PK: "p", From: c.from, To: c.to, Desc: desc, Limit: limit}
				mustBeSKs(t, fmt.Sprintf("%+v", r), mustWalk(t, tb, r), want)
			}
			slices.Reverse(want)
		}
	}
}

func queryPages(t *testing.T, tb table.Table) {
	var want []string
	for i := range 100 {
		want = append(want, fmt.Sprintf("%03d", i))
	}
	mustTransact(t, tb, puts(100, "x")...)
	for _, desc := range []bool{false, true} {
		for _, limit := range []int{1, 7, 99, 100, 101} {
			r := table.Range{Table: table.State, PK: "many", Desc: desc, Limit: limit}
			mustBeSKs(t, fmt.Sprintf("%+v", r), mustWalk(t, tb, r), want)
		}
		slices.Reverse(want)
	}
}

// queryBytes: without a limit, or with a large one, a page still ends by its
// bytes, so that reading a long partition takes constant memory.
func queryBytes(t *testing.T, tb table.Table) {
	body := strings.Repeat("x", 300<<10)
	mustTransact(t, tb, puts(12, body)...)
	for _, limit := range []int{0, 1000} {
		r := table.Range{Table: table.State, PK: "many", Limit: limit}
		p, err := page(tb, r)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(p.Items); n > 5 || p.Cursor == "" {
			t.Errorf("limit %d: a page of %d items of 300 KB, cursor %q", limit, n, p.Cursor)
		}
		if items := mustWalk(t, tb, r); len(items) != 12 {
			t.Errorf("limit %d: the walk found %d of 12", limit, len(items))
		}
	}
}

// queryCursor: a cursor is the last SK and nothing else, so one that a caller
// made up, or took from another walk, cannot widen a range.
func queryCursor(t *testing.T, tb table.Table) {
	mustTransact(t, tb, puts(10, "x")...)
	for _, c := range []struct {
		cursor string
		desc   bool
		want   []string
	}{
		{"000", false, []string{"003", "004", "005"}},
		{"002", false, []string{"003", "004", "005"}},
		{"0", false, []string{"003", "004", "005"}},
		{"003", false, []string{"004", "005"}},
		{"0031", false, []string{"004", "005"}},
		{"005", false, nil},
		{"009", false, nil},
		{"zzz", false, nil},
		{"009", true, []string{"005", "004", "003"}},
		{"zzz", true, []string{"005", "004", "003"}},
		{"005", true, []string{"004", "003"}},
		{"0041", true, []string{"004", "003"}},
		{"003", true, nil},
		{"000", true, nil},
	} {
		r := table.Range{Table: table.State, PK: "many", From: "003", To: "006", Desc: c.desc, Limit: 2, Cursor: c.cursor}
		mustBeSKs(t, fmt.Sprintf("%+v", r), mustWalk(t, tb, r), c.want)
	}
	// A walk goes on behind its cursor even when that item is gone.
	p, err := page(tb, table.Range{Table: table.State, PK: "many", Limit: 3})
	if err != nil || p.Cursor == "" || p.Cursor != p.Items[len(p.Items)-1].SK {
		t.Fatalf("page %v, cursor %q, %v", sks(p.Items), p.Cursor, err)
	}
	mustTransact(t, tb, table.Op{Kind: table.Delete, Key: state("many", p.Cursor)})
	rest := mustWalk(t, tb, table.Range{Table: table.State, PK: "many", Cursor: p.Cursor})
	if len(p.Items)+len(rest) != 10 {
		t.Errorf("%d items before the cursor and %d behind it", len(p.Items), len(rest))
	}
}

// queryUnderWrites pages both ways while other items of the partition come and
// go: the ones that stay appear exactly once, in order.
func queryUnderWrites(t *testing.T, tb table.Table) {
	const n = 60
	for i := range n {
		mustTransact(t, tb, put(state("p", fmt.Sprintf("%03d-stays", i)), "x"))
	}
	stop, failed := make(chan struct{}), make(chan error, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			k := state("p", fmt.Sprintf("%03d-moves", (i*37)%n))
			op := table.Op{Kind: table.Delete, Key: k}
			if i%3 > 0 {
				op = put(k, "y")
			}
			if _, err := transact(tb, op, add(state("p", "000-stays"), 1)); err != nil {
				failed <- err
				return
			}
		}
	})
	for round := range 10 {
		items, err := walk(tb, table.Range{Table: table.State, PK: "p", Limit: 7, Desc: round%2 == 1})
		if err != nil {
			t.Error(err)
			break
		}
		mustShowAllThatStay(t, items, n, round%2 == 1)
	}
	close(stop)
	wg.Wait()
	select {
	case err := <-failed:
		t.Error("the writer:", err)
	default:
	}
}

func mustShowAllThatStay(t *testing.T, items []table.Item, n int, desc bool) {
	t.Helper()
	got := sks(items)
	if desc {
		slices.Reverse(got)
	}
	for i := 1; i < len(got); i++ {
		if got[i-1] >= got[i] {
			t.Errorf("%q comes before %q", got[i-1], got[i])
		}
	}
	stays := 0
	for _, sk := range got {
		if strings.HasSuffix(sk, "-stays") {
			stays++
		}
	}
	if stays != n {
		t.Errorf("%d of %d items that were there all the time appeared", stays, n)
	}
}
