package main

import (
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// patience is how long work may take before a bar appears.
const patience = time.Second

// meter shows how far work is, on a terminal only and only if it takes longer
// than a second. Its methods may be called from any goroutine; a nil meter
// shows nothing.
type meter struct {
	mu    sync.Mutex
	s     *session
	label string
	bytes bool
	began time.Time
	bar   *progressbar.ProgressBar
	total int64
}

// meter begins to measure; nil where nobody would see it.
func (s *session) meter(label string, bytes bool) *meter {
	if !s.tty {
		return nil
	}
	return &meter{s: s, label: label, bytes: bytes, began: s.clock()}
}

// set says how much is done, of a total that may be 0 for unknown.
func (m *meter) set(done, total int64) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bar == nil {
		if m.s.clock().Sub(m.began) < patience {
			return
		}
		m.bar, m.total = m.newBar(total), total
	}
	if total != m.total {
		m.total = total
		m.bar.ChangeMax64(whole(total))
	}
	_ = m.bar.Set64(done)
}

func whole(total int64) int64 {
	if total == 0 {
		return -1
	}
	return total
}

func (m *meter) newBar(total int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(whole(total), progressbar.OptionSetDescription(m.label), progressbar.OptionSetWriter(m.s.err),
		progressbar.OptionShowBytes(m.bytes), progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30), progressbar.OptionSetPredictTime(total > 0))
}

// done takes the bar away.
func (m *meter) done() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.bar != nil {
		_ = m.bar.Finish()
	}
}

// metered counts what is read through it.
type metered struct {
	io.Reader
	m           *meter
	read, total int64
}

func (r *metered) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.read += int64(n)
	r.m.set(r.read, r.total)
	return n, err
}
