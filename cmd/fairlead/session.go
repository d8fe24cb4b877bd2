package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/fairlead/fairlead/client"
	"github.com/fairlead/fairlead/internal/wire"
)

// session is one command being run.
type session struct {
	*machine
	globals
	ctx   context.Context
	words string   // the command without its arguments: "payout prepare"
	args  []string // as typed

	folder folderUse

	conn *connection
}

// connected is the service to talk to, connecting the first time.
func (s *session) connected() (*connection, error) {
	if s.conn == nil {
		conn, err := s.connect()
		if err != nil {
			return nil, err
		}
		s.conn = conn
	}
	return s.conn, nil
}

func (s *session) close() error {
	if s.conn == nil || s.conn.close == nil {
		return nil
	}
	return s.conn.close()
}

// call sends a request with an optional JSON body and returns the JSON answer.
func (s *session) call(r client.Request, body any) (json.RawMessage, error) {
	conn, err := s.connected()
	if err != nil {
		return nil, err
	}
	var raw json.RawMessage
	return raw, conn.client.JSON(s.ctx, r, body, &raw)
}

// answer sends a request and prints its answer: as JSON if asked, else by text.
func answer[T any](s *session, r client.Request, body any, text func(T) error) error {
	raw, err := s.call(r, body)
	if err != nil {
		return err
	}
	return printed(s, raw, text)
}

// printed prints a JSON answer, as it is or by text.
func printed[T any](s *session, raw json.RawMessage, text func(T) error) error {
	if s.Output == "json" {
		return s.json(raw)
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("the answer cannot be read: %w", err)
	}
	return text(v)
}

// word is the first word of the command.
func (s *session) word() string {
	word, _, _ := strings.Cut(s.words, " ")
	return word
}

// list follows a list to its end and prints it.
func list[T any](s *session, r client.Request, text func([]T) error) error {
	conn, err := s.connected()
	if err != nil {
		return err
	}
	items, err := client.Collect(client.All[json.RawMessage](s.ctx, conn.client, r))
	if err != nil {
		return err
	}
	if items == nil {
		items = []json.RawMessage{}
	}
	raw, err := json.Marshal(wire.List[json.RawMessage]{Items: items})
	if err != nil {
		return err
	}
	return printed(s, raw, func(l wire.List[T]) error {
		if len(l.Items) == 0 {
			s.printf("none\n")
			return nil
		}
		return text(l.Items)
	})
}

// json prints JSON indented.
func (s *session) json(v any) error {
	raw, ok := v.(json.RawMessage)
	if !ok {
		var err error
		if raw, err = json.Marshal(v); err != nil {
			return err
		}
	}
	var out bytes.Buffer
	if err := json.Indent(&out, bytes.TrimSpace(raw), "", "  "); err != nil {
		return err
	}
	out.WriteByte('\n')
	_, err := s.out.Write(out.Bytes())
	return err
}

func (s *session) printf(format string, args ...any) { fmt.Fprintf(s.out, format, args...) }

// file sends a request and copies its answer out as it is.
func (s *session) file(r client.Request) error {
	conn, err := s.connected()
	if err != nil {
		return err
	}
	res, err := conn.client.Do(s.ctx, r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(s.out, res.Body)
	return err
}

// key makes the Idempotency-Key of this command: of its words and arguments and
// the instant. Where the clock is fixed, two commands of the same instant are
// told apart by the state they found (what about reads), so that routing again
// after a change decides again and everything stays deterministic.
func (s *session) key(about string) (string, error) {
	conn, err := s.connected()
	if err != nil {
		return "", err
	}
	parts := []string{s.words, strings.Join(s.keyArgs(), "\x00"), conn.now().UTC().Format(time.RFC3339Nano)}
	if conn.fixed && about != "" {
		raw, err := s.call(get(about), nil)
		if err != nil {
			return "", err
		}
		parts = append(parts, string(raw))
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return "cli-" + hex.EncodeToString(sum[:16]), nil
}

// keyArgs are the arguments that say what is asked: how it is printed and where
// the data lies are no part of it.
func (s *session) keyArgs() []string {
	var out []string
	skip := false
	for _, a := range s.args {
		name, _, joined := strings.Cut(a, "=")
		switch {
		case skip:
			skip = false
		case name == "-o" || name == "--output" || name == "--data" || name == "--server" || name == "--token":
			skip = !joined
		case strings.HasPrefix(a, "-o"):
		default:
			out = append(out, a)
		}
	}
	return out
}

func get(path string) client.Request { return client.Request{Method: http.MethodGet, Path: path} }

func post(path string) client.Request { return client.Request{Method: http.MethodPost, Path: path} }

func put(path string) client.Request { return client.Request{Method: http.MethodPut, Path: path} }

// stream sends a request whose answer may come line by line. One that broke off
// is gone on with by the same command.
func (c *connection) stream(ctx context.Context, r client.Request, lines client.Lines, into any) error {
	err := c.client.Stream(ctx, r, lines, into)
	var cut *client.Unfinished
	if errors.As(err, &cut) {
		return fmt.Errorf("%w; what was done so far is stored, run the command again to finish it", err)
	}
	return err
}
