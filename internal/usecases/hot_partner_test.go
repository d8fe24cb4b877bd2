package usecases_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/table"
)

// hotSeconds is how long the hot partner stays hot.
var hotSeconds = flag.Int("hot-seconds", 2, "seconds of the simulation of one hot partner")

// The model of TestHotPartner. Facts arrive at random (Poisson) at 2,000 a second
// for the customers of one partner, each customer as likely as the others: 90 %
// orders, 4 % refunds of any order so far, 4 % feedback, 2 %
// profile changes. Each goes through ApplyFacts on a table that records its
// transaction, so the items are those that the service really writes. The
// transaction is under way for 10 to 30 ms from the arrival on, all durations as
// likely. Two of them conflict if they are under way at once and share an item,
// which is what DynamoDB cancels one of them for; reads conflict with nothing.
const (
	hotRate      = 2000 // facts a second
	hotCustomers = 1000
	hotOrders    = 5000  // there before
	hotConflicts = 0.001 // of the facts, at most
	hotShortest  = 10 * time.Millisecond
	hotLongest   = 30 * time.Millisecond
	hotPartition = 1000 // write units a second of one partition key, the limit of DynamoDB
)

// recorder keeps the keys and units of the last transaction that was granted.
type recorder struct {
	table.Table
	mu  sync.Mutex
	ops []table.Op
}

func (r *recorder) Transact(ctx context.Context, tx table.Tx) (table.Result, error) {
	res, err := r.Table.Transact(ctx, tx)
	if err == nil {
		r.mu.Lock()
		r.ops = tx.Ops
		r.mu.Unlock()
	}
	return res, err
}

// hot is the simulation: until when each item is in a transaction.
type hot struct {
	*world
	rec       *recorder
	rng       *rand.Rand
	busy      map[table.Key]time.Duration
	units     map[string]int64 // of each partition key
	shared    map[table.Name]int
	conflicts int
	orders    int
}

func newHot(t *testing.T) *hot {
	rec := &recorder{Table: table.NewMemory()}
	h := &hot{world: newWorld(t, rec, atOnce, "p1"), rec: rec, rng: rand.New(rand.NewPCG(1, 2)),
		busy: map[table.Key]time.Duration{}, units: map[string]int64{}, shared: map[table.Name]int{}}
	ids := make([]string, hotCustomers)
	for i := range ids {
		ids[i] = fmt.Sprintf("c%04d", i)
	}
	h.known(ids...)
	for _, id := range ids {
		h.route(id, "k")
	}
	for range hotOrders {
		h.send(h.another(ids[h.rng.IntN(hotCustomers)]))
	}
	return h
}

// next is the n-th fact that arrives.
func (h *hot) next(n int) channel.Fact {
	id := fmt.Sprintf("c%04d", h.rng.IntN(hotCustomers))
	switch kind := h.rng.IntN(100); {
	case kind < 4:
		return h.refund(fmt.Sprint("r", n), fmt.Sprint("o", h.rng.IntN(h.orders)), "0.01")
	case kind < 8:
		f := h.fact(channel.FeedbackRecorded)
		f.Feedback = &channel.Feedback{Customer: channel.CustomerID(id), Score: 7}
		return f
	case kind < 10:
		return h.upsert(id, worth(fmt.Sprintf("%d.00", 1000+h.rng.IntN(1000))))
	}
	return h.another(id)
}

// another is the next order.
func (h *hot) another(id string) channel.Fact {
	h.orders++
	return h.order(fmt.Sprint("o", h.orders-1), id, 10_000)
}

// under puts the recorded transaction under way at an instant.
func (h *hot) under(at time.Duration) {
	until, hit := at+hotShortest+time.Duration(h.rng.Int64N(int64(hotLongest-hotShortest))), false
	for _, op := range h.rec.ops {
		if h.busy[op.Key] > at {
			hit = true
			h.shared[op.Key.Table]++
		}
		h.busy[op.Key] = max(h.busy[op.Key], until)
		h.units[op.Key.PK] += table.TxUnits([]table.Op{op, op}).Write / 2
	}
	if hit {
		h.conflicts++
	}
}

func TestHotPartner_TwoThousandFactsASecondHardlyEverConflict(t *testing.T) {
	h := newHot(t)
	end, facts, at := time.Duration(*hotSeconds)*time.Second, 0, time.Duration(0)
	for ; at < end; facts++ {
		f := h.next(facts)
		h.rec.ops = nil
		if o := h.send(f); o.Outcome == channel.Rejected {
			t.Fatalf("%+v", o)
		}
		h.under(at)
		at += time.Duration(h.rng.ExpFloat64() * float64(time.Second) / hotRate)
	}
	busiest, units := "", int64(0)
	for pk, n := range h.units {
		if n > units {
			busiest, units = pk, n
		}
	}
	perSecond := float64(units) / end.Seconds()
	share := float64(h.conflicts) / float64(facts)
	t.Logf("%d facts in %s: %d conflicts, %.4f %%, on items of %v; busiest partition %s, %.0f units a second", facts, end, h.conflicts, 100*share, h.shared, busiest, perSecond)
	if share > hotConflicts {
		t.Errorf("%.3f %% of the facts conflict, more than %.1f %%", 100*share, 100*hotConflicts)
	}
	if perSecond > hotPartition {
		t.Errorf("partition %s takes %.0f units a second", busiest, perSecond)
	}
}

// TestHotPartner_AnItemThatAllShare_ConflictsAllTheTime shows that the simulation can fail: one
// counter of the partner in every transaction would conflict all the time.
func TestHotPartner_AnItemThatAllShare_ConflictsAllTheTime(t *testing.T) {
	h := newHot(t)
	counter := table.Op{Kind: table.Add, Key: table.Key{Table: table.State, PK: "N#partner:p1", SK: "N"}, Delta: 1}
	const facts = 500
	for n := range facts {
		h.send(h.another("c0001"))
		h.rec.ops = append(h.rec.ops, counter)
		h.under(time.Duration(n) * time.Second / hotRate)
	}
	if h.conflicts < facts/2 {
		t.Errorf("%d of %d conflict", h.conflicts, facts)
	}
}
