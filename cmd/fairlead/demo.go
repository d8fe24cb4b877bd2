package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/sample"
	"github.com/fairlead/fairlead/internal/wire"
)

type initCmd struct {
	Dir string `arg:"" help:"Folder to write into; made where it does not exist."`
}

// Run writes the sample documents. A file that is there already is never
// overwritten.
func (c *initCmd) Run(s *session) error {
	dir := s.path(c.Dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return unreadable(c.Dir, err)
	}
	written := []string{}
	err := fs.WalkDir(sample.Documents, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := sample.Documents.ReadFile(path)
		if err != nil {
			return err
		}
		name := filepath.Join(dir, d.Name())
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s is there already and is not overwritten", name)
		}
		if err != nil {
			return unreadable(name, err)
		}
		written = append(written, name)
		_, err = f.Write(data)
		return errors.Join(err, f.Close())
	})
	if err != nil {
		return err
	}
	if s.Output == "json" {
		return s.json(map[string]any{"written": written})
	}
	for _, name := range written {
		s.printf("%s\n", name)
	}
	s.printf("Edit them, then: fairlead policy check %s\n", filepath.Join(dir, "policy.json"))
	return nil
}

type demoCmd struct{}

// Run plays the sample programme: every step is a command line, run at its own
// instant by its own user on one data folder.
func (c *demoCmd) Run(s *session) error {
	if s.remote() || s.Now != "" || s.Partner != "" {
		return usage("demo fills a data folder by its own clock: --server, --now and --partner do not go with it")
	}
	folder, err := os.MkdirTemp("", "fairlead-demo-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	programme := sample.New(sample.Seed)
	for _, f := range programme.Files {
		if err := os.WriteFile(filepath.Join(folder, f.Name), f.Data, 0o600); err != nil {
			return err
		}
	}
	now := programme.Steps[0].At
	h, err := openHost(s.dataDir(), func() time.Time { return now }, nil)
	if err != nil {
		return err
	}
	h.fixed = true
	counts, played := loaded{}, s.on(h).played()
	m := s.meter("playing half a year", false)
	for i, step := range programme.Steps {
		if played && step.Args[0] != "import" {
			continue // a sweep as of January would count the customers of July
		}
		now = step.At
		out, err := s.step(h, folder, step)
		if err != nil {
			m.done()
			return errors.Join(err, h.Close())
		}
		if step.Args[0] == "import" {
			if err := counts.add(step.Args[1], out); err != nil {
				return errors.Join(err, h.Close())
			}
		}
		m.set(int64(i+1), int64(len(programme.Steps)))
	}
	m.done()
	now = sample.Clock
	return errors.Join(s.on(h).account(counts), h.Close())
}

// played reports whether the sample was played to its end on this folder: then
// only what its files hold is counted again.
func (s *session) played() bool {
	conn, err := s.connected()
	if err != nil {
		return false
	}
	r, err := conn.client.Run(s.ctx, sample.Periods[len(sample.Periods)-1]+".1")
	return err == nil && r.State == wire.RunSettled
}

// step runs one command line of the sample, quietly, and returns its answer.
func (s *session) step(h *host, folder string, step sample.Step) ([]byte, error) {
	var out, complaint bytes.Buffer
	args := append([]string{"--user", step.User, "-o", "json"}, step.Args...)
	code := run(s.ctx, args, &machine{out: &out, err: &complaint, clock: h.clock, dir: folder, host: h})
	if code != 0 {
		return nil, fmt.Errorf("the sample's step %q at %s ended with %d: %s", strings.Join(step.Args, " "), step.At.Format(time.RFC3339), code, complaint.String()+out.String())
	}
	return out.Bytes(), nil
}

// on is the session talking to an open data folder.
func (s *session) on(h *host) *session {
	m := *s.machine
	m.host = h
	as := *s
	as.machine, as.conn = &m, nil
	return &as
}
