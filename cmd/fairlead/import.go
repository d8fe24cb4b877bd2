package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/channel"
	"github.com/fairlead/fairlead/internal/wire"
)

type importCmd struct {
	Kind  string `arg:"" enum:"partners,pods,customers,orders,refunds,feedback" help:"What the lines are: ${enum}."`
	File  string `arg:"" help:"CSV file with a header."`
	Route bool   `help:"customers: also route each one as of its arrived_at."`
}

// imported is the account of an import as -o json prints it.
type imported struct {
	ID          string             `json:"id,omitempty"`
	Read        int                `json:"read"`
	Applied     int                `json:"applied"`
	Duplicate   int                `json:"duplicate"`
	Conflict    int                `json:"conflict"`
	Pending     int                `json:"pending"`
	Rejected    int                `json:"rejected"`
	RejectsFile *string            `json:"rejectsFile"` // null: every line was taken
	Routes      *wire.RouteSummary `json:"routes,omitempty"`
}

// Run streams the file to the service and collects the lines it did not take.
func (c *importCmd) Run(s *session) error {
	if c.Route && c.Kind != wire.ImportCustomers {
		return usage("--route goes with import customers, not with %s", c.Kind)
	}
	path := s.path(c.File)
	file, err := os.Open(path)
	if err != nil {
		return unreadable(c.File, err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("is a folder")
	}
	if err != nil {
		return unreadable(c.File, err)
	}
	bad := &rejects{source: path, path: rejectsPath(path)}
	defer bad.abandon()
	sum, err := c.send(s, file, info.Size(), bad)
	if err != nil {
		if bad.n > 0 {
			err = errors.Join(err, bad.finish())
		}
		return err
	}
	if err := bad.finish(); err != nil {
		return err
	}
	out := imported{ID: sum.ID, Read: sum.Read, Applied: sum.Applied, Duplicate: sum.Duplicate, Conflict: sum.Conflict,
		Pending: sum.Pending, Rejected: sum.Rejected, Routes: sum.Routes}
	if bad.n > 0 {
		name := rejectsPath(c.File)
		out.RejectsFile = &name
	}
	return c.print(s, out)
}

func (c *importCmd) send(s *session, file io.Reader, size int64, bad *rejects) (sum wire.ImportSummary, err error) {
	conn, err := s.connected()
	if err != nil {
		return sum, err
	}
	m := s.meter("importing "+c.Kind, true)
	defer m.done()
	r := post("/v1/imports").With("kind", c.Kind)
	if c.Route {
		r.Query.Set("route", "true")
	}
	r.Type, r.Body = "text/csv", &metered{Reader: file, m: m, total: size}
	err = conn.stream(s.ctx, r, client.Lines{Reject: bad.add}, &sum)
	var p *client.Problem
	if errors.As(err, &p) && (p.Slug == "invalid_file" || p.Slug == "truncated_file") {
		err = fmt.Errorf("%s: %w", c.File, err)
	}
	return sum, err
}

func (c *importCmd) print(s *session, out imported) error {
	if s.Output == "json" {
		if err := s.json(out); err != nil {
			return err
		}
	} else {
		c.text(s, out)
	}
	if out.RejectsFile != nil {
		return &exit{code: exitPart}
	}
	return nil
}

func (c *importCmd) text(s *session, out imported) {
	s.printf("%s: %s read\n", c.Kind, plural(out.Read, "line"))
	g := grid{head: []string{"", "", ""}, right: []int{1}}
	for _, row := range []struct {
		word channel.Outcome
		n    int
		what string
	}{
		{channel.Applied, out.Applied, ""}, {channel.Duplicate, out.Duplicate, "known already, nothing changed"},
		{channel.Pending, out.Pending, "wait for their customer or order"},
		{channel.Conflict, out.Conflict, "known with another content"}, {channel.Rejected, out.Rejected, "not valid"},
	} {
		if row.n > 0 {
			g.add("  "+string(row.word), count(row.n), row.what)
		}
	}
	g.write(s.out)
	if out.Routes != nil {
		routeSummary(s, *out.Routes)
	}
	if out.RejectsFile != nil {
		s.printf("The lines that were not taken are in %s, each with its number and the reason.\n", *out.RejectsFile)
	}
}

// path finds a file named on the command line.
func (s *session) path(name string) string {
	if s.dir == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.dir, name)
}

// unreadable says which file cannot be read and why, without the system's noise.
func unreadable(name string, err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// rejectsPath is where the bad lines of a file go: orders.csv has
// orders.rejects.csv beside it.
func rejectsPath(path string) string { return strings.TrimSuffix(path, ".csv") + ".rejects.csv" }

// rejects writes the lines that were not taken: number, field and reason as
// they come, and at the end, in a second pass over the file, the lines
// themselves. It holds one line at a time.
type rejects struct {
	source, path string
	n            int
	tmp          *os.File
	w            *csv.Writer
}

func (r *rejects) add(line wire.ImportReject) error {
	if r.tmp == nil {
		tmp, err := os.CreateTemp(filepath.Dir(r.path), ".rejects-*")
		if err != nil {
			return fmt.Errorf("the rejects file cannot be written: %w", err)
		}
		r.tmp, r.w = tmp, csv.NewWriter(tmp)
	}
	r.n++
	reason := line.Message
	if line.Outcome == channel.Conflict {
		reason = "conflict: " + reason
	}
	return r.w.Write([]string{strconv.Itoa(line.Line), line.Field, reason})
}

// finish writes the rejects file, or removes that of an earlier import when
// every line was taken.
func (r *rejects) finish() error {
	if r.tmp == nil {
		if err := os.Remove(r.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("the rejects file of an earlier import cannot be removed: %w", err)
		}
		return nil
	}
	r.w.Flush()
	if err := r.w.Error(); err != nil {
		return fmt.Errorf("the rejects file cannot be written: %w", err)
	}
	if _, err := r.tmp.Seek(0, io.SeekStart); err != nil {
		return err
	}
	out, err := os.CreateTemp(filepath.Dir(r.path), ".rejects-*")
	if err != nil {
		return err
	}
	err = errors.Join(r.merge(out), out.Close())
	if err == nil {
		err = os.Chmod(out.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(out.Name(), r.path)
	}
	if err != nil {
		_ = os.Remove(out.Name())
		return fmt.Errorf("the rejects file cannot be written: %w", err)
	}
	return nil
}

// merge puts each reason beside the text of its line.
func (r *rejects) merge(out io.Writer) error {
	source, err := os.Open(r.source)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	lines, number, text := bufio.NewReaderSize(source, 64<<10), 0, []byte(nil)
	in, w := csv.NewReader(bufio.NewReader(r.tmp)), csv.NewWriter(out)
	_ = w.Write([]string{"line", "column", "reason", "raw"})
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			w.Flush()
			return w.Error()
		}
		if err != nil {
			return err
		}
		want, _ := strconv.Atoi(row[0])
		for number < want {
			if text, err = nextLine(lines); err != nil {
				break
			}
			number++
		}
		if number != want {
			text = nil
		}
		if err := w.Write(append(row, string(text))); err != nil {
			return err
		}
	}
}

// maxText is how much of a bad line is repeated, in bytes.
const maxText = 4 << 10

// nextLine reads one line of any length and keeps at most maxText of it.
func nextLine(r *bufio.Reader) ([]byte, error) {
	var kept []byte
	for {
		part, err := r.ReadSlice('\n')
		kept = append(kept, part[:min(len(part), maxText-len(kept))]...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) && len(kept) > 0 {
			err = nil
		}
		return bytes.TrimRight(kept, "\r\n"), err
	}
}

// abandon removes what a broken import leaves.
func (r *rejects) abandon() {
	if r.tmp != nil {
		_ = r.tmp.Close()
		_ = os.Remove(r.tmp.Name())
	}
}
