package closing_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/intake"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/wire"
)

// closings is how many facts each row of the simulation writes around a closing.
var closings = flag.Int("closings", 16_000, "cases of each row of the simulation of the closing protocol, a quarter of them where strays are expected")

// What the simulation models. A case is one order of March that reaches the
// service around the moment in which March is shut, on one of two machines. The
// writers are the real ones: intake.ApplyFacts on store.Store with the constants
// of AWS, so that the use of the control block, the lease, the period of an
// entry, the deadline, the claim and what is decided again are the code that
// runs; below it stands a table in virtual time (closing_machine_test.go) with
// the retries of table/dynamo. Machines have clocks that are off, freeze for up to
// 40 minutes between any two steps, lose answers, and are slow; a lost answer
// is sent again by its caller up to four times, on either machine. C1 takes up
// to 15 minutes to become visible, and its answer as long again. The closer
// reads the whole month once it has waited store.Options.Fence; the next close
// reads it again four weeks later and compares.
//
// Not modelled: reads of a part of a transaction (faulty does that), and a
// clock that stands still while its machine does.
var constants = store.Options{Lease: 30 * time.Second, Write: 10 * time.Second, Grace: 16 * time.Minute}

const (
	march        = channel.Period("2026-03")
	slowestC1    = 15 * time.Minute
	factsOfWorld = 8
	nextClose    = 28 * 24 * time.Hour
)

// tally is what became of the facts of some cases.
type tally struct {
	cases, march, strays, undetected, twice, lost, unanswered int
}

func (t *tally) add(o tally) {
	t.cases += o.cases
	t.march += o.march
	t.strays += o.strays
	t.undetected += o.undetected
	t.twice += o.twice
	t.lost += o.lost
	t.unanswered += o.unanswered
}

func controlItem(version uint64, c store.Control) table.Item {
	body, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return table.Item{Key: store.ControlKey(), Version: version, Body: body}
}

var blocks = [2]table.Item{
	controlItem(1, store.Control{FirstClosed: "2026-02", Closed: "2026-02"}),
	controlItem(2, store.Control{FirstClosed: "2026-02", Closed: "2026-02", Closing: march}),
}

// row is one setting of the simulation.
type row struct {
	name string
	weather
	instant bool // the fence is counted from when C1 was sent, not from its answer
}

// world is one closing and the facts around it.
func (r row) world(rng *rand.Rand) (out tally) {
	visible := time.Duration(rng.IntN(20)) * time.Millisecond
	if rng.IntN(3) == 0 {
		visible = time.Duration(rng.Int64N(int64(slowestC1)))
	}
	answered := visible
	if rng.IntN(3) == 0 {
		answered += time.Duration(rng.Int64N(int64(slowestC1)))
	}
	if r.instant {
		answered = 0
	}
	reads := answered + constants.Fence()
	machines := [2]*machine{newMachine(r.weather, rng, constants), newMachine(r.weather, rng, constants)}
	begin := visible - 2*constants.Lease
	for n := range factsOfWorld {
		begin += time.Duration(rng.Int64N(int64(20 * time.Second)))
		s := &shared{inner: table.NewMemory(), visible: visible, control: blocks, landed: map[string]time.Duration{}}
		ok := deliver(rng, machines, s, begin, n)
		out.add(s.judge(reads, ok))
	}
	return out
}

// deliver hands a fact to the service until it is taken, as a queue does.
func deliver(rng *rand.Rand, machines [2]*machine, s *shared, at time.Duration, n int) bool {
	id := fmt.Sprint("o", n)
	f := channel.Fact{ID: channel.EventID(id), Source: "shop", Type: channel.OrderCompleted, Time: time.Date(2026, 3, 31, 22, 0, 0, 0, time.UTC),
		Order: &channel.Order{ID: channel.OrderID(id), Customer: "c1", Amount: 1000, Currency: "EUR"}}
	for range 5 {
		m := machines[rng.IntN(2)]
		m.now, m.shared = max(m.now, at), s
		if m.now-at > time.Hour { // this machine is far ahead: a fresh one takes its place
			m.now = at
		}
		_, err := m.svc.Intake.ApplyFacts(context.Background(), wire.Actor{User: "q"}, []intake.FactInput{{Fact: f}})
		if err == nil {
			return true
		}
		at = m.now + time.Duration(rng.Int64N(int64(2*time.Minute)))
	}
	return false
}

// judge looks at what one fact left in the table.
func (s *shared) judge(reads time.Duration, answered bool) (out tally) {
	s.until(nextClose)
	out.cases = 1
	sealed, booked := map[string]bool{}, 0
	for sk, at := range s.landed {
		booked++
		if sk[:9] == "F#"+string(march) {
			out.march++
			if at <= reads {
				sealed[sk] = true
			} else {
				out.strays++
			}
		}
	}
	page, err := s.inner.Query(context.Background(), table.Range{Table: table.Ledger, PK: store.CustomerPK("c1"), From: "F#" + string(march), To: "F#" + string(march) + "$"})
	found := 0
	for _, it := range page.Items {
		if !sealed[it.SK] {
			found++
		}
	}
	if err != nil || found != out.strays {
		out.undetected = max(1, out.strays-found)
	}
	switch {
	case booked > 1:
		out.twice = 1
	case booked == 0 && answered:
		out.lost = 1
	case !answered:
		out.unanswered = 1
	}
	return out
}

// run runs a row on all processors; the same number of cases gives the same result.
func (r row) run(cases int) (sum tally) {
	var (
		mu sync.Mutex
		wg sync.WaitGroup
	)
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			var mine tally
			for n := w; n < cases/factsOfWorld; n += workers {
				mine.add(r.world(rand.New(rand.NewPCG(2026, uint64(n)))))
			}
			mu.Lock()
			defer mu.Unlock()
			sum.add(mine)
		})
	}
	wg.Wait()
	return sum
}

func TestClosing_InBadWeather_NoWriteInASealedPeriodGoesUndetected(t *testing.T) {
	bad := weather{freeze: 30, lose: 150}
	skewed, wild, early := bad, bad, bad
	skewed.skew, wild.skew, early.checkEarly = time.Minute, 20*time.Minute, true
	for _, c := range []struct {
		row
		strays bool // some are expected: the row shows that they can be seen here
	}{
		{row{"perfect clocks", bad, false}, false},
		{row{"clocks off by up to a minute", skewed, false}, false},
		{row{"clocks off by up to 20 minutes, which is not allowed", wild, false}, true},
		{row{"perfect clocks, a fence that is an instant", bad, true}, true},
		{row{"perfect clocks, the deadline asked before the signature only", early, false}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			begin := time.Now()
			cases := *closings
			if c.strays {
				cases /= 4 // it only shows what would be seen
			}
			got := c.run(cases)
			t.Logf("%d cases, %d booked in the sealed month, %d strays, %d of them undetected, %d twice, %d lost; %d gave up; %.1f s",
				got.cases, got.march, got.strays, got.undetected, got.twice, got.lost, got.unanswered, time.Since(begin).Seconds())
			if got.undetected+got.twice+got.lost > 0 {
				t.Errorf("%d undetected, %d twice, %d lost", got.undetected, got.twice, got.lost)
			}
			if (got.strays > 0) != c.strays {
				t.Errorf("%d strays", got.strays)
			}
			if got.march < got.cases/10 || got.march > got.cases*9/10 {
				t.Errorf("%d of %d in the month: the facts are not around its closing", got.march, got.cases)
			}
		})
	}
}
