package store

import (
	"context"
	"sync"
	"time"

	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/fault"
	"github.com/fairlead/fairlead/internal/table"
)

// Control is the control block: the one calendar of all periods, and the newest
// version of every document. Periods close in order, so three names say it all.
type Control struct {
	FirstClosed channel.Period            `json:"firstClosed,omitempty"` // the earliest period that was closed with statements
	Closed      channel.Period            `json:"closed,omitempty"`      // the latest closed one; earlier ones are closed too
	Closing     channel.Period            `json:"closing,omitempty"`     // "": none is
	Pinned      int                       `json:"pinned,omitempty"`      // while closing: Published when it began; later documents do not touch its statements
	Documents   map[string]map[string]int `json:"documents,omitempty"`   // kind -> id -> newest version
	Published   int                       `json:"published,omitempty"`   // documents published so far: orders them
	Frozen      bool                      `json:"frozen,omitempty"`      // no payout is sent
}

// Open reports whether entries may be booked in p.
func (c *Control) Open(p channel.Period) bool { return p > max(c.Closed, c.Closing) }

// Book is the period in which what occurred in p is booked: p itself if it is
// open, else the earliest later one that is. The state decides, never the time.
func (c *Control) Book(p channel.Period) channel.Period {
	if c.Open(p) {
		return p
	}
	return max(c.Closed, c.Closing).Next()
}

// FirstOpen is the earliest open period after a closed one, "" while nothing
// was closed and every period is open.
func (c *Control) FirstOpen() channel.Period {
	if last := max(c.Closed, c.Closing); last != "" {
		return last.Next()
	}
	return ""
}

// State is open, closing or closed.
func (c *Control) State(p channel.Period) string {
	switch {
	case p <= c.Closed && c.Closed != "":
		return "closed"
	case p == c.Closing:
		return "closing"
	}
	return "open"
}

// Newest is the newest version of a document, 0 if there is none.
func (c *Control) Newest(kind, id string) int { return c.Documents[kind][id] }

// with is a copy in which a document has a newer version.
func (c Control) with(kind, id string, n int) Control {
	all := map[string]map[string]int{}
	for k, ids := range c.Documents {
		copied := map[string]int{}
		for i, v := range ids {
			copied[i] = v
		}
		all[k] = copied
	}
	if all[kind] == nil {
		all[kind] = map[string]int{}
	}
	all[kind][id] = n
	c.Documents = all
	return c
}

// controlCache is the control block as it was loaded last. It is no cache.Cache:
// the block changes, and how old it may be is for the caller's clock to say.
type controlCache struct {
	mu     sync.Mutex
	block  *Loaded[Control]
	loaded time.Time
}

// Control is the control block as loaded at most one lease before t. The
// answer is shared: do not change it.
func (s *Store) Control(ctx context.Context, t time.Time) (*Control, error) {
	s.control.mu.Lock()
	defer s.control.mu.Unlock()
	if b := s.control.block; b != nil && s.opts.Lease >= 0 && (s.opts.Lease == 0 || t.Sub(s.control.loaded) <= s.opts.Lease && !t.Before(s.control.loaded)) {
		return &b.Value, nil
	}
	c, err := s.loadControl(ctx, t)
	if err != nil {
		return nil, err
	}
	return &c.Value, nil
}

// LatestControl is the control block as it stands now, whatever was loaded
// before. The answer is shared: do not change it.
func (s *Store) LatestControl(ctx context.Context, t time.Time) (*Control, error) {
	s.control.mu.Lock()
	defer s.control.mu.Unlock()
	c, err := s.loadControl(ctx, t)
	if err != nil {
		return nil, err
	}
	return &c.Value, nil
}

func (s *Store) loadControl(ctx context.Context, t time.Time) (*Loaded[Control], error) {
	c, err := load[Control](ctx, s, ControlKey())
	if err != nil {
		return nil, err
	}
	s.control.block, s.control.loaded = &c, t
	return &c, nil
}

// UpdateControl changes the control block by compare and swap, together with
// what else the batch holds. change gets the newest block, may refuse with an
// error, and returns the next one; it is called again when another writer was
// faster. It may add ops to the batch, which is fresh at each call.
func (s *Store) UpdateControl(ctx context.Context, t time.Time, change func(Control, *Batch) (Control, error)) (Control, error) {
	s.control.mu.Lock()
	defer s.control.mu.Unlock()
	for range tries {
		old, err := s.loadControl(ctx, t)
		if err != nil {
			return Control{}, err
		}
		b := &Batch{NotAfter: s.NotAfter(t)}
		changed, err := change(old.Value, b)
		if err != nil {
			return Control{}, err
		}
		next := old.With(changed)
		save(b, ControlKey(), &next)
		err = s.Commit(ctx, b)
		if r := RefusalOf(err); r != nil {
			if r.control() {
				continue
			}
			return Control{}, r
		}
		if err != nil {
			s.control.block = nil // it may have been written
			return Control{}, err
		}
		s.control.block, s.control.loaded = &next, t
		return changed, nil
	}
	return Control{}, fault.New(fault.Unavailable, "unavailable", "the store is busy; try the same request again, that is safe").Because(table.ErrConflict)
}
