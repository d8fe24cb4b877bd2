package channel

import (
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
