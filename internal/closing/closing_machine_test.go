package closing_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
	"github.com/fairlead/fairlead/internal/usecases"
)

// The constants of the outside, as bad as they are allowed to be.
const (
	signatureHolds = 15 * time.Minute // of a signed request, by the service's own clock
	longestFreeze  = 40 * time.Minute
	callTimeout    = 10 * time.Second // after which an answer counts as lost
	attempts       = 3                // of the SDK for one write
)

// epoch is where true time begins: when the closer sends its C1.
var epoch = time.Date(2026, 4, 6, 0, 0, 0, 0, time.UTC)

// service of a store that all machines share: what really is in the table, in
// the order in which it lands there.
type shared struct {
	inner   *table.Memory
	visible time.Duration // of C1: from then on the control block says closing
	control [2]table.Item // before and after
	under   []landing     // sent and not there yet
	landed  map[string]time.Duration
}

// landing is a transaction on its way to the table.
type landing struct {
	at time.Duration
	tx table.Tx
}

// until lets land what lands up to an instant, in its order.
func (s *shared) until(now time.Duration) {
	slices.SortStableFunc(s.under, func(a, b landing) int { return int(a.at - b.at) })
	for len(s.under) > 0 && s.under[0].at <= now {
		l := s.under[0]
		s.under = s.under[1:]
		_, _ = s.land(l)
	}
}

func (s *shared) land(l landing) (table.Result, error) {
	l.tx.NotAfter = time.Time{} // it was in time when it was sent; nothing asks any more
	res, err := s.inner.Transact(context.Background(), l.tx)
	if err == nil {
		for _, op := range l.tx.Ops {
			if op.Key.Table == table.Ledger && op.Key.PK[0] == 'C' {
				s.landed[op.Key.SK] = l.at
			}
		}
	}
	return res, err
}

// weather is how bad it is, in chances of a thousand.
type weather struct {
	freeze, lose int
	skew         time.Duration // of a machine's clock, either way
	checkEarly   bool          // asks the deadline before the signature instead of after it
}

// machine is one process with its clock and its way to the table. What it does
// takes true time, and it may be frozen between any two steps.
type machine struct {
	weather
	shared *shared // of the fact at hand
	rng    *rand.Rand
	now    time.Duration // true time
	ahead  time.Duration // of true time, what its clock shows
	svc    *usecases.UseCases
}

func newMachine(w weather, rng *rand.Rand, o store.Options) *machine {
	m := &machine{weather: w, rng: rng}
	if w.skew > 0 {
		m.ahead = time.Duration(rng.Int64N(int64(2*w.skew))) - w.skew
	}
	o.Sleep, o.Jitter = m.pass, rng.Float64
	m.svc = usecases.New(usecases.Config{Store: store.New(m, o), Clock: m.clock})
	return m
}

func (m *machine) chance(ofThousand int) bool { return m.rng.IntN(1000) < ofThousand }

func (m *machine) within(most time.Duration) time.Duration {
	return time.Duration(m.rng.Int64N(int64(most)))
}

func (m *machine) pass(d time.Duration) { m.now += d }

// step is an instant between two steps, at which the machine may freeze.
func (m *machine) step() {
	if m.chance(m.freeze) {
		m.pass(m.within(longestFreeze))
	}
}

// clock is what the machine's clock shows. The machine may freeze after it read it.
func (m *machine) clock() time.Time {
	t := epoch.Add(m.now + m.ahead)
	m.step()
	return t
}

// Get implements table.Table: what is there at one instant on the way.
func (m *machine) Get(ctx context.Context, keys ...table.Key) ([]table.Item, table.Units, error) {
	m.step()
	m.pass(time.Millisecond + m.within(5*time.Millisecond))
	if m.chance(m.lose / 4) {
		m.pass(callTimeout)
		return nil, table.Units{}, fault.New(fault.Unavailable, "table_unavailable", "no answer")
	}
	m.shared.until(m.now)
	items, units, err := m.shared.inner.Get(ctx, keys...)
	for i, k := range keys {
		if k == store.ControlKey() && m.now < m.shared.visible {
			items[i] = m.shared.control[0]
		} else if k == store.ControlKey() {
			items[i] = m.shared.control[1]
		}
	}
	m.pass(time.Millisecond + m.within(5*time.Millisecond))
	m.step()
	return items, units, err
}

// Query implements table.Table; an order asks for nothing by it.
func (m *machine) Query(ctx context.Context, r table.Range) (table.Page, error) {
	return m.shared.inner.Query(ctx, r)
}

// Transact implements table.Table as table/dynamo does: the deadline is asked
// for every attempt, answers may be lost, and what was sent may land as long as
// its signature holds.
func (m *machine) Transact(_ context.Context, tx table.Tx) (table.Result, error) {
	if tx.Expired(m.clock) {
		return table.Result{}, table.ErrExpired
	}
	for try := range attempts {
		if m.checkEarly && tx.Expired(m.clock) {
			return table.Result{}, lateAt(try)
		}
		m.step()
		signed := m.now + m.ahead
		m.step()
		if !m.checkEarly && tx.Expired(m.clock) {
			return table.Result{}, lateAt(try)
		}
		m.step()
		if res, answered, err := m.send(tx, signed); answered {
			m.step()
			return res, err
		}
		m.pass(m.within(200 * time.Millisecond))
	}
	return table.Result{}, table.ErrAmbiguous
}

// lateAt is what a passed deadline means to the caller: nothing was sent, or
// nobody knows.
func lateAt(try int) error {
	if try == 0 {
		return table.ErrExpired
	}
	return table.ErrAmbiguous
}

// send sends one attempt. A lost answer hides one of three things: it landed,
// it never will, or it is held up and lands any time while its signature holds.
func (m *machine) send(tx table.Tx, signed time.Duration) (table.Result, bool, error) {
	fate := 0
	if m.chance(m.lose) {
		fate = 1 + m.rng.IntN(3)
	}
	arrives := m.now + time.Millisecond + m.within(10*time.Millisecond)
	if fate == 3 {
		arrives = m.now + m.within(signatureHolds+2*m.skew+time.Minute)
	}
	if fate == 2 || arrives-signed > signatureHolds {
		m.pass(callTimeout)
		return table.Result{}, false, nil
	}
	l := landing{arrives, tx}
	if fate != 0 {
		m.shared.under = append(m.shared.under, l)
		m.pass(callTimeout)
		return table.Result{}, false, nil
	}
	m.shared.until(arrives)
	res, err := m.shared.land(l)
	m.pass(arrives - m.now + m.within(10*time.Millisecond))
	return res, true, err
}
