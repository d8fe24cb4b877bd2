// Package sample is the seeded sample programme: documents, directory,
// customers, half a year of orders with refunds, feedback and promotions, and
// the steps that load, route, close and pay them. The same seed gives the same
// bytes on every machine: integers only, no clock, no global randomness.
//
// Every name in it is invented. It writes no keys; whoever runs the steps does.
package sample

import (
	"embed"
	"fmt"
	"math/rand/v2"
	"time"
)

// Documents are the sample's programme, policy and plans, with notes; `init`
// hands them out to start from.
//
//go:embed documents/*.json
var Documents embed.FS

// Seed of the sample programme.
const Seed = 20260101

// Clock is the instant at which the sample programme stands: six full months
// are over, the seventh runs.
var Clock = time.Date(2026, 7, 20, 9, 0, 0, 0, time.UTC)

// Periods are the full months of the sample, in order.
var Periods = []string{"2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"}

// File is one input file of the sample.
type File struct {
	Name string
	Data []byte
}

// Step is one command of the story: who types it, when, and its arguments
// after the program's name. File names in Args are those of Files.
type Step struct {
	At   time.Time
	User string
	Args []string
}

// Programme is the whole sample.
type Programme struct {
	Files []File
	Steps []Step
}

// world is what the generator knows while it writes.
type world struct {
	rng       *rand.Rand
	customers []customer
	orders    []order
	refunds   []refund
	feedback  []feedback
	changes   []change
}

// New generates the sample programme of a seed.
func New(seed uint64) Programme {
	w := &world{rng: rand.New(rand.NewPCG(seed, 7))}
	w.makeCustomers()
	w.makeChanges()
	w.makeOrders()
	return Programme{Files: w.files(), Steps: w.steps()}
}

// between is a whole number in [lo, hi].
func (w *world) between(lo, hi int64) int64 { return lo + w.rng.Int64N(hi-lo+1) }

// chance is true in percent of the calls.
func (w *world) chance(percent int64) bool { return w.rng.Int64N(100) < percent }

// pick takes one of the weighted choices.
func pick[T any](w *world, choices []weighted[T]) T {
	var sum int64
	for _, c := range choices {
		sum += c.weight
	}
	x := w.rng.Int64N(sum)
	for _, c := range choices {
		if x < c.weight {
			return c.value
		}
		x -= c.weight
	}
	panic("sample: no choice")
}

type weighted[T any] struct {
	weight int64
	value  T
}

// monthStart is the first instant of the n-th month of the sample, in UTC; the
// generator stays a few hours away from the edges, so that a zone cannot matter.
func monthStart(n int) time.Time { return time.Date(2026, time.Month(1+n), 1, 6, 0, 0, 0, time.UTC) }

// within is a second inside month n, before the sample's clock.
func (w *world) within(n int) time.Time {
	from, to := monthStart(n), monthStart(n+1).Add(-12*time.Hour)
	if to.After(Clock) {
		to = Clock.Add(-24 * time.Hour)
	}
	return from.Add(time.Duration(w.between(0, int64(to.Sub(from)/time.Second))) * time.Second)
}

// euros writes cents as a decimal string.
func euros(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }
