package httpapi

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/fairlead/fairlead/internal/wire"
)

// stream writes lines as they come, from any goroutine.
type stream struct {
	mu  sync.Mutex
	c   *Call
	rc  *http.ResponseController
	err error
}

// streams starts a streamed answer if the caller asked for one; else it is nil,
// and nil takes lines and drops them.
func (c *Call) streams() *stream {
	if c.stream != nil || !accepts(c.r, wire.NDJSON) {
		return c.stream
	}
	rc := http.NewResponseController(c.w)
	_ = rc.EnableFullDuplex() // HTTP/1 needs it to answer before the body is read; others do it anyway
	c.stream = &stream{c: c, rc: rc}
	return c.stream
}

func accepts(r *http.Request, media string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept"), ",") {
		if m, _, err := mime.ParseMediaType(part); err == nil && m == media {
			return true
		}
	}
	return false
}

// line sends one line; the first one sends the headers.
func (s *stream) line(l wire.Streamed) error {
	if s == nil {
		return nil
	}
	data, err := json.Marshal(l)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	h := s.c.w.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", wire.NDJSON)
		h.Set("X-Accel-Buffering", "no")
	}
	if _, err := s.c.w.Write(append(data, '\n')); err != nil {
		s.err = errGone
		return s.err
	}
	_ = s.rc.Flush()
	return nil
}

// begun reports whether a line went out, so that the result must be one too.
func (s *stream) begun() bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.c.w.Header().Get("Content-Type") == wire.NDJSON
}

// progress is what a use case calls with how much is done; nil where nobody
// listens.
func (c *Call) progress() func(done int) {
	s := c.streams()
	if s == nil {
		return nil
	}
	return func(done int) { _ = s.line(wire.Streamed{Progress: &wire.Progress{Done: done}}) }
}

// progressOf is progress where the whole is known; it sends at most 200 lines
// for it.
func (c *Call) progressOf() func(done, total int) {
	s := c.streams()
	if s == nil {
		return nil
	}
	last := -1
	var mu sync.Mutex
	return func(done, total int) {
		mu.Lock()
		defer mu.Unlock()
		if step := done * 200 / max(total, 1); step != last {
			last = step
			_ = s.line(wire.Streamed{Progress: &wire.Progress{Done: done, Total: total}})
		}
	}
}
