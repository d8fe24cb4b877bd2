package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"

	"github.com/fairlead/fairlead/internal/wire"
)

// Lines are what to do with the lines of such an answer before its result.
// Both may be nil.
type Lines struct {
	Progress func(done, total int)
	Reject   func(ImportReject) error
}

// Stream sends a request whose answer may come line by line, and decodes the
// result into into. It returns a *Problem that ended the work.
func (c *Client) Stream(ctx context.Context, r Request, lines Lines, into any) error {
	r.Accept = wire.NDJSON + ", application/json"
	res, err := c.Do(ctx, r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	media, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if media != wire.NDJSON {
		return json.NewDecoder(res.Body).Decode(into)
	}
	in := bufio.NewReaderSize(res.Body, 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			done, err := lines.take(line, into)
			if done || err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return &Unfinished{}
		}
		if err != nil {
			return &Unfinished{err}
		}
	}
}

// Unfinished is an answer that ended before its result, of Err if something broke
// off. What was done so far is stored; the same call again finishes it.
type Unfinished struct{ Err error }

func (u *Unfinished) Error() string {
	if u.Err != nil {
		return "the answer broke off: " + u.Err.Error()
	}
	return "the answer ended before its result"
}

// Unwrap is what broke off.
func (u *Unfinished) Unwrap() error { return u.Err }

// take handles one line and reports whether it was the last.
func (l Lines) take(line []byte, into any) (bool, error) {
	var m wire.Streamed
	if err := json.Unmarshal(line, &m); err != nil {
		return true, fmt.Errorf("the answer cannot be read: %w", err)
	}
	switch {
	case m.Problem != nil:
		return true, m.Problem
	case m.Result != nil:
		return true, json.Unmarshal(m.Result, into)
	case m.Progress != nil && l.Progress != nil:
		l.Progress(m.Progress.Done, m.Progress.Total)
	case m.Reject != nil && l.Reject != nil:
		return false, l.Reject(*m.Reject)
	}
	return false, nil
}
