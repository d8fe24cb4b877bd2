package service

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/programme"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/table"
)

// moment is what holds for one use case: its one reading of the clock, the
// control block it may go by, and the programme in force.
type moment struct {
	now       time.Time
	control   *store.Control
	programme channel.Programme
	cal       channel.Calendar
}

// moment begins a use case. A writer holds the store's gate from before this
// call until its answer.
func (s *Service) moment(ctx context.Context) (moment, error) { return s.momentAt(ctx, s.now()) }

func (s *Service) momentAt(ctx context.Context, now time.Time) (moment, error) {
	control, err := s.store.Control(ctx, now)
	if err != nil {
		return moment{}, err
	}
	m := moment{now: now, control: control}
	m.programme, m.cal, err = s.programmes.get(ctx, s.store, control)
	return m, err
}

// writing runs a use case that writes: under the gate, shared, from its reading
// of the clock to its answer.
func (s *Service) writing(ctx context.Context, use func(*moment) error) error {
	s.store.Gate.RLock()
	defer s.store.Gate.RUnlock()
	return s.fresh(ctx, use)
}

// fresh runs a use case in a moment, and in a new one where its time to write
// had passed: what was not sent is decided again, by the clock as it is then.
func (s *Service) fresh(ctx context.Context, use func(*moment) error) error {
	for range 3 {
		m, err := s.moment(ctx)
		if err != nil {
			return err
		}
		if err := use(&m); !errors.Is(err, table.ErrExpired) {
			return err
		}
	}
	return errBusy(table.ErrExpired)
}

// book is the period in which what occurred at t is booked, and the one it
// occurred in.
func (m *moment) book(t time.Time) (booked, occurred channel.Period) {
	occurred = m.cal.Of(t)
	return m.control.Book(occurred), occurred
}

// from is when an ownership asked for at an instant begins: never in a closed
// period, never before the customer's last change of owner, so that no span
// changes where it was paid for.
func (m *moment) from(h *store.Head, asked time.Time) time.Time {
	if p := m.control.FirstOpen(); p != "" {
		asked = later(asked, m.cal.Start(p).UTC())
	}
	return later(asked, h.LastFrom())
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// programmeCache remembers the programme in force, parsed.
type programmeCache struct {
	mu        sync.Mutex
	hash      string
	programme channel.Programme
	cal       channel.Calendar
}

func (c *programmeCache) get(ctx context.Context, st *store.Store, control *store.Control) (channel.Programme, channel.Calendar, error) {
	version, ok, err := newestProgramme(ctx, st, control)
	if err != nil || !ok {
		return channel.Programme{}, channel.Calendar{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hash == version.Hash {
		return c.programme, c.cal, nil
	}
	content, err := st.Content(ctx, version.Hash)
	if err != nil {
		return channel.Programme{}, channel.Calendar{}, err
	}
	p, err := programme.Parse(content[0])
	if err != nil {
		return p, channel.Calendar{}, err
	}
	cal, err := channel.ParseCalendar("timeZone", p.TimeZone)
	if err == nil {
		c.hash, c.programme, c.cal = version.Hash, p, cal
	}
	return p, cal, err
}

// newestProgramme is the version in force; there is one programme per
// installation.
func newestProgramme(ctx context.Context, st *store.Store, control *store.Control) (store.Version, bool, error) {
	for id := range control.Documents[KindProgramme] {
		versions, err := st.Versions(ctx, control, KindProgramme, id)
		if err != nil || len(versions) == 0 {
			return store.Version{}, false, err
		}
		return versions[len(versions)-1], true, nil
	}
	return store.Version{}, false, nil
}

// Calendar is the programme's calendar, which the doors need to read dates.
func (s *Service) Calendar(ctx context.Context) (channel.Calendar, error) {
	m, err := s.moment(ctx)
	return m.cal, err
}

// Programme is the programme in force; the zero Programme if none was published.
func (s *Service) Programme(ctx context.Context) (channel.Programme, error) {
	m, err := s.moment(ctx)
	return m.programme, err
}

var zeroTime time.Time
