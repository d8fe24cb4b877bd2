package history

import (
	"fmt"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
)

// bought is a customer with n orders a minute apart, every tenth refunded; the
// entries stand as the store gives them, by key.
func bought(n int) Partition {
	p := Partition{Customer: "c", Moves: []Move{move(p1, day(1, 1), 1)}}
	for i := range n {
		at := day(3, 1).Add(time.Duration(i*7919%n) * time.Minute)
		id := fmt.Sprintf("o%06d", i)
		p.Entries = append(p.Entries, order(id, at, "2026-03", 1000))
		if i%10 == 0 {
			p.Entries = append(p.Entries, refund("r"+id, id, at.Add(time.Hour), "2026-03", 100))
		}
	}
	return p
}

func BenchmarkFold(b *testing.B) {
	for _, n := range []int{10, 100, 10_000} {
		p := bought(n)
		b.Run(fmt.Sprintf("%dOrders", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(p, "2026-03")
			}
			b.ReportMetric(float64(b.N)*float64(len(p.Entries))/b.Elapsed().Seconds(), "facts/s")
		})
	}
}

func BenchmarkSummary(b *testing.B) {
	h := Fold(bought(1_000), "")
	for b.Loop() {
		h.Summary(day(12, 31), channel.Calendar{})
	}
}
