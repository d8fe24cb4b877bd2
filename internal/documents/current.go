package documents

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/programme"
	"github.com/fairlead/fairlead/internal/store"
	"github.com/fairlead/fairlead/internal/wire"
)

// OfStore tells an error that would meet every row or customer from one that is
// about the one at hand: it ends what works through many.
func OfStore(err error) bool {
	kind := fault.Of(err).Kind
	return kind == fault.Internal || kind == fault.Unavailable
}

// Current is what holds for one use case: its one reading of the clock, the
// control block it may go by, and the programme in force.
type Current struct {
	Now       time.Time
	Control   *store.Control
	Programme channel.Programme
	Cal       channel.Calendar
}

// Current begins a use case. A writer holds the store's gate from before this
// call until its answer.
func (s *Documents) Current(ctx context.Context) (Current, error) { return s.CurrentAt(ctx, s.Now()) }

// CurrentAt is Current as of an instant that was read before.
func (s *Documents) CurrentAt(ctx context.Context, now time.Time) (Current, error) {
	control, err := s.store.Control(ctx, now)
	if err != nil {
		return Current{}, err
	}
	m := Current{Now: now, Control: control}
	m.Programme, m.Cal, err = s.programmeOf(ctx, control)
	return m, err
}

// Writing runs a use case that writes: under the gate, shared, from its reading
// of the clock to its answer.
func (s *Documents) Writing(ctx context.Context, use func(*Current) error) error {
	s.store.Gate.RLock()
	defer s.store.Gate.RUnlock()
	return s.Deciding(ctx, use)
}

// Deciding runs a use case on what is current, and again on what is then where its time to write
// had passed: what was not sent is decided again, by the clock as it is then.
func (s *Documents) Deciding(ctx context.Context, use func(*Current) error) error {
	for range 3 {
		m, err := s.Current(ctx)
		if err != nil {
			return err
		}
		if err := use(&m); !errors.Is(err, store.ErrExpired) {
			return err
		}
	}
	return ErrBusy(store.ErrExpired)
}

// Book is the period in which what occurred at t is booked, and the one it
// occurred in.
func (m *Current) Book(t time.Time) (booked, occurred channel.Period) {
	occurred = m.Cal.Of(t)
	return m.Control.Book(occurred), occurred
}

// OwnedFrom is when an ownership asked for at an instant begins: never in a closed
// period, never before the customer's last change of owner, so that no span
// changes where it was paid for.
func (m *Current) OwnedFrom(h *store.Head, asked time.Time) time.Time {
	if p := m.Control.FirstOpen(); p != "" {
		asked = later(asked, m.Cal.Start(p).UTC())
	}
	return later(asked, h.LastFrom())
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// inForce is a programme as it is read, and its calendar.
type inForce struct {
	programme channel.Programme
	cal       channel.Calendar
}

// programmeOf is the programme that a control block knows; the zero one without.
func (s *Documents) programmeOf(ctx context.Context, control *store.Control) (channel.Programme, channel.Calendar, error) {
	version, ok, err := newestProgramme(ctx, s.store, control)
	if err != nil || !ok {
		return channel.Programme{}, channel.Calendar{}, err
	}
	p, err := s.programmes.Get(ctx, version.Hash, func(ctx context.Context) (inForce, error) {
		content, err := s.store.Content(ctx, version.Hash)
		if err != nil {
			return inForce{}, err
		}
		p, err := programme.Parse(content[0])
		if err != nil {
			return inForce{}, err
		}
		cal, err := channel.ParseCalendar("timeZone", p.TimeZone)
		return inForce{p, cal}, err
	})
	return p.programme, p.cal, err
}

// newestProgramme is the version in force; there is one programme per
// installation.
func newestProgramme(ctx context.Context, st *store.Store, control *store.Control) (store.Version, bool, error) {
	for id := range control.Documents[wire.KindProgramme] {
		versions, err := st.Versions(ctx, control, wire.KindProgramme, id)
		if err != nil || len(versions) == 0 {
			return store.Version{}, false, err
		}
		return versions[len(versions)-1], true, nil
	}
	return store.Version{}, false, nil
}

// Calendar is the programme's calendar, which the doors need to read dates.
func (s *Documents) Calendar(ctx context.Context) (channel.Calendar, error) {
	m, err := s.Current(ctx)
	return m.Cal, err
}

// Programme is the programme in force; the zero Programme if none was published.
func (s *Documents) Programme(ctx context.Context) (channel.Programme, error) {
	m, err := s.Current(ctx)
	return m.Programme, err
}

// ZeroTime stands for no bound.
var ZeroTime time.Time

// Rounds is how often a use case reads and decides again because another writer
// was faster, before it asks the caller to try again.
const Rounds = 10

// ErrBusy says that other writers were faster too often: 503 unavailable, safe to repeat.
func ErrBusy(err error) error {
	return fault.New(fault.Unavailable, "unavailable", "too many changes at once; try the same request again, that is safe").Because(err)
}

// ErrAgain says that another writer was faster: read and decide again.
var ErrAgain = errors.New("service: the customer has changed meanwhile")

// SortedKeys are the keys of a map, ascending.
func SortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
