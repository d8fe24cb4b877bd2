package channel

import (
	"slices"
	"testing"
	"time"
)

func TestInForce_GreatestFromThenPublishedLast(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	versions := []Dated{{day(1), 1}, {day(10), 2}, {day(5), 4}, {day(10), 3}}
	for _, c := range []struct{ day, want int }{{0, -1}, {1, 0}, {4, 0}, {5, 2}, {9, 2}, {10, 3}, {30, 3}} {
		if got := InForce(versions, day(c.day)); got != c.want {
			t.Errorf("on day %d version %d is in force, want %d", c.day, got, c.want)
		}
	}
}

// TestSuperseded_LeavesTheOneInForceAndThoseToCome: over every day, the only
// begun version without a successor is the one InForce names.
func TestSuperseded_LeavesTheOneInForceAndThoseToCome(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }
	versions := []Dated{{day(1), 1}, {day(10), 2}, {day(5), 4}, {day(10), 3}}
	for _, c := range []struct {
		day  int
		want []int
	}{
		{0, []int{-1, 3, -1, -1}}, // the second shares its day with the fourth, which was published later
		{4, []int{-1, 3, -1, -1}},
		{5, []int{2, 3, -1, -1}},
		{10, []int{2, 3, 3, -1}},
	} {
		got := Superseded(versions, day(c.day))
		if !slices.Equal(got, c.want) {
			t.Errorf("on day %d: %v, want %v", c.day, got, c.want)
		}
	}
	for d := range 12 {
		left := -1
		for i, by := range Superseded(versions, day(d)) {
			if by < 0 && !versions[i].From.After(day(d)) {
				left = i
			}
		}
		if want := InForce(versions, day(d)); left != want {
			t.Errorf("on day %d version %d is left, but %d is in force", d, left, want)
		}
	}
}
